"""Reads a FHIR Patient into what DoseSpot stores of one, and finds what is missing.

Which entries count is `fhir_profiles.choice`'s business. Source of limits and required fields:
`AddEditPatientRequest` of DoseSpot REST API v2. Height and weight are for those under 18.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.choice import NAME, PATIENT_ADDRESS, PATIENT_EMAIL, PATIENT_PHONE, choice
from fhir_profiles.elements import entries, text, value_text
from fhir_profiles.today import Today
from shared.records.findings import Finding, Findings
from shared.records.identifiers import (
    parse_address_line,
    parse_birth_date,
    parse_email,
    parse_length,
    parse_phone,
    parse_recorded_name,
)
from shared.records.measures import (
    BODY_HEIGHT,
    BODY_WEIGHT,
    Measure,
    VitalSign,
    missing_measure,
    newest_measure,
)
from shared.records.reading import Reading

ADULT_YEARS = 18
EMAIL_LENGTH = 80
DECEASED = Finding(
    "Patient.deceased",
    "the patient is recorded as deceased, so nothing can be prescribed; correct this if it is"
    " wrong",
)
DECEASED_UNREADABLE = (
    "whether the patient is deceased can't be read, and nothing about it is sent to DoseSpot; set"
    " deceasedBoolean to true or false"
)
OTHER_GENDER = (
    "DoseSpot has no value for this gender, so it is sent as Unknown; no action is needed if it"
    " is recorded correctly"
)
GENDER_UNREADABLE = (
    "this is not a FHIR gender, so it is sent to DoseSpot as Unknown; set it to male, female,"
    " other or unknown"
)

_GENDERS: Mapping[str, str] = MappingProxyType(
    {"male": "Male", "female": "Female", "other": "Unknown", "unknown": "Unknown"}
)
_PHONE_TYPES: Mapping[str, str] = MappingProxyType(
    {"home": "Home", "mobile": "Cell", "work": "Work"}
)


@dataclass(frozen=True)
class Patient:
    """One patient, ready to be sent to DoseSpot; empty texts mean that there is none."""

    prefix: str
    first_name: str
    middle_name: str
    last_name: str
    suffix: str
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


REPLACED = Finding(
    "Patient.link",
    "this record has been replaced by another one; prescribe for that patient instead",
)


def is_minor(patient: Resource, today: Today) -> bool:
    """Whether the Patient is under 18 where they live, as far as the birth date says."""
    day = today.in_state(_reading(patient, today).state)
    adult_since = day.replace(
        year=day.year - ADULT_YEARS, day=28 if (day.month, day.day) == (2, 29) else day.day
    )
    return value_text(patient, "birthDate") > adult_since.isoformat()


def read_patient(
    patient: Resource, observations: Iterable[Resource], today: Today
) -> tuple[Patient, Findings]:
    """Reads and checks a Patient.

    Args:
        patient: raw JSON of a FHIR R4 Patient.
        observations: the patient's heights and weights, in any order; used for minors.
        today: now; names, addresses and contact points have to be in effect on the day that it is
            in the patient's state.

    Returns:
        The patient, and what was found; with any problem among the findings the patient has gaps
        and must not be used.
    """
    reading = _reading(patient, today)
    if is_deceased(patient):
        reading.findings.problem(DECEASED.path, DECEASED.sentence)
    elif _may_be_deceased(patient):
        reading.findings.warning(DECEASED.path, DECEASED_UNREADABLE)
    if any(link.get("type") == "replaced-by" for _, link in entries(patient, "link")):
        reading.findings.warning(REPLACED.path, REPLACED.sentence)
    name = reading.name(NAME, parse_recorded_name)
    address = reading.address(PATIENT_ADDRESS, parse_address_line, parse_address_line)
    measured = list(observations) if is_minor(patient, today) else None
    found = Patient(
        prefix=name.prefix,
        first_name=name.first,
        middle_name=name.middle,
        last_name=name.last,
        suffix=name.suffix,
        birth_date=_birth_date(reading),
        gender=_gender(reading),
        email=reading.email(PATIENT_EMAIL, _parse_email),
        phone=reading.number(PATIENT_PHONE, "phone number", parse_phone),
        phone_type=_phone_type(reading),
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        state=address.state,
        zip_code=address.zip_code,
        active=reading.active(),
        height=_measure(reading, BODY_HEIGHT, measured),
        weight=_measure(reading, BODY_WEIGHT, measured),
    )
    return found, reading.findings


def _reading(patient: Resource, today: Today) -> Reading:
    return Reading("Patient", patient, today, home=PATIENT_ADDRESS)


def is_deceased(patient: Resource) -> bool:
    """Whether the Patient is recorded as deceased, with or without a date."""
    return patient.get("deceasedBoolean") is True or bool(value_text(patient, "deceasedDateTime"))


def _may_be_deceased(patient: Resource) -> bool:
    """Whether something stands there of a death, but neither yes, no nor a date."""
    stated = ("deceasedBoolean", "deceasedDateTime", "_deceasedBoolean", "_deceasedDateTime")
    given = any(patient.get(name) is not None for name in stated)
    return given and patient.get("deceasedBoolean") is not False


def _birth_date(reading: Reading) -> str:
    today = reading.today.in_state(reading.state)
    return reading.required(
        "Patient.birthDate",
        "date of birth",
        value_text(reading.resource, "birthDate"),
        lambda value: parse_birth_date(value, today).isoformat(),
    )


def _gender(reading: Reading) -> str:
    given = value_text(reading.resource, "gender")
    sent = _GENDERS.get(reading.required("Patient.gender", "gender", given), "Unknown")
    if given == "other":
        reading.findings.warning("Patient.gender", OTHER_GENDER)
    elif given and given not in _GENDERS:
        reading.findings.warning("Patient.gender", GENDER_UNREADABLE)
    return sent


def _phone_type(reading: Reading) -> str:
    found = choice(reading.resource, PATIENT_PHONE, reading.today, reading.state).counting
    return _PHONE_TYPES.get(text(found[0][1].get("use")) if found else "", "Primary")


def _parse_email(value: str) -> str:
    return parse_length(parse_email(value), EMAIL_LENGTH)


def _measure(reading: Reading, kind: VitalSign, measured: list[Resource] | None) -> Measure | None:
    """The newest value that counts; a minor must have one, nobody else needs one."""
    if measured is None:
        return None
    found, refused = newest_measure(measured, kind, reading.today)
    if found is None:
        reading.findings.problems += refused or [missing_measure(kind, ADULT_YEARS)]
    else:
        reading.findings.warnings += refused
    return found
