"""What starts a bot, as the payloads of Medplum 5.1.3 tell it, and which bot may be started how."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bots.catalog import BOTS
from shared.errors import BotError, NotAuthorized, RemoteUnavailable
from shared.http.sending import Call, Reply
from shared.runtime.bot import BotFunction
from shared.runtime.invocation import NOBODY_CALLED
from shared.runtime.payload import parse_payload
from shared.runtime.services import Services
from shared.runtime.start import CALLS, Start, given_to, refusal, start_of
from tests.builders import ABSENT, BOT_ID, lambda_payload

OWN = {"resourceType": "Bot", "id": BOT_ID, "name": "sync", "cronString": "0 * * * *"}
SCHEDULE = {"resourceType": "Cron", "id": "c", "targetReference": {"reference": f"Bot/{BOT_ID}"}}
STORED = {"resourceType": "Practitioner", "id": "a", "meta": {"versionId": "1"}}
HOOK = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "a"}}
SENT = {"host": "fhir.example.com", "authorization": "Secret of-somebody"}
CHANGED = {"X-Medplum-Subscription": "s", "X-Medplum-Interaction": "update"}
NOBODY: dict[str, Any] = {"requester": ABSENT, "traceId": ABSENT}
SCHEDULED: dict[str, Any] = {**NOBODY, "headers": {}}
ITSELF = {"requester": {"reference": f"Bot/{BOT_ID}"}}

STARTS: list[tuple[Start, Any, dict[str, Any]]] = [
    (Start.EXECUTE, {}, {}),
    (Start.EXECUTE, {"practitionerId": "a"}, {}),
    (Start.EXECUTE, {"identifier": "https://www.medplum.com/bots|x"}, {}),
    (Start.EXECUTE, [HOOK], {}),
    (Start.EXECUTE, "text", {}),
    (Start.EXECUTE, None, {}),
    (Start.EXECUTE, {"resourceType": "Parameters", "parameter": []}, {}),
    (Start.EXECUTE, {}, {"headers": ABSENT, "traceId": ABSENT}),
    (Start.EXECUTE, OWN, {}),
    (Start.EXECUTE, {}, ITSELF),
    (Start.EXECUTE, {**OWN, "id": "another"}, ITSELF),
    (Start.EXECUTE, OWN, {**ITSELF, "bot": ABSENT}),
    (Start.OPERATION, STORED, {}),
    (Start.OPERATION, {**OWN, "meta": {"versionId": "1"}}, {}),
    (Start.CRON, OWN, SCHEDULED),
    (Start.CRON, OWN, {**SCHEDULED, "headers": ABSENT}),
    (Start.CRON, OWN, {**SCHEDULED, "requester": None}),
    (Start.CRON, SCHEDULE, SCHEDULED),
    (Start.CRON, OWN, ITSELF),
    (Start.CRON, SCHEDULE, ITSELF),
    (Start.SUBSCRIPTION, STORED, {"headers": CHANGED}),
    (Start.SUBSCRIPTION, STORED, {"headers": {"x-medplum-interaction": "create"}}),
    (Start.SUBSCRIPTION, {"deletedResource": STORED}, {"headers": CHANGED}),
    (Start.SUBSCRIPTION, {"deletedResource": STORED}, {}),
    (Start.WEBHOOK, {"EventType": "ClinicianConfirmed"}, {**NOBODY, "headers": SENT}),
    (Start.WEBHOOK, {"identifier": "x"}, {**NOBODY, "headers": SENT}),
    (Start.CDS_HOOKS, HOOK, {}),
    (Start.CDS_HOOKS, {**HOOK, "prefetch": {"patient": STORED}}, {}),
    # What could be several is taken for the one with the fewest rights.
    (Start.WEBHOOK, OWN, {**NOBODY, "headers": SENT}),
    (Start.WEBHOOK, OWN, {**SCHEDULED, "traceId": "00000000-0000-4000-8000-000000000000"}),
    (Start.WEBHOOK, {**OWN, "id": "another"}, SCHEDULED),
    (Start.WEBHOOK, {**SCHEDULE, "targetReference": {"reference": "Bot/x"}}, SCHEDULED),
    (Start.WEBHOOK, {"resourceType": "Parameters"}, SCHEDULED),
    (Start.WEBHOOK, {}, SCHEDULED),
    (Start.WEBHOOK, STORED, {**NOBODY, "headers": {**SENT, **CHANGED}}),
    (Start.WEBHOOK, HOOK, {**NOBODY, "headers": SENT}),
    (Start.SUBSCRIPTION, HOOK, {"headers": CHANGED}),
    (Start.SUBSCRIPTION, {}, {"headers": CHANGED}),
    (Start.SUBSCRIPTION, OWN, {**ITSELF, "headers": CHANGED}),
    (Start.CDS_HOOKS, {**STORED, **HOOK}, {}),
    (Start.CDS_HOOKS, {**OWN, **HOOK}, ITSELF),
]
GIVEN: dict[str, Any] = {
    "add_favorite_medication": {
        "resourceType": "MedicationKnowledge",
        "code": {"coding": [{"system": "https://dosespot.com/dispensable-drug-id", "code": "1"}]},
        "administrationGuidelines": [
            {"dosage": [{"dosage": [{"patientInstruction": "Take one"}]}]},
        ],
    },
    "add_patient_pharmacy": {"patientId": "a", "pharmacyId": 1},
    "admin_enroll": {"practitionerId": "a", "practitionerRoleTypes": [1]},
    "clinician_clinics": {"practitionerId": "a", "add": ["b"]},
    "create_prescriber": {"fName": "Jane"},
    "default_pharmacy": {"pharmacyId": 1},
    "iframe": {},
    "medication_history": {"patientId": "a", "start": "2026-03-10", "end": "2026-03-10"},
    "my_details": {},
    "notification_counts": {},
    "patient_sync": {"patientId": "a"},
    "prescriptions_sync": {"patientId": "a", "start": "2026-03-10", "end": "2026-03-10"},
    "readiness": {},
    "register_clinic": {"locationId": "a"},
    "search_allergen": {"name": "pen"},
    "search_medication": {"name": "lis"},
    "search_pharmacy": {"name": "Elm"},
    "self_enroll": {},
    "self_reported_medications_sync": {"patientId": "a"},
    "supervisor": {"practitionerId": "a", "supervisorPractitionerId": "b", "action": "add"},
    "sync_status": {},
}
"""An input that each bot takes which acts for its caller."""
SECRETS = {
    "DOSESPOT_BASE_URL": "https://dosespot.example/webapi/v2/",
    "DOSESPOT_IFRAME_URL": "https://dosespot.example/LoginSingleSignOn.aspx",
    "DOSESPOT_CLINIC_ID": "1",
    "DOSESPOT_CLINIC_KEY": "made-up-clinic-key",
    "DOSESPOT_SUBSCRIPTION_KEY": "made-up-subscription-key",
    "DOSESPOT_USER_ID": "7",
}
PAYLOADS: dict[Start, dict[str, Any]] = {
    start: lambda_payload(given, **changes) for start, given, changes in reversed(STARTS)
}


@pytest.mark.parametrize(("start", "given", "changes"), STARTS, ids=str)
def test_the_payload_tells_what_started_the_run(
    start: Start, given: Any, changes: dict[str, Any]
) -> None:
    assert start_of(parse_payload(lambda_payload(given, **changes))) is start


def test_every_start_is_tabled() -> None:
    assert PAYLOADS.keys() == set(Start)


@pytest.mark.parametrize(
    ("start", "sent", "given"),
    [
        (Start.EXECUTE, {"identifier": "https://a|b", "patientId": "a"}, {"patientId": "a"}),
        (Start.EXECUTE, {"identifier": [{"value": "1"}]}, {"identifier": [{"value": "1"}]}),
        (Start.EXECUTE, ["identifier"], ["identifier"]),
        (Start.EXECUTE, "text", "text"),
        (Start.OPERATION, {"identifier": "a"}, {"identifier": "a"}),
        (Start.WEBHOOK, {"identifier": "a"}, {"identifier": "a"}),
        (Start.CRON, OWN, {}),
    ],
)
def test_what_the_server_adds_is_no_input(start: Start, sent: Any, given: Any) -> None:
    assert given_to(parse_payload(lambda_payload(sent)), start) == given


@pytest.mark.parametrize("start", Start)
def test_the_bot_answers_for_what_nobody_asked_for(start: Start) -> None:
    payload = parse_payload(PAYLOADS[start])
    asked = None if payload.requester is None else payload.requester.reference
    assert payload.who == (asked or f"Bot/{BOT_ID}")
    assert start.has_caller is (start in {*CALLS, Start.CDS_HOOKS})


class Unreachable:
    """No server at all, and what was asked of it."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(f"{call.method} {call.url}")
        raise RemoteUnavailable("There is no server.")


def run(bot: BotFunction, payload: Mapping[str, Any]) -> tuple[BotError, list[str]]:
    """The error that a run without any server ends with, and what it asked for."""
    http = Unreachable()
    handler = bot.handler(lambda: Services(http=http, sleep=lambda _: None))
    with pytest.raises(BotError) as failed:
        handler(json.loads(json.dumps(payload)), None)
    return failed.value, http.calls


@pytest.mark.parametrize("start", Start)
@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_a_bot_is_run_by_what_it_names_only(bot: BotFunction, start: Start) -> None:
    error, calls = run(bot, PAYLOADS[start])
    told = (NotAuthorized, refusal(start, bot.starts))
    assert ((type(error), str(error)) == told) is (start not in bot.starts)
    assert calls == [] or start in bot.starts


@pytest.mark.parametrize(
    ("bot", "start"),
    [
        pytest.param(bot, start, id=f"{bot.name}-{start.name}")
        for bot in BOTS
        for start in (Start.SUBSCRIPTION, Start.WEBHOOK)
        if bot.name in GIVEN
    ],
)
def test_behind_the_runtime_nobody_is_a_caller_either(bot: BotFunction, start: Start) -> None:
    """What a caller may is asked of the requester, and a run without a caller has none."""
    open_to_all = replace(bot, starts=frozenset(Start), doorkeeper=None)
    secrets = {name: {"name": name, "valueString": value} for name, value in SECRETS.items()}
    payload = {**PAYLOADS[start], "input": GIVEN[bot.name], "secrets": secrets}
    error, _ = run(open_to_all, payload)
    assert (type(error), str(error)) == (NotAuthorized, NOBODY_CALLED)


def test_the_refusal_is_one_plain_sentence() -> None:
    assert refusal(Start.WEBHOOK, CALLS) == (
        "This bot is not run by a public webhook. It may be run by: Bot/$execute, a custom"
        " operation on a resource."
    )
