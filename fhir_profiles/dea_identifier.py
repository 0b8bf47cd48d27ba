"""A DEA registration: an identifier with its state, period and drug schedules.

On the Practitioner it counts at every clinic, on a PractitionerRole at the clinic of that role.

Source of system and state: Medplum's prescriber enrollment guide, "DEA Number Identifier"; other
names of the system are read too. The schedules stand on the DEA certificate; neither the guide nor
DoseSpot's clinician record has a place for them, so they are an extension of our own, `valueCode`,
one for each schedule.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, TEMPORARY, has_value, in_force
from fhir_profiles.codes import DeaSchedule
from fhir_profiles.elements import child, entries, root, state_code, text, value_text
from fhir_profiles.period import Days, days_of
from fhir_profiles.systems import DEA_ALIASES, DEA_SCHEDULE, NADEAN
from fhir_profiles.today import Today

_BY_CODE = {schedule.value: schedule for schedule in DeaSchedule}
_SAYS_DEA = re.compile(r"(?<![a-z])(us)?dea(?![a-z])|dea[-_ ]?(number|num|no|reg)", re.IGNORECASE)


@dataclass(frozen=True)
class DeaIdentifier:
    """One DEA registration.

    Attributes:
        path: FHIR path of the identifier.
        number: in upper case; empty if there is none.
        state: its code; empty if none can be read.
        days: when it counts.
        schedules: those that are stated; None if none is, which means all of the certificate's.
        schedules_known: whether every stated schedule is one that there is.
        written_state: the state as it is written.
    """

    path: str
    number: str
    state: str
    days: Days
    schedules: tuple[DeaSchedule, ...] | None = None
    schedules_known: bool = True
    written_state: str = field(default="", compare=False)


def dea_identifiers(
    practitioner: Resource, roles: Iterable[Resource] = ()
) -> tuple[DeaIdentifier, ...]:
    """Every DEA registration of a prescriber, ended ones too.

    Without those of use `old` or `temp`, and those that say that there is no number.

    Args:
        practitioner: raw JSON.
        roles: the PractitionerRoles at the clinic; see `roles_at`.
    """
    return tuple(
        _read(path, identifier)
        for path, identifier in _identifiers(practitioner, roles)
        if text(identifier.get("system")) in DEA_ALIASES
        and identifier.get("use") not in (OVER, TEMPORARY)
        and has_value(identifier)
    )


def dea_spellings(number: str) -> tuple[str, ...]:
    """A DEA number as people type its letters: a FHIR server finds only the one it is asked for."""
    cases = (number, number.upper(), number.lower(), number.capitalize())
    return tuple(dict.fromkeys(cases))


def dea_under_another_system(
    practitioner: Resource, today: Today, roles: Iterable[Resource] = ()
) -> list[str]:
    """FHIR paths of identifiers that say DEA by type or system, but not by a known one.

    Those that are over are left out, those whose period can't be read are not.
    """
    return [
        path
        for path, identifier in _identifiers(practitioner, roles)
        if text(identifier.get("system")) not in DEA_ALIASES
        and says_dea(identifier)
        and _may_count(identifier, today)
    ]


def dea_in_qualifications(
    practitioner: Resource, today: Today, roles: Iterable[Resource] = ()
) -> list[str]:
    """FHIR paths of DEA numbers that are only in a qualification, where none is read."""
    read = {one.number for one in dea_identifiers(practitioner, roles)}
    return [
        f"Practitioner.qualification[{index}].identifier[{at}]"
        for index, entry in entries(practitioner, "qualification")
        for at, identifier in entries(entry, "identifier")
        if says_dea(identifier)
        and _may_count(identifier, today)
        and value_text(identifier, "value").upper() not in read
    ]


def says_dea(identifier: Resource) -> bool:
    """Whether an identifier is a DEA number, or says so by its type or the name of its system."""
    system = text(identifier.get("system"))
    if system == NADEAN:
        return False
    known = system in DEA_ALIASES or bool(_SAYS_DEA.search(system))
    return known or _is_of_type_dea(identifier)


def ended_dea(
    practitioner: Resource, today: Today, roles: Iterable[Resource] = ()
) -> list[DeaIdentifier]:
    """The registrations that have ended, and that no other one in their state replaces."""
    everything = dea_identifiers(practitioner, roles)
    states = {one.state for one in everything if one.days.cover(today.in_state(one.state))}
    return [
        one
        for one in everything
        if one.days.over(today.in_state(one.state)) and one.state not in states
    ]


def _identifiers(
    practitioner: Resource, roles: Iterable[Resource]
) -> Iterator[tuple[str, Resource]]:
    """FHIR path and object of every identifier."""
    for record in (practitioner, *roles):
        for index, identifier in entries(record, "identifier"):
            yield f"{root(record)}.identifier[{index}]", identifier


def _may_count(identifier: Resource, today: Today) -> bool:
    """Whether a number is there that is in force, or of which that can't be read."""
    state = state_code(identifier, "assigner")
    counts = in_force(identifier, today, state) or not days_of(identifier, state).readable
    return has_value(identifier) and identifier.get("use") not in (OVER, TEMPORARY) and counts


def _is_of_type_dea(identifier: Resource) -> bool:
    kind = child(identifier, "type")
    codes = [text(coding.get("code")).upper() for _, coding in entries(kind, "coding")]
    return "DEA" in codes or bool(_SAYS_DEA.search(text(kind.get("text"))))


def _read(path: str, identifier: Resource) -> DeaIdentifier:
    stated = [
        text(extension.get("valueCode"))
        for _, extension in entries(identifier, "extension")
        if extension.get("url") == DEA_SCHEDULE
    ]
    known = tuple(schedule for code, schedule in _BY_CODE.items() if code in stated)
    state = state_code(identifier, "assigner")
    return DeaIdentifier(
        path=path,
        number=value_text(identifier, "value").upper(),
        state=state,
        days=days_of(identifier, state),
        schedules=known if stated else None,
        schedules_known=_BY_CODE.keys() >= set(stated),
        written_state=text(child(identifier, "assigner").get("display")),
    )
