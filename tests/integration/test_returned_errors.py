"""Refusals of every bot on a server that answers a returned error with its status, and otherwise.

What is told is the same; where it is returned it is an OperationOutcome with the documented status
(`require_documented` looks at each), else Lambda's description of a raised error with 400.
"""

import json
from typing import Any

import pytest
import requests

from bots.catalog import BOTS
from fhir_profiles.systems import ERROR_TYPE, MEDPLUM_BOTS
from shared.runtime.returned import PROBE
from tests.integration.choosing import FAVORITE_BOT, PHARMACY_BOT, medication
from tests.integration.clinic import ADMIN_BOT, TIMEOUT_S, Clinic, Member
from tests.integration.creating import setting
from tests.integration.documented import require_documented
from tests.integration.prescribing import ALWAYS, HISTORY_BOT, PRESCRIPTIONS_BOT, REPORTED_BOT

CREATE_BOT = "dosespot-create-prescriber-bot"
INVITE_BOT = "dosespot-invite-prescribers-bot"
SUPERVISOR_BOT = "dosespot-set-supervising-prescriber"
NOBODY = {"practitionerId": "nobody", "practitionerRoleTypes": [1]}
PAIR = {"practitionerId": "a", "supervisorPractitionerId": "b", "action": "add"}
PUSH = {"EventType": "ClinicianConfirmed", "Data": {"ClinicianId": 7}}

BOTH_WAYS = pytest.mark.parametrize("both_ways", ["raised", "returned"], indirect=True)

REFUSALS: list[tuple[str, Any, bool, str, int]] = [
    (ADMIN_BOT, {"practitionerId": "a"}, True, "InputRefused", 400),
    (ADMIN_BOT, NOBODY, False, "NotAuthorized", 403),
    (ADMIN_BOT, NOBODY, True, "RecordsRefused", 400),
    (CREATE_BOT, {}, True, "InputRefused", 400),
    (CREATE_BOT, {}, False, "NotAuthorized", 403),
    ("dosespot-self-enroll-prescriber-bot", {"a": 1}, False, "InputRefused", 400),
    ("dosespot-self-enroll-prescriber-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-patient-sync-bot", {"patientId": "a b"}, True, "InputRefused", 400),
    ("dosespot-patient-sync-bot", {"patientId": "nobody"}, True, "FhirNotFound", 404),
    (PRESCRIPTIONS_BOT, {"patientId": "a", "start": "x"}, True, "InputRefused", 400),
    (PRESCRIPTIONS_BOT, {"patientId": "nobody", **ALWAYS}, True, "FhirNotFound", 404),
    (HISTORY_BOT, {"patientId": "a"}, True, "InputRefused", 400),
    (HISTORY_BOT, {"patientId": "nobody", **ALWAYS}, True, "FhirNotFound", 404),
    (REPORTED_BOT, {"patientId": "a b"}, True, "InputRefused", 400),
    (REPORTED_BOT, {"patientId": "nobody"}, True, "FhirNotFound", 404),
    ("dosespot-iframe-bot", {"patientId": 7}, False, "InputRefused", 400),
    ("dosespot-iframe-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-iframe-bot", {"patientId": "nobody"}, True, "FhirNotFound", 404),
    ("dosespot-sync-status-bot", {"cursor": 7}, True, "InputRefused", 400),
    ("dosespot-sync-status-bot", {"practitionerId": "nobody"}, False, "NotAuthorized", 403),
    ("dosespot-readiness-bot", {"cursor": 7}, True, "InputRefused", 400),
    ("dosespot-notification-bot", {"EventType": 7}, True, "InputRefused", 400),
    ("dosespot-notification-bot", PUSH, True, "NotAuthorized", 403),
    ("dosespot-notification-counts-bot", {"a": 1}, False, "InputRefused", 400),
    ("dosespot-notification-counts-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-search-medication-bot", {"name": "li"}, True, "InputRefused", 400),
    ("dosespot-search-medication-bot", {"name": "lis"}, False, "NotAuthorized", 403),
    ("dosespot-search-allergen-bot", {"name": ""}, True, "InputRefused", 400),
    ("dosespot-search-allergen-bot", {"name": "pen"}, False, "NotAuthorized", 403),
    ("dosespot-search-pharmacy-bot", {}, True, "InputRefused", 400),
    ("dosespot-search-pharmacy-bot", {"name": "Elm"}, False, "NotAuthorized", 403),
    (FAVORITE_BOT, {"resourceType": "MedicationKnowledge"}, True, "InputRefused", 400),
    (FAVORITE_BOT, medication(20001), False, "NotAuthorized", 403),
    (FAVORITE_BOT, medication(1), True, "RecordsRefused", 400),
    (PHARMACY_BOT, {"patientId": "a"}, True, "InputRefused", 400),
    (PHARMACY_BOT, {"patientId": "nobody", "pharmacyId": 1}, False, "NotAuthorized", 403),
    (PHARMACY_BOT, {"patientId": "nobody", "pharmacyId": 1}, True, "FhirNotFound", 404),
    ("dosespot-default-pharmacy-bot", {"pharmacyId": 0}, True, "InputRefused", 400),
    ("dosespot-default-pharmacy-bot", {"pharmacyId": 1}, False, "NotAuthorized", 403),
    ("dosespot-default-pharmacy-bot", {"pharmacyId": 1}, True, "RecordsRefused", 400),
    (SUPERVISOR_BOT, {}, True, "InputRefused", 400),
    (SUPERVISOR_BOT, PAIR, False, "NotAuthorized", 403),
    ("dosespot-register-clinic-bot", {}, True, "InputRefused", 400),
    ("dosespot-register-clinic-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-clinician-clinics-bot", {"practitionerId": "a"}, True, "InputRefused", 400),
    ("dosespot-clinician-clinics-bot", {"practitionerId": "a"}, False, "NotAuthorized", 403),
    ("dosespot-my-details-bot", {"phone": 7}, False, "InputRefused", 400),
    ("dosespot-my-details-bot", {}, True, "NotAuthorized", 403),
    ("dosespot-setup-progress-bot", {"cursor": 7}, True, "InputRefused", 400),
    ("dosespot-setup-progress-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-billing-report-bot", {"lastMonth": "2026-01"}, True, "InputRefused", 400),
    ("dosespot-billing-report-bot", {}, False, "NotAuthorized", 403),
    ("dosespot-billing-report-bot", {}, True, "Misconfigured", 400),
    (INVITE_BOT, {}, True, "InputRefused", 400),
    (INVITE_BOT, {"practitioners": [{"practitionerId": "a"}]}, False, "NotAuthorized", 403),
]
"""Bot, input, whether an administrator calls, error, and its status where it is returned."""


def execute(clinic: Clinic, bot: str, given: Any, token: str) -> requests.Response:
    reply = clinic.session.post(
        f"{clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
        json=given,
        headers={"Authorization": f"Bearer {token}"},
        timeout=TIMEOUT_S,
    )
    require_documented(bot, reply.status_code, reply.json())
    return reply


def logs(clinic: Clinic) -> dict[str, str]:
    """The logs of runs that the server keeps, by the id of each AuditEvent; lines of JSON."""
    events = clinic.sandbox.fhir.resources("AuditEvent")
    kept = {one["id"]: one.get("outcomeDesc", "") for one in events}
    return {event: text for event, text in kept.items() if '{"' in text}


def test_every_bot_has_a_refusal() -> None:
    assert {bot for bot, *_ in REFUSALS} == {bot.identifier for bot in BOTS}


@BOTH_WAYS
@pytest.mark.parametrize("refusal", REFUSALS, ids=str)
def test_a_refusal_is_told_in_the_form_that_the_setting_says(
    clinic: Clinic, both_ways: str, refusal: tuple[str, Any, bool, str, int]
) -> None:
    bot, given, as_admin, kind, status = refusal
    caller = clinic.admin if as_admin else clinic.add_member()
    reply = execute(clinic, bot, given, caller.token)
    body = reply.json()
    if both_ways == "raised":
        assert (reply.status_code, body["errorType"]) == (400, kind)
        assert "resourceType" not in body
    else:
        assert reply.status_code == status
        assert body.keys() == {"resourceType", "id", "issue"}
        coding = [{"system": ERROR_TYPE, "code": kind}]
        assert [issue["details"]["coding"] for issue in body["issue"]] == [coding] * len(
            body["issue"]
        )
    assert caller.token not in reply.text


def test_a_practitioners_problems_are_issues_with_their_paths(clinic: Clinic) -> None:
    member = clinic.add_member(practitioner={"birthDate": "", "telecom": []})
    asked = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    with setting(clinic, "MEDPLUM_BOT_ERRORS", "returned"):
        issues = execute(clinic, ADMIN_BOT, asked, clinic.admin.token).json()["issue"]
    told = [(one["severity"], one["expression"], one["details"]["text"]) for one in issues]
    assert ("error", ["Practitioner.birthDate"], "The date of birth is missing; add it") in told
    warnings = [text for severity, _, text in told if severity == "warning"]
    assert [text for _, _, text in told if text.startswith("(warning) ")] == warnings != []


def test_a_server_that_would_answer_200_is_answered_with_an_exception(clinic: Clinic) -> None:
    """As it is where `register` has tried that server."""
    clinic.switch_fhir(answers_returned_errors=False)
    with setting(clinic, "MEDPLUM_BOT_ERRORS", "raised"):
        reply = execute(clinic, ADMIN_BOT, {}, clinic.admin.token)
    assert (reply.status_code, reply.json()["errorType"]) == (400, "InputRefused")


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_the_probes_refusal_is_returned_by_every_bot(clinic: Clinic, bot: Any) -> None:
    before = clinic.writes()
    for answers, status in ((True, 400), (False, 200)):
        clinic.switch_fhir(answers_returned_errors=answers)
        reply = clinic.session.post(
            f"{clinic.fhir_url}fhir/R4/Bot/$execute",
            params={"identifier": f"{MEDPLUM_BOTS}|{bot.identifier}"},
            json=PROBE,
            headers={"Authorization": f"Bearer {clinic.admin.token}"},
            timeout=TIMEOUT_S,
        )
        (coding,) = reply.json()["issue"][0]["details"]["coding"]
        assert (reply.status_code, coding["code"]) == (status, "InputRefused")
    assert clinic.writes() == before


@BOTH_WAYS
def test_a_refusal_counts_the_same_in_both_forms(
    clinic: Clinic, both_ways: str, prescriber: Member
) -> None:
    before = logs(clinic)
    execute(clinic, ADMIN_BOT, NOBODY, prescriber.token)
    (log,) = (text for event, text in logs(clinic).items() if event not in before)
    document, last = [json.loads(one) for one in log.splitlines() if one.startswith("{")][-2:]
    counted = {name: document[name] for name in ("Bot", "Error", "Runs", "Refusals", "Faults")}
    assert counted == {
        "Bot": "admin_enroll",
        "Error": "NotAuthorized",
        "Runs": 1,
        "Refusals": 1,
        "Faults": 0,
    }
    assert (last["step"], last["error"], last["level"]) == ("refused", "NotAuthorized", "WARNING")
