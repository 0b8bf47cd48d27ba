"""The Tasks that tell a prescriber what to do in DoseSpot: opened once, closed when it is over.

What people do with a Task is theirs: one that somebody has closed stays closed, and is opened again
only if it was closed by us and the same thing happens again.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, positive_number, text
from fhir_profiles.patient_identifier import assigner_of, is_assigned_by
from fhir_profiles.systems import (
    CLINICIAN_IDENTIFIER,
    DOSESPOT_PHARMACY,
    DOSESPOT_PRESCRIPTION,
    PRESCRIPTION_TASK,
)
from shared.directory.named import NamedById
from shared.prescriptions.rules.medication_request import without_empty

REQUESTED_STATUS, OVER_STATUS = "requested", "completed"
_OPEN = frozenset({"draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold"})
_OVER = "over"


class TaskKind(StrEnum):
    """What a Task is about."""

    FAILURE = "transmission-error"
    RENEWAL = "renewal-request"
    CHANGE = "change-request"


_NAMES: Mapping[TaskKind, str] = MappingProxyType(
    {
        TaskKind.FAILURE: "Prescription not sent",
        TaskKind.RENEWAL: "Renewal request from a pharmacy",
        TaskKind.CHANGE: "Change request from a pharmacy",
    }
)
_WHAT_TO_DO: Mapping[TaskKind, str] = MappingProxyType(
    {
        TaskKind.FAILURE: (
            "DoseSpot could not send this prescription to the pharmacy. Open the patient in"
            " DoseSpot and read why; then correct the prescription there and send it again, or"
            " ignore the error if the pharmacy got the prescription in another way."
        ),
        TaskKind.RENEWAL: (
            "A pharmacy asks to renew a prescription. Open DoseSpot without a patient, where such"
            " requests are listed, and approve or deny it before it expires."
        ),
        TaskKind.CHANGE: (
            "A pharmacy asks to change a prescription. Open DoseSpot without a patient, where such"
            " requests are listed, and approve or deny it before it expires."
        ),
    }
)


@dataclass(frozen=True)
class AskedByPharmacy:
    """What a pharmacy asks of a prescriber. Dates are FHIR's, "" if unknown.

    Attributes:
        kind: a renewal or a change.
        id: DoseSpot's.
        clinician_id: whom it asks; None if DoseSpot does not say.
        pharmacy_id: which pharmacy; None if DoseSpot does not say.
        original_id: of the prescription that it is about.
        requested_ids: of the prescriptions that are one if the answer is yes.
        asked: when it asked.
        expires: until when it waits.
    """

    kind: TaskKind
    id: int
    clinician_id: int | None = None
    pharmacy_id: int | None = None
    original_id: int | None = None
    requested_ids: tuple[int, ...] = ()
    asked: str = ""
    expires: str = ""


def task_key(kind: TaskKind, number: int) -> str:
    """By what a Task is known."""
    return f"{kind}.{number}"


def failure_task(
    prescription_id: int, order: str, patient: str, owner: NamedById | None, now: str
) -> Resource:
    """The Task for a prescription that could not be sent; `now` is a FHIR instant."""
    return _task(
        TaskKind.FAILURE,
        prescription_id,
        patient,
        focus={"reference": order} if order else {},
        owner=owner and owner.as_reference(CLINICIAN_IDENTIFIER),
        authoredOn=now,
    )


def request_task(
    asked: AskedByPharmacy,
    order: str,
    patient: str,
    owner: NamedById | None,
    pharmacy: NamedById | None,
) -> Resource:
    """The Task for what a pharmacy asks; `order` is the reference of the original one, or ""."""
    return _task(
        asked.kind,
        asked.id,
        patient,
        focus={"reference": order} if order else {},
        owner=owner and owner.as_reference(CLINICIAN_IDENTIFIER),
        requester=pharmacy and pharmacy.as_reference(DOSESPOT_PHARMACY),
        authoredOn=asked.asked,
        restriction={"period": {"end": asked.expires}} if asked.expires else {},
        input=list(_inputs(asked)),
    )


def is_open(task: Resource) -> bool:
    """Whether somebody still has to do it."""
    return task.get("status") in _OPEN


def closed(task: Resource) -> Resource:
    """The Task as over; the same object where somebody has closed it."""
    if not is_open(task):
        return task
    over = {"coding": [{"system": PRESCRIPTION_TASK, "code": _OVER}], "text": "Over in DoseSpot"}
    return {**task, "status": OVER_STATUS, "businessStatus": over}


def reopened(task: Resource) -> Resource:
    """The Task as to be done again; the same object unless it was closed by `closed`."""
    codings = [one for _, one in entries(child(task, "businessStatus"), "coding")]
    ours = any(
        (one.get("system"), one.get("code")) == (PRESCRIPTION_TASK, _OVER) for one in codings
    )
    if is_open(task) or not ours:
        return task
    kept = {name: value for name, value in task.items() if name != "businessStatus"}
    return {**kept, "status": REQUESTED_STATUS}


def originals(task: Resource) -> dict[int, int]:
    """By id of each prescription that was requested, the one that it is to replace."""
    original, requested = _numbers(task, _ORIGINAL), _numbers(task, _REQUESTED)
    return dict.fromkeys(requested, original[0]) if len(original) == 1 else {}


def asked_clinician(task: Resource) -> int | None:
    """The clinician id of whom a pharmacy asks, whoever is to do it by now; None if unknown."""
    return next(iter(_numbers(task, _ASKED)), None)


def expiry(task: Resource) -> str:
    """Until when a pharmacy waits, "" if that is unknown."""
    return text(child(child(task, "restriction"), "period").get("end"))


_ORIGINAL, _REQUESTED, _ASKED = "original", "requested", "asked"
_INPUTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        _ORIGINAL: ("Prescription", DOSESPOT_PRESCRIPTION),
        _REQUESTED: ("Requested prescription", DOSESPOT_PRESCRIPTION),
        _ASKED: ("Prescriber who is asked", CLINICIAN_IDENTIFIER),
    }
)
"""By its code, what an input is called, and of which system the identifier in it is."""


def _inputs(asked: AskedByPharmacy) -> Iterator[Resource]:
    requested = ((_REQUESTED, one) for one in asked.requested_ids)
    for name, number in (
        (_ORIGINAL, asked.original_id),
        *requested,
        (_ASKED, asked.clinician_id),
    ):
        if number is not None:
            called, system = _INPUTS[name]
            coding = [{"system": PRESCRIPTION_TASK, "code": name}]
            yield {
                "type": {"coding": coding, "text": called},
                "valueIdentifier": {"system": system, "value": str(number)},
            }


def _numbers(task: Resource, name: str) -> list[int]:
    """The numbers in the inputs of ours with a code."""
    found = (
        positive_number(text(child(one, "valueIdentifier").get("value")))
        for _, one in entries(task, "input")
        if _name_of(one) == name
    )
    return [number for number in found if number is not None]


def _name_of(given: Resource) -> str:
    codings = entries(child(given, "type"), "coding")
    ours = [one.get("code") for _, one in codings if one.get("system") == PRESCRIPTION_TASK]
    return text(ours[0]) if ours else ""


def at_clinic(task: Resource, assigners: Sequence[str]) -> Resource:
    """A new Task, which names the clinic; see `dosespot_patient_id` for the arguments."""
    named = [{**one, **assigner_of(assigners)} for _, one in entries(task, "identifier")]
    return {**task, "identifier": named}


def is_at_clinic(task: Resource, assigners: Collection[str]) -> bool:
    """Whether a Task of ours is about that clinic."""
    ours = (one for _, one in entries(task, "identifier") if one.get("system") == PRESCRIPTION_TASK)
    return any(is_assigned_by(one, assigners) for one in ours)


def _task(kind: TaskKind, number: int, patient: str, **more: object) -> Resource:
    return without_empty(
        {
            "resourceType": "Task",
            "identifier": [{"system": PRESCRIPTION_TASK, "value": task_key(kind, number)}],
            "status": REQUESTED_STATUS,
            "intent": "order",
            "priority": "urgent" if kind is TaskKind.FAILURE else "routine",
            "code": {
                "coding": [{"system": PRESCRIPTION_TASK, "code": kind}],
                "text": _NAMES[kind],
            },
            "description": _WHAT_TO_DO[kind],
            "for": {"reference": patient},
            **more,
        }
    )
