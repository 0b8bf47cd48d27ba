"""The notification bot: from the sandbox's DoseSpot by way of an endpoint, and what is no news.

A Medplum server wants its own token in Authorization, so an endpoint stands in between that hands
DoseSpot's secret on in a header of another name.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from queue import Queue
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bots.notification import bot as sentences
from deploy.sandbox.clinic import PUSH_SECRET
from deploy.sandbox.serve import LocalServer
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.members import enrolled
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Clinic, Member, new_npi
from tests.integration.self_service import (
    SERVICE_SECRETS,
    bot_as_itself,
    dosespot_writes,
    without_secrets,
    writes,
)

pytestmark = pytest.mark.usefixtures("both_ways")

BOT = "dosespot-notification-bot"
PATIENCE_S = 60
SECRET = f"Secret {PUSH_SECRET}"


@dataclass
class Endpoint:
    """Hands what DoseSpot posts on to the bot, and keeps what the bot answered."""

    clinic: Clinic
    token: str
    answers: "Queue[tuple[str, Answer]]" = field(default_factory=Queue)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/dosespot", self._take, methods=["POST"])])

    def next(self) -> tuple[str, Answer]:
        return self.answers.get(timeout=PATIENCE_S)

    async def _take(self, request: Request) -> Response:
        body = await request.json()
        secret = request.headers["Authorization"]
        answer = await run_in_threadpool(notify, self.clinic, self.token, body, secret)
        self.answers.put((body["EventType"], answer))
        return Response(status_code=answer.status)


@pytest.fixture
def token(clinic: Clinic) -> str:
    """The token of a program that may run bots and nothing that only administrators may."""
    client = clinic.sandbox.fhir.add_client(clinic.project, "endpoint")
    return clinic.sandbox.fhir.token_for(client.membership_id)


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody whom an administrator has enrolled, and nothing more."""
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    clinic.reset()
    return member


@pytest.fixture
def endpoint(clinic: Clinic, token: str) -> Iterator[Endpoint]:
    endpoint = Endpoint(clinic, token)
    with LocalServer() as server:
        server.start(endpoint.app())
        url = f"{server.url}dosespot"
        clinic.switch(push_notifications_url=url, push_notifications_secret=PUSH_SECRET)
        yield endpoint


def notify(
    clinic: Clinic, token: str, body: Any, secret: str | None = SECRET, bot: str = BOT
) -> Answer:
    """Runs the bot as the endpoint does."""
    headers = {"Authorization": f"Bearer {token}"}
    if secret is not None:
        headers["X-DoseSpot-Secret"] = secret
    reply = requests.post(
        f"{clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
        json=body,
        headers=headers,
        timeout=TIMEOUT_S,
    )
    with closing(reply):
        return Answer.of(reply.status_code, reply.content)


def calls(clinic: Clinic) -> list[str]:
    """Every call at DoseSpot and the FHIR server since the last reset."""
    return [
        call
        for url in (clinic.control_url, f"{clinic.fhir_url}_sandbox/")
        for call in clinic.session.get(f"{url}calls", timeout=TIMEOUT_S).json()["calls"]
    ]


def event(kind: str, clinician_id: Any, **data: Any) -> dict[str, Any]:
    return {"EventType": kind, "Data": {"ClinicianId": clinician_id, **data}}


def activated(clinic: Clinic, member: Member, **data: Any) -> dict[str, Any]:
    return event("ClinicianTfaActivateSuccess", clinic.clinician(member)["id"], **data)


def recorded(clinic: Clinic, member: Member) -> tuple[str | None, bool]:
    practitioner = clinic.practitioner(member)
    return registration_status(practitioner), has_epcs_qualification(practitioner)


def handled(reason: str) -> dict[str, Any]:
    return {"handled": True, "reason": reason}


def passed_over(reason: str) -> dict[str, Any]:
    return {"handled": False, "reason": reason}


def test_the_practitioner_follows_the_prescriber_without_another_run(
    clinic: Clinic, member: Member, endpoint: Endpoint
) -> None:
    proven, second_factor = "ClinicianIDPCompleteSuccess", "ClinicianTfaActivateSuccess"
    for flags, step, kind, status in (
        ({}, "sign-agreements", proven, "RegistrationSuccess"),
        ({"initIdp": True}, "pass-idp", proven, "IDPSuccess"),
        ({"initTfa": True}, "activate-tfa", second_factor, "TFAActivatedSuccess"),
    ):
        clinic.enroll(member, **flags)
        clinic.prescriber_does(member, step)
        told, answer = endpoint.next()
        assert (told, answer.body) == (kind, handled(sentences.UPDATED))
        assert recorded(clinic, member) == (status, status == "TFAActivatedSuccess")
    clinic.set_clinician(member, locked=True)
    told, answer = endpoint.next()
    assert (told, answer.body) == ("ClinicianLockedOut", handled(sentences.UPDATED))
    assert recorded(clinic, member) == ("TFAActivatedSuccess", False)


def test_a_new_clinician_is_no_news_before_the_id_is_linked(
    clinic: Clinic, endpoint: Endpoint
) -> None:
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    told, answer = endpoint.next()
    assert (told, answer.status) == ("ClinicianConfirmed", 200)
    assert recorded(clinic, member) == ("Pending", False)


def test_the_body_is_not_believed(clinic: Clinic, token: str, member: Member) -> None:
    lie = activated(clinic, member, RegistrationStatus="TFAActivatedSuccess", Status="Active")
    assert notify(clinic, token, lie).body == handled(sentences.UNCHANGED)
    assert (recorded(clinic, member), writes(clinic)) == (("Pending", False), [])


def test_a_duplicate_writes_nothing(clinic: Clinic, token: str, member: Member) -> None:
    clinic.set_clinician(member, status="TFAActivatedSuccess")
    body = activated(clinic, member)
    answers = [notify(clinic, token, body).body for _ in range(3)]
    unchanged = handled(sentences.UNCHANGED)
    assert answers == [handled(sentences.UPDATED), unchanged, unchanged]
    assert writes(clinic) == [f"PUT /fhir/R4/Practitioner/{member.id}"]
    assert dosespot_writes(clinic) == []


@pytest.mark.parametrize(
    "secret",
    [
        None,
        "",
        PUSH_SECRET,
        f"Bearer {PUSH_SECRET}",
        f"secret {PUSH_SECRET}",
        SECRET[:-1],
        f"{SECRET}x",
        f"Secret {'x' * 32}",
    ],
)
def test_without_the_secret_nothing_is_looked_up(
    clinic: Clinic, token: str, member: Member, secret: str | None
) -> None:
    clinic.set_clinician(member, status="IDPSuccess")
    clinic.reset()
    answer = notify(clinic, token, activated(clinic, member), secret)
    expected = ("NotAuthorized", sentences.NOT_FROM_DOSESPOT)
    assert answer.refusal == expected
    assert PUSH_SECRET not in str(answer.body)
    assert calls(clinic) == ["POST /fhir/R4/Bot/$execute"]
    assert recorded(clinic, member) == ("Pending", False)


@pytest.mark.parametrize(
    "body",
    [
        event("PriorAuthorizationStatusUpdate", 10001, PrescriptionId=1),
        event("SomethingNew", 10001),
        event("ClinicianConfirmed", "10001"),
        event("ClinicianConfirmed", 0),
        event("ClinicianConfirmed", True),
        {"EventType": "ClinicianConfirmed", "Data": None},
        {"EventType": "ClinicianConfirmed", "Data": [1]},
        {"EventType": "ClinicianConfirmed"},
    ],
    ids=str,
)
def test_what_is_no_enrollment_event_is_passed_over(
    clinic: Clinic, token: str, body: dict[str, Any]
) -> None:
    clinic.reset()
    answer = notify(clinic, token, body)
    assert (answer.status, answer.body) == (200, passed_over(sentences.NOTHING_FOLLOWS))
    assert calls(clinic) == ["POST /fhir/R4/Bot/$execute"]


def test_a_clinician_of_others_is_passed_over(clinic: Clinic, token: str) -> None:
    answer = notify(clinic, token, event("ClinicianConfirmed", 98765))
    assert (answer.status, answer.body) == (200, passed_over(sentences.NOBODY))


def test_a_number_of_another_system_is_not_the_clinicians(clinic: Clinic, token: str) -> None:
    clinic.add_member(identifiers=[{"system": "https://payroll.example/id", "value": "87654"}])
    answer = notify(clinic, token, event("ClinicianConfirmed", 87654))
    assert answer.body == passed_over(sentences.NOBODY)


def test_another_person_is_never_written(clinic: Clinic, token: str, member: Member) -> None:
    clinic.set_clinician(member, status="IDPSuccess")
    number = clinic.clinician(member)["id"]
    clinic.set_clinician(member, npi=new_npi())
    clinic.reset()
    answer = notify(clinic, token, event("ClinicianConfirmed", number))
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "this id has another NPI than the Practitioner" in answer.error
    assert writes(clinic) == []


def test_the_bots_own_rights_are_enough_and_needed(
    clinic: Clinic, token: str, member: Member
) -> None:
    clinic.set_clinician(member, status="IDPSuccess")
    body = activated(clinic, member)
    with without_secrets(clinic, *SERVICE_SECRETS):
        with bot_as_itself(clinic, BOT) as without_rights:
            answer = notify(clinic, token, body, bot=without_rights)
        assert answer.body["errorType"] == "Misconfigured"
        assert answer.error == enrolled.NO_CREDENTIAL
        assert notify(clinic, token, body).body == handled(sentences.UPDATED)
    assert recorded(clinic, member) == ("IDPSuccess", False)


def test_a_missing_secret_of_the_project_is_named(clinic: Clinic, token: str) -> None:
    with without_secrets(clinic, "DOSESPOT_WEBHOOK_SECRET"):
        answer = notify(clinic, token, event("ClinicianConfirmed", 10001))
    assert answer.body["errorType"] == "Misconfigured"
    assert "DOSESPOT_WEBHOOK_SECRET missing" in answer.error
