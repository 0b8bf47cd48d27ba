"""A run's AuditEvents as a whole: who, whom, what, how it ended, and nothing that was typed."""

from collections.abc import Sequence
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.audit.trail import Keyed, Trail, once, version_key
from shared.errors import (
    BotError,
    InputRefused,
    LookUpFirst,
    RecordsDisagree,
    RemoteUnavailable,
    StageRefused,
    Throttled,
)
from shared.members.rules.clinician import Clinician
from shared.together import Together
from tests.builders import PRACTITIONER_ID, practitioner
from tests.core.one_run import Inline
from tests.core.situations import NOON

WHO, WHOM = "Practitioner/1", "Practitioner/9"


class Kept:
    """What a trail wrote and logged; `failing` are the writes that fail, by number."""

    def __init__(self, *failing: int) -> None:
        self.events: list[Keyed] = []
        self.writes: list[list[str]] = []
        self.logged: list[tuple[Any, ...]] = []
        self.failing = failing
        self.trail = Trail("enroll", WHO, lambda: NOON, self._log, Together(Inline()), self._write)
        self.trail.subject = WHOM

    def _log(self, step: Any, **facts: Any) -> None:
        self.logged.append((step.value, facts))

    def _write(self, events: Sequence[Keyed]) -> None:
        self.writes.append([key for _, key in events])
        if len(self.writes) in self.failing:
            raise RemoteUnavailable(f"write {len(self.writes)}")
        self.events += events

    def saved(self) -> list[Keyed]:
        """All that was kept, written."""
        self.trail.save()
        return self.events


def event(action: str, detail: str, key: str, outcome: str = "0", **changes: Any) -> Resource:
    about = {"reference": changes.get("subject", WHOM)}
    identifier = {"system": "urn:prescriber-bots:audit-key", "value": key}
    return {
        "resourceType": "AuditEvent",
        "type": {
            "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
            "code": "object",
        },
        "subtype": [{"system": "urn:prescriber-bots:audit-action", "code": action}],
        "action": "E",
        "recorded": "2026-03-10T12:00:00.000+00:00",
        "outcome": outcome,
        "outcomeDesc": detail,
        "agent": [{"who": {"reference": changes.get("who", WHO)}, "requestor": True}],
        "source": {"observer": {"display": "enroll"}},
        "entity": [{"what": {**about, "identifier": identifier}}],
    }


def test_what_was_done_and_found_is_kept_with_who_asked_for_it() -> None:
    kept = Kept()
    kept.trail.did(AuditAction.CLINICIAN_CREATED, "DoseSpot 7", key="created.7", count=2)
    kept.trail.did(AuditAction.ROLE_GRANTED, "one", key="r1", subject="Practitioner/8")
    kept.trail.found(AuditAction.IDP_INITIALIZED, "DoseSpot 7", key="idp.7", who="Practitioner/2")
    assert kept.saved() == [
        (event("clinician-created", "DoseSpot 7", "created.7"), "created.7"),
        (event("role-granted", "one", "r1", subject="Practitioner/8"), "r1"),
        (event("idp-initialized", "DoseSpot 7", "idp.7", who="Practitioner/2"), "idp.7"),
    ]
    assert kept.logged == [("clinician-created", {"count": 2}), ("role-granted", {})]
    assert kept.trail.changes == [AuditAction.CLINICIAN_CREATED, AuditAction.ROLE_GRANTED]
    assert len(kept.trail.run) == 32


@pytest.mark.parametrize(
    ("error", "outcome", "detail"),
    [
        (InputRefused("practitionerId: Jane Smith"), "4", "InputRefused"),
        (StageRefused("sign first"), "4", "StageRefused: sign first"),
        (RecordsDisagree("another id"), "8", "RecordsDisagree: another id"),
        (LookUpFirst("no answer"), "8", "LookUpFirst: no answer"),
        (Throttled("busy", 3.0), "8", "Throttled: busy"),
    ],
)
def test_a_refusal_is_kept_once_and_never_with_what_the_caller_typed(
    error: BotError, outcome: str, detail: str
) -> None:
    kept = Kept()
    kept.trail.was_refused(error)
    kept.trail.was_refused(error)
    key = f"refused.{kept.trail.run}"
    assert kept.saved() == [(event("attempt-refused", detail, key, outcome), key)]
    assert (kept.logged, kept.trail.changes) == ([], [])


PENDING, DONE = (
    Clinician(7, status, agreement_pending=False)
    for status in (RegistrationStatus.PENDING, RegistrationStatus.TFA_ACTIVATED_SUCCESS)
)
JANE = practitioner()
WITH_STATUS = with_registration_status(JANE, "Pending")
ENABLED = with_epcs_qualification(with_registration_status(JANE, DONE.status), True, NOON)


@pytest.mark.parametrize(
    ("clinician", "before", "after", "summary", "logged"),
    [
        (PENDING, JANE, WITH_STATUS, "Pending, EPCS not enabled", [(None, "Pending")]),
        (PENDING, WITH_STATUS, WITH_STATUS, "Pending, EPCS not enabled", [("Pending", "Pending")]),
        (
            DONE,
            WITH_STATUS,
            ENABLED,
            "TFAActivatedSuccess, EPCS enabled",
            [("Pending", "TFAActivatedSuccess"), "epcs-enabled"],
        ),
        (
            DONE,
            ENABLED,
            ENABLED,
            "TFAActivatedSuccess, EPCS enabled",
            [("TFAActivatedSuccess",) * 2],
        ),
        (
            PENDING,
            ENABLED,
            with_registration_status(JANE, "Jane Smith"),
            "Pending, EPCS not enabled",
            [("TFAActivatedSuccess", "Unknown"), "epcs-disabled"],
        ),
    ],
)
def test_a_written_status_is_kept_by_its_version_and_told_without_a_persons_words(
    clinician: Clinician, before: Resource, after: Resource, summary: str, logged: list[Any]
) -> None:
    kept = Kept()
    kept.trail.recorded(clinician, before, after, replaced="v1")
    key = f"recorded.{PRACTITIONER_ID}.v1"
    assert kept.saved() == [(event("status-recorded", summary, key), key)]
    told = [
        (one, {})
        if isinstance(one, str)
        else ("status-recorded", {"before": one[0], "after": one[1]})
        for one in logged
    ]
    assert kept.logged == told


def test_an_event_of_a_run_that_does_not_know_yet_whom_it_is_about_names_nobody() -> None:
    kept = Kept()
    fresh = Trail("enroll", WHO, lambda: NOON, kept._log, Together(Inline()), kept._write)
    fresh.was_refused(StageRefused("sign first"))
    fresh.save()
    ((saved, key),) = kept.events
    identifier = {"system": "urn:prescriber-bots:audit-key", "value": key}
    assert saved["entity"] == [{"what": {"identifier": identifier}}]


def test_a_status_may_be_another_persons() -> None:
    kept = Kept()
    kept.trail.recorded(PENDING, JANE, WITH_STATUS, replaced="v1", subject="Practitioner/8")
    ((saved, _),) = kept.saved()
    assert saved["entity"][0]["what"]["reference"] == "Practitioner/8"


def test_what_could_not_be_written_is_tried_again_in_its_order() -> None:
    kept = Kept(1, 2)
    for key in ("a", "b"):
        kept.trail.did(AuditAction.ROLE_GRANTED, "x", key=key)
        kept.trail.begin_to_save()
    kept.trail.did(AuditAction.ROLE_GRANTED, "x", key="c")
    with pytest.raises(RemoteUnavailable, match=r"^write 1$"):
        kept.trail.save()
    kept.trail.save()
    kept.trail.save()
    assert kept.writes == [["a"], ["b"], ["c"], ["a", "b"]]
    assert [key for _, key in kept.events] == ["c", "a", "b"]


def test_an_event_is_searched_for_by_the_key_that_its_entity_carries() -> None:
    key = version_key(AuditAction.STATUS_RECORDED, JANE)
    assert key == f"status-recorded.Practitioner.{PRACTITIONER_ID}.{JANE['meta']['versionId']}"
    assert version_key(AuditAction.ROLE_GRANTED, {}) == "role-granted.None.None.None"
    assert once(key) == f"entity:identifier=urn%3Aprescriber-bots%3Aaudit-key%7C{key}"
