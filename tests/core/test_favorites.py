"""Adding a favorite: exactly one in DoseSpot and one on the FHIR server, whatever fails."""

from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Claim
from shared.claims.rules.steps import digest
from shared.claims.store import ClaimStore
from shared.dosespot.catalog_wire import DrugItem
from shared.dosespot.favorites import FavoriteItem
from shared.errors import (
    BotError,
    DoseSpotRefused,
    EnrollmentInProgress,
    LookUpFirst,
    Misconfigured,
    RecordsRefused,
    RemoteUnavailable,
)
from shared.formulary.favorites import Favorites
from shared.formulary.rules.favorite import FavoriteWish
from tests.core.choosing import DRUG, LOST, SENT_AND_LOST, ChoosingClinic
from tests.core.situations import ME, OTHER, WHO

WISH = FavoriteWish(20001, "Take one")
NO, DOWN = DoseSpotRefused("no"), RemoteUnavailable("down")
NAME = "Amoxicillin (oral - capsule) 500 mg"


def listed(**changes: Any) -> FavoriteItem:
    whole = {
        "ClinicFavoritePrescriptionId": 800001,
        "DispensableDrugId": 20001,
        "Directions": "Take one",
    }
    return FavoriteItem.model_validate(whole | changes)


class Formulary(ChoosingClinic):
    """A clinic and its favorites."""

    def add(self, wish: FavoriteWish = WISH, run: str = ME) -> Resource:
        """One run."""
        use_case: Any = Favorites
        turns = self.turns(run)
        self.diary.fails, self.fails_to_save = self.fails_to_save, 0
        return dict(use_case(self.fhir.client, turns, self.dosespot, self.diary).add(wish))

    def fails(self, error: type[BotError], run: str = ME) -> str:
        """A run that ends with that error."""
        with pytest.raises(error) as raised:
            self.add(run=run)
        return str(raised.value)

    def is_there_once(self) -> bool:
        """Whether there is one favorite, with its MedicationKnowledge, and nobody's claim."""
        return (len(self.dosespot.listed), len(self.of_type("MedicationKnowledge"))) == (1, 1)

    @property
    def claim(self) -> Claim:
        """The claim as the next run finds it."""
        key = f"favorite.123.{digest(WISH.key)}"
        return ClaimStore(self.fhir.client).find(key)


def test_a_favorite_is_added_and_can_be_found_by_the_search_of_medplums_page() -> None:
    clinic = Formulary()
    stored = clinic.add()
    coding = [
        {"system": "http://hl7.org/fhir/sid/ndc", "code": "00093310905"},
        {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "308191"},
        {"system": "https://dosespot.com/dispensable-drug-id", "code": "20001"},
        {"system": "https://dosespot.com/clinic-favorite-medication-id", "code": "800001"},
    ]
    typed = {
        "type": {"coding": [{"system": "https://dosespot.com/patient-instructions"}]},
        "dosage": [{"patientInstruction": "Take one"}],
    }
    assert {name: value for name, value in stored.items() if name not in ("id", "meta")} == {
        "resourceType": "MedicationKnowledge",
        "status": "active",
        "code": {"coding": [{**one, "display": NAME} for one in coding], "text": NAME},
        "administrationGuidelines": [{"dosage": [typed]}],
    }
    record = {
        "DispensableDrugId": 20001,
        "Title": NAME,
        "Directions": "Take one",
        "Quantity": "1",
        "DispenseUnitTypeId": 4,
        "Refills": 0,
    }
    assert clinic.dosespot.calls == [(record, 15.0)]
    assert (clinic.claim.holder, clinic.claim.announced) == (None, None)
    (event,) = clinic.diary.kept
    assert event == ("favorite-added", "DoseSpot favorite 800001", "favorite-added.123.800001")


def test_what_a_drug_lacks_is_said_in_dosespots_terms() -> None:
    clinic = Formulary()
    clinic.dosespot.drugs[20001] = DrugItem(DisplayName="X" * 600)
    clinic.add(FavoriteWish(20001, "Take one", "30"))
    ((record, _),) = clinic.dosespot.calls
    told = [record[name] for name in ("Title", "Quantity", "DispenseUnitTypeId")]
    assert told == ["X" * 500, "30", 19]


def test_the_second_time_nothing_is_added() -> None:
    clinic = Formulary()
    first = clinic.add()
    asked = len(clinic.fhir.asked)
    assert clinic.add(FavoriteWish(20001, "  TAKE one ", "30")) == first
    assert len(clinic.dosespot.calls) == 1
    assert [one for one in clinic.fhir.asked[asked:] if not one.startswith("GET")] == [
        "POST MedicationKnowledge"
    ]
    assert clinic.is_there_once()


@pytest.mark.parametrize(
    "other",
    [
        {"DispensableDrugId": 20002},
        {"DispensableDrugId": None},
        {"Directions": "Take two"},
        {"Directions": None},
        {"IsSupply": True},
        {"IsCompound": "true"},
        {"ClinicFavoritePrescriptionId": None},
    ],
    ids=str,
)
def test_another_favorite_is_not_taken_for_it(other: dict[str, Any]) -> None:
    clinic = Formulary()
    clinic.dosespot.listed = [listed(**other)]
    clinic.add()
    assert len(clinic.dosespot.listed) == 2


def test_of_several_the_oldest_is_taken() -> None:
    clinic = Formulary()
    clinic.dosespot.listed = [listed(ClinicFavoritePrescriptionId=n) for n in (9, 7, 8)]
    assert clinic.add()["code"]["coding"][-1]["code"] == "7"
    assert clinic.dosespot.calls == []


@pytest.mark.parametrize("drug", [None, DRUG.model_copy(update={"IsObsolete": True})])
def test_a_drug_that_nobody_can_prescribe_is_refused_and_nothing_changed(
    drug: DrugItem | None,
) -> None:
    clinic = Formulary()
    clinic.dosespot.drugs = {} if drug is None else {20001: drug}
    assert clinic.fails(RecordsRefused).startswith("code.coding: ")
    assert (clinic.dosespot.calls, clinic.fhir.resources) == ([], {})


def test_a_lost_answer_is_looked_for_before_anything_is_said() -> None:
    clinic = Formulary()
    clinic.dosespot.faults, clinic.dosespot.hides = [SENT_AND_LOST], 2
    clinic.add()
    assert clinic.is_there_once()
    assert (len(clinic.time.waits), clinic.claim.announced) == (2, None)


@pytest.mark.parametrize("fault", [LOST, SENT_AND_LOST])
def test_while_it_is_open_nobody_adds_it_again(fault: str) -> None:
    clinic = Formulary()
    clinic.dosespot.faults, clinic.dosespot.hides = [fault], 9
    assert "looks whether it is there" in clinic.fails(LookUpFirst)
    clinic.time.left_s = 10.0
    if fault == LOST:
        clinic.fails(EnrollmentInProgress, OTHER)
        assert len(clinic.dosespot.calls) == 1
    clinic.time.passed_s += 45.0
    clinic.dosespot.hides = 0
    clinic.add(run=OTHER)
    assert clinic.is_there_once()
    assert (clinic.claim.holder, clinic.claim.announced) == (None, None)


def test_the_next_run_keeps_account_of_what_the_one_before_did() -> None:
    clinic = Formulary()
    clinic.dosespot.faults, clinic.dosespot.hides = [SENT_AND_LOST], 9
    clinic.fails(LookUpFirst)
    clinic.time.passed_s, clinic.dosespot.hides = 60.0, 0
    clinic.add(run=OTHER)
    key = "favorite-added.123.800001"
    assert clinic.diary.kept == [("favorite-added", "DoseSpot favorite 800001", key, WHO)]


def test_a_list_that_lags_hides_nothing_that_was_added_lately() -> None:
    clinic = Formulary()
    clinic.add()
    clinic.dosespot.hides = 9
    clinic.add(run=OTHER)
    assert clinic.is_there_once()
    clinic.time.passed_s = 3600.0
    clinic.add(run=OTHER)  # somebody may have deleted it by then
    assert len(clinic.dosespot.calls) == 2


@pytest.mark.parametrize("answer", [NO, DOWN], ids=str)
def test_what_had_no_effect_leaves_the_claim_free(answer: BotError) -> None:
    clinic = Formulary()
    clinic.dosespot.faults = [answer]
    clinic.fails(type(answer))
    assert (clinic.claim.holder, clinic.claim.announced) == (None, None)
    clinic.add(run=OTHER)
    assert clinic.is_there_once()


def test_a_list_that_fails_under_the_claim_adds_nothing() -> None:
    clinic = Formulary()
    clinic.dosespot.unread = [None, DOWN]
    clinic.fails(RemoteUnavailable)
    assert (clinic.dosespot.calls, clinic.claim.holder) == ([], None)


def test_a_list_that_fails_forgets_nothing_that_is_open() -> None:
    clinic = Formulary()
    clinic.dosespot.faults, clinic.dosespot.hides = [SENT_AND_LOST], 9
    clinic.fails(LookUpFirst)
    clinic.time.passed_s, clinic.dosespot.hides = 60.0, 0
    clinic.dosespot.unread = [None, DOWN]
    clinic.fails(RemoteUnavailable, OTHER)
    assert (clinic.claim.holder, clinic.claim.announced and clinic.claim.announced.run) == (
        None,
        ME,
    )


def test_what_cannot_be_kept_account_of_is_left_to_the_next_run() -> None:
    clinic = Formulary()
    clinic.fails_to_save = 1
    clinic.fails(BotError)
    announced = clinic.claim.announced
    assert (clinic.claim.holder, announced and announced.run) == (None, ME)
    clinic.add(run=OTHER)
    key = "favorite-added.123.800001"
    assert clinic.diary.kept == [("favorite-added", "DoseSpot favorite 800001", key, WHO)]
    assert (clinic.is_there_once(), clinic.time.waits) == (True, [])


def test_another_run_that_adds_it_meanwhile_is_waited_for() -> None:
    clinic = Formulary()
    theirs = Formulary()
    theirs.fhir, theirs.dosespot, theirs.time = clinic.fhir, clinic.dosespot, clinic.time
    clinic.fhir.before_write = [lambda: theirs.add(run=OTHER)]
    clinic.add()
    assert clinic.is_there_once()


def test_a_server_that_takes_no_medication_is_told_of_and_made_up_for() -> None:
    clinic = Formulary()
    clinic.fhir.denied = {"MedicationKnowledge"}
    assert "may not create MedicationKnowledge" in clinic.fails(Misconfigured)
    clinic.fhir.denied = set()
    clinic.add()
    assert clinic.is_there_once()
