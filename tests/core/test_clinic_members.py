"""Linking somebody to a clinic and taking them out: what counts is what DoseSpot shows."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.clinics.membership import changed_clinics, clinic_changes
from shared.clinics.rules.meant import project_clinics
from shared.clinics.staffing import NOT_DONE, ClinicMembers
from shared.errors import BotError, DoseSpotRefused, InputRefused, LookUpFirst, RemoteUnavailable
from tests.core.one_run import Diary

ANN, NORTH, SOUTH = 5, 8, 9
NO, LOST, DOWN = DoseSpotRefused("no."), LookUpFirst("?"), RemoteUnavailable("down.")


@dataclass
class DoseSpot:
    """DoseSpot; `answers` go wrong, one for each write, before or after it took effect."""

    linked: set[int] = field(default_factory=set)
    answers: list[tuple[bool, BotError | None]] = field(default_factory=list)
    writes: list[tuple[str, int]] = field(default_factory=list)

    def clinics_of(self, clinician_id: int) -> frozenset[int]:
        assert clinician_id == ANN
        return frozenset(self.linked)

    def link(self, clinician_id: int, number: int, send_within_s: float) -> None:
        self._write("link", number)

    def unlink(self, clinician_id: int, number: int, send_within_s: float) -> None:
        self._write("unlink", number)

    def _write(self, what: str, number: int) -> None:
        self.writes.append((what, number))
        takes_effect, answer = self.answers.pop(0) if self.answers else (True, None)
        if takes_effect:
            (self.linked.add if what == "link" else self.linked.discard)(number)
        if answer is not None:
            raise answer


def members(dosespot: DoseSpot) -> tuple[ClinicMembers, Diary]:
    diary = Diary(lambda: None)
    use_case: Any = ClinicMembers
    return use_case(dosespot, diary), diary


@pytest.mark.parametrize("joins", [True, False])
def test_what_is_so_already_is_not_asked_for(joins: bool) -> None:
    dosespot = DoseSpot({NORTH} if joins else set())
    use_case, diary = members(dosespot)
    act = use_case.join if joins else use_case.leave
    assert act(ANN, NORTH) is False
    assert (dosespot.writes, diary.kept) == ([], [])


@pytest.mark.parametrize("joins", [True, False])
@pytest.mark.parametrize(
    ("takes_effect", "answer", "ends"),
    [
        (True, None, True),
        (True, LOST, True),
        (True, NO, True),  # another run was faster
        (False, LOST, LOST),
        (False, NO, NO),
        (False, DOWN, DOWN),
        (False, None, NOT_DONE),
    ],
)
def test_only_what_dosespot_shows_counts_as_done(
    joins: bool, takes_effect: bool, answer: BotError | None, ends: Any
) -> None:
    dosespot = DoseSpot(set() if joins else {NORTH}, [(takes_effect, answer)])
    use_case, diary = members(dosespot)
    act = use_case.join if joins else use_case.leave
    if ends is True:
        assert act(ANN, NORTH, "Practitioner/1") is True
        assert [one[0] for one in diary.kept] == ["clinic-joined" if joins else "clinic-left"]
        return
    with pytest.raises(BotError) as caught:
        act(ANN, NORTH)
    expected = NOT_DONE.format(where="outside" if joins else "at") if ends == NOT_DONE else ends
    assert str(caught.value) == str(expected)
    assert (diary.kept, len(dosespot.writes)) == ([], 1)


CLINICS = project_clinics(
    7,
    [NORTH, SOUTH],
    [
        {"id": name, "identifier": [{"system": "https://dosespot.com/clinic-id", "value": number}]}
        for name, number in (("own", "7"), ("north", "8"), ("south", "9"))
    ],
)


def test_each_clinic_is_answered_alone_and_in_the_order_of_the_input() -> None:
    dosespot = DoseSpot({SOUTH}, [(False, NO), (True, None)])
    changes = clinic_changes(CLINICS, ["own", "north", "own"], ["south"])
    use_case, _ = members(dosespot)
    found = [*changed_clinics(use_case, ANN, "Practitioner/1", changes)]
    assert [(one.organization, one.number, one.status) for one in found] == [
        ("own", 7, "failed"),
        ("north", NORTH, "added"),
        ("south", SOUTH, "removed"),
    ]
    assert [one.error for one in found] == [NO, None, None]


@pytest.mark.parametrize(
    ("add", "remove", "paths"),
    [([], [], ["add"]), (["x", "own"], ["y"], ["add[0]", "remove[0]"])],
)
def test_every_clinic_that_is_none_is_named(
    add: list[str], remove: list[str], paths: list[str]
) -> None:
    with pytest.raises(InputRefused) as caught:
        clinic_changes(CLINICS, add, remove)
    assert [one.path for one in caught.value.findings] == paths
