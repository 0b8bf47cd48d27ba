"""Registering a clinic: answers that get lost, runs that die, and two runs at once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.clinic import clinic_number
from shared.claims.store import ClaimStore
from shared.clinics.creating import ClinicCreation
from shared.clinics.project_keys import ProjectKeys
from shared.clinics.recording import ClinicRecords
from shared.clinics.register import (
    ClinicRegistration,
    ClinicWish,
    ExistingClinic,
    RegisteredClinic,
)
from shared.clinics.rules.details import ClinicDetails
from shared.clinics.rules.registration import (
    CLAIM_KEY,
    KEY_LOST,
    OTHER_FIRST,
    SEVERAL_FIT,
    Attempt,
    CreateClinic,
    RecordClinic,
    RefuseClinic,
    in_words,
    key_lost,
    next_registration,
    settles,
)
from shared.clinics.staffing import ClinicMembers, ClinicStaffing
from shared.dosespot.clinic_wire import ClinicItem
from shared.dosespot.clinics import NewClinic
from shared.errors import (
    BotError,
    ClinicUnsettled,
    DoseSpotRefused,
    EnrollmentInProgress,
    FhirDenied,
    InputRefused,
    LookUpFirst,
    RecordsDisagree,
    RemoteUnavailable,
)
from shared.records.prescriber import StreetAddress
from shared.timing import Timing
from tests.core.fhir_in_memory import FhirServer
from tests.core.one_run import Diary, Time
from tests.core.situations import ME, OTHER

OWN, NEW, ADMIN = 7, 1001, 5
PROJECT = {"resourceType": "Project", "id": "p", "secret": [{"name": "A", "valueString": "1"}]}
LOCATION = {"resourceType": "Location", "id": "l", "name": "North"}
NORTH = ClinicDetails("North", StreetAddress("1 A St", "", "Cairo", "IL", "62914"), "6182345678")
SOUTH = ClinicDetails("South", StreetAddress("2 B St", "", "Cairo", "IL", "62914"), "6182345678")
DOWN, NO = RemoteUnavailable("down."), DoseSpotRefused("no.")


class DiedHere(BaseException):
    """The process of the run was killed."""


@dataclass
class DoseSpot:
    """DoseSpot, which lists no clinic.

    Attributes:
        clinics: what was created, by number.
        answers: what happens to the answers, one for each create: after it took effect, unless it
            says that it had none.
    """

    clinics: dict[int, dict[str, Any]] = field(default_factory=dict)
    answers: list[BaseException] = field(default_factory=list)
    linked: set[tuple[int, int]] = field(default_factory=set)
    key: str = "key"

    def create_clinic(self, record: dict[str, Any], send_within_s: float) -> NewClinic:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, RemoteUnavailable | DoseSpotRefused):
            raise answer
        number = NEW + len(self.clinics)
        self.clinics[number] = record
        if answer is not None:
            raise answer
        return NewClinic(number, self.key)

    def clinic(self, number: int) -> ClinicItem | None:
        record = self.clinics.get(number)
        return None if record is None else ClinicItem.model_validate(record)

    def clinics_of(self, clinician_id: int) -> frozenset[int]:
        return frozenset(number for one, number in self.linked if one == clinician_id)

    def link(self, clinician_id: int, number: int, send_within_s: float) -> None:
        self.linked.add((clinician_id, number))

    def unlink(self, clinician_id: int, number: int, send_within_s: float) -> None:
        self.linked.discard((clinician_id, number))


class Office:
    """A project, DoseSpot, and the runs that register clinics."""

    def __init__(self) -> None:
        self.fhir = FhirServer(PROJECT, LOCATION)
        self.dosespot, self.time = DoseSpot(), Time()
        self.diary = Diary(lambda: None)

    def registration(self, run: str = ME) -> ClinicRegistration:
        self.diary = Diary(lambda: None, run)
        members = ClinicMembers(self.dosespot, self.diary)  # type: ignore[arg-type]
        has: dict[str, Any] = {
            "claims": ClaimStore(self.fhir.client),
            "dosespot": self.dosespot,
            "trail": self.diary,
            "now": self.time,
            "wait": self.time.wait,
            "timing": Timing(),
        }
        return ClinicRegistration(
            records=ClinicRecords(self.fhir.client, self.diary),  # type: ignore[arg-type]
            creation=ClinicCreation(keys=ProjectKeys(self.fhir.client, "Project/p"), **has),
            staff=ClinicStaffing(members, [ADMIN]).staff,
            known=(OWN, *self.keys),
            **has,
        )

    def registers(
        self,
        details: ClinicDetails = NORTH,
        made_from: str = "Location/l",
        run: str = ME,
        **more: Any,
    ) -> RegisteredClinic:
        location = self.fhir.resources["Location/l"] if made_from == "Location/l" else None
        wish = ClinicWish(details, made_from, location, **more)
        return self.registration(run).register(wish)

    def fails(self, kind: type[BotError], **more: Any) -> BotError:
        with pytest.raises(BotError) as caught:
            self.registers(**more)
        assert type(caught.value) is kind
        return caught.value

    @property
    def keys(self) -> dict[int, str]:
        """The keys that are kept, by number."""
        secrets = self.fhir.resources["Project/p"]["secret"]
        return {
            int(one["name"].rpartition("_")[2]): one["valueString"]
            for one in secrets
            if one["name"].startswith("DOSESPOT_CLINIC_KEY_")
        }

    @property
    def organizations(self) -> list[int | None]:
        """The numbers of the clinics that have an Organization."""
        every = self.fhir.resources.values()
        return [clinic_number(one) for one in every if one["resourceType"] == "Organization"]

    @property
    def claim(self) -> Claim:
        return ClaimStore(self.fhir.client).find(CLAIM_KEY)

    @property
    def written(self) -> list[str]:
        """What was written, by type, in order."""
        asked = [one.split("/")[0] for one in self.fhir.asked]
        return [one for one in asked if not one.startswith("GET")]

    def is_done(self, *numbers: int) -> bool:
        """Whether these clinics, and no other, are complete and nothing is open."""
        claim = self.claim
        settled = (claim.holder, claim.announced, dict(claim.memory)) == (None, None, {})
        known = list(numbers)
        return settled and [*self.dosespot.clinics] == known == [*self.keys] == self.organizations


def test_the_key_is_kept_before_anything_else_is_done() -> None:
    office = Office()
    office.fhir.asked.clear()
    done = office.registers()
    assert (done.number, done.name, done.status, done.warnings) == (NEW, "North", "created", ())
    assert office.written == [
        "POST Basic",  # what is asked for is announced
        "PUT Project",  # it can be written
        "PUT Project",  # the key
        "PUT Basic",  # the clinic's number
        "POST Organization",
        "PUT Location",
        "PUT Basic",
    ]
    assert office.is_done(NEW)
    assert (ADMIN, NEW) in office.dosespot.linked
    assert office.fhir.resources["Project/p"]["secret"] == [
        {"name": "A", "valueString": "1"},
        {"name": f"DOSESPOT_CLINIC_KEY_{NEW}", "valueString": "key"},
    ]


def test_what_is_asked_for_is_kept_before_it_is_asked_and_never_the_key() -> None:
    office = Office()
    office.dosespot.answers = [LookUpFirst("?")]
    office.fails(ClinicUnsettled)
    claim = office.claim
    assert claim.announced is not None
    assert (claim.announced.act, claim.announced.subject) == ("create-clinic", "Location/l")
    assert dict(claim.memory) == {
        "made-from": "Location/l",
        "fingerprint": NORTH.fingerprint,
        "name": "North",
    }
    assert all("key" not in str(one) for one in office.fhir.versions if "Basic" in one)


def test_a_second_run_writes_nothing() -> None:
    office = Office()
    office.registers()
    office.fhir.asked.clear()
    assert office.registers(run=OTHER).status == "unchanged"
    assert office.written == []
    assert office.is_done(NEW)


@pytest.mark.parametrize("answer", [DOWN, NO], ids=str)
def test_a_create_without_effect_can_be_tried_again(answer: BotError) -> None:
    office = Office()
    office.dosespot.answers = [answer]
    office.fails(type(answer))
    assert (office.claim.announced, dict(office.claim.memory)) == (None, {})
    assert office.registers(run=OTHER).status == "created"
    assert office.is_done(NEW)


@pytest.mark.parametrize("how", [LookUpFirst("?"), DiedHere()], ids=["lost", "died"])
def test_after_a_lost_answer_nobody_creates_a_second_one_blindly(how: BaseException) -> None:
    office = Office()
    office.dosespot.answers = [how]
    with pytest.raises((ClinicUnsettled, DiedHere)):
        office.registers()
    office.time.passed_s = 60.0
    told = office.fails(ClinicUnsettled, run=OTHER)
    assert "of Location/l and did not confirm it: the clinic may exist." in str(told)
    others = office.fails(
        ClinicUnsettled, run=OTHER, details=SOUTH, made_from=f"fields.{SOUTH.fingerprint}"
    )
    assert str(others) == str(told)
    assert [*office.dosespot.clinics] == [NEW]


def test_who_was_told_that_there_is_none_creates_it() -> None:
    office = Office()
    office.dosespot.answers = [LookUpFirst("?")]
    office.fails(ClinicUnsettled)
    assert office.registers(run=OTHER, none_created=True).number == NEW + 1
    assert office.claim.announced is None
    assert isinstance(office.fails(InputRefused, made_from="x", none_created=True), InputRefused)


@pytest.mark.parametrize("made_from", ["Location/l", ""], ids=["named", "recognized"])
def test_who_was_told_its_number_has_it_recorded_and_the_lost_answer_is_settled(
    made_from: str,
) -> None:
    office = Office()
    office.dosespot.answers = [LookUpFirst("?")]
    office.fails(ClinicUnsettled)
    keep_by_hand(office, NEW)
    done = office.registration(OTHER).adopt(ExistingClinic(NEW, made_from))
    assert (done.number, done.status) == (NEW, "linked")
    assert office.is_done(NEW)


def test_another_clinic_that_exists_leaves_a_lost_answer_open() -> None:
    office = Office()
    office.dosespot.clinics[OWN] = SOUTH.record()
    office.dosespot.answers = [LookUpFirst("?")]
    office.fails(ClinicUnsettled)
    done = office.registration(OTHER).adopt(ExistingClinic(OWN))
    assert (done.name, office.organizations) == ("South", [OWN])
    assert office.claim.announced is not None
    assert office.registration(OTHER).adopt(ExistingClinic(OWN)).status == "unchanged"


def test_a_clinic_that_dosespot_does_not_show_is_not_recorded() -> None:
    office = Office()
    with pytest.raises(RecordsDisagree):
        office.registration().adopt(ExistingClinic(99))
    assert office.written == []


def keep_by_hand(office: Office, number: int) -> None:
    """Somebody stores the key that DoseSpot's staff told them."""
    project = office.fhir.resources["Project/p"]
    key = {"name": f"DOSESPOT_CLINIC_KEY_{number}", "valueString": "told"}
    office.fhir.put({**project, "secret": [*project["secret"], key]})


def test_a_key_is_kept_as_often_as_there_is_time_and_over_others_edits() -> None:
    office = Office()

    def by_somebody_else() -> None:
        project = office.fhir.resources["Project/p"]
        theirs = {"name": "THEIRS", "valueString": "kept"}
        office.fhir.put({**project, "secret": [*project["secret"], theirs]})

    fine: Callable[[], None] = lambda: None  # noqa: E731
    office.fhir.before_write = [fine, fine, DOWN, LookUpFirst("?"), by_somebody_else]
    office.registers()
    assert office.is_done(NEW)
    names = [one["name"] for one in office.fhir.resources["Project/p"]["secret"]]
    assert names == ["A", "THEIRS", f"DOSESPOT_CLINIC_KEY_{NEW}"]


@pytest.mark.parametrize("broken", [[DOWN] * 50, [FhirDenied("no.")]], ids=["down", "denied"])
def test_a_key_that_could_not_be_kept_is_told_with_the_number(broken: list[BotError]) -> None:
    office = Office()
    office.time.left_s = 5.0
    fine: Callable[[], None] = lambda: None  # noqa: E731
    tries = len([*filter(lambda s: s < 5.0, [0.5, 1.5, 3.5])]) + 1 if len(broken) > 1 else 1
    office.fhir.before_write = [fine, fine, *broken[:tries]]
    told = office.fails(ClinicUnsettled)
    assert str(told) == KEY_LOST.format(number=NEW)
    assert office.claim.memory["number"] == str(NEW)
    again = office.fails(ClinicUnsettled, run=OTHER, none_created=True)
    assert str(again) == str(told)
    keep_by_hand(office, NEW)
    assert office.registers(run=OTHER).status == "completed"
    assert office.is_done(NEW)


def test_an_answer_without_a_key_is_told_with_the_number() -> None:
    office = Office()
    office.dosespot.key = ""
    assert str(office.fails(ClinicUnsettled)) == str(key_lost(NEW))
    assert office.keys == {}


@pytest.mark.parametrize("write", range(3, 7))
def test_a_run_that_dies_once_the_key_is_kept_is_completed_by_the_next(write: int) -> None:
    def dies() -> None:
        raise DiedHere

    office = Office()
    fine: Callable[[], None] = lambda: None  # noqa: E731
    office.fhir.before_write = [*[fine] * write, dies]
    with pytest.raises(DiedHere):
        office.registers()
    assert office.keys == {NEW: "key"}
    office.time.passed_s = 60.0
    office.fhir.before_write = []
    done = office.registers(run=OTHER)
    assert (done.number, done.status in ("completed", "linked", "unchanged")) == (NEW, True)
    assert office.is_done(NEW)
    assert office.fhir.resources["Location/l"]["managingOrganization"]


def test_a_run_for_another_clinic_does_not_take_over_what_died() -> None:
    def dies() -> None:
        raise DiedHere

    office = Office()
    fine: Callable[[], None] = lambda: None  # noqa: E731
    office.fhir.before_write = [*[fine] * 4, dies]
    with pytest.raises(DiedHere):
        office.registers()
    office.time.passed_s = 60.0
    told = office.fails(ClinicUnsettled, run=OTHER, details=SOUTH, made_from="fields.south")
    assert str(told) == OTHER_FIRST.format(number=NEW, what="Location/l")


def test_of_two_runs_at_once_one_creates_the_clinic_and_the_other_finds_it() -> None:
    office = Office()
    seen: list[Any] = []

    def meanwhile() -> None:
        seen.append(office.fails(EnrollmentInProgress, run=OTHER))

    fine: Callable[[], None] = lambda: None  # noqa: E731
    office.time.left_s = 0.1
    office.fhir.before_write = [fine, meanwhile]
    assert office.registers().status == "created"
    assert len(seen) == 1
    assert office.is_done(NEW)


def test_who_waited_for_another_run_creates_nothing_more() -> None:
    office = Office()
    first: list[Any] = []

    def faster() -> None:
        office.fhir.before_write = []
        first.append(office.registers(run=OTHER).status)

    office.fhir.before_write = [faster]
    assert (office.registers(run=ME).status, first) == ("unchanged", ["created"])
    assert office.is_done(NEW)


AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


def attempt(number: int | None = None, made_from: str = "Location/l") -> Attempt:
    return Attempt(made_from, "print", number, in_words(made_from), "Practitioner/7", AT)


HERE = "Location/l"


@pytest.mark.parametrize(
    ("open_one", "made_from", "none_created", "fitting", "step"),
    [
        (None, HERE, False, (), CreateClinic()),
        (None, HERE, True, (), InputRefused),
        (attempt(), HERE, False, (), "may exist"),
        (attempt(), "other", False, (), "may exist"),
        (attempt(), HERE, True, (), CreateClinic()),
        (attempt(), HERE, False, (8,), RecordClinic(8, attempt())),
        (attempt(), HERE, True, (8,), RecordClinic(8, attempt())),
        (attempt(), "other", False, (8,), OTHER_FIRST.format(number=8, what=HERE)),
        (attempt(), HERE, False, (9, 8), SEVERAL_FIT.format(numbers="8, 9")),
        (attempt(8), HERE, False, (), RecordClinic(8, attempt(8))),
        (attempt(8), HERE, True, (), RecordClinic(8, attempt(8))),
        (attempt(8), "other", False, (), OTHER_FIRST.format(number=8, what=HERE)),
        (attempt(10), HERE, False, (), KEY_LOST.format(number=10)),
        (attempt(10), HERE, True, (), KEY_LOST.format(number=10)),
        (attempt(made_from="fields.x"), HERE, False, (), "of fields without locationId"),
    ],
)
def test_what_is_open_decides_what_a_run_may_do(
    open_one: Attempt | None, made_from: str, none_created: bool, fitting: Any, step: Any
) -> None:
    found = next_registration(
        open_one, made_from, none_created=none_created, keys=(7, 8, 9), fitting=fitting
    )
    if isinstance(step, CreateClinic | RecordClinic):
        assert found == step
        return
    assert isinstance(found, RefuseClinic)
    if isinstance(step, str):
        assert (type(found.error), step in str(found.error)) == (ClinicUnsettled, True)
    else:
        assert type(found.error) is step


@pytest.mark.parametrize(
    ("open_one", "number", "made_from", "fingerprint", "is_its"),
    [
        (None, 8, HERE, "print", False),
        (attempt(), 8, HERE, "other", True),
        (attempt(), 8, "", "print", True),
        (attempt(), 8, "", "other", False),
        (attempt(made_from=""), 8, "", "other", False),
        (attempt(8), 8, "", "other", True),
        (attempt(9), 8, "", "other", False),
    ],
)
def test_a_clinic_settles_the_attempt_that_asked_for_it(
    open_one: Attempt | None, number: int, made_from: str, fingerprint: str, is_its: bool
) -> None:
    assert settles(open_one, number, made_from, fingerprint) is is_its
