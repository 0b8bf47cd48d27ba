"""A state's license to practice on Practitioner: a qualification that says that it is one.

Two ways of saying so are read. A type of HL7's v2-0203 is a license, whatever else is recorded. A
code of v2-0360, which Medplum documents and US Core and Plan Net bind, may be a mere degree: it is
a license if it has a number or a state. The state is, in this order, `assigner.display` of the
number, `whereValid` of Plan Net's practitioner-qualification, or `issuer.display`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, TEMPORARY, has_value, in_force
from fhir_profiles.dea_identifier import says_dea
from fhir_profiles.elements import (
    child,
    entries,
    extension_of,
    is_marked_absent,
    items,
    state_code,
    text,
    value_text,
)
from fhir_profiles.given_by_form import MARK
from fhir_profiles.period import Days, days_of
from fhir_profiles.places import issuing_state, of_a_school
from fhir_profiles.systems import (
    DEA_ALIASES,
    DEGREE_OR_LICENSE_ALIASES,
    HPII,
    IDENTIFIER_TYPE,
    IDENTIFIER_TYPE_ALIASES,
    NADEAN,
    NPI_ALIASES,
    PBS_PRESCRIBER_NUMBER,
    PLAN_NET_QUALIFICATION,
)
from fhir_profiles.today import Today

MEDICAL_LICENSE = "MD"
LICENSE_TYPES = frozenset({"APRN", "DDS", "DO", "DPM", "LN", "MD", "NP", "OD", "PA", "SL"})
ACTIVE = "active"

UNREADABLE = (
    "this looks like a license, but no known code says so; give its code the"
    f" system {IDENTIFIER_TYPE} and the code {MEDICAL_LICENSE}, its identifier the number, and"
    " assigner.display the state"
)
NUMBER_UNREADABLE = (
    "there is no license number here that can be read; add it as a string, or remove the identifier"
)
NUMBER_NOT_READ = (
    "this looks like a license number, but only the numbers beside it say that they are; give its"
    " type the"
    f" system {IDENTIFIER_TYPE} and the code {MEDICAL_LICENSE}"
)
PLACE_UNREADABLE = "this is not a US state that issues licenses; correct it"

_VERSION = re.compile(r"(\|.*|/[0-9]+(\.[0-9]+)+)$")
_NO_LICENSES = NPI_ALIASES | DEA_ALIASES | {NADEAN, HPII, PBS_PRESCRIBER_NUMBER}
"""Systems of numbers that are no license's, whatever their type says."""
_SAYS_LICENSE = re.compile(r"licen[sc]", re.IGNORECASE)


@dataclass(frozen=True)
class StateLicense:
    """One license in one state.

    Attributes:
        path: FHIR path of the qualification.
        number: empty if there is none.
        state: two letters; empty if no state can be read.
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
    """FHIR path and sentence of each license, its number or its state that is not read."""
    return [
        found
        for index, entry in entries(practitioner, "qualification")
        for found in _unread(f"Practitioner.qualification[{index}]", entry)
    ]


def licenses_among_identifiers(practitioner: Resource, today: Today) -> list[str]:
    """FHIR paths of the Practitioner's identifiers that are licenses, where none is read.

    Those that are over, and those that a qualification has as well, are left out.
    """
    read = {one.number for one in state_licenses(practitioner)}
    return [
        f"Practitioner.identifier[{index}]"
        for index, identifier in entries(practitioner, "identifier")
        if _is_of(IDENTIFIER_TYPE_ALIASES, child(identifier, "type"), LICENSE_TYPES)
        and text(identifier.get("system")) not in _NO_LICENSES
        and has_value(identifier)
        and value_text(identifier, "value") not in read
        and in_force(identifier, today, state_code(identifier, "assigner"))
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
    stated = extension_of(entry, PLAN_NET_QUALIFICATION) or {}
    for identifier in _license_identifiers(entry, stated):
        states = _states(entry, identifier, stated)
        for state in states:
            days = days_of(entry, state).within(days_of(identifier, state))
            if _standing(stated) != ACTIVE:
                days = replace(days, standing=False)
            yield StateLicense(path, value_text(identifier, "value"), state, days)


def _license_identifiers(entry: Resource, stated: Resource) -> Iterator[Resource]:
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
    elif not _has_only_old(entry) and (_where_valid(stated) or issuing_state(_issuer(entry))):
        yield {}


def _unread(path: str, entry: Resource) -> Iterator[tuple[str, str]]:
    """What of a qualification is not read, though it looks like a license or a part of one."""
    stated = extension_of(entry, PLAN_NET_QUALIFICATION) or {}
    read = list(_license_identifiers(entry, stated))
    if not read and not _has_only_old(entry):
        if _looks_like_a_license(entry) or _is_of_a_state(entry, stated):
            yield path, UNREADABLE
    elif {} not in read:
        yield from _unread_numbers(path, entry, stated, read)
    if any(not issuing_state(_assigner(one)) for one in read):
        yield from _unread_places(path, entry, stated)


def _unread_numbers(
    path: str, entry: Resource, stated: Resource, read: list[Resource]
) -> Iterator[tuple[str, str]]:
    """The numbers that are not a license's, and the others that are not read."""
    for index, identifier in _numbers(entry):
        if any(identifier is one for one in read):
            if _is_unknown_code(_assigner(identifier)) and any(_states(entry, identifier, stated)):
                yield f"{path}.identifier[{index}].assigner.display", PLACE_UNREADABLE
        elif not value_text(identifier, "value"):
            yield f"{path}.identifier[{index}].value", NUMBER_UNREADABLE
        elif issuing_state(_assigner(identifier)):
            yield f"{path}.identifier[{index}]", NUMBER_NOT_READ


def _unread_places(path: str, entry: Resource, stated: Resource) -> Iterator[tuple[str, str]]:
    """The places that are not a state, among some that are."""
    at = next((index for index, one in entries(entry, "extension") if one is stated), 0)
    places = [
        (index, _state(part))
        for index, part in entries(stated, "extension")
        if part.get("url") == "whereValid"
    ]
    if any(state for _, state in places):
        for index, state in places:
            if not state:
                yield f"{path}.extension[{at}].extension[{index}]", PLACE_UNREADABLE


def _is_unknown_code(assigner: str) -> bool:
    """Whether two letters stand for a state that gives no licenses; an authority's name may."""
    return len(assigner) == len("IL") and not issuing_state(assigner)


def _is_of_a_state(entry: Resource, stated: Resource) -> bool:
    """Whether a state has given it a number, whatever its code says."""
    return any(any(_states(entry, one, stated)) for _, one in _numbers(entry))


def _numbers(entry: Resource) -> list[tuple[int, Resource]]:
    """The identifiers that may be a license's, with or without a value."""
    return [
        (index, one)
        for index, one in entries(entry, "identifier")
        if one.get("use") not in (OVER, TEMPORARY)
        and not is_marked_absent(one)
        and not is_marked_absent(child(one, "_value"))
        and not says_dea(one)
    ]


def _has_only_old(entry: Resource) -> bool:
    found = [one for _, one in entries(entry, "identifier")]
    return bool(found) and all(one.get("use") in (OVER, TEMPORARY) for one in found)


def _states(entry: Resource, identifier: Resource, stated: Resource) -> list[str]:
    """The states of a license; one empty text where none can be read."""
    assigner = issuing_state(_assigner(identifier))
    if assigner:
        return [assigner]
    valid = [state for state in (_state(place) for place in _where_valid(stated)) if state]
    return list(dict.fromkeys(valid)) or [issuing_state(_issuer(entry))]


def _assigner(identifier: Resource) -> str:
    return text(child(identifier, "assigner").get("display"))


def _issuer(entry: Resource) -> str:
    return text(child(entry, "issuer").get("display"))


def _where_valid(stated: Resource) -> list[Resource]:
    return [part for _, part in entries(stated, "extension") if part.get("url") == "whereValid"]


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


def _standing(stated: Resource) -> str:
    """The status in Plan Net's extension; active if nothing is said."""
    found = [part for _, part in entries(stated, "extension") if part.get("url") == "status"]
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
