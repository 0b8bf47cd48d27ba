"""The PractitionerRole with which an administrator lets a prescriber enroll themselves.

It is also where a prescriber works, and carries the DEA number and NADEAN that they have for that
location, as `identifier`s that say what a Practitioner's do; a license stays a qualification of the
Practitioner, because it is good in the whole state.

Source: Medplum's prescriber enrollment guide, "Create a PractitionerRole for the Provider".
"""

from collections.abc import Callable, Collection, Iterable

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, entries, items, text
from fhir_profiles.systems import DEFAULT_LOCATION, PRACTITIONER_ROLE_TYPE, ROLE_AT_LOCATION
from fhir_profiles.today import Today

_BY_CODE = {role.value: role for role in ClinicianRole}


def granted_roles(practitioner_role: Resource, today: Today) -> frozenset[ClinicianRole]:
    """The DoseSpot roles that a PractitionerRole grants today, in Eastern time.

    None if it is not explicitly active, or its period does not cover the day or can't be read;
    codes of other systems and unknown codes grant nothing.
    """
    if practitioner_role.get("active") is not True or not in_force(practitioner_role, today):
        return frozenset()
    return coded_roles(practitioner_role)


def coded_roles(practitioner_role: Resource) -> frozenset[ClinicianRole]:
    """The DoseSpot roles whose codes a PractitionerRole has, in effect or not."""
    return frozenset(
        _BY_CODE[code]
        for _, concept in entries(practitioner_role, "code")
        for _, coding in entries(concept, "coding")
        if coding.get("system") == PRACTITIONER_ROLE_TYPE
        and (code := text(coding.get("code"))) in _BY_CODE
    )


def is_of(practitioner_role: Resource, practitioner: str) -> bool:
    """Whether the role is this Practitioner's; `practitioner` is a reference."""
    return child(practitioner_role, "practitioner").get("reference") == practitioner


def roles_at(
    practitioner_roles: Iterable[Resource],
    practitioner: str,
    counts: Callable[[Resource], bool],
    today: Today,
) -> tuple[Resource, ...]:
    """The PractitionerRoles whose DEA numbers and NADEANs a prescriber has at a clinic.

    Args:
        practitioner_roles: raw JSON; one counts if it is explicitly active and in effect.
        practitioner: reference of the prescriber.
        counts: whether a PractitionerRole is about the clinic.
        today: now.
    """
    found = (
        role
        for role in practitioner_roles
        if role.get("active") is True
        and in_force(role, today)
        and is_of(role, practitioner)
        and counts(role)
    )
    return tuple(sorted(found, key=lambda one: text(one.get("id"))))


def role_key(practitioner: str, location: str) -> str:
    """Value of the identifier (system ROLE_AT_LOCATION) of a prescriber's role at a location.

    Both are references; an empty location means none.
    """
    ids = (reference.rpartition("/")[2] for reference in (practitioner, location))
    return ".".join(each or "none" for each in ids)


def new_role(practitioner: str, location: str) -> Resource:
    """A PractitionerRole that grants nothing yet; the arguments are those of `role_key`."""
    role: Resource = {
        "resourceType": "PractitionerRole",
        "identifier": [{"system": ROLE_AT_LOCATION, "value": role_key(practitioner, location)}],
        "active": True,
        "practitioner": {"reference": practitioner},
    }
    return {**role, "location": [{"reference": location}]} if location else role


def with_granted_roles(practitioner_role: Resource, roles: Collection[ClinicianRole]) -> Resource:
    """The role with codes for these DoseSpot roles; the same object where it has them all."""
    codings = [
        {"system": PRACTITIONER_ROLE_TYPE, "code": role.value}
        for role in ClinicianRole
        if role in roles and not _has_code(practitioner_role, role)
    ]
    if not codings:
        return practitioner_role
    concepts = [*items(practitioner_role, "code"), *({"coding": [one]} for one in codings)]
    return {**practitioner_role, "code": concepts}


def with_text(practitioner_role: Resource, element: str, words: str) -> Resource:
    """The role with these words in `code` or `specialty`; the same object where it has them."""
    known = [text(concept.get("text")) for _, concept in entries(practitioner_role, element)]
    if not words or words in known:
        return practitioner_role
    return {**practitioner_role, element: [*items(practitioner_role, element), {"text": words}]}


def is_default_location(practitioner_role: Resource) -> bool:
    """Whether the role is at the location from which its prescriber usually prescribes."""
    return any(
        extension.get("url") == DEFAULT_LOCATION and extension.get("valueBoolean") is True
        for _, extension in entries(practitioner_role, "extension")
    )


def with_default_location(practitioner_role: Resource, default: bool) -> Resource:
    """The role, marked as the default exactly where it is; the same object where it is so."""
    if is_default_location(practitioner_role) == default:
        return practitioner_role
    rest = [
        extension
        for extension in items(practitioner_role, "extension")
        if not (isinstance(extension, dict) and extension.get("url") == DEFAULT_LOCATION)
    ]
    if default:
        rest.append({"url": DEFAULT_LOCATION, "valueBoolean": True})
    bare = {name: value for name, value in practitioner_role.items() if name != "extension"}
    return {**bare, "extension": rest} if rest else bare


def _has_code(practitioner_role: Resource, role: ClinicianRole) -> bool:
    return any(
        coding.get("system") == PRACTITIONER_ROLE_TYPE and coding.get("code") == role.value
        for _, concept in entries(practitioner_role, "code")
        for _, coding in entries(concept, "coding")
    )
