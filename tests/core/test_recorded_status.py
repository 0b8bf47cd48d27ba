"""What DoseSpot says, as the Practitioner has to say it."""

from dataclasses import replace
from typing import Any

from fhir_profiles.codes import RegistrationStatus
from shared.members.rules.clinician import Clinician
from shared.members.rules.recorded_status import as_dosespot_says
from shared.members.status_recording import StatusRecording
from tests.builders import practitioner
from tests.core.situations import JANE, NOON, at

DONE = replace(JANE, status=RegistrationStatus.TFA_ACTIVATED_SUCCESS)
STATUS = "https://dosespot.com/registration-status"
EPCS = {
    "code": {
        "coding": [
            {"system": "https://dosespot.com/qualification", "code": "epcs", "display": "EPCS"}
        ]
    }
}
SINCE = {"start": "2026-03-10T12:00:00+00:00"}


def test_status_and_qualification_follow_dosespot_and_only_then_change() -> None:
    pending = as_dosespot_says(practitioner(), JANE, NOON)
    assert pending == practitioner(extension=[{"url": STATUS, "valueCode": "Pending"}])
    assert as_dosespot_says(pending, JANE, at(9)) is pending
    enabled = as_dosespot_says(pending, DONE, NOON)
    done = [{"url": STATUS, "valueCode": "TFAActivatedSuccess"}]
    assert enabled == practitioner(extension=done, qualification=[{**EPCS, "period": SINCE}])
    assert as_dosespot_says(enabled, DONE, at(9)) is enabled
    locked = as_dosespot_says(enabled, replace(DONE, locked=True), at(60))
    over = {**SINCE, "end": "2026-03-10T12:01:00+00:00"}
    assert locked == practitioner(extension=done, qualification=[{**EPCS, "period": over}])


def test_a_change_that_is_made_again_asks_anew_about_the_practitioner_as_it_is_then() -> None:
    asked = []

    def ask_again(found: dict[str, Any]) -> Clinician:
        asked.append(found)
        return DONE

    change = StatusRecording(JANE, ask_again, lambda: NOON)
    assert change(practitioner()) == as_dosespot_says(practitioner(), JANE, NOON)
    assert (asked, change.clinician) == ([], JANE)
    theirs = practitioner(active=True)
    assert change(theirs) == as_dosespot_says(theirs, DONE, NOON)
    assert (asked, change.clinician) == ([theirs], DONE)


def test_at_a_clinic_the_role_says_whether_controlled_substances_may_be_signed() -> None:
    role = {"resourceType": "PractitionerRole", "id": "r"}
    pending = as_dosespot_says(role, JANE, NOON)
    assert pending == {**role, "extension": [{"url": STATUS, "valueCode": "Pending"}]}
    done = {"url": STATUS, "valueCode": "TFAActivatedSuccess"}
    enabled = as_dosespot_says(pending, DONE, NOON)
    epcs = {"url": "urn:prescriber-bots:epcs-enabled", "valueBoolean": True}
    assert enabled == {**role, "extension": [done, epcs]}
    assert as_dosespot_says(enabled, DONE, at(9)) is enabled
    locked = as_dosespot_says(enabled, replace(DONE, locked=True), at(60))
    assert locked == {**role, "extension": [done, {**epcs, "valueBoolean": False}]}
