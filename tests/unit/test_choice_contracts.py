"""What the bots take with which drugs, pharmacies and supervisors are chosen."""

from typing import Any

import pytest

from bots.add_favorite_medication.contract import AddFavoriteMedicationInput
from bots.add_patient_pharmacy import contract as adding
from bots.add_patient_pharmacy.contract import AddPatientPharmacyInput, AddPatientPharmacyOutput
from bots.default_pharmacy.contract import DefaultPharmacyInput, DefaultPharmacyOutput
from bots.iframe.contract import IframeInput
from bots.patient_sync.contract import PatientSyncInput
from bots.search_allergen.contract import SearchAllergenInput
from bots.search_medication.contract import SearchMedicationInput
from bots.search_pharmacy.contract import NOTHING_ASKED, SearchPharmacyInput
from bots.supervisor.contract import SupervisorInput
from shared.dosespot.searches import PharmacyWish
from shared.errors import InputRefused, RecordsRefused
from shared.formulary.rules.favorite import (
    LONG_DIRECTIONS,
    NO_DIRECTIONS,
    NO_DRUG,
    FavoriteWish,
)
from shared.pharmacies.default import DefaultReport, PatientFailure
from shared.pharmacies.preferring import Preferred
from shared.records.findings import INPUT_REFUSED
from shared.runtime.bot_input import parse_input
from shared.runtime.by_name import TOO_LONG, TOO_SHORT
from shared.runtime.inputs import BotInput

PHARMACY = "https://dosespot.com/pharmacy-id"
DRUG = "https://dosespot.com/dispensable-drug-id"


def read(model: type[BotInput], given: Any) -> object:
    """The input, as far as a bot reads it before it does anything."""
    parsed = parse_input(model, given)
    is_wish = isinstance(parsed, AddFavoriteMedicationInput | SearchPharmacyInput)
    return parsed.wish() if is_wish else parsed


def refusal(model: type[BotInput], given: Any) -> str:
    with pytest.raises(InputRefused) as refused:
        read(model, given)
    return str(refused.value).removeprefix(INPUT_REFUSED)


@pytest.mark.parametrize("model", [SearchMedicationInput, SearchAllergenInput])
def test_three_characters_are_looked_for(model: Any) -> None:
    assert parse_input(model, {"name": "  lis \n"}).name == "lis"
    for name in ("", "  ", "ab", " ab ", "a  "):
        assert refusal(model, {"name": name}) == f"name: {TOO_SHORT}."
    assert refusal(model, {"name": "a" * 201}) == f"name: {TOO_LONG}."
    assert refusal(model, {"name": 123}) == "name: must be a string."
    assert refusal(model, {}) == "name: is required; add it."


def test_a_pharmacy_is_looked_for_by_whatever_is_given() -> None:
    given = {
        "name": " Elm  Street ",
        "city": "",
        "state": "IL",
        "zip": None,
        "specialty": [8, "2048", "retail"],
        "ncpdpID": "1499017",
        "pageNumber": 2,
        "organizationId": "any-id",
    }
    assert parse_input(SearchPharmacyInput, given).wish() == PharmacyWish(
        name="Elm Street",
        state="IL",
        ncpdp_id="1499017",
        specialties=("Retail", "EPCS"),
        page=2,
    )


@pytest.mark.parametrize("given", [{}, {"name": " "}, {"specialty": [8]}, {"pageNumber": 3}])
def test_a_search_for_any_pharmacy_is_refused(given: dict[str, Any]) -> None:
    assert refusal(SearchPharmacyInput, given) == f"{NOTHING_ASKED}."


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"specialty": [7]}, "specialty[0]: must be one of Any, FaxPharmacy, EPCS"),
        ({"specialty": [True]}, "specialty[0]: must be a string."),
        ({"specialty": 8}, "specialty: must be a list."),
        ({"city": "a" * 201}, f"city: {TOO_LONG}."),
        ({"pageNumber": 0}, "pageNumber: must be at least 1."),
        ({"organizationId": "a b"}, "organizationId: this is not a valid FHIR id"),
        ({"radius": 5}, "radius: this bot has no such input"),
    ],
)
def test_what_a_search_for_pharmacies_does_not_take_is_named(
    given: dict[str, Any], told: str
) -> None:
    assert refusal(SearchPharmacyInput, {"name": "Elm", **given}).startswith(told)


@pytest.mark.parametrize(
    ("model", "given"),
    [
        (PatientSyncInput, {"patientId": "a"}),
        (IframeInput, {"patientId": "a"}),
        (SearchPharmacyInput, {"name": "Elm"}),
        (AddPatientPharmacyInput, {"patientId": "a", "pharmacyId": 1}),
    ],
)
def test_newer_callers_say_which_clinic_it_is_about(
    model: type[BotInput], given: dict[str, Any]
) -> None:
    for organization in ("an-id", None):
        assert parse_input(model, {**given, "organizationId": organization})
    assert "organizationId" in refusal(model, {**given, "organizationId": "Organization/1"})
    assert "organizationId" in refusal(model, {**given, "organizationId": 1})


def organization(*numbers: str, **changes: Any) -> dict[str, Any]:
    identifiers = [{"system": PHARMACY, "value": number} for number in numbers]
    return {"resourceType": "Organization", "identifier": identifiers, **changes}


@pytest.mark.parametrize(
    "given",
    [
        {"pharmacy": organization("60001", name="Elm")},
        {"pharmacyId": 60001},
        {"pharmacyId": "60001", "pharmacy": None},
        {"pharmacyId": 60001, "pharmacy": organization("60001")},
    ],
)
def test_a_pharmacy_is_given_as_it_was_found_or_by_its_id(given: dict[str, Any]) -> None:
    parsed = parse_input(AddPatientPharmacyInput, {"patientId": "a", **given})
    assert (parsed.pharmacyId, parsed.setAsPrimary) == (60001, None)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, f"pharmacyId: {adding.ONE_OF_TWO}."),
        ({"pharmacyId": None}, f"pharmacyId: {adding.ONE_OF_TWO}."),
        ({"pharmacyId": 0}, "pharmacyId: must be at least 1."),
        ({"pharmacyId": "CVS"}, "pharmacyId: must be a whole number."),
        ({"pharmacyId": True}, "pharmacyId: must be a whole number."),
        ({"pharmacy": organization()}, f"pharmacy: {adding.NO_ID}."),
        ({"pharmacy": organization("1", "2")}, f"pharmacy: {adding.NO_ID}."),
        ({"pharmacy": organization("one")}, f"pharmacy: {adding.NO_ID}."),
        ({"pharmacy": organization("1", resourceType="Location")}, f"pharmacy: {adding.NO_ID}."),
        (
            {"pharmacy": organization("1"), "pharmacyId": 2},
            f"pharmacyId: {adding.ANOTHER_ONE}.",
        ),
        ({"pharmacyId": 1, "setAsPrimary": "yes"}, "setAsPrimary: must be true or false."),
    ],
    ids=str,
)
def test_a_pharmacy_that_is_not_clear_is_refused(given: dict[str, Any], told: str) -> None:
    assert refusal(AddPatientPharmacyInput, {"patientId": "a", **given}) == told


@pytest.mark.parametrize(
    ("primary", "changed", "message"),
    [
        (True, True, "The pharmacy is now the patient's primary pharmacy."),
        (False, True, "The pharmacy is now among the patient's preferred pharmacies."),
        (True, False, "The pharmacy was the patient's primary pharmacy already."),
        (False, False, "The pharmacy was among the patient's preferred pharmacies already."),
    ],
)
def test_a_page_can_show_what_was_done(primary: bool, changed: bool, message: str) -> None:
    stored = organization("1", id="o")
    done = AddPatientPharmacyOutput.of(Preferred(stored, changed), primary=primary)
    assert done.model_dump() == {"success": True, "message": message, "organization": stored}


def medication(*drugs: str, directions: Any = "Take  one", **changes: Any) -> dict[str, Any]:
    """What Medplum's hook sends."""
    typed = {
        "dosage": [{"patientInstruction": directions}],
        "type": {"coding": [{"system": "https://dosespot.com/patient-instructions"}]},
    }
    return {
        "resourceType": "MedicationKnowledge",
        "code": {"text": "Amoxil", "coding": [{"system": DRUG, "code": one} for one in drugs]},
        "administrationGuidelines": [{"dosage": [typed]}],
        **changes,
    }


def activity(*drugs: str, **changes: Any) -> dict[str, Any]:
    """What older callers send."""
    coding = [{"system": DRUG, "code": one} for one in drugs]
    return {
        "resourceType": "ActivityDefinition",
        "status": "active",
        "productCodeableConcept": {"coding": coding},
        "dosage": [{"text": "Take one"}],
        **changes,
    }


@pytest.mark.parametrize(
    ("given", "wish"),
    [
        (medication("20001"), FavoriteWish(20001, "Take one")),
        (medication("20001", status="active", ingredient=[]), FavoriteWish(20001, "Take one")),
        (medication("20001", id="1", meta={"versionId": "1"}), FavoriteWish(20001, "Take one")),
        (medication("20001", directions="x" * 1000), FavoriteWish(20001, "x" * 1000)),
        (activity("20001"), FavoriteWish(20001, "Take one")),
        (
            activity("20001", dosage=[{"patientInstruction": "Two", "text": "One"}]),
            FavoriteWish(20001, "Two"),
        ),
        (activity("20001", quantity={"value": 30}), FavoriteWish(20001, "Take one", "30")),
        (activity("20001", quantity={"value": 7.5}), FavoriteWish(20001, "Take one", "7.5")),
        *(
            (activity("20001", quantity={"value": odd}), FavoriteWish(20001, "Take one"))
            for odd in (0, -1, 10**9, True, "30", None)
        ),
    ],
    ids=str,
)
def test_a_favorite_is_read_from_either_resource(given: Any, wish: FavoriteWish) -> None:
    assert parse_input(AddFavoriteMedicationInput, given).wish() == wish


THERE = "administrationGuidelines[0].dosage[0].dosage[0].patientInstruction"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (medication(), f"code.coding: {NO_DRUG}."),
        (medication("1", "2"), f"code.coding: {NO_DRUG}."),
        (medication("one"), f"code.coding: {NO_DRUG}."),
        (medication("1", code=None), f"code.coding: {NO_DRUG}."),
        (medication("1", directions=""), f"{THERE}: {NO_DIRECTIONS}."),
        (medication("1", directions=5), f"{THERE}: {NO_DIRECTIONS}."),
        (medication("1", administrationGuidelines=[]), f"{THERE}: {NO_DIRECTIONS}."),
        (medication("1", directions="x" * 1001), f"{THERE}: {LONG_DIRECTIONS}."),
        (medication(directions=" "), f"code.coding: {NO_DRUG}; {THERE}: {NO_DIRECTIONS}."),
        (
            activity(dosage=None),
            f"productCodeableConcept.coding: {NO_DRUG}; dosage[0].patientInstruction:"
            f" {NO_DIRECTIONS}.",
        ),
        (
            medication("1", resourceType="Medication"),
            "resourceType: must be 'MedicationKnowledge' or 'ActivityDefinition'.",
        ),
        ({"code": {}, "drug": 1}, "drug: this bot has no such input; remove it"),
    ],
    ids=str,
)
def test_all_that_a_favorite_lacks_is_told(given: Any, told: str) -> None:
    assert told in refusal(AddFavoriteMedicationInput, given)


@pytest.mark.parametrize("action", [None, "add", "remove"])
def test_supervision_begins_unless_something_else_is_asked_for(action: str | None) -> None:
    given = {"practitionerId": "a", "supervisorPractitionerId": "b", "action": action}
    assert parse_input(SupervisorInput, given).act.value == (action or "add")
    del given["action"]
    assert parse_input(SupervisorInput, given).act.value == "add"


def test_the_default_pharmacy_is_asked_for_in_medplums_words() -> None:
    assert parse_input(DefaultPharmacyInput, {"pharmacyId": 1}).model_dump() == {
        "pharmacyId": 1,
        "patientIds": None,
        "dryRun": False,
        "maxPatients": 100,
        "organizationId": None,
    }
    for given in ({"pharmacyId": "1"}, {"pharmacyId": 1, "maxPatients": 0}):
        assert refusal(DefaultPharmacyInput, given)


@pytest.mark.parametrize(
    ("report", "dry_run", "answer"),
    [
        (
            DefaultReport(2),
            False,
            {
                "success": True,
                "processedCount": 2,
                "successCount": 2,
                "errorCount": 0,
                "errors": [],
                "message": "2 of 2 patients have it as their primary pharmacy.",
            },
        ),
        (
            DefaultReport(
                1,
                [
                    PatientFailure("b", 7, RecordsRefused("Correct it.")),
                    PatientFailure("c", None, RecordsRefused("Sync it.")),
                ],
                are_left=True,
            ),
            True,
            {
                "success": False,
                "processedCount": 3,
                "successCount": 1,
                "errorCount": 2,
                "errors": [
                    {"patientId": "b", "doseSpotPatientId": 7, "error": "Correct it."},
                    {"patientId": "c", "error": "Sync it."},
                ],
                "message": "1 of 3 patients would have it as their primary pharmacy. Correct what"
                " `errors` tells of the others, then call again. There are more patients; call"
                " again for them.",
            },
        ),
    ],
)
def test_a_report_is_told_in_medplums_words(
    report: DefaultReport, dry_run: bool, answer: dict[str, Any]
) -> None:
    assert DefaultPharmacyOutput.of(report, dry_run=dry_run).model_dump() == answer
