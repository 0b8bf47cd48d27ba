"""The drugs, allergens and pharmacies of DoseSpot's stand-in, and how they are searched."""

import re
from typing import Any

import pytest

from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.pharmacies import CANCEL, EPCS, PHARMACIES
from tests.sandbox.served_prescribing import CORNER, ELM_STREET, FAX, IDS, Practice


def test_every_drug_has_codes_of_its_own_and_every_schedule_has_a_drug() -> None:
    assert all(re.fullmatch(r"\d{11}", drug.ndc) for drug in DRUGS)
    for codes in ([d.ndc for d in DRUGS], [d.rxcui for d in DRUGS], [d.id for d in DRUGS]):
        assert len(set(codes)) == len(DRUGS)
    assert {drug.schedule for drug in DRUGS} == {0, 2, 3, 4, 5}
    assert [drug.name for drug in DRUGS if "obsolete" in drug.marks] == ["Ranitidine"]


@pytest.mark.parametrize(
    ("drug", "state", "schedule"),
    [("Gabapentin", "KY", 5), ("Gabapentin", "IL", 0), ("Tramadol", "KY", 4)],
)
def test_the_stricter_schedule_counts(drug: str, state: str, schedule: int) -> None:
    (found,) = [each for each in DRUGS if each.name == drug]
    assert found.schedule_in(state) == schedule


def test_pharmacies_differ_in_state_in_what_they_take_and_one_has_a_fax_alone() -> None:
    numbers = [store.ncpdp_id for store in PHARMACIES if store.ncpdp_id is not None]
    assert len(set(numbers)) == len(PHARMACIES) - 1
    assert all(re.fullmatch(r"\d{7}", number) for number in numbers)
    assert len({store.state for store in PHARMACIES}) == 7
    for bit in (CANCEL, EPCS):
        assert {bool(store.level & bit) for store in PHARMACIES} == {True, False}
    assert [store.id for store in PHARMACIES if store.level == 0] == [FAX]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "amox"}, ["Amoxicillin (oral - capsule)"]),
        ({"name": "ATORVA"}, ["Atorvastatin (oral - tablet)", "Lipitor (oral - tablet)"]),
        ({"name": "ranit"}, []),
        ({"name": "ranit", "drugStatus": "All"}, ["Ranitidine (oral - tablet)"]),
        ({"name": "ranit", "drugStatus": "Inactive"}, ["Ranitidine (oral - tablet)"]),
        ({"name": "nothing"}, []),
    ],
)
def test_drugs_are_found_by_a_part_of_their_names(
    practice: Practice, query: dict[str, str], names: list[str]
) -> None:
    found = practice.items("medications/search", **query)
    assert [each["NameWithRouteDoseForm"] for each in found] == names


@pytest.mark.parametrize("path", ["medications/search", "allergens/search"])
def test_a_search_for_less_than_three_characters_is_an_error(practice: Practice, path: str) -> None:
    expected = "Property: name Details: Search text must have at least 3 characters"
    assert practice.error("GET", path, name="am") == expected
    assert practice.error("GET", path, name=" am ") == expected


@pytest.mark.parametrize(
    "key",
    [{"dispensableDrugId": IDS["Gabapentin"]}, {"nDC": "45963055611"}, {"rXCUI": 310431}],
)
def test_a_drug_is_read_by_any_of_its_codes(practice: Practice, key: dict[str, Any]) -> None:
    assert practice.call("GET", "medications/select", **key)["Item"] == {
        "DispensableDrugId": IDS["Gabapentin"],
        "NDC": "45963055611",
        "RXCUI": 310431,
        "DisplayName": "Gabapentin (oral - capsule)",
        "DrugName": "Gabapentin",
        "Route": "Oral",
        "DoseForm": "Capsule",
        "Strength": "300 mg",
        "DispenseUnitId": 4,
        "Brand": False,
        "GenericDrugName": "gabapentin",
        "OTC": False,
        "IsObsolete": False,
        "DrugClassification": None,
        "Schedule": 0,
        "StateSchedule": [
            {"StateName": state, "Schedule": 5} for state in ("AL", "KY", "TN", "VA", "WV")
        ],
    }


@pytest.mark.parametrize(("kind", "schedule"), [("zero", 0), ("null", None)])
def test_what_is_not_controlled_has_no_schedule_or_zero(
    practice: Practice, kind: str, schedule: int | None
) -> None:
    practice.sandbox.switch(not_controlled=kind)
    item = practice.call("GET", "medications/select", rXCUI=308191)["Item"]
    assert item["Schedule"] == schedule
    sheet = practice.write()
    prescription = practice.call("GET", f"{practice.chart}/prescriptions/{sheet}")["Prescription"]
    assert prescription["Schedule"] == schedule


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"name": "elm str"}, ["Elm Street Pharmacy"]),
        ({"state": "ny"}, ["Hudson Apothecary", "Empire Specialty"]),
        ({"city": "spring", "zip": "62701"}, ["Corner Drug Store"]),
        ({"address": "lakeshore"}, ["Nightlight Pharmacy"]),
        ({"phoneOrFax": "2125550112"}, ["Hudson Apothecary"]),
        ({"ncpdpId": "1899016"}, ["Bluegrass Pharmacy"]),
        ({"ncpdpId": "1"}, []),
        ({"specialty": "MailOrder"}, ["Gulf Mail Pharmacy"]),
        ({"specialty": "FaxPharmacy"}, ["Prairie Fax Pharmacy"]),
        ({"specialty": ["Retail", "TwentyFourHourPharmacy"]}, ["Nightlight Pharmacy"]),
        ({"specialty": ["Any"], "state": "KY"}, ["Bluegrass Pharmacy"]),
        ({"specialty": ["EPCS"], "state": "CA"}, ["Golden Gate Drugs"]),
    ],
)
def test_pharmacies_are_found_by_what_is_known_of_them(
    practice: Practice, query: dict[str, Any], names: list[str]
) -> None:
    found = practice.items("pharmacies/search", **query)
    assert [each["StoreName"] for each in found] == names


@pytest.mark.parametrize("value", ["8", "Hospital", "retail"])
def test_a_specialty_that_has_no_such_name_is_a_400(practice: Practice, value: str) -> None:
    answer = practice.sandbox.send(
        "GET", "pharmacies/search", practice.headers, params={"specialty": value}
    )
    assert (answer.status_code, list(answer.json()["ModelState"])) == (400, ["request.specialty.0"])


def test_a_long_list_comes_in_pages_of_the_size_that_is_set(practice: Practice) -> None:
    practice.sandbox.switch(page_size=5)
    pages = [practice.call("GET", "pharmacies/search", pageNumber=each) for each in (1, 2, 3)]
    assert [each["PharmacyId"] for page in pages for each in page["Items"]] == [
        store.id for store in PHARMACIES
    ]
    assert pages[2]["PageResult"] == {
        "CurrentPage": 3,
        "TotalPages": 3,
        "PageSize": 5,
        "TotalCount": len(PHARMACIES),
        "HasPrevious": True,
        "HasNext": False,
    }


@pytest.mark.parametrize(
    ("path", "query", "empty"),
    [
        ("pharmacies/1", {}, {"Item": None}),
        ("medications/select", {"rXCUI": 1}, {"Item": None}),
        ("{chart}/prescriptions/1", {}, {"Prescription": None}),
        ("{chart}/prescriptions/1/log", {}, {"Items": []}),
    ],
)
def test_what_is_not_there_is_told_in_one_of_three_ways(
    practice: Practice, path: str, query: dict[str, Any], empty: dict[str, Any]
) -> None:
    path = path.format(chart=practice.chart)
    assert practice.error("GET", path, **query).endswith("not found")
    practice.sandbox.switch(not_found="null_item")
    ok = {"Result": {"ResultCode": "OK", "ResultDescription": ""}}
    assert practice.call("GET", path, **query) == {**empty, **ok}
    practice.sandbox.switch(not_found="status_404")
    answer = practice.sandbox.send("GET", path, practice.headers, params=query)
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_patient_has_pharmacies_with_one_default(practice: Practice) -> None:
    def chosen() -> list[tuple[int, bool]]:
        found = practice.items(f"{practice.chart}/pharmacies")
        return [(each["PharmacyId"], each["IsDefault"]) for each in found]

    def choose(pharmacy: int, primary: bool) -> None:
        body = {"PharmacyId": pharmacy, "SetAsPrimary": primary}
        practice.call("POST", f"{practice.chart}/pharmacies", body)

    choose(CORNER, primary=False)
    choose(ELM_STREET, primary=False)
    assert chosen() == [(CORNER, True), (ELM_STREET, False)]
    choose(ELM_STREET, primary=True)
    assert chosen() == [(CORNER, False), (ELM_STREET, True)]
    choose(ELM_STREET, primary=False)
    assert chosen() == [(CORNER, False), (ELM_STREET, True)]
    practice.call("DELETE", f"{practice.chart}/pharmacies/{ELM_STREET}")
    assert chosen() == [(CORNER, False)]
    missing = practice.error("DELETE", f"{practice.chart}/pharmacies/{ELM_STREET}")
    assert missing == "Property: PharmacyId Details: Pharmacy not found"
    choose(ELM_STREET, primary=False)
    assert chosen() == [(CORNER, False), (ELM_STREET, False)]


def test_a_favorite_is_everybodys_in_the_clinic(practice: Practice) -> None:
    favorites = f"clinics/{practice.sandbox.app.clinic_id}/prescriptionFavorites"
    body = {
        "DispensableDrugId": IDS["Amoxicillin"],
        "Refills": 0,
        "DispenseUnitTypeId": 4,
        "Quantity": "30",
        "Directions": "Take one three times a day",
        "Title": "Ten days",
    }
    made = practice.call("POST", f"{favorites}/coded", body)["Id"]
    (found,) = practice.items(favorites, searchName="ten")
    assert found["ClinicFavoritePrescriptionId"] == made
    assert {name: found[name] for name in body} == body
    assert practice.items(favorites, favoriteType="Supply") == []
    elsewhere = practice.error("GET", "clinics/1/prescriptionFavorites")
    assert elsewhere.endswith("not authorized to do this action.")
    for name in body:
        missing = practice.error("POST", f"{favorites}/coded", {**body, name: None})
        assert missing == f"Property: {name} Details: {name} is required"
    long = {**body, "Title": "x" * 501}
    url = f"{favorites}/coded"
    assert practice.sandbox.send("POST", url, practice.headers, json=long).status_code == 400
