"""When a run's AuditEvents are written, and what the log is told of each change."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.audit.events import LogEvent
from shared.audit.trail import Keyed, Trail, version_key
from shared.errors import RemoteUnavailable
from shared.members.rules.clinician import Clinician
from shared.together import Together
from tests.builders import PRACTITIONER_ID, practitioner

NOW = datetime(2026, 3, 10, tzinfo=UTC)
CLINICIAN = Clinician(1, RegistrationStatus.IDP_SUCCESS, agreement_pending=False)


class Observer:
    """Hears what a trail logs and writes; `fails` says that nothing can be written."""

    def __init__(self) -> None:
        self.logged: list[tuple[str, dict[str, Any]]] = []
        self.written: list[list[str]] = []
        self.kept: list[Keyed] = []
        self.fails = False

    def log(self, step: LogEvent, **facts: Any) -> None:
        self.logged.append((step.value, facts))

    def write(self, events: Sequence[Keyed]) -> None:
        if self.fails:
            raise RemoteUnavailable("down")
        self.written.append([event["subtype"][0]["code"] for event, _ in events])
        self.kept += events


@pytest.fixture
def observer() -> Observer:
    return Observer()


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


@pytest.fixture
def trail(observer: Observer, executor: ThreadPoolExecutor) -> Trail:
    together = Together(executor)
    return Trail(
        "self_enroll", "Practitioner/1", lambda: NOW, observer.log, together, observer.write
    )


def test_what_was_begun_is_written_though_the_run_dies(
    trail: Trail, observer: Observer, executor: ThreadPoolExecutor
) -> None:
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1")
    trail.begin_to_save()
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1", key="linked.1")
    executor.shutdown(wait=True)
    assert observer.written == [["clinician-created"]]


def test_everything_is_written_once_when_the_run_ends(trail: Trail, observer: Observer) -> None:
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1")
    trail.begin_to_save()
    trail.begin_to_save()
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1", key="linked.1")
    trail.did(AuditAction.STATUS_RECORDED, "Pending", key="recorded.1")
    trail.save()
    assert sorted(observer.written) == [
        ["clinician-created"],
        ["clinician-linked", "status-recorded"],
    ]


def test_a_run_without_a_change_writes_nothing(trail: Trail, observer: Observer) -> None:
    trail.begin_to_save()
    trail.save()
    assert observer.written == []


def test_what_could_not_be_written_comes_up_at_the_end(trail: Trail, observer: Observer) -> None:
    observer.fails = True
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1")
    trail.begin_to_save()
    with pytest.raises(RemoteUnavailable):
        trail.save()


@pytest.mark.parametrize(
    ("carried", "told"), [(None, None), ("Pending", "Pending"), ("Jane Smith", "Unknown")]
)
def test_the_log_is_told_from_which_status_to_which(
    trail: Trail, observer: Observer, carried: str | None, told: str | None
) -> None:
    before = practitioner()
    before = before if carried is None else with_registration_status(before, carried)
    trail.recorded(CLINICIAN, before, with_registration_status(before, "IDPSuccess"), replaced="v1")
    assert observer.logged == [("status-recorded", {"before": told, "after": "IDPSuccess"})]


def test_the_log_is_told_that_epcs_came_or_went(trail: Trail, observer: Observer) -> None:
    without = practitioner()
    enabled = with_epcs_qualification(without, enabled=True, now=NOW)
    trail.recorded(CLINICIAN, without, enabled, replaced="v1")
    ended = with_epcs_qualification(enabled, enabled=False, now=NOW)
    trail.recorded(CLINICIAN, enabled, ended, replaced="v2")
    steps = [step for step, _ in observer.logged]
    assert steps == ["status-recorded", "epcs-enabled", "status-recorded", "epcs-disabled"]


def test_what_has_one_key_is_kept_once(trail: Trail, observer: Observer) -> None:
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1", key="linked.1")
    trail.save()
    trail.found(AuditAction.CLINICIAN_LINKED, "DoseSpot 1", key="linked.1", who="Practitioner/2")
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1", key="linked.1")
    trail.save()
    assert observer.written == [["clinician-linked"]]
    assert trail.changes == [AuditAction.CLINICIAN_LINKED]
    assert [step for step, _ in observer.logged] == ["clinician-linked"]


def test_what_could_not_be_written_is_written_the_next_time(
    trail: Trail, observer: Observer
) -> None:
    observer.fails = True
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1")
    with pytest.raises(RemoteUnavailable):
        trail.save()
    observer.fails = False
    trail.save()
    trail.save()
    assert observer.written == [["clinician-created"]]


def test_an_event_names_who_asked_whom_it_is_about_and_its_key(
    trail: Trail, observer: Observer
) -> None:
    trail.subject = "Practitioner/9"
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1")
    trail.found(AuditAction.IDP_INITIALIZED, "DoseSpot 1", key="idp.1", who="Practitioner/2")
    trail.did(AuditAction.STATUS_RECORDED, "Pending", key="recorded.8", subject="Practitioner/8")
    trail.save()
    told = [
        (
            key,
            event["entity"][0]["what"]["identifier"]["value"],
            event["entity"][0]["what"]["reference"],
            event["agent"][0]["who"]["reference"],
        )
        for event, key in observer.kept
    ]
    assert told == [
        ("created.1", "created.1", "Practitioner/9", "Practitioner/1"),
        ("idp.1", "idp.1", "Practitioner/9", "Practitioner/2"),
        ("recorded.8", "recorded.8", "Practitioner/8", "Practitioner/1"),
    ]


def test_what_another_run_did_is_no_change_of_this_one(trail: Trail, observer: Observer) -> None:
    trail.found(AuditAction.CLINICIAN_CREATED, "DoseSpot 1", key="created.1", who="Practitioner/2")
    trail.save()
    assert (trail.changes, observer.logged) == ([], [])
    assert observer.written == [["clinician-created"]]


def test_a_written_status_has_the_version_that_it_replaced_for_its_key(
    trail: Trail, observer: Observer
) -> None:
    before = practitioner()
    trail.recorded(CLINICIAN, before, with_registration_status(before, "IDPSuccess"), replaced="v1")
    trail.save()
    assert [key for _, key in observer.kept] == [f"recorded.{PRACTITIONER_ID}.v1"]


def test_two_runs_are_never_the_same(trail: Trail, executor: ThreadPoolExecutor) -> None:
    observer = Observer()
    other = Trail("x", "y", lambda: NOW, observer.log, Together(executor), observer.write)
    assert trail.run != other.run


def test_a_version_of_a_resource_has_a_key_of_its_own() -> None:
    first, second = practitioner(), practitioner(meta={"versionId": "2"})
    keys = [version_key(AuditAction.STATUS_RECORDED, one) for one in (first, second)]
    assert keys == [
        f"status-recorded.Practitioner.{PRACTITIONER_ID}.11111111-0000-4000-8000-000000000001",
        f"status-recorded.Practitioner.{PRACTITIONER_ID}.2",
    ]
