"""What prescribers complete of themselves where others write too, or the server keeps nothing."""

from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from shared.errors import InputRefused, LookUpFirst, Misconfigured
from shared.prescriber_form.own_records import (
    BY_THEMSELVES,
    NOT_KEPT,
    DetailsCompletion,
    PersonalRecords,
)
from shared.prescriber_form.rules.on_record import Workplace
from shared.prescriber_form.rules.own_details import FIXED, read_own_details
from tests.builders import NOW, npi, practitioner
from tests.core.fhir_in_memory import FhirServer

OWN, OTHERS, DEA = "1234567893", "1000000004", "AS1234563"
BODY: dict[str, Any] = {
    "phone": "345-123-4567",
    "fax": "567-123-4568",
    "details": {"npi": OWN},
    "mailingAddress": {
        "address1": "123 Main St",
        "address2": "Suite 100",
        "city": "Springfield",
        "state": "IL",
        "zipCode": "62701",
    },
    "locations": [{"practitionerRoleId": "r", "useAsDefault": True, "deaNumber": DEA}],
}
PERSON = practitioner(identifier=[])
JANE = f"Practitioner/{PERSON['id']}"
DEA_OF_OTHERS = {
    "system": "http://terminology.hl7.org/NamingSystem/USDEANumber",
    "value": "BS1388560",
}
ROLE = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": JANE}}
OFFICE = {"name": "Office", "address": {"state": "IL"}}


class Forgetful(FhirServer):
    """Keeps the identifiers that a resource has, as an AccessPolicy may have it."""

    def _by_author(self, resource: Resource) -> Resource:
        stored = self.resources[f"{resource['resourceType']}/{resource['id']}"]
        return {**resource, "identifier": stored.get("identifier", [])}


class Desk:
    """Jane with a role at one office, who completes her details."""

    def __init__(self, server: FhirServer | None = None) -> None:
        self.server = server or FhirServer()
        self.records = PersonalRecords(
            self.server.put(PERSON), (Workplace(self.server.put(ROLE), OFFICE, {}),)
        )
        self.kept: list[tuple[AuditAction, str]] = []

    def did(self, action: AuditAction, detail: str, *, key: str) -> None:
        self.kept.append((action, detail))

    def completes(self) -> PersonalRecords:
        details, findings = read_own_details(BODY, self.records.shown(NOW), NOW)
        assert findings.problems == []
        return DetailsCompletion(self.server.client, NOW, self).run(self.records, details)

    def numbers(self, reference: str) -> list[str]:
        return [one["value"] for one in self.server.resources[reference].get("identifier", [])]


def test_each_record_is_written_once_and_told() -> None:
    desk = Desk()
    after = desk.completes()
    assert (desk.numbers(JANE), desk.numbers("PractitionerRole/r")) == ([OWN], [DEA])
    assert (after.practitioner, after.workplaces[0].role) == (
        desk.server.resources[JANE],
        desk.server.resources["PractitionerRole/r"],
    )
    assert desk.kept == [
        (AuditAction.PRACTITIONER_CHANGED, BY_THEMSELVES),
        (AuditAction.ROLE_CHANGED, BY_THEMSELVES),
    ]


def test_a_number_that_an_administrator_recorded_meanwhile_is_kept_and_told() -> None:
    desk = Desk()
    theirs = {**PERSON, "identifier": [npi(OTHERS)]}
    desk.server.before_write = [lambda: desk.server.put(theirs)]
    with pytest.raises(InputRefused) as refused:
        desk.completes()
    assert [(one.path, one.sentence) for one in refused.value.findings] == [("details.npi", FIXED)]
    assert (desk.numbers(JANE), desk.numbers("PractitionerRole/r")) == ([OTHERS], [])


def test_a_location_whose_number_was_recorded_meanwhile_keeps_it() -> None:
    desk = Desk()
    theirs = {**ROLE, "identifier": [{**DEA_OF_OTHERS, "assigner": {"display": "IL"}}]}
    desk.server.before_write = [lambda: None, lambda: desk.server.put(theirs)]
    with pytest.raises(InputRefused):
        desk.completes()
    assert desk.numbers("PractitionerRole/r") == [DEA_OF_OTHERS["value"]]


def test_what_others_wrote_meanwhile_stays() -> None:
    desk = Desk()
    theirs = {**PERSON, "gender": "female"}
    desk.server.before_write = [lambda: desk.server.put(theirs)]
    desk.completes()
    assert desk.server.resources[JANE]["gender"] == "female"
    assert desk.numbers(JANE) == [OWN]


def test_a_number_that_the_server_does_not_keep_is_no_success() -> None:
    desk = Desk(Forgetful())
    with pytest.raises(Misconfigured, match="did not keep all of them") as raised:
        desk.completes()
    assert (str(raised.value), desk.kept) == (NOT_KEPT, [])


def test_a_write_without_an_answer_is_looked_at_and_not_made_twice() -> None:
    desk = Desk()

    def stored_and_lost() -> None:
        desk.server.put({**desk.server.resources[JANE], "identifier": [npi(OWN)]})
        raise LookUpFirst("no answer")

    desk.server.before_write = [stored_and_lost]
    desk.completes()
    assert desk.numbers(JANE) == [OWN]
