"""What is on record of a prescriber, as a form shows it: what DoseSpot would get, as it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fhir_profiles import Resource
from fhir_profiles.choice import (
    NAME,
    WORK_ADDRESS,
    WORK_EMAIL,
    WORK_FAX,
    WORK_PHONE,
    ChoiceRule,
    choice,
    in_force,
    numbered,
    state_of,
)
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.elements import child, entries, state_code, text, value_text, value_texts
from fhir_profiles.practitioner_role import is_default_location
from fhir_profiles.state_license import state_licenses
from fhir_profiles.systems import DEA_ALIASES, NADEAN, NPI_ALIASES
from fhir_profiles.today import NATIONWIDE, Today
from shared.records.prescriber import StreetAddress


@dataclass(frozen=True)
class PlaceOnRecord:
    """One location where somebody works; empty texts: not on record.

    Attributes:
        role: raw PractitionerRole by which they work there.
        name: of the location; else of the clinic.
        clinic: name of the clinic.
        address: of the location, in one line.
        state: of the location, two letters.
        default: whether they prescribe from there by default.
        dea: in force there; a number that counts everywhere counts in its state too.
        nadean: the same.
        license: in force in the state.
    """

    role: Resource = field(default_factory=dict)
    name: str = ""
    clinic: str = ""
    address: str = ""
    state: str = ""
    default: bool = False
    dea: str = ""
    nadean: str = ""
    license: str = ""

    @property
    def role_id(self) -> str:
        """Id of the PractitionerRole."""
        return text(self.role.get("id"))


@dataclass(frozen=True)
class OnRecord:
    """A prescriber, as the records say; empty texts: not on record."""

    first_name: str
    last_name: str
    birth_date: str
    npi: str
    phone: str
    fax: str
    email: str
    address: StreetAddress
    places: tuple[PlaceOnRecord, ...]

    @property
    def fixed(self) -> tuple[str, ...]:
        """Paths in a form of what only an administrator can change: the name, and what is there."""
        stated = {"dateOfBirth": self.birth_date, "details.npi": self.npi}
        for index, place in enumerate(self.places):
            path = f"locations[{index}]"
            stated[f"{path}.state"] = place.state
            stated[f"{path}.deaNumber"] = place.dea
            stated[f"{path}.naDeaNumber"] = place.nadean
            stated[f"{path}.medicalLicenseNumber"] = place.license
        return ("fName", "lName", *(path for path, value in stated.items() if value))


@dataclass(frozen=True)
class Workplace:
    """Where somebody works: a PractitionerRole, with its Location and Organization, {} for none."""

    role: Resource
    location: Resource
    organization: Resource


def on_record(practitioner: Resource, workplaces: Iterable[Workplace], today: Today) -> OnRecord:
    """What is on record.

    Args:
        practitioner: raw JSON.
        workplaces: the person's own.
        today: now; numbers have to be in force, in their state.
    """
    address = _best(practitioner, WORK_ADDRESS, today, NATIONWIDE)
    state = state_of(address) or NATIONWIDE
    name = _best(practitioner, NAME, today, state)
    lines = value_texts(address, "line")
    return OnRecord(
        first_name=" ".join(value_texts(name, "given")[:1]),
        last_name=value_text(name, "family"),
        birth_date=value_text(practitioner, "birthDate"),
        npi=_number(practitioner, NPI_ALIASES, today, state),
        phone=value_text(_best(practitioner, WORK_PHONE, today, state), "value"),
        fax=value_text(_best(practitioner, WORK_FAX, today, state), "value"),
        email=value_text(_best(practitioner, WORK_EMAIL, today, state), "value"),
        address=StreetAddress(
            line1="".join(lines[:1]),
            line2=", ".join(lines[1:]),
            city=value_text(address, "city"),
            state=state_of(address),
            zip_code=value_text(address, "postalCode"),
        ),
        places=tuple(_place(practitioner, one, today) for one in workplaces),
    )


def _place(practitioner: Resource, workplace: Workplace, today: Today) -> PlaceOnRecord:
    role, location = workplace.role, workplace.location
    address = child(location, "address")
    state, clinic = state_of(address), text(workplace.organization.get("name"))
    day = today.in_state(state or NATIONWIDE)
    everywhere = [
        one.number
        for one in dea_identifiers(practitioner)
        if state and one.state == state and one.days.cover(day)
    ]
    licenses = [
        one.number
        for one in state_licenses(practitioner)
        if state and one.state == state and one.days.cover(day)
    ]
    own_dea = _number(role, DEA_ALIASES, today, state or NATIONWIDE)
    own_nadean = _number(role, frozenset({NADEAN}), today, state or NATIONWIDE)
    return PlaceOnRecord(
        role=role,
        name=text(location.get("name")) or clinic,
        clinic=clinic,
        address=_one_line(address),
        state=state,
        default=is_default_location(role),
        dea=own_dea or "".join(everywhere[:1]),
        nadean=own_nadean or _nadean_for(practitioner, state, today),
        license="".join(licenses[:1]),
    )


def _best(practitioner: Resource, rule: ChoiceRule, today: Today, state: str) -> Resource:
    counting = choice(practitioner, rule, today, state).counting
    return counting[0][1] if counting else {}


def _number(record: Resource, systems: frozenset[str], today: Today, state: str) -> str:
    found = numbered(record, systems, today, state)
    return value_text(found[0][1], "value") if found else ""


def _nadean_for(practitioner: Resource, state: str, today: Today) -> str:
    found = (
        value_text(one, "value")
        for _, one in entries(practitioner, "identifier")
        if one.get("system") == NADEAN
        and state
        and state_code(one, "assigner") == state
        and in_force(one, today, state)
    )
    return next(found, "")


def _one_line(address: Resource) -> str:
    parts: Sequence[str] = [
        *value_texts(address, "line"),
        value_text(address, "city"),
        " ".join(filter(None, [state_of(address), value_text(address, "postalCode")])),
    ]
    return ", ".join(filter(None, parts))
