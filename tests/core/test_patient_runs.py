"""Runs that bring a patient to DoseSpot: what was not answered is not forgotten."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Claim, read_claim
from fhir_profiles.today import Today
from shared.claims.rules.steps import record_digest
from shared.claims.store import ClaimStore
from shared.dosespot.patient_record import new_patient_record
from shared.dosespot.wire import PatientItem
from shared.errors import (
    BotError,
    DoseSpotRefused,
    LookUpFirst,
    RecordsDisagree,
    RemoteUnavailable,
)
from shared.patients.rules.next_step import (
    CHANGE_UNANSWERED,
    CREATE_UNANSWERED,
    PatientAct,
    PatientSituation,
    Seen,
    ends_with,
)
from shared.patients.sync_patient import PatientSync, SyncedPatient
from shared.records.patient import read_patient
from shared.timing import Timing
from tests.core.fakes import BUSY, NOT_DONE, REFUSED, FakeDoseSpot, FakeFhir, FakeTrail, linked_id
from tests.core.patients import PAT, known_patient, patient, practice
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


@dataclass(frozen=True)
class DoseSpot(FakeDoseSpot):
    """DoseSpot, which may show somebody else by an id."""

    shows: Callable[[PatientItem | None], PatientItem | None] = lambda found: found

    def patient(self, patient_id: int) -> PatientItem | None:
        """Whoever is shown by an id."""
        return self.shows(super().patient(patient_id))


class Practice:
    """A practice whose patient DoseSpot has with a former phone number."""

    def __init__(self) -> None:
        self.scene = Disturbed(known_patient(**FORMER))
        self.shows: Callable[[PatientItem | None], PatientItem | None] = lambda found: found

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
        dosespot: Any = DoseSpot(self.scene, shows=self.shows)
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


def new_practice() -> Practice:
    """A practice whose patient DoseSpot does not have."""
    new = Practice()
    new.scene.world = practice()
    return new


def linked(new: Practice) -> int | None:
    """DoseSpot's id on the Patient."""
    return linked_id(new.scene.world.resource(PAT) or {})


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"birthDate": "1970-01-01"}, "birth date"),
        ({"name": [{"family": "Other", "given": ["Pat"]}]}, "family name"),
        ({"name": [{"family": "Other", "given": ["Ann"]}]}, "family name, first name"),
    ],
)
def test_an_id_of_somebody_else_is_not_linked_though_the_create_is_answered_with_it(
    changes: dict[str, Any], differs: str
) -> None:
    new = new_practice()
    stranger = PatientItem.model_validate({**record(**changes), "PatientId": 1001})
    new.shows = lambda _found: stranger
    error = new.fails("first")
    assert (type(error), str(error)) == (
        RecordsDisagree,
        "Patient.identifier: DoseSpot answered that it created the patient with the id 1001, who"
        f" has another {differs} than the Patient, so nobody was linked. Have DoseSpot support"
        " check which patient was created, then run the bot again: it checks before it writes.",
    )
    assert linked(new) is None
    (basic,) = new.scene.world.of_type("Basic")
    asked = read_claim("", basic).announced
    assert asked is not None
    assert (asked.act, asked.run) == ("create-patient", "first")


def down(_found: object) -> None:
    raise RemoteUnavailable("down")


@pytest.mark.parametrize("shows", [lambda found: found, lambda _found: None, down])
def test_an_id_that_does_not_show_somebody_else_is_linked(shows: Any) -> None:
    new = new_practice()
    new.shows = shows
    assert new.run("first") == SyncedPatient(1001, "created")
    assert linked(new) == 1001


def test_a_change_is_sent_once_and_is_in_an_event() -> None:
    practice = Practice()
    practice.says(**NOW)
    assert practice.run("first") == SyncedPatient(1001, "updated")
    assert practice.run("second") == SyncedPatient(1001, "unchanged")
    assert practice.events == ["patient-changed.1001.first"]
    assert (practice.claim.holder, announced(practice.claim)) == (None, None)


def test_a_change_stays_open_where_dosespot_can_not_be_asked_for_it() -> None:
    practice, is_down = Practice(), list[bool]()
    practice.says(**NOW)
    practice.shows = lambda found: down(found) if is_down else found
    practice.scene.before = {CHANGE: lambda: is_down.append(True)}
    error = practice.fails("first", NOT_DONE)
    assert (type(error), str(error)) == (LookUpFirst, CHANGE_UNANSWERED)
    assert announced(practice.claim) == OPEN


def seen(*found: int) -> Seen:
    """What both systems say where DoseSpot has these patients."""
    return Seen(read_claim(KEY, None), found=frozenset(found))


DOWN, WRONG = RemoteUnavailable("down"), RecordsDisagree("another")


@pytest.mark.parametrize(
    ("facts", "error", "expected"),
    [
        ({}, DOWN, (RemoteUnavailable, "down")),
        ({"opened": PatientAct.CREATE}, DOWN, (LookUpFirst, CREATE_UNANSWERED)),
        ({"opened": PatientAct.CREATE, "seen": seen()}, DOWN, (LookUpFirst, CREATE_UNANSWERED)),
        ({"opened": PatientAct.CREATE, "seen": seen(1001)}, DOWN, (RemoteUnavailable, "down")),
        ({"opened": PatientAct.CREATE}, WRONG, (RecordsDisagree, "another")),
        ({"opened": PatientAct.CHANGE, "linked": 1}, DOWN, (LookUpFirst, CHANGE_UNANSWERED)),
        (
            {"opened": PatientAct.CHANGE, "linked": 1001, "seen": seen(1001)},
            DOWN,
            (LookUpFirst, CHANGE_UNANSWERED),
        ),
    ],
)
def test_an_open_act_says_more_than_that_the_call_after_it_failed(
    facts: dict[str, Any], error: BotError, expected: tuple[type[BotError], str]
) -> None:
    told = ends_with(
        PatientSituation(**{"run": "first", "now": START, "linked": None, **facts}), error
    )
    assert (type(told), str(told)) == expected


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
