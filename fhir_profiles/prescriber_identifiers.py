"""The identifiers of a prescriber: of the person alone, and those that a state has given.

A DEA number stands as Medplum's prescriber enrollment guide shows it, with the state in
`assigner.display`, and an NADEAN the same way: on the Practitioner where it is good at every
clinic, or else on the PractitionerRole at the location that it is for.
"""

from fhir_profiles import Resource
from fhir_profiles.choice import has_value, in_force, numbered
from fhir_profiles.elements import child, entries, items, state_code, text
from fhir_profiles.given_by_form import MARK
from fhir_profiles.systems import (
    DEA,
    DEA_ALIASES,
    IDENTIFIER_TYPE,
    NPI,
    NPI_ALIASES,
    PBS_PRESCRIBER_NUMBER,
    PBS_PRESCRIBER_TYPE,
)
from fhir_profiles.today import Today


def with_state_number(
    record: Resource, system: str, number: str, state: str, today: Today
) -> Resource:
    """The Practitioner or PractitionerRole with that DEA number or NADEAN; the same object where it
    has it already.

    If the number has no state, the state is added; an ended one does not count.
    """
    systems = DEA_ALIASES if system == DEA else {system}
    for index, identifier in entries(record, "identifier"):
        place = state_code(identifier, "assigner")
        if identifier.get("system") not in systems or not in_force(identifier, today, place):
            continue
        assigner = child(identifier, "assigner")
        known = place or text(assigner.get("display"))
        if text(identifier.get("value")).upper() == number.upper() and known in (state, ""):
            return record if known else _with_assigner(record, index, state)
    written = {**MARK, "system": system, "value": number, "assigner": {"display": state}}
    if system == DEA:
        coding = {"system": IDENTIFIER_TYPE, "code": "DEA"}
        return _with(record, {"type": {"coding": [coding]}, **written})
    return _with(record, written)


def with_npi(practitioner: Resource, npi: str, today: Today, state: str) -> Resource:
    """The Practitioner with that NPI; the same object where one in force is there already."""
    known = numbered(practitioner, NPI_ALIASES, today, state)
    if any(text(identifier.get("value")) == npi for _, identifier in known):
        return practitioner
    return _with(practitioner, {**MARK, "system": NPI, "value": npi})


def identifier_values(practitioner: Resource, system: str) -> list[str]:
    """The values of all identifiers with that system."""
    return [
        text(identifier.get("value"))
        for _, identifier in entries(practitioner, "identifier")
        if identifier.get("system") == system and has_value(identifier)
    ]


def with_identifier(practitioner: Resource, system: str, value: str) -> Resource:
    """The Practitioner with that identifier; the same object where it has it already."""
    if value in identifier_values(practitioner, system):
        return practitioner
    return _with(practitioner, {"system": system, "value": value})


def with_pbs_number(practitioner: Resource, number: str, kind: str) -> Resource:
    """The Practitioner with that PBS prescriber number and type, which may be empty."""
    if number in identifier_values(practitioner, PBS_PRESCRIBER_NUMBER):
        return practitioner
    written: Resource = {"system": PBS_PRESCRIBER_NUMBER, "value": number}
    if kind:
        written["type"] = {"coding": [{"system": PBS_PRESCRIBER_TYPE, "code": kind}]}
    return _with(practitioner, written)


def pbs_types(identifier: Resource) -> list[str]:
    """The prescriber types that a PBS identifier says."""
    return [
        text(coding.get("code"))
        for _, coding in entries(child(identifier, "type"), "coding")
        if coding.get("system") == PBS_PRESCRIBER_TYPE
    ]


def _with_assigner(record: Resource, index: int, state: str) -> Resource:
    identifiers = items(record, "identifier")
    found = identifiers[index]
    identifiers[index] = {**found, "assigner": {**child(found, "assigner"), "display": state}}
    return {**record, "identifier": identifiers}


def _with(record: Resource, identifier: Resource) -> Resource:
    return {**record, "identifier": [*items(record, "identifier"), identifier]}
