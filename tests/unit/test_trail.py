"""When a run's AuditEvents are written, and what the log is told of each change."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.enrollment.clinician import Clinician
from shared.errors import RemoteUnavailable
from shared.workflow.steps import Step
from shared.workflow.together import Together
from shared.workflow.trail import Trail
from tests.builders import practitioner

NOW = datetime(2026, 3, 10, tzinfo=UTC)
CLINICIAN = Clinician(1, RegistrationStatus.IDP_SUCCESS, agreement_pending=False)


class Observer:
    """Hears what a trail logs and writes; `fails` says that nothing can be written."""

    def __init__(self) -> None:
        self.logged: list[tuple[str, dict[str, Any]]] = []
        self.written: list[list[str]] = []
        self.fails = False

    def log(self, step: Step, **facts: Any) -> None:
        self.logged.append((step.value, facts))

    def write(self, events: list[Resource]) -> None:
        if self.fails:
            raise RemoteUnavailable("down")
        self.written.append([event["subtype"][0]["code"] for event in events])


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
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1")
    trail.begin_to_save()
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1")
    executor.shutdown(wait=True)
    assert observer.written == [["clinician-created"]]


def test_everything_is_written_once_when_the_run_ends(trail: Trail, observer: Observer) -> None:
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1")
    trail.begin_to_save()
    trail.begin_to_save()
    trail.did(AuditAction.CLINICIAN_LINKED, "DoseSpot 1")
    trail.did(AuditAction.STATUS_RECORDED, "Pending")
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
    trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 1")
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
    trail.recorded(CLINICIAN, before, with_registration_status(before, "IDPSuccess"))
    assert observer.logged == [("status-recorded", {"before": told, "after": "IDPSuccess"})]


def test_the_log_is_told_that_epcs_came_or_went(trail: Trail, observer: Observer) -> None:
    without = practitioner()
    enabled = with_epcs_qualification(without, enabled=True, now=NOW)
    trail.recorded(CLINICIAN, without, enabled)
    trail.recorded(CLINICIAN, enabled, with_epcs_qualification(enabled, enabled=False, now=NOW))
    steps = [step for step, _ in observer.logged]
    assert steps == ["status-recorded", "epcs-enabled", "status-recorded", "epcs-disabled"]
