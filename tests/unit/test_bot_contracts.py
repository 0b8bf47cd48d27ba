"""What the status, notification and supervisor bots take and answer."""

from typing import Any

import pytest
from fhir.resources.R4B.parameters import Parameters

from bots.admin_enroll.contract import AdminEnrollOutput
from bots.notification.contract import ENROLLMENT_EVENTS, NotificationInput
from bots.supervisor.contract import Clinicians, SupervisorInput, SupervisorOutput
from bots.sync_status.contract import SyncStatusInput, SyncStatusOutput
from fhir_profiles.codes import RegistrationStatus
from shared.errors import InputRefused, Misconfigured, RecordsDisagree
from shared.npi_check.check import DueCheck, NpiCheckOutcome
from shared.records.findings import Finding
from shared.runtime.bot_input import parse_input
from shared.runtime.inputs import FindingOutput
from shared.runtime.one_or_page import NO_CURSOR, cursor_of
from shared.runtime.payload import parse_payload
from shared.runtime.settings import Settings
from shared.status_sync.report import Difference, Doubt, Failure, Recorded, Report, joined
from tests.builders import ABSENT, PRACTITIONER_ID, lambda_payload, secrets

REFERENCE = f"Practitioner/{PRACTITIONER_ID}"
INSTANT = "2026-03-01T09:30:00.123Z"
SECRET = "made-up-secret-of-32-characters."


def test_a_cursor_is_read_back_by_the_next_call() -> None:
    cursor = cursor_of(INSTANT)
    assert parse_input(SyncStatusInput, {"cursor": cursor}).cursor == INSTANT
    assert "2026" not in cursor


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "====", "\n"),
        cursor_of(REFERENCE),  # what older versions gave
        cursor_of(f"{INSTANT}&project=Project/other"),
        cursor_of(f"{INSTANT},2026-03-01T09:30:00.000Z"),
        cursor_of("2026-03-01"),
        f"{cursor_of(INSTANT)}\n",
    ],
)
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InputRefused) as refused:
        parse_input(SyncStatusInput, {"cursor": text})
    assert str(refused.value) == f"The bot's input was refused. cursor: {NO_CURSOR}."


def test_nothing_asks_for_everybody() -> None:
    assert parse_input(SyncStatusInput, {}).model_dump() == {
        "practitionerId": None,
        "cursor": None,
        "pageSize": 50,
        "dryRun": None,
        "resume": None,
    }


@pytest.mark.parametrize(
    "more", [{"practitionerId": "a"}, {"cursor": cursor_of(INSTANT)}, {"dryRun": True}], ids=str
)
def test_who_resumes_asks_for_everybody_in_turn(more: dict[str, Any]) -> None:
    with pytest.raises(InputRefused, match="resume: is for everybody in turn"):
        parse_input(SyncStatusInput, {"resume": True, **more})
    assert parse_input(SyncStatusInput, {"resume": True, "dryRun": False}).resume


def test_another_resource_is_refused() -> None:
    with pytest.raises(InputRefused, match="resourceType: this bot has no such input"):
        parse_input(SyncStatusInput, {"resourceType": "Practitioner"})


def test_a_report_is_told_in_the_words_of_the_contract() -> None:
    before, after = Recorded(None, epcs=False), Recorded("TFAActivatedSuccess", epcs=True)
    doubt = Doubt("Practitioner/b", Finding("Practitioner.identifier[1].period.end", "It ended."))
    first = Report(2, (Difference("Practitioner/a", before, after),), (), INSTANT, (doubt,))
    failure = Failure("Practitioner/d", RecordsDisagree("Correct the id."))
    found = Finding("Practitioner.identifier", "the NPI is missing")
    due = DueCheck("Practitioner/e", NpiCheckOutcome.REFUSED, (found,))
    answer = SyncStatusOutput.of(joined(first, Report(1, (), (failure,))), [due], dry_run=True)
    assert answer.model_dump() == {
        "checked": 5,
        "changed": 1,
        "unchanged": 3,
        "failed": 1,
        "differences": [
            {
                "practitioner": "Practitioner/a",
                "status": {"from": None, "to": "TFAActivatedSuccess"},
                "epcs": {"from": False, "to": True},
            }
        ],
        "failures": [{"practitioner": "Practitioner/d", "error": "Correct the id."}],
        "npiChecks": [
            {
                "practitioner": "Practitioner/e",
                "outcome": "refused",
                "findings": ["Practitioner.identifier: the NPI is missing"],
            }
        ],
        "nextCursor": None,
        "dryRun": True,
        "warnings": [
            {
                "practitioner": "Practitioner/b",
                "path": "Practitioner.identifier[1].period.end",
                "sentence": "It ended.",
            }
        ],
    }
    assert "warnings" not in SyncStatusOutput.of(Report(), [], dry_run=True).model_dump()
    assert type(answer.model_dump()["npiChecks"][0]["outcome"]) is str
    assert SyncStatusOutput.of(first, [], dry_run=False).nextCursor == cursor_of(INSTANT)


def enrolled(**given: Any) -> dict[str, Any]:
    """The answer of the enroll bot."""
    answer = {
        "doseSpotClinicianId": 7,
        "projectMembership": {},
        "practitioner": {},
        "registrationStatus": RegistrationStatus.PENDING,
        "idpInitialized": False,
        "tfaInitialized": False,
        **given,
    }
    return AdminEnrollOutput(**answer).model_dump()


def test_a_resource_is_answered_as_it_is_whatever_it_holds() -> None:
    odd = {"photo": [{"title": "\ud800"}], "\ud800": 10**30, "extension": 5, "active": None}
    answer = enrolled(practitioner=odd)
    assert answer == {
        "doseSpotClinicianId": 7,
        "projectMembership": {},
        "practitioner": odd,
        "registrationStatus": "Pending",
        "idpInitialized": False,
        "tfaInitialized": False,
    }
    assert set(answer) == {*AdminEnrollOutput.model_fields} - {"warnings"}
    assert type(answer["registrationStatus"]) is str


def test_warnings_are_answered_where_there_are_any() -> None:
    found = FindingOutput.of(Finding("Practitioner.name", "the family name differs"))
    told = [{"path": "Practitioner.name", "sentence": "the family name differs"}]
    assert enrolled(warnings=[found]) == {**enrolled(), "warnings": told}


@pytest.mark.parametrize("kind", sorted(ENROLLMENT_EVENTS))
def test_an_enrollment_event_is_about_a_clinician(kind: str) -> None:
    given = {"EventType": kind, "Data": {"ClinicianId": 4711, "More": 1}, "Later": True}
    assert parse_input(NotificationInput, given).clinician_id() == 4711


@pytest.mark.parametrize("number", [None, 0, -1, "4711", 4711.0, True, [4711]], ids=repr)
def test_what_is_no_number_is_no_clinician(number: Any) -> None:
    given = {"EventType": "ClinicianConfirmed", "Data": {"ClinicianId": number}}
    assert parse_input(NotificationInput, given).clinician_id() is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (True, "DoseSpot was told."),
        (False, "DoseSpot had been told the same before, and was not told again."),
    ],
)
def test_the_supervisor_bot_answers_fhir_parameters_by_medplums_names(
    changed: bool, told: str
) -> None:
    given = {"practitionerId": "a", "supervisorPractitionerId": "b", "action": "remove"}
    request = parse_input(SupervisorInput, given)
    answer = SupervisorOutput.of(request, Clinicians(5, 1, 123), changed=changed).model_dump()
    result = [
        {"name": "ResultCode", "valueString": "OK"},
        {"name": "ResultDescription", "valueString": told},
    ]
    assert answer == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "practitionerId", "valueId": "a"},
            {"name": "supervisorPractitionerId", "valueId": "b"},
            {"name": "clinicianId", "valueInteger": 5},
            {"name": "supervisorClinicianId", "valueInteger": 1},
            {"name": "clinicId", "valueInteger": 123},
            {"name": "action", "valueCode": "remove"},
            {"name": "result", "part": result},
        ],
    }
    read = Parameters.model_validate(answer)
    assert answer == {**read.model_dump(mode="json"), "resourceType": "Parameters"}


def test_headers_are_read_and_never_shown() -> None:
    payload = parse_payload(lambda_payload())
    assert payload.headers == lambda_payload()["headers"]
    assert "callers" not in repr(payload)


@pytest.mark.parametrize("headers", [ABSENT, None, [], "x", {"a": ["b"], "c": None}], ids=repr)
def test_headers_that_are_no_texts_stop_no_bot(headers: Any) -> None:
    assert parse_payload(lambda_payload(headers=headers)).headers == {}


@pytest.mark.parametrize("value", [SECRET, f" {SECRET}\n"])
def test_the_webhook_secret_has_32_characters(value: str) -> None:
    assert _settings(value).webhook_secret() == SECRET


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (ABSENT, "DOSESPOT_WEBHOOK_SECRET missing"),
        ("", "DOSESPOT_WEBHOOK_SECRET missing"),
        (SECRET[1:], "DOSESPOT_WEBHOOK_SECRET must have 32 characters"),
        (f"{SECRET}x", "DOSESPOT_WEBHOOK_SECRET must have 32 characters"),
    ],
)
def test_any_other_webhook_secret_is_named_and_not_shown(value: Any, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence) as refused:
        _settings(value).webhook_secret()
    assert "made-up" not in str(refused.value)


def _settings(value: Any) -> Settings:
    payload = lambda_payload(secrets=secrets(DOSESPOT_WEBHOOK_SECRET=value))
    return Settings(parse_payload(payload).secrets)
