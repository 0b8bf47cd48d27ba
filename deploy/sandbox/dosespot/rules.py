"""What DoseSpot refuses in a body of the right shape, and the sentence it gives for it.

Pure functions over a record as `bodies` leaves it. Which fields a body must have, `bodies` says
itself; whether an NPI or an e-mail address is
already taken is not known here.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from deploy.sandbox.dosespot.clinician import CLINICIAN_ADMIN, PROXY_CLINICIAN, Rejection

RequestRecord = dict[str, Any]

ROLE_TYPES = (
    "PrescribingClinician",
    "ReportingClinician",
    "EpcsCoordinator",
    CLINICIAN_ADMIN,
    "PrescribingAgentClinician",
    PROXY_CLINICIAN,
)
ADULT_AGE = 18

_LICENSING_STATES = re.compile(
    "A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]"
    "|T[NX]|UT|V[AT]|W[AIVY]|PR|VI|GU|AS|MP"
)
_ADDRESS_STATES = re.compile(_LICENSING_STATES.pattern + "|FM|MH|PW|AA|AE|AP")

_PHONES = ("PrimaryPhone", "PhoneAdditional1", "PhoneAdditional2", "PhoneAdditional3")
_PHONE = re.compile(r"(?!555)[2-9]\d{9}")
_EXTENSION = re.compile(r"x\d+$")
_REPEATED = re.compile(r"(\d)\1{6}")
_ZIP = re.compile(r"\d{5}(-\d{4})?")
_DEA = re.compile(r"[A-Z][A-Z9][0-9]{7}(-[A-Z0-9]{1,7})?")
_NADEAN = re.compile(r"[A-Za-z0-9]{9}")


def missing_refusal(record: RequestRecord, names: Iterable[str]) -> Rejection | None:
    """A refusal of the first of these fields that has no value, None if all have one."""
    return next(_missing(record, names), None)


def clinician_refusal(record: RequestRecord) -> Rejection | None:
    """The first thing wrong with a clinician's record that misses nothing, None if nothing is."""
    return next(_clinician_refusals(record), None)


def clinic_refusal(record: RequestRecord) -> Rejection | None:
    """The first thing wrong with a clinic's record that misses nothing, None if nothing is."""
    return next(_clinic_refusals(record), None)


def patient_refusal(record: RequestRecord, today: date) -> Rejection | None:
    """The first thing wrong with a patient's record that misses nothing, None if nothing is."""
    return next(_patient_refusals(record, today), None)


def is_npi(value: str) -> bool:
    """Whether this is an NPI: ten digits, the first 1 or 2, and Luhn's check over 80840 + NPI."""
    if not re.fullmatch(r"[12][0-9]{9}", value):
        return False
    digits = [int(digit) for digit in reversed("80840" + value)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def is_phone(value: str) -> bool:
    """Whether this is a telephone: ten digits, with a usable area code, not all alike."""
    return _PHONE.fullmatch(value) is not None and not _REPEATED.search(value)


def _missing(record: RequestRecord, names: Iterable[str]) -> Iterator[Rejection]:
    for name in names:
        if record.get(name) is None:
            yield Rejection(name, f"{name} is required")


def _clinician_refusals(record: RequestRecord) -> Iterator[Rejection]:
    yield from _broken_lines(record)
    yield from _wrong_roles(record["ClinicianRoleType"])
    yield from _wrong_contact(record)
    npi = record.get("NPINumber")
    if npi is not None and not is_npi(npi):
        yield Rejection("NPINumber", "NPI is not in the correct format")
    yield from _wrong_numbers(record)


def _clinic_refusals(record: RequestRecord) -> Iterator[Rejection]:
    yield from _broken_lines(record)
    yield from _wrong_contact(record)


def _patient_refusals(record: RequestRecord, today: date) -> Iterator[Rejection]:
    yield from _broken_lines(record)
    yield from _wrong_contact(record)
    born = date.fromisoformat(record["DateOfBirth"][:10])
    if born > today:
        yield Rejection("DateOfBirth", "DateOfBirth must not be in the future")
    for name in ("Height", "Weight"):
        measure = record.get(name)
        if measure is not None and measure <= 0:
            yield Rejection(name, f"{name} must be greater than zero")
        if measure is None and _age(born, today) < ADULT_AGE:
            yield Rejection(name, f"{name} is required for patients under {ADULT_AGE}")


def _age(born: date, today: date) -> int:
    had_no_birthday = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - had_no_birthday


def _broken_lines(record: RequestRecord) -> Iterator[Rejection]:
    for name, value in record.items():
        if isinstance(value, str) and ("\n" in value or "\r" in value):
            yield Rejection(name, f"{name} must not contain line breaks")


def _wrong_roles(roles: Any) -> Iterator[Rejection]:
    if not isinstance(roles, list) or not roles or any(role not in ROLE_TYPES for role in roles):
        yield Rejection("ClinicianRoleType", "ClinicianRoleType is not a list of known role types")


def _wrong_contact(record: RequestRecord) -> Iterator[Rejection]:
    if not _ADDRESS_STATES.fullmatch(record["State"].upper()):
        yield Rejection("State", "State is not a two-letter abbreviation")
    if not _ZIP.fullmatch(record["ZipCode"]):
        yield Rejection("ZipCode", "Zip Code is not in the correct format")
    for name in _PHONES:
        phone = record.get(name)
        if phone is not None and not is_phone(_EXTENSION.sub("", phone)):
            yield Rejection(name, f"{name} is not in the correct format")
    fax = record.get("PrimaryFax")
    if fax is not None and not is_phone(fax):
        yield Rejection("PrimaryFax", "PrimaryFax is not in the correct format")


def _wrong_numbers(record: RequestRecord) -> Iterator[Rejection]:
    single = record.get("DEANumber")
    if single is not None and not _DEA.fullmatch(single):
        yield Rejection("DEANumber", "DEA Number is not in the correct format")
    yield from _wrong_entries(record, "DEANumbers", "DEANumber", _is(_DEA))
    yield from _wrong_entries(record, "NADEANumbers", "NADEANumber", _is(_NADEAN))
    yield from _wrong_entries(record, "MedicalLicenseNumbers", "LicenseNumber", bool)


def _wrong_entries(
    record: RequestRecord, field: str, name: str, fits: Callable[[str], bool]
) -> Iterator[Rejection]:
    for entry in record.get(field) or []:
        yield from _missing(entry, [name])
        if not fits(entry[name]):
            yield Rejection(field, f"{name} is not in the correct format")
        state = entry["State"]
        if state is None and field != "NADEANumbers":
            yield Rejection(field, f"State is required with {name}")
        elif state is not None and not _LICENSING_STATES.fullmatch(state.upper()):
            yield Rejection(field, "State is not a two-letter abbreviation")


def _is(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: pattern.fullmatch(value) is not None
