"""The pharmacies on a Patient: one is primary, and nothing of others is lost."""

from typing import Any

import pytest

from fhir_profiles.preferred_pharmacy import primary_pharmacy, with_preferred_pharmacy

URL = "http://hl7.org/fhir/StructureDefinition/patient-preferredPharmacy"
OURS = "https://dosespot.com/pharmacy-preference-type"
MEDPLUMS = "https://medplum.com/fhir/CodeSystem/pharmacy-preference-type"
ELM, OAK, BAY = "Organization/elm", "Organization/oak", "Organization/bay"
DISPLAY = {"primary": "Primary Pharmacy", "preferred": "Preferred Pharmacy"}
FOREIGN = {"url": "https://example.org/kept", "valueString": "by somebody else"}
SIMPLE = {"url": URL, "valueReference": {"reference": OAK}}


def prefers(pharmacy: str, kind: str, system: str = OURS, **more: Any) -> dict[str, Any]:
    """An extension as Medplum writes it."""
    coding = [{"system": system, "code": kind, "display": DISPLAY[kind]}]
    return {
        "url": URL,
        "extension": [
            {"url": "pharmacy", "valueReference": {"reference": pharmacy}},
            {"url": "type", "valueCodeableConcept": {"coding": coding}},
        ],
        **more,
    }


@pytest.mark.parametrize(
    ("before", "primary", "after"),
    [
        (None, True, [prefers(ELM, "primary")]),
        ([], False, [prefers(ELM, "preferred")]),
        ([FOREIGN], False, [FOREIGN, prefers(ELM, "preferred")]),
        (
            [prefers(OAK, "primary"), FOREIGN],
            True,
            [prefers(OAK, "preferred"), FOREIGN, prefers(ELM, "primary")],
        ),
        (
            [prefers(OAK, "primary", MEDPLUMS), prefers(BAY, "preferred", MEDPLUMS)],
            True,
            [
                prefers(OAK, "preferred"),
                prefers(BAY, "preferred", MEDPLUMS),
                prefers(ELM, "primary"),
            ],
        ),
        (
            [prefers(OAK, "primary")],
            False,
            [prefers(OAK, "primary"), prefers(ELM, "preferred")],
        ),
        ([prefers(ELM, "preferred", id="1")], True, [prefers(ELM, "primary", id="1")]),
        ([prefers(ELM, "primary")], False, [prefers(ELM, "preferred")]),
        ([prefers(ELM, "primary", MEDPLUMS)], True, [prefers(ELM, "primary", MEDPLUMS)]),
        ([SIMPLE], True, [SIMPLE, prefers(ELM, "primary")]),
        ([None, "odd", {"url": URL}], True, [None, "odd", {"url": URL}, prefers(ELM, "primary")]),
    ],
    ids=str,
)
def test_a_pharmacy_is_preferred_and_only_a_primary_one_demotes_others(
    before: Any, primary: bool, after: Any
) -> None:
    patient = {"resourceType": "Patient", "active": True}
    if before is not None:
        patient["extension"] = before
    once = with_preferred_pharmacy(patient, ELM, primary=primary)
    assert once == {"resourceType": "Patient", "active": True, "extension": after}
    assert with_preferred_pharmacy(once, ELM, primary=primary) == once


def test_a_type_is_added_and_other_parts_are_kept() -> None:
    named = {"url": "pharmacy", "valueReference": {"reference": ELM, "display": "Elm"}}
    part = {"url": "since", "valueDate": "2026-01-01"}
    bare = {"url": URL, "extension": [named, part]}
    (after,) = with_preferred_pharmacy({"extension": [bare]}, ELM, primary=True)["extension"]
    assert after["extension"] == [named, part, prefers(ELM, "primary")["extension"][1]]


@pytest.mark.parametrize(
    ("extensions", "reference"),
    [
        ([prefers(OAK, "preferred"), prefers(ELM, "primary")], ELM),
        ([prefers(ELM, "primary", MEDPLUMS)], ELM),
        ([prefers(ELM, "preferred"), SIMPLE, FOREIGN], None),
        ([], None),
        ("odd", None),
    ],
)
def test_the_primary_one_is_known_by_its_code_whatever_the_system(
    extensions: Any, reference: str | None
) -> None:
    assert primary_pharmacy({"extension": extensions}) == reference
