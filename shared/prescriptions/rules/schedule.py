"""How strictly a drug is controlled: by the federal schedule, or a state's where that is stricter.

Of several states' schedules the one counts of the pharmacy, which has to dispense by it; without a
pharmacy's state, the one where the patient lives. Sources: 21 CFR 1308 (schedules II to V can be
prescribed); DoseSpot gives `Schedule` as a bare number, 0 or nothing where a drug is not
controlled.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.places import state_named
from fhir_profiles.systems import DEA_SCHEDULE_CODE, PRESCRIBED_SCHEDULE


class Schedule(StrEnum):
    """A schedule as HL7's table v2-0477 codes it; the strictest first."""

    II = "II"
    III = "III"
    IV = "IV"
    V = "V"


_NUMBERED = {str(number): one for number, one in enumerate(Schedule, start=2)}
_NOT_CONTROLLED = ("", "0")


@dataclass(frozen=True)
class Controlled:
    """How a drug is controlled.

    Attributes:
        schedule: None if it is not controlled, or nobody knows.
        is_unknown: whether DoseSpot gives a schedule in which nothing can be prescribed.
    """

    schedule: Schedule | None = None
    is_unknown: bool = False


def controlled(federal: Any, by_state: Iterable[tuple[str, Any]], *states: str) -> Controlled:
    """How a drug is controlled.

    Args:
        federal: its `Schedule`; one of the prescription comes before one of the drug.
        by_state: of each state that says something, name or code, and its schedule.
        states: codes of the states that may count, "" if unknown: the first known one does.
    """
    where = next(filter(None, states), "")
    of_state = [given for name, given in by_state if where and state_named(name) == where]
    given = [_spelled(one) for one in (federal, *of_state)]
    known = [_NUMBERED[one] for one in given if one in _NUMBERED]
    is_unknown = any(one not in _NUMBERED and one not in _NOT_CONTROLLED for one in given)
    return Controlled(min(known, key=list(Schedule).index, default=None), is_unknown)


def schedule_extension(found: Controlled) -> list[Resource]:
    """The extension for a MedicationRequest; none where a drug is not controlled."""
    if found.schedule is not None:
        coding = {"system": DEA_SCHEDULE_CODE, "code": found.schedule.value}
        concept = {"coding": [coding], "text": f"Schedule {found.schedule.value}"}
    elif found.is_unknown:
        concept = {"text": "Unknown schedule"}
    else:
        return []
    return [{"url": PRESCRIBED_SCHEDULE, "valueCodeableConcept": concept}]


def _spelled(given: Any) -> str:
    if given is None or isinstance(given, bool):
        return ""
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    return str(given).strip()
