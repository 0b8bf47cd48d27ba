"""Who a FHIR Practitioner says that somebody is."""

from datetime import date

from fhir_profiles import Resource
from fhir_profiles.elements import entries, in_effect, text
from fhir_profiles.systems import NPI
from shared.enrollment.identity import Identity


def identity_of(practitioner: Resource, today: date) -> Identity:
    """The NPIs in force on that day, the birth date, and every family name, former ones too.

    A birth date without its day may be anybody's, and is taken as not known.
    """
    names = [text(name.get("family")) for _, name in entries(practitioner, "name")]
    birth_date = text(practitioner.get("birthDate"))
    return Identity(
        npis=in_force(practitioner, NPI, today),
        birth_date=birth_date if len(birth_date) == len("YYYY-MM-DD") else "",
        family_names=frozenset(name for name in names if name),
    )


def in_force(practitioner: Resource, system: str, today: date) -> frozenset[str]:
    """The values, in upper case, of the identifiers of a system that count on that day."""
    return frozenset(
        value
        for _, identifier in entries(practitioner, "identifier")
        if identifier.get("system") == system and in_effect(identifier, today)
        if (value := text(identifier.get("value")).upper())
    )
