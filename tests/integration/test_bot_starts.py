"""The bots as a server starts them: by each start, the bot that is for it and one that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bots.notification import bot as sentences
from deploy.sandbox.clinic import PUSH_SECRET
from deploy.sandbox.fhir.operations import IMPLEMENTATION
from deploy.sandbox.fhir.subscriptions import INTERACTION
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.runtime.start import CALLS, Start, refusal
from tests.integration.clinic import ADMIN_BOT, DEA, TIMEOUT_S, Answer, Clinic, Member
from tests.integration.self_service import (
    IFRAME_BOT,
    SERVICE_SECRETS,
    bot_as_itself,
    dosespot_writes,
    enrolled,
    without_secrets,
    writes,
)

SYNC, NOTIFICATION = "dosespot-sync-status-bot", "dosespot-notification-bot"
SUPERVISOR, READINESS = "dosespot-set-supervising-prescriber", "dosespot-readiness-bot"
POLICY = {"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]}
SECRET = {"Authorization": f"Secret {PUSH_SECRET}"}
HOOK = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "a"}}
SERVICE = {"hook": "patient-view", "title": "x", "description": "x"}


@dataclass
class StartedBot:
    """A Bot of its own that runs one of our functions, however it is set up."""

    clinic: Clinic
    bot: dict[str, Any]
    membership: dict[str, Any]

    @property
    def reference(self) -> str:
        return f"Bot/{self.bot['id']}"

    @property
    def webhook(self) -> str:
        return f"webhook/{self.membership['id']}"

    def set_up(self, **changes: Any) -> None:
        self.clinic.write({**self.clinic.read(self.reference), **changes})

    def open_webhook(self) -> None:
        """A public webhook, whose bot stays an administrator with a policy beside."""
        policy = self.clinic.sandbox.fhir.add_resource(self.clinic.project, POLICY)
        pointer = {"reference": f"AccessPolicy/{policy['id']}"}
        self.clinic.write({**self.membership, "accessPolicy": pointer})
        self.set_up(publicWebhook=True)

    def is_due(self) -> dict[str, Any]:
        """The schedule of the bot is due."""
        self.set_up(cronString="*/15 * * * *")
        self.clinic.reset()
        reply = call(self.clinic, "POST", f"_sandbox/crons/{self.bot['id']}", None)
        return dict(reply.body)


@pytest.fixture
def started(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[StartedBot]:
    with bot_as_itself(clinic, request.param, admin=True) as name:
        fhir = clinic.sandbox.fhir
        (bot,) = [one for one in fhir.resources("Bot") if one["identifier"][0]["value"] == name]
        profile = f"Bot/{bot['id']}"
        (membership,) = [
            one
            for one in fhir.resources("ProjectMembership")
            if one["profile"]["reference"] == profile
        ]
        yield StartedBot(clinic, bot, membership)


def the_bot(identifier: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("started", [identifier], indirect=True, ids=[identifier])


def call(clinic: Clinic, method: str, path: str, token: str | None, **sent: Any) -> Answer:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    headers |= sent.pop("headers", {})
    reply = clinic.session.request(
        method, f"{clinic.fhir_url}{path}", headers=headers, timeout=TIMEOUT_S, **sent
    )
    return Answer(reply.status_code, reply.json())


def calls(clinic: Clinic) -> list[str]:
    """Every call at DoseSpot and the FHIR server since the last reset."""
    return [
        call
        for url in (clinic.control_url, f"{clinic.fhir_url}_sandbox/")
        for call in clinic.session.get(f"{url}calls", timeout=TIMEOUT_S).json()["calls"]
    ]


def refused(body: dict[str, Any], start: Start, accepted: frozenset[Start] = CALLS) -> bool:
    sentence = refusal(start, accepted)
    return (body["errorType"], body["errorMessage"]) == ("NotAuthorized", sentence)


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody whom an administrator has enrolled, and who has come further since."""
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    clinic.set_clinician(member, status="IDPSuccess")
    clinic.reset()
    return member


def status_of(clinic: Clinic, member: Member) -> str | None:
    return registration_status(clinic.practitioner(member))


def who_recorded(clinic: Clinic, member: Member) -> str:
    """Who stands in the newest AuditEvent about the prescriber."""
    newest = clinic.events(f"Practitioner/{member.id}")[-1]
    assert newest["subtype"][0]["code"] == "status-recorded"
    return str(newest["agent"][0]["who"]["reference"])


def test_execute_by_get_opens_the_iframe(clinic: Clinic) -> None:
    prescriber = enrolled(clinic)
    named = {"identifier": f"{MEDPLUM_BOTS}|{IFRAME_BOT}"}
    answer = call(clinic, "GET", "fhir/R4/Bot/$execute", prescriber.token, params=named)
    assert (answer.status, list(answer.body)) == (200, ["url"])
    more = {**named, "patientId": "../x", "more": "1"}
    answer = call(clinic, "GET", "fhir/R4/Bot/$execute", prescriber.token, params=more)
    assert answer.error == (
        "The bot's input was refused. patientId: this is not a valid FHIR id; correct it; more:"
        " this bot has no such input; remove it."
    )


def operation(clinic: Clinic, code: str, started: StartedBot) -> None:
    named = {"url": IMPLEMENTATION, "valueReference": {"reference": started.reference}}
    definition = {
        "resourceType": "OperationDefinition",
        "extension": [named],
        "name": "Operation",
        "status": "active",
        "kind": "operation",
        "code": code,
        "system": False,
        "type": True,
        "instance": True,
    }
    clinic.sandbox.fhir.add_resource(clinic.project, definition)


@the_bot(SUPERVISOR)
def test_an_operation_sets_the_supervisor(clinic: Clinic, started: StartedBot) -> None:
    agent, other = (clinic.add_member(dea=DEA) for _ in range(2))
    for member, roles in ((agent, [5]), (other, [1])):
        assert clinic.enroll(member, practitionerRoleTypes=roles).status == 200
    operation(clinic, "set-supervisor", started)
    given = {
        "practitionerId": agent.id,
        "supervisorPractitionerId": other.id,
        "action": "add",
    }
    path = "fhir/R4/Practitioner/$set-supervisor"
    answer = call(clinic, "POST", path, clinic.admin.token, json=given)
    assert (answer.status, answer.body["resourceType"]) == (200, "Parameters")
    answer = call(clinic, "GET", path, clinic.admin.token, params={**given, "action": "remove"})
    assert (answer.status, answer.body["resourceType"]) == (200, "Parameters")
    path = f"fhir/R4/Practitioner/{agent.id}/$set-supervisor"
    answer = call(clinic, "POST", path, clinic.admin.token, json=given)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused")
    assert "practitionerId: is required" in answer.error


def test_medplums_operation_sets_the_supervisor_by_medplums_names(clinic: Clinic) -> None:
    agent, other = (clinic.add_member(dea=DEA) for _ in range(2))
    for member, roles in ((agent, [5]), (other, [1])):
        assert clinic.enroll(member, practitionerRoleTypes=roles).status == 200
    given = {"practitionerId": agent.id, "supervisorPractitionerId": other.id}
    path = f"fhir/R4/Practitioner/${SUPERVISOR}"
    answer = call(clinic, "POST", path, clinic.admin.token, json=given)
    named = {one["name"]: one for one in answer.body["parameter"]}
    result = {one["name"]: one["valueString"] for one in named.pop("result")["part"]}
    values = {name: next(v for k, v in one.items() if k != "name") for name, one in named.items()}
    assert (answer.status, result["ResultCode"]) == (200, "OK")
    assert values == {
        "practitionerId": agent.id,
        "supervisorPractitionerId": other.id,
        "clinicianId": clinic.clinician(agent)["id"],
        "supervisorClinicianId": clinic.clinician(other)["id"],
        "clinicId": clinic.clinic_id,
        "action": "add",
    }
    answer = call(clinic, "POST", path, other.token, json=given)
    assert answer.body["errorType"] == "NotAuthorized"


@the_bot(SYNC)
def test_a_schedule_brings_everybody_in_line_with_nobody_who_asks(
    clinic: Clinic, member: Member, started: StartedBot
) -> None:
    told = started.is_due()
    assert (told["ran"], told["failed"], told["answer"]["dryRun"]) == (True, False, False)
    assert status_of(clinic, member) == "IDPSuccess"
    assert who_recorded(clinic, member) == started.reference
    assert dosespot_writes(clinic) == []


@the_bot(SYNC)
def test_a_schedule_needs_no_more_than_the_bots_own_rights(
    clinic: Clinic, member: Member, started: StartedBot
) -> None:
    with without_secrets(clinic, *SERVICE_SECRETS):
        assert started.is_due()["failed"] is False
    assert status_of(clinic, member) == "IDPSuccess"


@the_bot(ADMIN_BOT)
def test_a_schedule_enrolls_nobody(clinic: Clinic, started: StartedBot) -> None:
    told = started.is_due()
    assert (told["failed"], refused(told["answer"], Start.CRON)) == (True, True)
    assert calls(clinic) == []


@the_bot(SYNC)
def test_whoever_posts_the_bot_to_a_webhook_is_no_schedule(
    clinic: Clinic, member: Member, started: StartedBot
) -> None:
    started.open_webhook()
    clinic.reset()
    answer = call(clinic, "POST", started.webhook, None, json=clinic.read(started.reference))
    assert answer.status == 400
    assert refused(answer.body, Start.WEBHOOK, frozenset({Start.EXECUTE, Start.CRON}))
    assert (status_of(clinic, member), dosespot_writes(clinic)) == ("Pending", [])


@the_bot(NOTIFICATION)
def test_dosespot_posts_straight_to_the_webhook(clinic: Clinic, started: StartedBot) -> None:
    started.open_webhook()
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    before = clinic.session.get(f"{clinic.control_url}pushes", timeout=TIMEOUT_S).json()
    url = f"{clinic.fhir_url}{started.webhook}"
    clinic.switch(push_notifications_url=url, push_notifications_secret=PUSH_SECRET)
    clinic.prescriber_does(member, "sign-agreements")
    wait_for_pushes(clinic, before["delivered"] + 1)
    assert status_of(clinic, member) == "RegistrationSuccess"
    assert who_recorded(clinic, member) == started.reference


def wait_for_pushes(clinic: Clinic, number: int) -> None:
    """Until so many have been delivered; each is answered once the bot has ended."""
    for _ in range(1000):
        counts = clinic.session.get(f"{clinic.control_url}pushes", timeout=TIMEOUT_S).json()
        if counts["delivered"] >= number:
            return
    raise AssertionError(counts)


def pushed(clinic: Clinic, started: StartedBot, body: Any, **headers: str) -> Answer:
    clinic.reset()
    return call(clinic, "POST", started.webhook, None, json=body, headers=headers)


@the_bot(NOTIFICATION)
def test_a_webhook_takes_the_secret_in_either_header(
    clinic: Clinic, member: Member, started: StartedBot
) -> None:
    started.open_webhook()
    event = {
        "EventType": "ClinicianConfirmed",
        "Data": {"ClinicianId": clinic.clinician(member)["id"]},
    }
    answer = pushed(clinic, started, event, **SECRET)
    expected = {"handled": True, "reason": sentences.UPDATED}
    assert (answer.status, answer.body) == (200, expected)
    answer = pushed(clinic, started, event, **{"X-DoseSpot-Secret": SECRET["Authorization"]})
    assert (answer.status, answer.body["reason"]) == (200, sentences.UNCHANGED)


@the_bot(NOTIFICATION)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": f"Secret {'x' * 32}"},
        {"Authorization": f"Bearer {PUSH_SECRET}"},
        {"X-DoseSpot-Secret": PUSH_SECRET},
    ],
    ids=str,
)
def test_a_stranger_at_the_webhook_costs_no_call_and_no_audit_event(
    clinic: Clinic, member: Member, started: StartedBot, headers: dict[str, str]
) -> None:
    started.open_webhook()
    number = clinic.clinician(member)["id"]
    for body in (
        {"EventType": "ClinicianConfirmed", "Data": {"ClinicianId": number}},
        {"EventType": "SomethingNew"},
        {"no": "event"},
        [],
    ):
        answer = pushed(clinic, started, body, **headers)
        assert answer.status == 400
        assert answer.body["errorType"] in ("NotAuthorized", "InputRefused")
        assert PUSH_SECRET not in str(answer.body)
        assert calls(clinic) == [f"POST /{started.webhook}"]
    assert status_of(clinic, member) == "Pending"


@the_bot(NOTIFICATION)
def test_an_unknown_event_is_answered_without_any_call(clinic: Clinic, started: StartedBot) -> None:
    started.open_webhook()
    body = {"EventType": "SomethingNew", "Data": {"ClinicianId": 1, "deep": [[[{}]]]}}
    answer = pushed(clinic, started, body, **SECRET)
    expected = {"handled": False, "reason": sentences.NOTHING_FOLLOWS}
    assert (answer.status, answer.body) == (200, expected)
    assert calls(clinic) == [f"POST /{started.webhook}"]


@the_bot(ADMIN_BOT)
def test_a_webhook_enrolls_nobody_whatever_is_sent(
    clinic: Clinic, prescriber: Member, started: StartedBot
) -> None:
    started.open_webhook()
    body = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    admins = {"Authorization": f"Bearer {clinic.admin.token}"}
    for headers in ({}, SECRET, admins):
        answer = pushed(clinic, started, body, **headers)
        assert (answer.status, refused(answer.body, Start.WEBHOOK)) == (400, True)
        assert calls(clinic) == [f"POST /{started.webhook}"]


@the_bot(ADMIN_BOT)
def test_a_subscription_enrolls_nobody_though_an_administrator_made_the_change(
    clinic: Clinic, prescriber: Member, started: StartedBot
) -> None:
    subscription = {
        "resourceType": "Subscription",
        "extension": [{"url": INTERACTION, "valueCode": "update"}],
        "status": "active",
        "reason": "test",
        "criteria": f"Practitioner?_id={prescriber.id}",
        "channel": {"type": "rest-hook", "endpoint": started.reference},
    }
    added = clinic.sandbox.fhir.add_resource(clinic.project, subscription)
    clinic.reset()
    clinic.write({**clinic.practitioner(prescriber), "gender": "female"})
    reply = clinic.session.get(f"{clinic.fhir_url}_sandbox/subscriptions", timeout=TIMEOUT_S)
    (told,) = reply.json()
    assert (told["failed"], refused(told["answer"], Start.SUBSCRIPTION)) == (True, True)
    assert writes(clinic) == [f"PUT /fhir/R4/Practitioner/{prescriber.id}"]
    clinic.delete(f"Subscription/{added['id']}")


@the_bot(READINESS)
def test_cds_hooks_tell_nothing_about_anybody(
    clinic: Clinic, prescriber: Member, started: StartedBot
) -> None:
    started.set_up(cdsService=SERVICE)
    path = f"cds-services/{started.bot['id']}"
    for caller in (clinic.admin, prescriber):
        clinic.reset()
        answer = call(clinic, "POST", path, caller.token, json=HOOK)
        assert (answer.status, refused(answer.body, Start.CDS_HOOKS)) == (400, True)
        assert calls(clinic) == [f"POST /{path}"]
