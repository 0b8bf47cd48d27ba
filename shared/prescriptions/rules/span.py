"""Whole days at the patient's place as a span of time in UTC.

DoseSpot compares times in UTC, callers ask for days. A span that is too long does no harm, because
everything in it is told as it is; one that is too short loses what was written in the evening. So
where a place has several zones the span is as long as all of them need, with and without daylight
saving time. Which offsets there are stands in `fhir_profiles.today`, with its sources; a time zone
database is not needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.choice import PATIENT_ADDRESS, choice
from fhir_profiles.elements import extension_of, text
from fhir_profiles.places import ADDRESS_STATES, state_named
from fhir_profiles.systems import TIMEZONE, TZ_CODE
from fhir_profiles.today import STANDARD_OFFSETS, WITHOUT_DAYLIGHT_SAVING, Today


@dataclass(frozen=True)
class Offsets:
    """How far a place's clocks are from UTC over the year, in hours, west to east."""

    west: int
    east: int


ANYWHERE = Offsets(-12, 14)
"""Of all inhabited places."""

_MILITARY = frozenset({"AA", "AE", "AP"})
_WESTERNMOST = {
    **dict.fromkeys("FL IN KY MI TN".split(), -6),
    **dict.fromkeys("KS NE ND SD TX".split(), -7),
    **dict.fromkeys("ID NV OR".split(), -8),
    "AK": -10,
    "FM": 10,
}
"""Of states with several zones, the western one's standard time; `STANDARD_OFFSETS` has the
eastern one's. Source: 49 CFR 71."""

_ZONES: Mapping[str, Offsets] = MappingProxyType(
    {
        **dict.fromkeys(
            "America/New_York America/Detroit America/Indiana/Indianapolis US/Eastern".split(),
            Offsets(-5, -4),
        ),
        **dict.fromkeys("America/Chicago America/Menominee US/Central".split(), Offsets(-6, -5)),
        **dict.fromkeys("America/Denver America/Boise US/Mountain".split(), Offsets(-7, -6)),
        "America/Phoenix": Offsets(-7, -7),
        **dict.fromkeys("America/Los_Angeles US/Pacific".split(), Offsets(-8, -7)),
        **dict.fromkeys("America/Anchorage US/Alaska".split(), Offsets(-9, -8)),
        "America/Adak": Offsets(-10, -9),
        **dict.fromkeys("Pacific/Honolulu US/Hawaii".split(), Offsets(-10, -10)),
        "America/Puerto_Rico": Offsets(-4, -4),
        "Pacific/Guam": Offsets(10, 10),
        "Pacific/Pago_Pago": Offsets(-11, -11),
    }
)


@dataclass(frozen=True)
class Span:
    """A span of time, both ends included, as aware times in UTC."""

    start: datetime
    end: datetime


def span_of(patient: Resource, first: date, last: date, today: Today) -> Span:
    """The span of some days for a patient.

    A first day that is tomorrow at the patient's place is taken as the day that it is there.
    Medplum's provider app takes its today from `toISOString()`, by which it is tomorrow from the
    afternoon on in California; what was written there until midnight would be in no span at all.
    """
    where = offsets_of(patient, today)
    there = (today.now.astimezone(UTC) + timedelta(hours=where.west)).date()
    return days_at(there if first - there == timedelta(days=1) else first, last, where)


def days_at(first: date, last: date, where: Offsets) -> Span:
    """The span that holds all of these days wherever in a place; `last` is not before `first`.

    It ends with the midnight after the last day, because DoseSpot's times have parts of seconds.
    """
    return Span(
        _moment(first, timedelta(hours=-where.east)),
        _moment(last, timedelta(days=1, hours=-where.west)),
    )


def offsets_of(patient: Resource, today: Today) -> Offsets:
    """Where the patient's clocks are: by the time zone on the Patient, or else by those of the
    addresses that count, or their states; anywhere where nothing is known."""
    own = _in_its_zone(patient)
    homes = _homes(patient, today)
    there = [_in_its_zone(home) or offsets_in(_state(home)) for home in homes]
    places = [own] if own else there or [ANYWHERE]
    return Offsets(min(one.west for one in places), max(one.east for one in places))


def offsets_in(state: str) -> Offsets:
    """Where clocks are in a state, by its code; anywhere if it is none."""
    if state not in STANDARD_OFFSETS or state in _MILITARY:
        return ANYWHERE
    east = STANDARD_OFFSETS[state]
    west = _WESTERNMOST.get(state, east)
    return Offsets(west, east if state in WITHOUT_DAYLIGHT_SAVING else east + 1)


def home_state(patient: Resource, today: Today) -> str:
    """Code of the state of the address that counts, "" if it is unknown."""
    return next(iter(map(_state, _homes(patient, today))), "")


def _homes(patient: Resource, today: Today) -> list[Resource]:
    return [home for _, home in choice(patient, PATIENT_ADDRESS, today).counting]


def _state(home: Resource) -> str:
    return state_named(text(home.get("state")), ADDRESS_STATES)


def _in_its_zone(element: Resource) -> Offsets | None:
    """Where clocks are in the time zone that a Patient or an address names; None if it names
    none."""
    for url in (TIMEZONE, TZ_CODE):
        zone = text((extension_of(element, url) or {}).get("valueCode"))
        if zone:
            return _ZONES.get(zone, ANYWHERE)
    return None


def _moment(day: date, later: timedelta) -> datetime:
    """Midnight of a day in UTC, moved; as far as the calendar goes."""
    midnight = datetime.combine(day, time(), UTC)
    try:
        return midnight + later
    except OverflowError:
        return midnight
