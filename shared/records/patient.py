"""Reads a FHIR Patient into what DoseSpot stores of one, and finds what is missing.

Source of limits and required fields: `AddEditPatientRequest` of DoseSpot REST API v2. Height and
weight are for those under 18, as LOINC 8302-2 and 29463-7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import TypeGuard

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text, texts
from fhir_profiles.systems import LOINC
from shared.records.findings import Findings
from shared.records.identifiers import (
    ADDRESS_STATES,
    NAME_LENGTH,
    parse_address_line,
    parse_birth_date,
    parse_email,
    parse_length,
    parse_phone,
    parse_state,
    parse_zip,
)
from shared.records.reading import Reading, preferred

ADULT_YEARS = 18
EMAIL_LENGTH = 80
LARGEST_MEASURE = 1000
HEIGHT, WEIGHT = "8302-2", "29463-7"

_NAMES = ("official", "usual", "")
_PHONES = ("mobile", "home", "work")
_GENDERS: Mapping[str, str] = MappingProxyType(
    {"male": "Male", "female": "Female", "other": "Unknown", "unknown": "Unknown"}
)
_PHONE_TYPES: Mapping[str, str] = MappingProxyType(
    {"home": "Home", "mobile": "Cell", "work": "Work"}
)
_UNITS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        HEIGHT: {"cm": "cm", "[in_i]": "inch", "in": "inch"},
        WEIGHT: {"kg": "kg", "[lb_av]": "lb", "lb": "lb", "lbs": "lb"},
    }
)


@dataclass(frozen=True)
class Measure:
    """A height or weight in a unit that DoseSpot knows."""

    value: float
    unit: str


@dataclass(frozen=True)
class Patient:
    """One patient, ready to be sent to DoseSpot; empty texts mean that there is none."""

    first_name: str
    middle_name: str
    last_name: str
    birth_date: str
    gender: str
    email: str
    phone: str
    phone_type: str
    line1: str
    line2: str
    city: str
    state: str
    zip_code: str
    active: bool
    height: Measure | None
    weight: Measure | None


def is_minor(patient: Resource, today: date) -> bool:
    """Whether the Patient is under 18, as far as the birth date tells."""
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    adult_since = today.replace(year=today.year - ADULT_YEARS, day=day)
    return text(patient.get("birthDate")) > adult_since.isoformat()


def read_patient(
    patient: Resource, observations: Iterable[Resource], today: date
) -> tuple[Patient, Findings]:
    """Reads and checks a Patient.

    Args:
        patient: raw JSON of a FHIR R4 Patient.
        observations: the patient's heights and weights, newest first; used for minors.
        today: the day on which names, addresses and contact points have to be in effect.

    Returns:
        The patient, and what was found; with any problem among the findings the patient has gaps
        and must not be used.
    """
    reading = Reading("Patient", patient, today)
    required, parsed = reading.required, reading.findings.parsed
    name_path, name = preferred(reading.current("name"), _NAMES) or ("Patient.name", {})
    given = texts(name, "given")
    long = partial(parse_length, longest=NAME_LENGTH)
    phone_path, phone = reading.contact("phone", _PHONES)
    email_path, email = reading.contact("email", ())
    path, address = preferred(reading.current("address"), ("home",)) or ("Patient.address", {})
    lines = texts(address, "line")
    line = f"{path}.line[0]" if lines else f"{path}.line"
    state = partial(parse_state, states=ADDRESS_STATES)
    measured = list(observations) if is_minor(patient, today) else None
    found = Patient(
        first_name=required(f"{name_path}.given", "first name", "".join(given[:1]), long),
        middle_name=parsed(f"{name_path}.given", long, " ".join(given[1:])),
        last_name=required(f"{name_path}.family", "last name", name.get("family"), long),
        birth_date=required(
            "Patient.birthDate",
            "date of birth",
            patient.get("birthDate"),
            lambda value: parse_birth_date(value, today).isoformat(),
        ),
        gender=_GENDERS.get(required("Patient.gender", "gender", patient.get("gender")), "Unknown"),
        email=parsed(email_path, _parse_email, value)
        if (value := text(email.get("value")))
        else "",
        phone=required(phone_path, "phone number", phone.get("value"), parse_phone),
        phone_type=_PHONE_TYPES.get(text(phone.get("use")), "Primary"),
        line1=required(line, "street address", "".join(lines[:1]), parse_address_line),
        line2=parsed(f"{path}.line[1]", parse_address_line, ", ".join(lines[1:])),
        city=required(f"{path}.city", "city", address.get("city"), parse_address_line),
        state=required(f"{path}.state", "state", address.get("state"), state),
        zip_code=required(
            f"{path}.postalCode", "postal code", address.get("postalCode"), parse_zip
        ),
        active=patient.get("active") is not False,
        height=_measure(reading, HEIGHT, "height", "cm", measured),
        weight=_measure(reading, WEIGHT, "weight", "kg", measured),
    )
    return found, reading.findings


def _parse_email(value: str) -> str:
    return parse_length(parse_email(value), EMAIL_LENGTH)


def _measure(
    reading: Reading, code: str, words: str, unit: str, measured: list[Resource] | None
) -> Measure | None:
    """The newest value with a known unit; a minor must have one, nobody else needs one."""
    if measured is None:
        return None
    for observation in measured:
        quantity = child(observation, "valueQuantity")
        value = quantity.get("value")
        known = _UNITS[code].get(text(quantity.get("code")) or text(quantity.get("unit")))
        if _has_code(observation, code) and known and _is_measure(value):
            return Measure(float(value), known)
    reading.findings.problem(
        f"Observation({code})",
        f"the {words} of a patient under {ADULT_YEARS} is missing; record an Observation with LOINC"
        f" {code} and a valueQuantity in {unit}",
    )
    return None


def _is_measure(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and value is not True and 0 < value < LARGEST_MEASURE


def _has_code(observation: Resource, code: str) -> bool:
    return any(
        coding.get("system") == LOINC and coding.get("code") == code
        for _, coding in entries(child(observation, "code"), "coding")
    )
