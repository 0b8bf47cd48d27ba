"""Letting patients prefer pharmacies: DoseSpot and the Patient say the same, whatever fails."""

from collections.abc import Sequence
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Claim
from fhir_profiles.preferred_pharmacy import primary_pharmacy
from shared.claims.store import ClaimStore
from shared.dosespot.wire import PatientItem
from shared.errors import (
    BotError,
    DoseSpotRefused,
    EnrollmentInProgress,
    FhirDenied,
    FhirNotFound,
    LookUpFirst,
    Misconfigured,
    RecordsDisagree,
    RecordsRefused,
    RemoteUnavailable,
)
from shared.pharmacies.default import DefaultPharmacy, DefaultReport
from shared.pharmacies.preferring import (
    ANOTHER_DEFAULT,
    PharmacyChoice,
    Preferred,
    PreferredPharmacies,
)
from tests.core.choosing import LOST, PAT_IN_DOSESPOT, SENT_AND_LOST, ChoosingClinic, Fault
from tests.core.patients import patient
from tests.core.situations import ME, OTHER, WHO

ELM, OAK, UNKNOWN = 60001, 60002, 60999
NO, DOWN = DoseSpotRefused("no"), RemoteUnavailable("down")
IDENTIFIER = [{"system": "https://dosespot.com/patient-id", "value": "70001"}]
FOREIGN = {"url": "https://example.org/kept", "valueString": "by somebody else"}


def pat(**changes: Any) -> Resource:
    return patient(**{"identifier": IDENTIFIER, "extension": [FOREIGN], **changes})


class Counter(ChoosingClinic):
    """A clinic in which Pat prefers pharmacies."""

    def __init__(self, *others: Resource, **changes: Any) -> None:
        super().__init__(pat(**changes), *others)

    def use_case(self, run: str = ME) -> PreferredPharmacies:
        """What a new run does it with."""
        made: Any = PreferredPharmacies
        turns = self.turns(run)
        self.diary.fails, self.fails_to_save = self.fails_to_save, 0
        result: PreferredPharmacies = made(
            fhir=self.fhir.client,
            directory=self.fhir.client,
            turns=turns,
            patients=self.dosespot,
            dosespot=self.dosespot,
            trail=NotingDiary(self.diary),
        )
        return result

    def prefers(
        self, number: int, *, primary: bool = True, spares: bool = False, run: str = ME
    ) -> Preferred:
        """One run."""
        case = self.use_case(run)
        choice = PharmacyChoice(number, primary, spares)
        return case.prefer(self.fhir.resources["Patient/pat"], case.pharmacy(number), choice)

    def fails(self, error: type[BotError], number: int = ELM, **how: Any) -> str:
        """A run that ends with that error."""
        with pytest.raises(error) as raised:
            self.prefers(number, **how)
        return str(raised.value)

    def gives(
        self, named: Sequence[str] | None = None, *, most: int = 100, **how: Any
    ) -> DefaultReport:
        """A run that gives patients a default pharmacy."""
        has_time = how.pop("has_time", lambda: True)
        case = DefaultPharmacy(self.fhir.client, self.use_case(), has_time)
        return case.give(ELM, named, most, dry_run=how.pop("dry_run", False))

    def pharmacies(self) -> dict[int, str]:
        """What the Patient says: by DoseSpot's id, which kind each is."""
        found = {}
        for one in self.fhir.resources["Patient/pat"]["extension"]:
            if one != FOREIGN:
                named, typed = one["extension"]
                stored = self.fhir.resources[named["valueReference"]["reference"]]
                number = int(stored["identifier"][0]["value"])
                found[number] = typed["valueCodeableConcept"]["coding"][0]["code"]
        return found

    @property
    def chosen(self) -> dict[int, bool]:
        """What DoseSpot has."""
        return self.dosespot.chosen.get(70001, {})

    def agree(self) -> bool:
        """Whether both say the same, and nothing of others is lost."""
        kinds = {n: "primary" if default else "preferred" for n, default in self.chosen.items()}
        extensions = self.fhir.resources["Patient/pat"]["extension"]
        return self.pharmacies() == kinds and FOREIGN in extensions

    @property
    def claim(self) -> Claim:
        """The claim as the next run finds it."""
        return ClaimStore(self.fhir.client).find("pharmacy.123.70001")


class NotingDiary:
    """A diary that notes whom a deed was about, too."""

    def __init__(self, diary: Any) -> None:
        self._diary, self.run, self.subject = diary, diary.run, None

    def did(self, action: Any, detail: str, *, key: str) -> None:
        self._diary.did(action, f"{detail} of {self.subject}", key=key)

    def found(self, action: Any, detail: str, *, key: str, who: str) -> None:
        self._diary.found(action, f"{detail} of {self.subject}", key=key, who=who)

    def save(self) -> None:
        self._diary.save()


def test_a_new_primary_pharmacy_demotes_the_one_before_on_both_sides() -> None:
    counter = Counter()
    assert counter.prefers(ELM).changed
    assert counter.prefers(OAK, run=OTHER).changed
    assert counter.pharmacies() == {ELM: "preferred", OAK: "primary"}
    assert counter.agree()
    assert counter.dosespot.calls == [(70001, ELM, True), (70001, OAK, True)]
    assert (counter.claim.holder, counter.claim.announced) == (None, None)
    (event,) = counter.diary.kept
    told = ("pharmacy-set", "DoseSpot pharmacy 60002 of Patient/pat", f"pharmacy-set.70001.{OTHER}")
    assert event == told


def test_the_patient_says_what_dosespot_made_of_it() -> None:
    counter = Counter()
    counter.prefers(ELM, primary=False)
    assert counter.pharmacies() == {ELM: "primary"}  # DoseSpot makes a first one the default
    counter.prefers(OAK, primary=False)
    counter.prefers(ELM, primary=False)
    assert counter.pharmacies() == {ELM: "primary", OAK: "preferred"}
    assert counter.agree()


def test_the_second_time_nothing_is_written() -> None:
    counter = Counter()
    first = counter.prefers(ELM)
    asked = len(counter.fhir.asked)
    assert counter.prefers(ELM, run=OTHER) == Preferred(first.organization, changed=False)
    assert [one for one in counter.fhir.asked[asked:] if not one.startswith("GET")] == [
        "POST Organization"
    ]
    assert len(counter.dosespot.calls) == len(counter.of_type("Organization")) == 1


def test_what_only_the_patient_lacks_is_made_up_for() -> None:
    counter = Counter()
    counter.dosespot.chosen = {70001: {ELM: True, OAK: False}}
    assert counter.prefers(ELM).changed
    assert (counter.pharmacies(), counter.dosespot.calls) == ({ELM: "primary"}, [])


@pytest.mark.parametrize(
    ("changes", "shown", "error"),
    [
        ({"identifier": []}, PAT_IN_DOSESPOT, RecordsRefused),
        ({}, None, RecordsDisagree),
        ({}, PAT_IN_DOSESPOT.model_copy(update={"LastName": "Other"}), RecordsDisagree),
        ({}, PAT_IN_DOSESPOT.model_copy(update={"FirstName": "Sam"}), RecordsDisagree),
        ({}, PAT_IN_DOSESPOT.model_copy(update={"DateOfBirth": "1990-01-01"}), RecordsDisagree),
        ({"birthDate": None}, PAT_IN_DOSESPOT, RecordsDisagree),
        ({}, PatientItem(PatientId=70001), RecordsDisagree),
    ],
)
def test_nothing_is_done_to_who_is_not_surely_the_patient(
    changes: dict[str, Any], shown: PatientItem | None, error: type[BotError]
) -> None:
    counter = Counter(**changes)
    counter.dosespot.people = {} if shown is None else {70001: shown}
    counter.fails(error)
    assert (counter.dosespot.calls, counter.fhir.resources.keys()) == ([], {"Patient/pat"})


def test_a_pharmacy_that_dosespot_does_not_have_is_refused() -> None:
    counter = Counter()
    assert counter.fails(RecordsRefused, UNKNOWN).startswith("pharmacy: ")
    assert (counter.dosespot.calls, counter.fhir.resources.keys()) == ([], {"Patient/pat"})


@pytest.mark.parametrize("fault", [SENT_AND_LOST, LOST])
def test_after_a_lost_answer_both_sides_come_to_agree(fault: Fault) -> None:
    counter = Counter()
    counter.dosespot.faults = [fault]
    if fault == SENT_AND_LOST:
        assert counter.prefers(ELM).changed
    else:
        assert "looks whether it is there" in counter.fails(LookUpFirst)
        assert counter.pharmacies() == {}  # the Patient says nothing that DoseSpot may not know
        counter.time.left_s = 1.0
        counter.fails(EnrollmentInProgress, run=OTHER)
        counter.time.passed_s += 60.0
        counter.prefers(ELM, run=OTHER)
    assert counter.agree()
    assert (counter.claim.holder, counter.claim.announced) == (None, None)


def test_the_next_run_keeps_account_of_what_the_one_before_did() -> None:
    counter = Counter()
    counter.dosespot.faults = [SENT_AND_LOST]
    counter.dosespot.unread = [None, None, *[DOWN] * 3]
    counter.fails(LookUpFirst)
    counter.time.passed_s += 60.0
    counter.prefers(ELM, run=OTHER)
    told = (
        "pharmacy-set",
        "DoseSpot pharmacy 60001 of Patient/pat",
        f"pharmacy-set.70001.{ME}",
        WHO,
    )
    assert counter.diary.kept == [told]
    assert (len(counter.dosespot.calls), counter.agree()) == (1, True)


def test_what_cannot_be_kept_account_of_is_left_to_the_next_run() -> None:
    counter = Counter()
    counter.fails_to_save = 1
    counter.fails(BotError)
    assert (counter.claim.holder, counter.claim.announced and counter.claim.announced.run) == (
        None,
        ME,
    )
    counter.prefers(ELM, run=OTHER)
    assert [one[2] for one in counter.diary.kept] == [f"pharmacy-set.70001.{ME}"]
    assert (len(counter.dosespot.calls), counter.agree()) == (1, True)


@pytest.mark.parametrize("answer", [NO, DOWN], ids=str)
def test_what_had_no_effect_changes_neither_side(answer: BotError) -> None:
    counter = Counter()
    counter.dosespot.faults = [answer]
    counter.fails(type(answer))
    assert (counter.chosen, counter.pharmacies(), counter.claim.holder) == ({}, {}, None)


def test_a_list_that_fails_under_the_claim_changes_nothing() -> None:
    counter = Counter()
    counter.dosespot.unread = [None, DOWN]
    counter.fails(RemoteUnavailable)
    assert (counter.dosespot.calls, counter.claim.holder) == ([], None)


def test_a_list_that_fails_afterwards_hides_nothing_that_was_done() -> None:
    counter = Counter()
    counter.dosespot.unread = [None, None, DOWN]
    counter.prefers(ELM)
    assert counter.agree()


def test_a_patient_that_may_not_be_written_is_made_up_for() -> None:
    counter = Counter()
    counter.fhir.before_write = [
        lambda: None,
        lambda: None,
        lambda: counter.fhir.denied.add("Patient"),
    ]
    counter.fails(FhirDenied)
    assert (counter.chosen, counter.claim.holder) == ({ELM: True}, None)
    counter.fhir.denied.clear()
    counter.prefers(ELM, run=OTHER)
    assert counter.agree()
    assert len(counter.dosespot.calls) == 1


def test_a_server_that_takes_no_organization_is_told_of_before_dosespot() -> None:
    counter = Counter()
    counter.fhir.denied = {"Organization"}
    assert "may not create Organizations" in counter.fails(Misconfigured)
    assert counter.dosespot.calls == []


def test_an_edit_in_between_is_kept() -> None:
    counter = Counter()

    def edited() -> None:
        found = counter.fhir.resources["Patient/pat"]
        counter.fhir.put({**found, "active": False})

    counter.fhir.before_write = [lambda: None, lambda: None, edited]
    counter.prefers(ELM)
    assert counter.fhir.resources["Patient/pat"]["active"] is False
    assert counter.agree()


def test_two_that_set_different_ones_at_once_leave_the_same_on_both_sides() -> None:
    counter = Counter()
    counter.time.left_s = 30.0
    theirs: list[Any] = []

    def meanwhile() -> None:
        with pytest.raises(EnrollmentInProgress):
            counter.prefers(OAK, run=OTHER)
        theirs.append("waited for")

    counter.dosespot.faults = [meanwhile]
    counter.prefers(ELM)
    assert theirs == ["waited for"]
    counter.time.left_s = 30.0
    counter.prefers(OAK, run=OTHER)
    assert counter.agree()


def test_patients_who_are_named_get_the_pharmacy_or_the_reason() -> None:
    counter = Counter(patient(id="new"))
    counter.dosespot.chosen = {70001: {OAK: True}}
    report = counter.gives(["pat", "new", "nobody", "pat"])
    assert (report.succeeded, report.are_left) == (1, False)
    reasons = {one.patient_id: type(one.error) for one in report.failures}
    assert reasons == {"new": RecordsRefused, "nobody": FhirNotFound}
    assert [one.dosespot_id for one in report.failures] == [None, None]
    assert counter.chosen == {OAK: False, ELM: True}


@pytest.mark.parametrize("dry_run", [True, False])
def test_who_is_not_named_keeps_the_pharmacy_that_they_have(dry_run: bool) -> None:
    counter = Counter()
    counter.dosespot.chosen = {70001: {OAK: True}}
    (failure,) = counter.gives(dry_run=dry_run).failures
    assert (str(failure.error), failure.dosespot_id) == (ANOTHER_DEFAULT, 70001)
    assert (counter.dosespot.calls, counter.of_type("Organization")) == ([], [])


def test_without_names_it_is_for_those_in_dosespot_who_have_no_primary_one() -> None:
    other = [{"system": "https://dosespot.com/patient-id", "value": "70002"}]
    dead = patient(id="dead", identifier=other, deceasedBoolean=True)
    ended = patient(id="ended", identifier=[{**other[0], "use": "old"}])
    counter = Counter(dead, ended)
    assert (counter.gives().succeeded, counter.gives().processed) == (1, 0)
    assert primary_pharmacy(counter.fhir.resources["Patient/pat"]) is not None


def test_a_dry_run_only_looks() -> None:
    counter = Counter()
    report = counter.gives(["pat"], dry_run=True)
    assert (report.succeeded, report.processed) == (1, 1)
    assert (counter.dosespot.calls, counter.fhir.resources.keys()) == ([], {"Patient/pat"})


def test_whoever_is_more_than_one_call_may_do_is_told() -> None:
    report = Counter().gives(["pat", "nobody"], most=1)
    assert (report.processed, report.are_left) == (1, True)


def test_whoever_there_is_no_time_for_is_told() -> None:
    report = Counter().gives(["pat", "nobody"], has_time=iter((True, False)).__next__)
    assert (report.processed, report.are_left) == (1, True)


def test_a_pharmacy_that_there_is_not_is_no_failure_of_every_patient() -> None:
    counter = Counter()
    case = DefaultPharmacy(counter.fhir.client, counter.use_case(), lambda: True)
    with pytest.raises(RecordsRefused):
        case.give(UNKNOWN, ["pat"], 1, dry_run=False)
