"""DoseSpot's push notifications: which change gives rise to which, and how they go."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from queue import Queue
from threading import Event
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.dosespot import steps
from deploy.sandbox.dosespot.app import create_app
from deploy.sandbox.dosespot.backend import DoseSpotBackend, utc_now
from deploy.sandbox.dosespot.clinician import ClinicianAccount, new_enrollment
from deploy.sandbox.dosespot.push import Push, Pushes, events
from deploy.sandbox.people import PEOPLE
from deploy.sandbox.serve import LocalServer
from tests.sandbox.served_prescribing import Practice

AT = datetime(2026, 3, 12, 23, 38, 38, 207000, tzinfo=UTC)
WRITTEN_AT = "2026-03-12T23:38:38.207"
PATIENCE_S = 60.0
SECRET = "x" * 32
RECORD = next(person for person in PEOPLE if person.key == "smith").clinician()


def clinician(status: str = "Pending", **facts: Any) -> ClinicianAccount:
    enrollment = steps.with_status(new_enrollment(["PrescribingClinician"], (1, 2, 3, 4)), status)
    return ClinicianAccount(id=7, record={}, enrollments={1: enrollment}, created_at=AT, **facts)


def kinds(before: ClinicianAccount | None, after: ClinicianAccount) -> list[str]:
    return [event["EventType"] for event in events((before, after), AT)]


STEPS = [
    ("Pending", "RegistrationSuccess", ["ClinicianIDPCompleteSuccess"]),
    ("RegistrationError", "RegistrationSuccess", []),
    ("RegistrationSuccess", "IDPInitializeSuccess", []),
    ("IDPInitializeSuccess", "IDPSuccess", ["ClinicianIDPCompleteSuccess"]),
    ("IDPInitializeSuccess", "IDPError", []),
    ("IDPSuccess", "TFAActivateInit", []),
    ("TFAActivateInit", "TFAActivatedSuccess", ["ClinicianTfaActivateSuccess"]),
    ("TFAActivateInit", "TFAActivatedError", []),
    ("TFADeactivateInit", "TFADeactivatedSuccess", ["ClinicianTfaDeactivateSuccess"]),
    ("IDPSuccess", "IDPSuccess", []),
]


@pytest.mark.parametrize(("before", "after", "expected"), STEPS)
def test_a_step_that_dosespot_tells_of_has_its_event(
    before: str, after: str, expected: list[str]
) -> None:
    assert kinds(clinician(before), clinician(after)) == expected


def test_facts_have_their_events_when_they_begin() -> None:
    assert kinds(None, clinician()) == ["ClinicianConfirmed"]
    assert kinds(None, clinician(confirmed=False)) == []
    assert kinds(clinician(confirmed=False), clinician()) == ["ClinicianConfirmed"]
    assert kinds(clinician(), clinician(locked=True)) == ["ClinicianLockedOut"]
    assert kinds(clinician(locked=True), clinician()) == []
    assert kinds(clinician(pin_hash="x"), clinician()) == ["ClinicianPINReset"]
    assert kinds(clinician(), clinician(pin_hash="x")) == []


def test_an_event_has_the_form_of_the_supplement() -> None:
    assert events((clinician("IDPInitializeSuccess"), clinician("IDPSuccess")), AT) == [
        {
            "EventType": "ClinicianIDPCompleteSuccess",
            "Data": {
                "ClinicianId": 7,
                "ClinicianIDPCompleteDate": WRITTEN_AT,
                "IDPCompleteType": "OTP",
            },
        }
    ]


class Receiver:
    """Keeps what is posted; answers once it may."""

    def __init__(self) -> None:
        self.posts: Queue[tuple[str, Any]] = Queue()
        self.may_answer = Event()
        self.may_answer.set()
        self.status = 200

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.posts.put((request.headers["Authorization"], await request.json()))
        await run_in_threadpool(self.may_answer.wait, PATIENCE_S)
        return Response(status_code=self.status)


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()
    with LocalServer() as server:
        server.start(receiver.app())
        yield receiver, server.url
        receiver.may_answer.set()


def until(reached: Callable[[], bool]) -> bool:
    """Whether something that happens in another thread happens soon."""
    waiter = Event()
    return any(reached() or waiter.wait(0.01) for _ in range(int(PATIENCE_S / 0.01)))


def ended(pushes: Pushes, **expected: int) -> bool:
    counts = {"waiting": 0, "delivered": 0, "failed": 0, **expected}
    return until(lambda: pushes.counts() == counts)


def test_a_push_carries_the_secret_and_is_counted(receiver: tuple[Receiver, str]) -> None:
    hears, url = receiver
    pushes = Pushes()
    pushes.send(Push(url, SECRET, {"EventType": "A"}))
    pushes.send(Push(url, SECRET, {"EventType": "B"}))
    got = [hears.posts.get(timeout=PATIENCE_S) for _ in range(2)]
    assert got == [(f"Secret {SECRET}", {"EventType": each}) for each in ("A", "B")]
    assert ended(pushes, delivered=2)


def test_what_is_not_taken_is_counted_and_never_raised(receiver: tuple[Receiver, str]) -> None:
    hears, url = receiver
    hears.status = 500
    pushes = Pushes()
    with LocalServer() as nobody:
        for target in (url, nobody.url.replace(str(nobody.port), "1"), "no url", "http://["):
            pushes.send(Push(target, SECRET, {}))
    assert ended(pushes, failed=4)
    assert SECRET not in repr(Push(url, SECRET, {}))


def test_no_call_of_the_server_waits_for_a_receiver(receiver: tuple[Receiver, str]) -> None:
    hears, url = receiver
    hears.may_answer.clear()
    app = create_app()
    with LocalServer() as server:
        server.start(app)
        control = f"{server.url}_sandbox/"
        number = app.add_clinician(RECORD, ["PrescribingClinician"], "Pending")
        switches = {"push_notifications_url": url, "push_notifications_secret": SECRET}
        requests.patch(f"{control}switches", json=switches, timeout=PATIENCE_S)
        step = f"{control}clinicians/{number}/prescriber/sign-agreements"
        assert requests.post(step, timeout=PATIENCE_S).status_code == 200
        assert hears.posts.get(timeout=PATIENCE_S)[1]["EventType"] == "ClinicianIDPCompleteSuccess"
        waiting = requests.get(f"{control}pushes", timeout=PATIENCE_S).json()
        assert waiting == {"waiting": 1, "delivered": 0, "failed": 0}
        hears.may_answer.set()
        assert until(
            lambda: requests.get(f"{control}pushes", timeout=PATIENCE_S).json()["delivered"] == 1
        )
    app.close()


def test_a_prescription_that_is_sent_is_told_to_the_receiver(
    practice: Practice, receiver: tuple[Receiver, str]
) -> None:
    hears, url = receiver
    practice.sandbox.switch(push_notifications_url=url, push_notifications_secret=SECRET)
    sheet = practice.write(status="PharmacySelect")
    pending = hears.posts.get(timeout=PATIENCE_S)
    assert pending[1]["Data"]["Total"]["PendingPrescriptionCount"] == 1
    assert practice.sandbox.control("POST", f"prescriptions/{sheet}/steps/send").status_code == 200
    kinds = [hears.posts.get(timeout=PATIENCE_S)[1]["EventType"] for _ in range(2)]
    assert kinds == ["PrescriptionResult", "PrescriberNotificationCounts"]


def undone(backend: DoseSpotBackend) -> None:
    """A change that takes no effect."""
    with backend.transaction():
        backend.directory.put(clinician(locked=True))
        raise LookupError


def test_nothing_is_sent_of_what_took_no_effect_nor_unless_switched_on(
    receiver: tuple[Receiver, str],
) -> None:
    _, url = receiver
    backend = DoseSpotBackend(":memory:", utc_now)
    put = backend.directory.put
    with backend.transaction():
        put(clinician())
    switched = {"push_notifications_url": url}
    backend.set_switches(backend.switches.model_copy(update=switched))
    with pytest.raises(LookupError):
        undone(backend)
    with backend.transaction():
        put(clinician())
    assert backend.pushes.counts() == {"waiting": 0, "delivered": 0, "failed": 0}
    with backend.transaction():
        put(clinician(locked=True))
    assert ended(backend.pushes, delivered=1)
    backend.close()
