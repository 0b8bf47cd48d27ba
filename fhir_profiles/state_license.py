"""A state's license to practice on Practitioner: a qualification of one of HL7's license types.

Source of the types: HL7 Terminology, v2-0203. The state is `assigner.display` of the license's
identifier, as it is with DEA numbers, or else `issuer.display`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, items, state_code, text
from fhir_profiles.period import Days, days_of
from fhir_profiles.systems import IDENTIFIER_TYPE

MEDICAL_LICENSE = "MD"
LICENSE_TYPES = frozenset({"APRN", "DDS", "DO", "DPM", "LN", "MD", "NP", "OD", "PA", "SL"})


@dataclass(frozen=True)
class StateLicense:
    """One license.

    Attributes:
        path: FHIR path of the qualification.
        number: empty where there is none.
        state: two letters; empty where there are no two.
        days: when it counts.
    """

    path: str
    number: str
    state: str
    days: Days


def state_licenses(practitioner: Resource) -> tuple[StateLicense, ...]:
    """Every license of a Practitioner, ended ones too, but for those of use `old`."""
    return tuple(
        StateLicense(
            path=f"Practitioner.qualification[{index}]",
            number=text(identifier.get("value")),
            state=state_code(identifier, "assigner") or state_code(entry, "issuer"),
            days=days_of(entry),
        )
        for index, entry in entries(practitioner, "qualification")
        for identifier in _license_identifiers(entry)
        if identifier.get("use") != "old"
    )


def with_state_license(practitioner: Resource, number: str, state: str, today: date) -> Resource:
    """The Practitioner with that license; the same object where one that counts is there already.

    It is written as a medical license, which need not be true of every prescriber; the other types
    are read as well.
    """
    known = {
        (one.number, one.state) for one in state_licenses(practitioner) if one.days.cover(today)
    }
    if (number, state) in known:
        return practitioner
    written = {
        "identifier": [{"value": number, "assigner": {"display": state}}],
        "code": {"coding": [{"system": IDENTIFIER_TYPE, "code": MEDICAL_LICENSE}]},
    }
    return {**practitioner, "qualification": [*items(practitioner, "qualification"), written]}


def _license_identifiers(entry: Resource) -> Iterator[Resource]:
    """The identifiers of a license's type; any identifier where the qualification has the type."""
    whole = _is_license(child(entry, "code"))
    found = [
        identifier
        for _, identifier in entries(entry, "identifier")
        if whole or _is_license(child(identifier, "type"))
    ]
    yield from found or ([{}] if whole else [])


def _is_license(concept: Resource) -> bool:
    return any(
        coding.get("system") == IDENTIFIER_TYPE and coding.get("code") in LICENSE_TYPES
        for _, coding in entries(concept, "coding")
    )
