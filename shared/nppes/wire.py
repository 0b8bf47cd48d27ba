"""Reads an answer of the NPI Registry; pure.

The registry always answers 200. A number that it does not know has `result_count` 0; a deactivated
one has that too, or an error about the field `number`. Any other error says nothing about the
number. Source: https://npiregistry.cms.hhs.gov/api-page, version 2.1, and its answers.
"""

from collections.abc import Iterator
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from shared.records.prescriber import MedicalLicense
from shared.records.registry import RegistryEntry

INDIVIDUAL, ORGANIZATION = "NPI-1", "NPI-2"
ACTIVE = "A"


def parse_answer(answer: Any, npi: str) -> RegistryEntry | None:
    """The registry's entry of a number; None if it is not in service.

    Args:
        answer: the reply's JSON.
        npi: the number that was asked for.

    Raises:
        ValueError: the answer is not about this number, or not of the documented form.
    """
    shown = answer if isinstance(answer, dict) else {}
    refused = [error.get("field") for _, error in entries(shown, "Errors")]
    if refused and set(refused) == {"number"}:
        return None
    found = [result for _, result in entries(shown, "results")]
    if not found and shown.get("result_count") == 0:
        return None
    if len(found) != 1 or str(found[0].get("number")) != npi:
        raise ValueError("not one result about the number")
    return _entry(found[0])


def _entry(result: Resource) -> RegistryEntry:
    kind, basic = result.get("enumeration_type"), child(result, "basic")
    if kind not in (INDIVIDUAL, ORGANIZATION):
        raise ValueError("an unknown type")
    others = [name for _, name in entries(result, "other_names")]
    return RegistryEntry(
        individual=kind == INDIVIDUAL,
        active=text(basic.get("status")) in (ACTIVE, ""),
        names=tuple(
            (text(n.get("first_name")), text(n.get("last_name"))) for n in (basic, *others)
        ),
        states=frozenset(_states(result)),
        licenses=tuple(
            MedicalLicense(text(one.get("license")), text(one.get("state")).upper())
            for _, one in entries(result, "taxonomies")
            if text(one.get("license"))
        ),
    )


def _states(result: Resource) -> Iterator[str]:
    """Where somebody practices or is licensed; where mail goes to says nothing."""
    for element in ("addresses", "practiceLocations", "taxonomies"):
        for _, entry in entries(result, element):
            if entry.get("address_purpose") != "MAILING" and text(entry.get("state")):
                yield text(entry.get("state")).upper()
