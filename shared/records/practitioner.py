"""Reads a FHIR Practitioner into a `Prescriber`, and finds everything in it that DoseSpot refuses.

The PractitionerRoles at a clinic add the DEA numbers and NADEANs that the prescriber has there.

Which entries count is `fhir_profiles.choice`'s business. Sources: the requirements tables of
Medplum's prescriber enrollment guide, and DoseSpot's limits.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from fhir_profiles import Resource
from fhir_profiles.choice import NAME, WORK_ADDRESS, WORK_EMAIL, WORK_FAX, WORK_PHONE
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.dea_identifier import dea_identifiers, dea_under_another_system, ended_dea
from fhir_profiles.elements import child, text, value_text
from fhir_profiles.prescriber_identifiers import pbs_types
from fhir_profiles.state_license import StateLicense, state_licenses, unreadable_licenses
from fhir_profiles.systems import (
    DEA,
    HPII,
    NADEAN,
    NPI,
    NPI_ALIASES,
    PBS_PRESCRIBER_NUMBER,
)
from fhir_profiles.today import Today
from shared.records.findings import NOT_SENT, Finding, Findings
from shared.records.identifiers import (
    RuleBroken,
    dea_warnings,
    parse_birth_date,
    parse_dea,
    parse_email,
    parse_fax,
    parse_hpii,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_pbs_prescriber_number,
    parse_pbs_prescriber_type,
    parse_phone,
    parse_recorded_name,
    parse_second_street_line,
    parse_state,
    parse_street_line,
)
from shared.records.prescriber import DeaRegistration, MedicalLicense, Prescriber
from shared.records.reading import Parse, Reading
from shared.records.unread_numbers import unread_numbers

NO_EMAIL = "there is no e-mail address, so DoseSpot can't e-mail the prescriber; add one"
DEA_ELSEWHERE = (
    "this says that it is a DEA number, but it has another system, so it is not sent to DoseSpot;"
    f" give it the system {DEA}, with its state in assigner.display"
)
DEA_PERIOD_UNREADABLE = (
    "the period of the DEA registration can't be read, so the number is not sent to DoseSpot;"
    " correct its start and end"
)
LICENSE_ENDED = "this license has ended; renew it and have the new end recorded"
LICENSE_NOT_BEGUN = "this license has not begun yet; run the bot again on or after its first day"
LICENSE_NOT_ACTIVE = "this license is recorded with a status other than active; correct the status"
LICENSE_PERIOD_UNREADABLE = "the period of this license can't be read; correct its start and end"
DEA_ENDED = (
    "this DEA registration has ended; renew it and have the new end recorded, or set its use to old"
    " if it was given up"
)
DEA_NOT_BEGUN = (
    "this DEA registration has not begun yet; run the bot again on or after its first day"
)
DEA_ENDED_WITH_EPCS = (
    "this DEA registration has ended, and the number is removed from DoseSpot; unless it was"
    " renewed, 21 CFR 1311.125(d) requires that permission to sign controlled substances under it"
    " be revoked on the day this is discovered"
)


DEA_ENDED_UNDER_EPCS = (
    "this DEA registration has ended while controlled substances can be signed in DoseSpot; unless"
    " it was renewed, 21 CFR 1311.125(d) requires that permission to sign them under it be"
    " revoked on the day this is discovered: have the practice's EPCS administrator do so, and"
    " run the"
    " enroll bot, which removes the number from DoseSpot"
)


def dea_warnings_of(practitioner: Resource, today: Today, role: Resource | None) -> list[Finding]:
    """What matters about DEA registrations even if only a prescriber's status is checked.

    Args:
        practitioner: raw JSON.
        today: now.
        role: the PractitionerRole that says the status; None at the project's own clinic.
    """
    if not says_epcs(practitioner if role is None else role):
        return []
    return [
        Finding(f"{one.path}.period.end", DEA_ENDED_UNDER_EPCS)
        for one in ended_dea(practitioner, today, [] if role is None else [role])
    ]


def read_practitioner(
    practitioner: Resource, today: Today, roles: Sequence[Resource] = ()
) -> tuple[Prescriber, Findings]:
    """Reads and checks a Practitioner.

    Args:
        practitioner: raw JSON of a FHIR R4 Practitioner.
        today: now; names, numbers and addresses have to be in effect on the day that it is in the
            state that they belong to.
        roles: the prescriber's PractitionerRoles at the clinic, whose DEA numbers and NADEANs count
            there; see `fhir_profiles.practitioner_role.roles_at`.

    Returns:
        The prescriber, and what was found; with any problem among the findings the prescriber has
        gaps and must not be used.
    """
    reading = Reading("Practitioner", practitioner, today, home=WORK_ADDRESS, roles=roles)
    name = reading.name(NAME, parse_recorded_name)
    prescriber = Prescriber(
        name=name,
        birth_date=_birth_date(reading),
        npi=_npi(reading),
        email=reading.email(WORK_EMAIL, parse_email, NO_EMAIL),
        phone=_phone(reading),
        fax=_fax(reading),
        address=reading.address(WORK_ADDRESS, parse_street_line, parse_second_street_line),
        dea=_dea(reading, name.last),
        active=reading.active(),
        nadean=tuple(_nadean(reading)),
        licenses=tuple(_licenses(reading)),
    )
    reading.findings.warnings += unread_numbers(practitioner, today, reading.state, roles)
    _warn_of_australian_numbers(reading)
    return prescriber, reading.findings


def _birth_date(reading: Reading) -> date:
    today = reading.today.in_state(reading.state)
    iso = reading.required(
        "Practitioner.birthDate",
        "date of birth",
        value_text(reading.resource, "birthDate"),
        lambda given: parse_birth_date(given, today).isoformat(),
    )
    return date.fromisoformat(iso) if iso else today


def _npi(reading: Reading) -> str:
    found = reading.identifiers(NPI_ALIASES)
    if not found:
        reading.findings.problem(
            "Practitioner.identifier", f"the NPI is missing; add an identifier with system {NPI}"
        )
        return ""
    parsed = [
        reading.findings.parsed(f"{path}.value", parse_npi, text(entry.get("value")))
        for path, entry in found
    ]
    if len(set(parsed)) > 1:
        reading.findings.problem(
            "Practitioner.identifier", "there is more than one NPI; keep the one of this person"
        )
        return ""
    return parsed[0]


def _dea(reading: Reading, family_name: str) -> tuple[DeaRegistration, ...]:
    registrations: dict[str, DeaRegistration] = {}
    for one in dea_identifiers(reading.resource, reading.roles):
        if not one.days.cover(reading.today.in_state(one.state)):
            if not one.days.readable:
                reading.findings.warning(f"{one.path}.period", DEA_PERIOD_UNREADABLE)
            elif not one.days.over(reading.today.in_state(one.state)):
                reading.findings.warning(f"{one.path}.period.start", f"{NOT_SENT}{DEA_NOT_BEGUN}")
            continue
        number = reading.required(f"{one.path}.value", "DEA number", one.number, parse_dea)
        state = reading.required(
            f"{one.path}.assigner.display",
            "state of the DEA number",
            one.written_state,
            parse_state,
        )
        if not number:
            continue
        for sentence in dea_warnings(number, family_name):
            reading.findings.warning(f"{one.path}.value", sentence)
        if registrations.setdefault(number, DeaRegistration(number, state)).state != state:
            reading.findings.problem(
                one.path, "the same DEA number is given for two states; keep the one it is for"
            )
    has_epcs = any(map(says_epcs, (reading.resource, *reading.roles)))
    for one in ended_dea(reading.resource, reading.today, reading.roles):
        sentence = DEA_ENDED_WITH_EPCS if has_epcs else f"{NOT_SENT}{DEA_ENDED}"
        reading.findings.warning(f"{one.path}.period.end", sentence)
    for path in dea_under_another_system(reading.resource, reading.today, reading.roles):
        reading.findings.warning(path, DEA_ELSEWHERE)
    return tuple(registrations.values())


def _nadean(reading: Reading) -> Iterator[DeaRegistration]:
    """The NADEANs with their states; nobody needs one, so that a malformed one is left out."""
    for path, identifier in reading.identifiers_at_clinic(frozenset({NADEAN})):
        value, state = text(identifier.get("value")), child(identifier, "assigner").get("display")
        try:
            yield DeaRegistration(parse_nadean(value), parse_state(text(state)))
        except RuleBroken as broken:
            reading.findings.warning(path, f"{NOT_SENT}{broken}")


def _licenses(reading: Reading) -> Iterator[MedicalLicense]:
    """The licenses in force that can be sent; others that are not history get a warning."""
    everything = state_licenses(reading.resource)
    for found in everything:
        today = reading.today.in_state(found.state)
        if not found.days.cover(today):
            if not any(one.state == found.state and one.days.cover(today) for one in everything):
                _warn_of_license_not_in_force(reading, found, today)
            continue
        try:
            yield MedicalLicense(parse_license(found.number), parse_state(found.state))
        except RuleBroken as broken:
            reading.findings.warning(found.path, f"{NOT_SENT}{broken}")
    for path, sentence in unreadable_licenses(reading.resource):
        reading.findings.warning(path, f"{NOT_SENT}{sentence}")


def _warn_of_license_not_in_force(reading: Reading, found: StateLicense, today: date) -> None:
    element, sentence = "period.start", LICENSE_NOT_BEGUN
    if not found.days.standing:
        element, sentence = "extension", LICENSE_NOT_ACTIVE
    elif not found.days.readable:
        element, sentence = "period", LICENSE_PERIOD_UNREADABLE
    elif found.days.over(today):
        element, sentence = "period.end", LICENSE_ENDED
    reading.findings.warning(f"{found.path}.{element}", f"{NOT_SENT}{sentence}")


def _warn_of_australian_numbers(reading: Reading) -> None:
    """DoseSpot takes none of them, so that a malformed one is only worth a warning."""
    for system, parse in ((HPII, parse_hpii), (PBS_PRESCRIBER_NUMBER, parse_pbs_prescriber_number)):
        for path, identifier in reading.identifiers(frozenset({system})):
            _warn(reading, f"{path}.value", parse, text(identifier.get("value")))
            for kind in pbs_types(identifier):
                _warn(reading, f"{path}.type", parse_pbs_prescriber_type, kind)


def _warn(reading: Reading, path: str, parse: Parse, value: str) -> None:
    try:
        parse(value)
    except RuleBroken as broken:
        reading.findings.warning(path, str(broken))


def _phone(reading: Reading) -> str:
    hint = "add one with system phone and use work"
    return reading.number(WORK_PHONE, "work phone number", parse_phone, hint)


def _fax(reading: Reading) -> str:
    hint = "add one with system fax and use work"
    return reading.number(WORK_FAX, "work fax number", parse_fax, hint)
