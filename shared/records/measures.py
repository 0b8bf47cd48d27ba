"""Height and weight out of FHIR Observations: which count, which is the newest, in which unit.

Sources: FHIR R4 Observation (status, effective[x], dataAbsentReason, component), LOINC, UCUM.
DoseSpot takes heights in cm or inches and weights in kg or lb.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, is_marked_absent, items, text
from fhir_profiles.systems import LOINC
from fhir_profiles.today import Today
from shared.records.findings import NOT_SENT, Finding

HEIGHT, WEIGHT = "8302-2", "29463-7"

COUNTED_STATUSES = frozenset({"final", "amended", "corrected"})
"""Not registered, preliminary, cancelled, entered-in-error or unknown."""


@dataclass(frozen=True)
class Measure:
    """A height or weight in a unit that DoseSpot knows."""

    value: float
    unit: str


@dataclass(frozen=True)
class VitalSign:
    """What is measured.

    Attributes:
        words: its name.
        codes: LOINC codes, each with what it stands for; the first one is asked for.
        unit: the unit that is asked for.
        units: UCUM codes and usual spellings, each with DoseSpot's unit and how many of it one is.
        plausible: least and greatest value in `unit` that a human being has.
    """

    words: str
    codes: Mapping[str, str]
    unit: str
    units: Mapping[str, tuple[str, float]]
    plausible: tuple[float, float]


def _units(*rows: tuple[str, str, float]) -> Mapping[str, tuple[str, float]]:
    return MappingProxyType(
        {spelling: (unit, factor) for names, unit, factor in rows for spelling in names.split()}
    )


BODY_HEIGHT = VitalSign(
    words="height",
    codes=MappingProxyType(
        {
            HEIGHT: "Body height",
            "3137-7": "Body height, measured",
            "8306-3": "Body height, lying",
            "8308-9": "Body height, standing",
        }
    ),
    unit="cm",
    units=_units(
        ("cm centimeter centimeters", "cm", 1),
        ("m meter meters", "cm", 100),
        ("mm", "cm", 0.1),
        ("[in_i] in in. inch inches", "inch", 1),
        ("[ft_i] ft ft. foot feet", "inch", 12),
    ),
    plausible=(20, 275),
)
BODY_WEIGHT = VitalSign(
    words="weight",
    codes=MappingProxyType({WEIGHT: "Body weight", "3141-9": "Body weight, measured"}),
    unit="kg",
    units=_units(
        ("kg kilogram kilograms", "kg", 1),
        ("g gram grams", "kg", 0.001),
        ("[lb_av] lb lb. lbs pound pounds", "lb", 1),
        ("[oz_av] oz oz. ounce ounces", "lb", 1 / 16),
    ),
    plausible=(0.2, 650),
)
MEASURE_CODES = (*BODY_HEIGHT.codes, *BODY_WEIGHT.codes)
"""All LOINC codes that are looked for."""

Candidate = tuple[str, Resource, Resource]
"""FHIR path of a value, its Observation, and the part of it that holds the value."""

_IN_METRIC = {"cm": 1.0, "inch": 2.54, "kg": 1.0, "lb": 0.45359237}
_NO_NUMBER = "the value is not an exact number; record it as a valueQuantity without comparator"
_IMPLAUSIBLE = "the value is not plausible for a person; correct the value or its unit"
_FUTURE = "the measurement is in the future; correct its date"


def newest_measure(
    observations: Iterable[Resource], kind: VitalSign, today: Today
) -> tuple[Measure | None, list[Finding]]:
    """The newest height or weight that counts and can be read.

    Args:
        observations: the patient's, in any order.
        kind: what is looked for.
        today: now.

    Returns:
        The measure, if any, and why each newer one is not sent.
    """
    refused = []
    newest_first = sorted(_candidates(observations, kind), key=_recorded, reverse=True)
    for path, observation, part in newest_first:
        if _when(observation) > today.now + timedelta(days=1):
            refused.append(Finding(path, f"{NOT_SENT}{_FUTURE}"))
            continue
        measure = _measure(child(part, "valueQuantity"), kind)
        if isinstance(measure, Measure):
            return measure, refused
        refused.append(Finding(path, f"{NOT_SENT}{measure}"))
    return None, refused


def missing_measure(kind: VitalSign, adult_years: int) -> Finding:
    """What is said where a minor's measure is missing."""
    code = next(iter(kind.codes))
    return Finding(
        f"Observation({code})",
        f"the {kind.words} of a patient under {adult_years} is missing; record an Observation with"
        f" LOINC {code}, status final and a valueQuantity in {kind.unit}",
    )


def _candidates(observations: Iterable[Resource], kind: VitalSign) -> Iterator[Candidate]:
    """The values of all Observations that count."""
    for observation in observations:
        if text(observation.get("status")) not in COUNTED_STATUSES:
            continue
        path = f"Observation/{text(observation.get('id')) or '?'}"
        if _has_code(observation, kind) and _has_value(observation):
            yield f"{path}.valueQuantity", observation, observation
        for index, part in entries(observation, "component"):
            if _has_code(part, kind) and _has_value(part):
                yield f"{path}.component[{index}].valueQuantity", observation, part


def _has_code(part: Resource, kind: VitalSign) -> bool:
    return any(
        coding.get("system") == LOINC and text(coding.get("code")) in kind.codes
        for _, coding in entries(child(part, "code"), "coding")
    )


def _has_value(part: Resource) -> bool:
    """Whether a value is there; a dataAbsentReason says that none is."""
    quantity = child(part, "valueQuantity")
    absent = child(part, "dataAbsentReason") or is_marked_absent(quantity)
    stated = quantity.get("value") is not None and not is_marked_absent(child(quantity, "_value"))
    return stated and not absent


def _measure(quantity: Resource, kind: VitalSign) -> Measure | str:
    """The measure in DoseSpot's unit; or why there is none."""
    value = quantity.get("value")
    if not isinstance(value, int | float) or value is True or quantity.get("comparator"):
        return _NO_NUMBER
    spelled = (text(quantity.get("code")), text(quantity.get("unit")))
    known = [kind.units[one.lower()] for one in spelled if one.lower() in kind.units]
    if not known:
        readable = ", ".join(f"{one}" for one in kind.units if "." not in one)
        return f"the unit of the {kind.words} is not known; give one of: {readable}"
    unit, factor = known[0]
    converted = value if factor == 1 else round(value * factor, 3)
    least, greatest = kind.plausible
    if not least <= converted * _IN_METRIC[unit] <= greatest:
        return _IMPLAUSIBLE
    return Measure(float(converted), unit)


def _recorded(candidate: Candidate) -> tuple[datetime, datetime, datetime]:
    """The order of time; of two values of one moment, the one written down later is newer."""
    _, observation, _ = candidate
    written = (observation.get("issued"), child(observation, "meta").get("lastUpdated"))
    issued, updated = (_moment(text(one)) or _LONG_AGO for one in written)
    return _when(observation), issued, updated


def _when(observation: Resource) -> datetime:
    """When it was measured; else when it was issued; the beginning of time if nothing says."""
    period = child(observation, "effectivePeriod")
    timing = child(observation, "effectiveTiming")
    stated = [
        observation.get("effectiveDateTime"),
        observation.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
        *items(timing, "event")[-1:],
        observation.get("issued"),
    ]
    return next((found for one in stated if (found := _moment(text(one)))), _LONG_AGO)


_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


def _moment(written: str) -> datetime | None:
    """An aware time; a year, a month or a day is taken as its beginning."""
    whole = written + "0001-01-01"[len(written) :] if len(written) < 10 else written
    try:
        found = datetime.fromisoformat(whole)
    except ValueError:
        return None
    if not 1900 <= found.year < 9999:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
