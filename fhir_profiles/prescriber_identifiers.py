"""The identifiers of a prescriber: of the person alone, and those that a state has given.

A DEA number stands as Medplum's prescriber enrollment guide shows it, with the state in
`assigner.display`, and an NADEAN the same way.
"""

from datetime import date

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, in_effect, items, text
from fhir_profiles.systems import (
    DEA,
    IDENTIFIER_TYPE,
    PBS_PRESCRIBER_NUMBER,
    PBS_PRESCRIBER_TYPE,
)


def with_state_number(
    practitioner: Resource, system: str, number: str, state: str, today: date
) -> Resource:
    """The Practitioner with that DEA number or NADEAN; the same object where it has it already.

    Where the number stands without a state, the state is added; one that is over does not count.
    """
    for index, identifier in entries(practitioner, "identifier"):
        if identifier.get("system") != system or not in_effect(identifier, today):
            continue
        assigner = child(identifier, "assigner")
        known = text(assigner.get("display")).upper()
        if text(identifier.get("value")).upper() == number.upper() and known in (state, ""):
            return practitioner if known else _with_assigner(practitioner, index, state)
    written = {"system": system, "value": number, "assigner": {"display": state}}
    if system == DEA:
        coding = {"system": IDENTIFIER_TYPE, "code": "DEA"}
        return _with(practitioner, {"type": {"coding": [coding]}, **written})
    return _with(practitioner, written)


def identifier_values(practitioner: Resource, system: str) -> list[str]:
    """The values of all identifiers with that system."""
    return [
        text(identifier.get("value"))
        for _, identifier in entries(practitioner, "identifier")
        if identifier.get("system") == system
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


def _with_assigner(practitioner: Resource, index: int, state: str) -> Resource:
    identifiers = items(practitioner, "identifier")
    found = identifiers[index]
    identifiers[index] = {**found, "assigner": {**child(found, "assigner"), "display": state}}
    return {**practitioner, "identifier": identifiers}


def _with(practitioner: Resource, identifier: Resource) -> Resource:
    return {**practitioner, "identifier": [*items(practitioner, "identifier"), identifier]}
