"""Reading Jane and Maria with changes, for the tests of records that were once read wrong."""

from typing import Any

from shared.records.patient import Patient, read_patient
from shared.records.practitioner import (
    read_practitioner,
)
from shared.records.prescriber import Prescriber
from tests.builders import (
    NOW,
    practitioner,
)
from tests.unit.maria_rossi import patient

Problems = list[tuple[str, str]]


NOT_SENT = "is not sent to DoseSpot: "


NOT_US_ADDRESS = "this is not a US address, and DoseSpot takes no other; add one in the US"


NOT_US_NUMBER = "this is not a US number, and DoseSpot takes no other; add a US number"


EXTENSION = "http://hl7.org/fhir/StructureDefinition/contactpoint-extension"


COUNTRY = "http://hl7.org/fhir/StructureDefinition/contactpoint-country"


ABSENT_VALUE = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "unknown",
        }
    ]
}


EMAIL = {"system": "email", "value": "jane.smith@example.com"}


PHONE = {"system": "phone", "use": "work", "value": "345-123-4567"}


FAX = {"system": "fax", "use": "work", "value": "567-123-4568"}


STREET = practitioner()["address"][0]


def jane(**changes: Any) -> Prescriber:
    """The prescriber of a Practitioner with no problem."""
    found, findings = read_practitioner(practitioner(**changes), NOW)
    assert findings.problems == []
    return found


def warned(**changes: Any) -> Problems:
    _, findings = read_practitioner(practitioner(**changes), NOW)
    return [(one.path.removeprefix("Practitioner."), one.sentence) for one in findings.warnings]


def refused(**changes: Any) -> Problems:
    _, findings = read_practitioner(practitioner(**changes), NOW)
    return [(one.path.removeprefix("Practitioner."), one.sentence) for one in findings.problems]


def maria(*observations: dict[str, Any], **changes: Any) -> Patient:
    found, findings = read_patient(patient(**changes), observations, NOW)
    assert findings.problems == []
    return found
