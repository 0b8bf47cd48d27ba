"""What the FHIR server already has of what a form speaks of: the prescriber, and the locations."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.dea_identifier import dea_spellings
from fhir_profiles.elements import child, text
from fhir_profiles.prescriber_identifiers import identifier_values
from fhir_profiles.systems import DEA_ALIASES, NPI_ALIASES, USERNAME
from fhir_profiles.today import Today
from shared.errors import FhirNotFound
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.search import by_identifiers, by_name
from shared.prescriber_form.matching import (
    creation_query,
    matched_practitioner,
    refuse_numbers_of_others,
    with_npi_to_correct,
)
from shared.prescriber_form.rules.form import FormLocation, PrescriberForm
from shared.prescriber_form.rules.practitioner import Registration, RegistrationKind
from shared.prescriber_form.rules.sentences import FormSentence
from shared.records.findings import Findings
from shared.records.identifiers import RuleBroken, parse_state

EVERYBODY = "&_count=1000"
USERNAME_OF_ANOTHER = (
    f"{FormSentence.USERNAME_OF_ANOTHER} (another Practitioner has this username; choose another"
    " one)"
)
ANOTHER_USERNAME = (
    f"{FormSentence.ANOTHER_USERNAME} The Practitioner with this NPI has another username; enter"
    " that one."
)
NO_LOCATION = "there is no such Location in this project; create it first, or correct this"
SEVERAL_LOCATIONS = "several Locations have this name; enter the locationId of the right one"
SAME_LOCATION = "this Location is given twice; enter each Location once"
NO_STATE = "the Location has no two-letter state in its address; enter the state here"
TWO_STATES = "the same DEA number is given for two states; enter each state's own number"


@dataclass(frozen=True)
class Place:
    """Where a prescriber works.

    Attributes:
        location: reference of the Location; empty if the form names none.
        organization: its `managingOrganization`; None if it has none.
        default: whether the prescriber usually prescribes from there.
    """

    location: str = ""
    organization: Resource | None = None
    default: bool = False


@dataclass(frozen=True)
class KnownRecords:
    """The records that a form speaks of.

    Attributes:
        practitioner: the one that the form is about; None if there is none yet.
        creation_query: the query of the search that has to find nobody for one to be created.
        places: where the prescriber works; one without a Location where the form names none.
        registrations: the form's DEA numbers, NADEANs and licenses, each with its state.
    """

    practitioner: Resource | None
    creation_query: str
    places: tuple[Place, ...]
    registrations: tuple[Registration, ...]


@dataclass(frozen=True)
class FormReads:
    """What is read of what a form speaks of.

    Attributes:
        by_npi: the Practitioners with the form's NPI.
        by_username: those with its username.
        by_dea: those with one of its DEA numbers.
        locations: for each of the form's.
    """

    by_npi: FoundAll
    by_username: FoundAll
    by_dea: FoundAll
    locations: tuple[FoundOne | FoundAll, ...]


def form_reads(form: PrescriberForm, batch: Batch) -> FormReads:
    """Asks for what `known_records` needs."""

    def practitioners(systems: Iterable[str], values: Sequence[str]) -> FoundAll:
        identifiers = [(system, value) for system in sorted(systems) for value in values]
        return batch.search(f"Practitioner?{by_identifiers(identifiers)}{EVERYBODY}")

    return FormReads(
        by_npi=practitioners(NPI_ALIASES, [form.npi or "-"]),
        by_username=practitioners([USERNAME], [form.username or "-"]),
        by_dea=practitioners(DEA_ALIASES, _deas(form)),
        locations=tuple(_location_read(location, batch) for location in form.locations),
    )


def known_records(
    form: PrescriberForm, reads: FormReads, today: Today, findings: Findings
) -> KnownRecords:
    """What there is; notes what does not fit to the form.

    Args:
        form: may have gaps.
        reads: of the form, answered.
        today: now; identifiers have to be in force.
        findings: of the form.

    Raises:
        BotError: the FHIR server could not tell.
    """
    with_npi = reads.by_npi.all()
    with_username = reads.by_username.all()
    practitioner = matched_practitioner(form, with_npi, today, findings)
    if practitioner is None:
        practitioner = with_npi_to_correct(form, with_username, today)
    _refuse_username_of_another(form, practitioner, with_username, findings)
    locations = [
        (one, _location(one, found, findings))
        for one, found in zip(form.locations, reads.locations, strict=True)
    ]
    places = [_place(one, location) for one, location in locations]
    references = [place.location for place in places]
    for index, reference in enumerate(references):
        if reference and reference in references[:index]:
            findings.problem(form.locations[index].path, SAME_LOCATION)
    registrations = list(_registrations(form, locations, findings))
    refuse_two_states(registrations, findings)
    refuse_numbers_of_others(registrations, reads.by_dea.all(), practitioner, today, findings)
    return KnownRecords(
        practitioner=practitioner,
        creation_query=creation_query(form, with_npi),
        places=tuple(places) or (Place(),),
        registrations=tuple(registrations),
    )


def require_username(practitioner: Resource, username: str, findings: Findings) -> None:
    """Notes a problem where the Practitioner carries another username than this one."""
    known = identifier_values(practitioner, USERNAME)
    if known and username and username not in known:
        findings.problem("username", ANOTHER_USERNAME)


def _refuse_username_of_another(
    form: PrescriberForm,
    practitioner: Resource | None,
    with_username: list[Resource],
    findings: Findings,
) -> None:
    own_id = practitioner["id"] if practitioner else None
    if form.npi and any(one["id"] != own_id for one in with_username):
        findings.problem("username", USERNAME_OF_ANOTHER)
    elif practitioner:
        require_username(practitioner, form.username, findings)


def _deas(form: PrescriberForm) -> list[str]:
    """The form's DEA numbers, which somebody may have typed otherwise elsewhere."""
    numbers = [form.dea, *(location.dea for location in form.locations)]
    return [each for one in numbers if one for each in dea_spellings(one)] or ["-"]


def _location_read(location: FormLocation, batch: Batch) -> FoundOne | FoundAll:
    if location.name:
        return batch.search(f"Location?{by_name(location.name)}&_count=100")
    return batch.read(f"Location/{location.location_id or '-'}")


def _location(given: FormLocation, found: FoundOne | FoundAll, findings: Findings) -> Resource:
    """The Location that the form means; {} after noting why there is none."""
    if isinstance(found, FoundAll):
        called = [
            one for one in found.all() if text(one.get("name")).casefold() == given.name.casefold()
        ]
        if len(called) == 1:
            return called[0]
        sentence = SEVERAL_LOCATIONS if called else NO_LOCATION
        findings.problem(f"{given.path}.locationName", sentence)
    elif given.location_id:
        try:
            return found.one()
        except FhirNotFound:
            findings.problem(f"{given.path}.locationId", NO_LOCATION)
    return {}


def _place(given: FormLocation, location: Resource) -> Place:
    reference = f"Location/{location['id']}" if location else ""
    return Place(reference, child(location, "managingOrganization") or None, given.default)


def _registrations(
    form: PrescriberForm, locations: list[tuple[FormLocation, Resource]], findings: Findings
) -> Iterator[Registration]:
    if form.dea:
        yield Registration(RegistrationKind.DEA, form.dea, form.dea_state, "details.dea")
    for given, location in locations:
        numbers = (
            (RegistrationKind.DEA, given.dea, "deaNumber"),
            (RegistrationKind.NADEAN, given.nadean, "naDeaNumber"),
            (RegistrationKind.LICENSE, given.license, "medicalLicenseNumber"),
        )
        if not any(number for _, number, _ in numbers):
            continue
        state = given.state or _state(location)
        if location and not state:
            findings.problem(f"{given.path}.state", NO_STATE)
        for kind, number, name in numbers:
            if number:
                yield Registration(kind, number, state, f"{given.path}.{name}")


def _state(location: Resource) -> str:
    try:
        return parse_state(text(child(location, "address").get("state")))
    except RuleBroken:
        return ""


def refuse_two_states(registrations: Iterable[Registration], findings: Findings) -> None:
    """Notes a problem where the same DEA number is given for two states."""
    states: dict[str, str] = {}
    for one in registrations:
        if (
            one.kind is RegistrationKind.DEA
            and states.setdefault(one.number, one.state) != one.state
        ):
            findings.problem(one.path, TWO_STATES)
