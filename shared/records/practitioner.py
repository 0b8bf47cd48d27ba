"""Reads a FHIR Practitioner into a `Prescriber`, and finds everything in it that DoseSpot refuses.

Sources: the requirements tables of Medplum's prescriber enrollment guide, and DoseSpot's limits.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

from fhir_profiles import Resource
from fhir_profiles.elements import child, text, texts
from fhir_profiles.prescriber_identifiers import pbs_types
from fhir_profiles.state_license import state_licenses
from fhir_profiles.systems import DEA, HPII, NADEAN, NPI, PBS_PRESCRIBER_NUMBER
from shared.records.findings import Findings
from shared.records.identifiers import (
    ADDRESS_STATES,
    NAME_LENGTH,
    TITLE_LENGTH,
    RuleBroken,
    dea_warnings,
    parse_birth_date,
    parse_dea,
    parse_email,
    parse_fax,
    parse_hpii,
    parse_length,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_pbs_prescriber_number,
    parse_pbs_prescriber_type,
    parse_phone,
    parse_state,
    parse_street_line,
    parse_zip,
)
from shared.records.prescriber import (
    DeaRegistration,
    MedicalLicense,
    PersonName,
    Prescriber,
    StreetAddress,
)
from shared.records.reading import Parse, Reading, preferred

NAME_ORDER = ("official", "usual", "")
WORK_FIRST = ("work", "")
NOT_SENT = "is not sent to DoseSpot: "


def read_practitioner(practitioner: Resource, today: date) -> tuple[Prescriber, Findings]:
    """Reads and checks a Practitioner.

    Args:
        practitioner: raw JSON of a FHIR R4 Practitioner.
        today: the day on which identifiers, names and addresses have to be in effect.

    Returns:
        The prescriber, and what was found; with any problem among the findings the prescriber has
        gaps and must not be used.
    """
    reading = Reading("Practitioner", practitioner, today)
    name = _name(reading)
    prescriber = Prescriber(
        name=name,
        birth_date=_birth_date(reading),
        npi=_npi(reading),
        email=_email(reading),
        phone=_phone(reading),
        fax=_fax(reading),
        address=_address(reading),
        dea=_dea(reading, name.last),
        active=_active(reading),
        nadean=tuple(_nadean(reading)),
        licenses=tuple(_licenses(reading)),
    )
    _warn_of_australian_numbers(reading)
    return prescriber, reading.findings


def _name(reading: Reading) -> PersonName:
    path, name = preferred(reading.current("name"), NAME_ORDER) or ("Practitioner.name", {})
    given = texts(name, "given")
    short = partial(parse_length, longest=TITLE_LENGTH)
    long = partial(parse_length, longest=NAME_LENGTH)
    parsed = reading.findings.parsed
    return PersonName(
        first=reading.required(f"{path}.given", "first name", " ".join(given[:1]), long),
        middle=parsed(f"{path}.given", long, " ".join(given[1:])),
        last=reading.required(f"{path}.family", "last name", name.get("family"), long),
        prefix=parsed(f"{path}.prefix", short, " ".join(texts(name, "prefix"))),
        suffix=parsed(f"{path}.suffix", short, " ".join(texts(name, "suffix"))),
    )


def _birth_date(reading: Reading) -> date:
    value = reading.resource.get("birthDate")
    iso = reading.required(
        "Practitioner.birthDate",
        "date of birth",
        value,
        lambda given: parse_birth_date(given, reading.today).isoformat(),
    )
    return date.fromisoformat(iso) if iso else reading.today


def _npi(reading: Reading) -> str:
    found = reading.current("identifier", system=NPI)
    if not found:
        reading.findings.problem(
            "Practitioner.identifier", f"the NPI is missing; add an identifier with system {NPI}"
        )
        return ""
    if len({text(entry.get("value")) for _, entry in found}) > 1:
        reading.findings.problem(
            "Practitioner.identifier", "there is more than one NPI; keep the one of this person"
        )
        return ""
    path, npi = found[0]
    return reading.findings.parsed(f"{path}.value", parse_npi, text(npi.get("value")))


def _dea(reading: Reading, family_name: str) -> tuple[DeaRegistration, ...]:
    registrations: dict[str, DeaRegistration] = {}
    for path, identifier in reading.current("identifier", system=DEA):
        number = reading.required(f"{path}.value", "DEA number", identifier.get("value"), parse_dea)
        state = reading.required(
            f"{path}.assigner.display",
            "state of the DEA number",
            child(identifier, "assigner").get("display"),
            parse_state,
        )
        if not number:
            continue
        for sentence in dea_warnings(number, family_name):
            reading.findings.warning(f"{path}.value", sentence)
        if registrations.setdefault(number, DeaRegistration(number, state)).state != state:
            reading.findings.problem(
                path, "the same DEA number is given for two states; keep the one it is for"
            )
    return tuple(registrations.values())


def _nadean(reading: Reading) -> Iterator[DeaRegistration]:
    """The NADEANs with their states; nobody needs one, so that a malformed one is left out."""
    for path, identifier in reading.current("identifier", system=NADEAN):
        value, state = text(identifier.get("value")), child(identifier, "assigner").get("display")
        try:
            yield DeaRegistration(parse_nadean(value), parse_state(text(state)))
        except RuleBroken as broken:
            reading.findings.warning(path, f"{NOT_SENT}{broken}")


def _licenses(reading: Reading) -> Iterator[MedicalLicense]:
    """The licenses that have a number; a malformed one is left out."""
    for found in state_licenses(reading.resource):
        if not found.number or not found.days.cover(reading.today):
            continue
        try:
            yield MedicalLicense(parse_license(found.number), parse_state(found.state))
        except RuleBroken as broken:
            reading.findings.warning(found.path, f"{NOT_SENT}{broken}")


def _warn_of_australian_numbers(reading: Reading) -> None:
    """DoseSpot takes none of them, so that a malformed one is only worth a warning."""
    for system, parse in ((HPII, parse_hpii), (PBS_PRESCRIBER_NUMBER, parse_pbs_prescriber_number)):
        for path, identifier in reading.current("identifier", system=system):
            _warn(reading, f"{path}.value", parse, text(identifier.get("value")))
            for kind in pbs_types(identifier):
                _warn(reading, f"{path}.type", parse_pbs_prescriber_type, kind)


def _warn(reading: Reading, path: str, parse: Parse, value: str) -> None:
    try:
        parse(value)
    except RuleBroken as broken:
        reading.findings.warning(path, str(broken))


def _email(reading: Reading) -> str:
    path, email = reading.contact("email", WORK_FIRST)
    value = text(email.get("value"))
    if not value:
        reading.findings.warning(
            path, "there is no e-mail address, so DoseSpot can't write to the prescriber; add one"
        )
    return reading.findings.parsed(path, parse_email, value) if value else ""


def _phone(reading: Reading) -> str:
    path, phone = reading.contact("phone", WORK_FIRST, use="work")
    hint = "add one with system phone and use work"
    return reading.required(path, "work phone number", phone.get("value"), parse_phone, hint)


def _fax(reading: Reading) -> str:
    path, fax = reading.contact("fax", WORK_FIRST)
    hint = "add one with system fax and use work"
    return reading.required(path, "work fax number", fax.get("value"), parse_fax, hint)


def _address(reading: Reading) -> StreetAddress:
    usable = [entry for entry in reading.current("address") if entry[1].get("use") != "billing"]
    path, address = preferred(usable, WORK_FIRST) or ("Practitioner.address", {})
    lines = texts(address, "line")
    line = f"{path}.line[0]" if lines else f"{path}.line"
    state = partial(parse_state, states=ADDRESS_STATES)
    required, parsed = reading.required, reading.findings.parsed
    return StreetAddress(
        line1=required(line, "street address", "".join(lines[:1]), parse_street_line),
        line2=parsed(f"{path}.line[1]", parse_street_line, ", ".join(lines[1:])),
        city=required(f"{path}.city", "city", address.get("city")),
        state=required(f"{path}.state", "state", address.get("state"), state),
        zip_code=required(
            f"{path}.postalCode", "postal code", address.get("postalCode"), parse_zip
        ),
    )


def _active(reading: Reading) -> bool:
    active = reading.resource.get("active", True)
    if not isinstance(active, bool):
        reading.findings.problem("Practitioner.active", "active must be true or false; correct it")
        return False
    return active
