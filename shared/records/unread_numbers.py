"""Numbers of a prescriber that can't be read as they are recorded; each gets a warning.

What has ended, has use `old` or `temp`, or says that it has no value needs no warning.
"""

from collections.abc import Iterable, Iterator

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, PERIOD_UNREADABLE, TEMPORARY
from fhir_profiles.dea_identifier import dea_in_qualifications, says_dea
from fhir_profiles.elements import (
    child,
    entries,
    is_marked_absent,
    root,
    state_code,
    text,
    value_text,
)
from fhir_profiles.period import days_of
from fhir_profiles.state_license import licenses_among_identifiers
from fhir_profiles.systems import DEA, DEA_ALIASES, NADEAN, NPI_ALIASES
from fhir_profiles.today import Today
from shared.records.findings import NOT_SENT, Finding

NO_NUMBER = "there is no number here that can be read; add it as a string, or remove the identifier"
DEA_IN_QUALIFICATION = (
    "this says that it is a DEA number, but it stands in a qualification, so it is not sent to"
    f" DoseSpot; move it to the Practitioner's identifiers, with the system {DEA} and its state in"
    " assigner.display"
)
LICENSE_AMONG_IDENTIFIERS = (
    "this says that it is a license, but it stands among the Practitioner's identifiers; move it to"
    " a qualification with the same type as its code, and the state in assigner.display"
)


def unread_numbers(
    practitioner: Resource, today: Today, home: str, roles: Iterable[Resource] = ()
) -> Iterator[Finding]:
    """What is wrong with NPIs, DEA numbers and NADEANs that don't count, and what stands elsewhere.

    Args:
        practitioner: raw JSON.
        today: now.
        home: the state in whose day a number without a state of its own ends.
        roles: the PractitionerRoles at the clinic.
    """
    for record in (practitioner, *roles):
        for index, identifier in entries(record, "identifier"):
            if _may_count(identifier):
                path = f"{root(record)}.identifier[{index}]"
                yield from _about_one(path, identifier, today, home)
    for path in dea_in_qualifications(practitioner, today, roles):
        yield Finding(path, DEA_IN_QUALIFICATION)
    for path in licenses_among_identifiers(practitioner, today):
        yield Finding(path, f"{NOT_SENT}{LICENSE_AMONG_IDENTIFIERS}")


def _about_one(path: str, identifier: Resource, today: Today, home: str) -> Iterator[Finding]:
    system = text(identifier.get("system"))
    state = state_code(identifier, "assigner") or home
    days = days_of(identifier, state)
    if not value_text(identifier, "value"):
        read = system in NPI_ALIASES | DEA_ALIASES | {NADEAN} or says_dea(identifier)
        if read and not days.over(today.in_state(state)):
            yield Finding(f"{path}.value", f"{NOT_SENT}{NO_NUMBER}")
    elif system in NPI_ALIASES | {NADEAN} and not days.readable:
        yield Finding(f"{path}.period", f"{NOT_SENT}{PERIOD_UNREADABLE}")


def _may_count(identifier: Resource) -> bool:
    absent = is_marked_absent(identifier) or is_marked_absent(child(identifier, "_value"))
    return not absent and identifier.get("use") not in (OVER, TEMPORARY)
