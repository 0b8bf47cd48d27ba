"""Forms about people whom nobody knows yet, as the tests send them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from deploy.sandbox.nppes.records import individual
from tests.builders import form
from tests.integration.clinic import Answer, Clinic, Member, new_dea, new_npi

CREATE_BOT = "dosespot-create-prescriber-bot"


def new_form(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """A form about somebody new, whom the NPI Registry knows."""
    details = changes.pop("details", {})
    npi = details.get("npi") or new_npi()
    clinic.register(individual(npi, "Jane", "Smith"))
    numbers = {"dea": new_dea(), **details, "npi": npi}
    contacts = {"username": f"u{npi}", "email": f"f{npi}@clinic.example", "fax": "567-123-4568"}
    return form(**{**contacts, **changes}, details=numbers)


def create(clinic: Clinic, body: Any, *, by: Member | None = None) -> Answer:
    """The administrator (or `by`) sends a form."""
    return clinic.execute(CREATE_BOT, body, (by or clinic.admin).token)


def created(clinic: Clinic, body: Any) -> dict[str, Any]:
    answer = create(clinic, body)
    assert answer.status == 200, answer.body
    return answer.body


def search(clinic: Clinic, query: str) -> list[dict[str, Any]]:
    """What an administrator finds on the FHIR server."""
    return [entry["resource"] for entry in clinic.read(query).get("entry", [])]


def practitioners(clinic: Clinic, npi: str) -> list[dict[str, Any]]:
    return search(clinic, f"Practitioner?identifier={npi}")


def records(clinic: Clinic, practitioner: dict[str, Any]) -> dict[str, int]:
    """How many records of each kind there are about somebody."""
    reference = f"Practitioner/{practitioner['id']}"
    consents = [
        one
        for one in clinic.sandbox.fhir.resources("Consent")
        if one["performer"] == [{"reference": reference}]
    ]
    return {
        "PractitionerRole": len(search(clinic, f"PractitionerRole?practitioner={reference}")),
        "Consent": len(consents),
        "ProjectMembership": len(search(clinic, f"ProjectMembership?profile={reference}")),
    }


def at_once(clinic: Clinic, body: Any, times: int) -> list[Answer]:
    """The same form, sent so many times at the same moment."""
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: create(clinic, body), range(times)))


@contextmanager
def setting(clinic: Clinic, name: str, value: str) -> Iterator[None]:
    """The project has this secret too."""
    before = clinic.read(f"Project/{clinic.project}")
    others = [secret for secret in before["secret"] if secret["name"] != name]
    clinic.write({**before, "secret": [*others, {"name": name, "valueString": value}]})
    try:
        yield
    finally:
        current = clinic.read(f"Project/{clinic.project}")
        clinic.write({**current, "secret": before["secret"]})
