"""Maria Rossi, a patient: her Patient on a FHIR server, and what is read from it."""

from typing import Any

from shared.records.patient import Patient
from tests.builders import ABSENT, meta

STREET = {"line": ["9 Elm St", "Flat 2"], "city": "Springfield"}
ADDRESS = {**STREET, "state": "il", "postalCode": "62704"}
MARIA = Patient(
    prefix="",
    first_name="Maria",
    middle_name="Elena Lucia",
    last_name="Rossi",
    suffix="",
    birth_date="1961-03-02",
    gender="Female",
    email="rossi@patients.example",
    phone="3457654321",
    phone_type="Cell",
    line1="9 Elm St",
    line2="Flat 2",
    city="Springfield",
    state="IL",
    zip_code="62704",
    active=True,
    height=None,
    weight=None,
)


def patient(**changes: Any) -> dict[str, Any]:
    """The Patient that `MARIA` was read from."""
    record = {
        "resourceType": "Patient",
        "id": "1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b",
        "meta": meta(),
        "active": True,
        "name": [{"given": ["Maria", "Elena", "Lucia"], "family": "Rossi"}],
        "gender": "female",
        "birthDate": "1961-03-02",
        "telecom": [
            {"system": "phone", "use": "mobile", "value": "(345) 765-4321"},
            {"system": "email", "value": "rossi@patients.example"},
        ],
        "address": [ADDRESS],
        **changes,
    }
    return {name: value for name, value in record.items() if value is not ABSENT}
