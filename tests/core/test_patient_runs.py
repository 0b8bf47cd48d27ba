"""Runs that bring a patient to DoseSpot: what was not answered is not forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Claim
from fhir_profiles.today import Today
from shared.claims.rules.steps import record_digest
from shared.claims.store import ClaimStore
from shared.dosespot.patient_record import new_patient_record
from shared.errors import BotError, DoseSpotRefused, LookUpFirst
from shared.patients.rules.next_step import CHANGE_UNANSWERED
from shared.patients.sync_patient import PatientSync, SyncedPatient
from shared.records.patient import read_patient
from shared.timing import Timing
from tests.core.fakes import BUSY, NOT_DONE, REFUSED, FakeDoseSpot, FakeFhir, FakeTrail
from tests.core.patients import PAT, known_patient, patient
from tests.core.world import START, Person, Scene, numbered

KEY, PHONES = "patient.123.1001", ("345-123-4567", "345-123-4568", "345-123-9999")
NOW, LATER, FORMER = ({"telecom": [{"system": "phone", "value": one}]} for one in PHONES)
CHANGE = "change the patient"


@dataclass
class Disturbed(Scene):
    """A scene in which several writes may go wrong; `before` is done before the next of a kind."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)

    def write(self, what: str) -> str | None:
        """Notes a write; returns what goes wrong with it."""
        self.writes.append(what)
        self.before.pop(what, lambda: None)()
        return self.faults[what].pop(0) if self.faults.get(what) else None


class Practice:
    """A practice whose patient DoseSpot has with a former phone number."""

    def __init__(self) -> None:
        self.scene = Disturbed(known_patient(**FORMER))

    def says(self, **changes: Any) -> None:
        """Somebody writes that on the Patient."""
        found = self.scene.world.resource(PAT) or {}
        self.scene.world = self.scene.world.with_resource({**found, **changes}, "Practitioner/x")

    def has(self, **changes: Any) -> None:
        """DoseSpot comes to have that."""
        person = Person(1001, numbered(record(**changes)), 0, edits=1)
        self.scene.world = self.scene.world.with_person(person)

    def passes(self, seconds: int) -> None:
        """Time passes."""
        self.scene.world = self.scene.world.later(seconds)

    def run(self, name: str, *faults: str) -> SyncedPatient:
        """A run that changes the patient; the faults are those of its changes."""
        self.scene.writes, self.scene.waits = [], 5
        self.scene.faults = {CHANGE: list(faults)}
        fhir: Any = FakeFhir(self.scene)
        dosespot: Any = FakeDoseSpot(self.scene)
        trail: Any = FakeTrail(self.scene, name, f"Practitioner/{name}")
        now, wait = self.scene.now, self.scene.wait
        sync = PatientSync(fhir, ClaimStore(fhir), dosespot, trail, now, wait, Timing())
        try:
            return sync.run(fhir.read(PAT), update=True)
        finally:
            trail.save()

    def fails(self, name: str, *faults: str) -> BotError:
        """A run that ends with an error."""
        with pytest.raises(BotError) as caught:
            self.run(name, *faults)
        return caught.value

    @property
    def claim(self) -> Claim:
        """The claim as the next run finds it."""
        fhir: Any = FakeFhir(self.scene)
        return ClaimStore(fhir).find(KEY)

    @property
    def events(self) -> list[str]:
        """The keys of the AuditEvents."""
        return sorted(key for key, _ in self.scene.world.events)


def record(**changes: Any) -> Resource:
    """The record that DoseSpot has of such a Patient."""
    read, _ = read_patient(patient(**changes), [], Today(START))
    return dict(new_patient_record(read))


def announced(claim: Claim) -> tuple[str, str, str | None] | None:
    """What is announced on a claim, by which run, and to which record it leads."""
    asked = claim.announced
    return asked and (asked.act, asked.run, claim.memory.get("changed-to"))


OPEN = ("change-patient", "first", record_digest(record(**NOW)))


def test_a_change_is_sent_once_and_is_in_an_event() -> None:
    practice = Practice()
    practice.says(**NOW)
    assert practice.run("first") == SyncedPatient(1001, "updated")
    assert practice.run("second") == SyncedPatient(1001, "unchanged")
    assert practice.events == ["patient-changed.1001.first"]
    assert (practice.claim.holder, announced(practice.claim)) == (None, None)


def lost(*faults: str) -> Practice:
    """The practice after a run whose change DoseSpot did not answer, and after its claim."""
    practice = Practice()
    practice.says(**NOW)
    error = practice.fails("first", *(faults or (NOT_DONE, NOT_DONE)))
    if faults:
        assert isinstance(error, DoseSpotRefused)
    else:
        assert (type(error), str(error)) == (LookUpFirst, CHANGE_UNANSWERED)
    assert announced(practice.claim) == OPEN
    practice.passes(50)
    return practice


@pytest.mark.parametrize("faults", [(), (NOT_DONE, REFUSED)], ids=["silence", "then a refusal"])
def test_a_change_without_an_answer_is_in_an_event_once_it_shows(faults: tuple[str, ...]) -> None:
    practice = lost(*faults)
    practice.has(**NOW)
    assert practice.run("second") == SyncedPatient(1001, "unchanged")
    assert practice.events == ["patient-changed.1001.first"]
    assert announced(practice.claim) is None


def test_a_change_that_does_not_show_stays_announced_while_it_may_come() -> None:
    practice = lost()
    practice.says(**FORMER)
    assert practice.run("second") == SyncedPatient(1001, "unchanged")
    assert announced(practice.claim) == OPEN
    practice.has(**NOW)
    practice.run("third")
    assert practice.events == ["patient-changed.1001.first", "patient-changed.1001.third"]


def test_a_change_that_never_showed_is_forgotten_in_the_end() -> None:
    practice = lost()
    practice.says(**FORMER)
    practice.passes(54)
    practice.run("second")
    assert announced(practice.claim) == OPEN
    practice.passes(1)
    practice.run("third")
    assert (practice.events, announced(practice.claim)) == ([], None)


def test_a_change_that_shows_once_the_next_run_has_the_claim_is_in_an_event_too() -> None:
    practice = lost()
    practice.says(**LATER)
    practice.scene.before = {"PUT Basic": lambda: practice.has(**NOW)}
    assert practice.run("second") == SyncedPatient(1001, "updated")
    assert practice.events == ["patient-changed.1001.first", "patient-changed.1001.second"]


@pytest.mark.parametrize("fault", [REFUSED, BUSY])
def test_a_change_that_may_come_stays_announced_where_the_next_run_changes_nothing(
    fault: str,
) -> None:
    practice = lost()
    practice.says(**LATER)
    practice.fails("second", fault)
    assert (practice.claim.holder, announced(practice.claim)) == (None, OPEN)
    practice.has(**NOW)
    practice.run("third")
    assert practice.events == ["patient-changed.1001.first", "patient-changed.1001.third"]


def test_a_change_that_may_have_come_before_another_one_is_not_waited_for() -> None:
    practice = lost()
    practice.says(**LATER)
    assert practice.run("second") == SyncedPatient(1001, "updated")
    assert (practice.events, announced(practice.claim)) == (["patient-changed.1001.second"], None)
