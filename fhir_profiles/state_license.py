"""A state's license to practice on Practitioner: a qualification that says that it is one.

Two ways of saying so are read. A type of HL7's v2-0203 is a license whatever else is said. A code
of v2-0360, which Medplum documents and US Core and Plan Net bind, may be a mere degree: it is a
license if it has a number or a state. The state is, in this order, `assigner.display` of the
number, `whereValid` of Plan Net's practitioner-qualification, or `issuer.display`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, TEMPORARY, has_value
from fhir_profiles.elements import child, entries, extension_of, items, text, value_text
from fhir_profiles.given_by_form import MARK
from fhir_profiles.period import Days, days_of
from fhir_profiles.places import issuing_state, of_a_school
from fhir_profiles.systems import (
    DEGREE_OR_LICENSE_ALIASES,
    IDENTIFIER_TYPE,
    IDENTIFIER_TYPE_ALIASES,
    PLAN_NET_QUALIFICATION,
)
from fhir_profiles.today import Today

MEDICAL_LICENSE = "MD"
LICENSE_TYPES = frozenset({"APRN", "DDS", "DO", "DPM", "LN", "MD", "NP", "OD", "PA", "SL"})
ACTIVE = "active"

UNREADABLE = (
    "this looks like a license, but nothing says so in a code that is known; give its code the"
    f" system {IDENTIFIER_TYPE} and the code {MEDICAL_LICENSE}, its identifier the number, and"
    " assigner.display the state"
)

_VERSION = re.compile(r"(\|.*|/[0-9]+(\.[0-9]+)+)$")
_SAYS_LICENSE = re.compile(r"licen[sc]", re.IGNORECASE)


@dataclass(frozen=True)
class StateLicense:
    """One license in one state.

    Attributes:
        path: FHIR path of the qualification.
        number: empty where there is none.
        state: two letters; empty where no state can be read.
        days: when it counts.
    """

    path: str
    number: str
    state: str
    days: Days


def state_licenses(practitioner: Resource) -> tuple[StateLicense, ...]:
    """Every license of a Practitioner, ended ones too, but for those of use `old`."""
    return tuple(
        license_
        for index, entry in entries(practitioner, "qualification")
        for license_ in _licenses(f"Practitioner.qualification[{index}]", entry)
    )


def unreadable_licenses(practitioner: Resource) -> list[tuple[str, str]]:
    """FHIR path and sentence of each qualification that looks like a license but is not read."""
    return [
        (f"Practitioner.qualification[{index}]", UNREADABLE)
        for index, entry in entries(practitioner, "qualification")
        if _looks_like_a_license(entry)
        and not list(_licenses("", entry))
        and not _has_only_old(entry)
    ]


def with_state_license(practitioner: Resource, number: str, state: str, today: Today) -> Resource:
    """The Practitioner with that license; the same object where one that counts is there already.

    It is written as a medical license, which need not be true of every prescriber; the other types
    are read as well.
    """
    known = {
        (one.number, one.state)
        for one in state_licenses(practitioner)
        if one.days.cover(today.in_state(one.state))
    }
    if (number, state) in known:
        return practitioner
    written = {
        "identifier": [{**MARK, "value": number, "assigner": {"display": state}}],
        "code": {"coding": [{"system": IDENTIFIER_TYPE, "code": MEDICAL_LICENSE}]},
    }
    return {**practitioner, "qualification": [*items(practitioner, "qualification"), written]}


def _licenses(path: str, entry: Resource) -> Iterator[StateLicense]:
    """The licenses that a qualification is: one for each number and state."""
    said = extension_of(entry, PLAN_NET_QUALIFICATION) or {}
    for identifier in _license_identifiers(entry, said):
        states = _states(entry, identifier, said)
        for state in states:
            days = days_of(entry, state).within(days_of(identifier, state))
            if _standing(said) != ACTIVE:
                days = replace(days, standing=False)
            yield StateLicense(path, value_text(identifier, "value"), state, days)


def _license_identifiers(entry: Resource, said: Resource) -> Iterator[Resource]:
    """The numbers of a license; {} stands for a license without one."""
    numbers = [
        one
        for _, one in entries(entry, "identifier")
        if one.get("use") not in (OVER, TEMPORARY) and has_value(one)
    ]
    if _is_of(IDENTIFIER_TYPE_ALIASES, child(entry, "code"), LICENSE_TYPES):
        yield from numbers or ([] if _has_only_old(entry) else [{}])
        return
    typed = [
        one for one in numbers if _is_of(IDENTIFIER_TYPE_ALIASES, child(one, "type"), LICENSE_TYPES)
    ]
    if typed or not _is_of(DEGREE_OR_LICENSE_ALIASES, child(entry, "code")):
        yield from typed
    elif numbers and not of_a_school(_issuer(entry)):
        yield from numbers
    elif not _has_only_old(entry) and (_where_valid(said) or issuing_state(_issuer(entry))):
        yield {}


def _has_only_old(entry: Resource) -> bool:
    found = [one for _, one in entries(entry, "identifier")]
    return bool(found) and all(one.get("use") in (OVER, TEMPORARY) for one in found)


def _states(entry: Resource, identifier: Resource, said: Resource) -> list[str]:
    """The states of a license; one empty text where none can be read."""
    assigner = issuing_state(text(child(identifier, "assigner").get("display")))
    if assigner:
        return [assigner]
    valid = [state for state in (_state(place) for place in _where_valid(said)) if state]
    return list(dict.fromkeys(valid)) or [issuing_state(_issuer(entry))]


def _issuer(entry: Resource) -> str:
    return text(child(entry, "issuer").get("display"))


def _where_valid(said: Resource) -> list[Resource]:
    return [part for _, part in entries(said, "extension") if part.get("url") == "whereValid"]


def _state(place: Resource) -> str:
    """The state that one `whereValid` names, by a code, a name or a reference's display."""
    concept = child(place, "valueCodeableConcept")
    words = [
        *(text(coding.get("code")) for _, coding in entries(concept, "coding")),
        *(text(coding.get("display")) for _, coding in entries(concept, "coding")),
        text(concept.get("text")),
        text(child(place, "valueReference").get("display")),
    ]
    return next(filter(None, (issuing_state(one.removeprefix("US-")) for one in words)), "")


def _standing(said: Resource) -> str:
    """The status in Plan Net's extension; active where nothing is said."""
    found = [part for _, part in entries(said, "extension") if part.get("url") == "status"]
    if not found:
        return ACTIVE
    codings = entries(child(found[0], "valueCodeableConcept"), "coding")
    codes = [text(coding.get("code")) for _, coding in codings]
    return text(found[0].get("valueCode")) or "".join(codes[:1])


def _is_of(systems: frozenset[str], concept: Resource, codes: frozenset[str] | None = None) -> bool:
    return any(
        _VERSION.sub("", text(coding.get("system"))) in systems
        and (codes is None or text(coding.get("code")) in codes)
        for _, coding in entries(concept, "coding")
    )


def _looks_like_a_license(entry: Resource) -> bool:
    concepts = [child(entry, "code")]
    words = []
    for _, identifier in entries(entry, "identifier"):
        concepts.append(child(identifier, "type"))
        words.append(text(identifier.get("system")))
    for concept in concepts:
        words.append(text(concept.get("text")))
        for _, coding in entries(concept, "coding"):
            words += [text(coding.get(name)) for name in ("system", "code", "display")]
    return any(_SAYS_LICENSE.search(one) for one in words)
