"""What a prescriber says of themselves, read and checked; names, roles and clinics are not asked.

The fields have the names of the form with which an administrator creates a prescriber, and its
lenient rules. A number that is on record already is not theirs to change: whoever could put another
NPI or birth date in its place could become a colleague in DoseSpot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from fhir_profiles.today import NATIONWIDE, Today
from shared.prescriber_form.rules.checks import LENIENT, parse_second_line
from shared.prescriber_form.rules.form import NPI_PATH, ONE_DEFAULT, address_in, dea_in
from shared.prescriber_form.rules.on_record import OnRecord, PlaceOnRecord
from shared.prescriber_form.rules.practitioner import Registration, RegistrationKind
from shared.records.findings import Findings, path_of
from shared.records.form_reading import FormReading
from shared.records.identifiers import (
    parse_fax,
    parse_fhir_id,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_plain,
    parse_state,
)
from shared.records.prescriber import StreetAddress

NO_FAX = "the fax number is missing; add it, because DoseSpot requires one"
NO_ROLE_ID = "say by its practitionerRoleId which of your locations this is"
NOT_YOURS = (
    "this is not one of your locations; ask an administrator to give you a role there, or leave it"
    " out"
)
TWICE = "this location is given twice; enter it once"
NO_STATE = "the state of this location is not on record; enter the state that the numbers are for"
ANOTHER_STATE = (
    "this location is in another state; leave the state out, or have an administrator correct the"
    " location"
)
FIXED = "is on record already, and only an administrator can change it; ask one, or leave this out"
TWO_LICENSES = "two license numbers are given for the same state; enter the one that is yours"


@dataclass(frozen=True)
class OwnPlace:
    """What somebody says of one of their locations; empty texts: not given.

    Attributes:
        path: where it is in the input.
        place: what is on record of it.
        default: whether they prescribe from there by default; None: not given.
        state: the state that the numbers are for.
    """

    path: str
    place: PlaceOnRecord
    default: bool | None
    state: str
    dea: str
    nadean: str
    license: str


@dataclass(frozen=True)
class OwnDetails:
    """What somebody says of themselves; empty texts: not given, or on record already."""

    birth_date: str
    npi: str
    phone: str
    fax: str
    email: str
    address: StreetAddress
    places: tuple[OwnPlace, ...]

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """The DEA numbers, NADEANs and licenses that are given."""
        return tuple(one for place in self.places for one in _registrations(place))


def read_own_details(
    body: dict[str, Any], known: OnRecord, today: Today
) -> tuple[OwnDetails, Findings]:
    """Reads and checks what somebody says of themselves.

    Args:
        body: the JSON object that was sent.
        known: what is on record of them.
        today: now.

    Returns:
        The details, and what was found; with any problem among the findings the details have gaps
        and must not be used. Paths are the input's own, such as `mailingAddress.zipCode`.
    """
    reading = FormReading(body, Findings())
    missing, details = LENIENT.missing, reading.part("details")
    day = today.in_state(NATIONWIDE)
    given = OwnDetails(
        birth_date=reading.text(
            "dateOfBirth",
            lambda value: LENIENT.birth_date(value, day),
            missing="" if known.birth_date else missing["dateOfBirth"],
        ),
        npi=details.digits("npi", parse_npi, missing="" if known.npi else missing["npi"]),
        phone=reading.text("phone", LENIENT.phone, missing=missing["phone"]),
        fax=reading.text("fax", parse_fax, missing=NO_FAX),
        email=reading.text("email", LENIENT.email),
        address=address_in(
            reading.part("mailingAddress"), LENIENT, LENIENT.street, parse_second_line
        ),
        places=tuple(_places(reading, known)),
    )
    _refuse_two_licenses(given.registrations, reading.findings)
    return without_fixed(given, known, reading.findings), reading.findings


def without_fixed(given: OwnDetails, known: OnRecord, findings: Findings) -> OwnDetails:
    """The details without what is on record in the same words.

    Notes a problem for each that is on record in others.

    Args:
        given: what was typed.
        known: what is on record now, with every location of `given`.
        findings: of the input.
    """

    def kept(path: str, typed: str, stated: str) -> str:
        if typed and stated and typed.upper() != stated.upper():
            findings.problem(path, FIXED)
        return "" if stated else typed

    by_role = {place.role_id: place for place in known.places}

    def kept_place(one: OwnPlace) -> OwnPlace:
        place = by_role.get(one.place.role_id, one.place)
        return replace(
            one,
            place=place,
            dea=kept(f"{one.path}.deaNumber", one.dea, place.dea),
            nadean=kept(f"{one.path}.naDeaNumber", one.nadean, place.nadean),
            license=kept(f"{one.path}.medicalLicenseNumber", one.license, place.license),
        )

    return replace(
        given,
        birth_date=kept("dateOfBirth", given.birth_date, known.birth_date),
        npi=kept(NPI_PATH, given.npi, known.npi),
        places=tuple(map(kept_place, given.places)),
    )


def _places(reading: FormReading, known: OnRecord) -> Iterator[OwnPlace]:
    by_role = {place.role_id: place for place in known.places}
    seen: set[str] = set()
    defaults = 0
    for part in reading.parts("locations"):
        role_id = part.text("practitionerRoleId", parse_fhir_id, missing=NO_ROLE_ID)
        place = by_role.get(role_id)
        read = _place(part, place or PlaceOnRecord(), known.last_name)
        if role_id and place is None:
            part.problem("practitionerRoleId", NOT_YOURS)
        if role_id in seen:
            part.problem("practitionerRoleId", TWICE)
        seen |= {role_id} if role_id else set()
        defaults += read.default is True
        yield read
    if defaults > 1:
        reading.problem("locations", ONE_DEFAULT)


def _place(part: FormReading, place: PlaceOnRecord, last_name: str) -> OwnPlace:
    typed = part.text("state", parse_state)
    if typed and place.state and typed != place.state:
        part.problem("state", ANOTHER_STATE)
    read = OwnPlace(
        path=path_of(*part.steps),
        place=place,
        default=part.flag("useAsDefault"),
        state=place.state or typed,
        dea=dea_in(part, "deaNumber", last_name),
        nadean=part.text("naDeaNumber", parse_nadean),
        license=part.text("medicalLicenseNumber", lambda value: parse_license(parse_plain(value))),
    )
    if place.role_id and not read.state and (read.dea or read.nadean or read.license):
        part.problem("state", NO_STATE)
    return read


def _registrations(one: OwnPlace) -> Iterator[Registration]:
    kinds: Iterable[tuple[RegistrationKind, str, str]] = (
        (RegistrationKind.DEA, one.dea, "deaNumber"),
        (RegistrationKind.NADEAN, one.nadean, "naDeaNumber"),
        (RegistrationKind.LICENSE, one.license, "medicalLicenseNumber"),
    )
    for kind, number, name in kinds:
        if number:
            yield Registration(kind, number, one.state, f"{one.path}.{name}")


def _refuse_two_licenses(registrations: Iterable[Registration], findings: Findings) -> None:
    numbers: dict[str, str] = {}
    for one in registrations:
        is_license = one.kind is RegistrationKind.LICENSE
        if is_license and numbers.setdefault(one.state, one.number) != one.number:
            findings.problem(one.path, TWO_LICENSES)
