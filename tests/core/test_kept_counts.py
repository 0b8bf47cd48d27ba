"""Counts for pages that ask again and again: asked for seldom, never invented, each their own."""

from dataclasses import dataclass, field

import pytest

from shared.dosespot.notification_counts import NotificationCounts
from shared.errors import (
    BotError,
    DoseSpotRefused,
    Misconfigured,
    NotAuthorized,
    RemoteMisbehaved,
    RemoteUnavailable,
    Throttled,
)
from shared.notification_counts import kept_counts
from shared.notification_counts.kept_counts import FRESH_S, LAST_GOOD_S, KeptCounts

FEW, MANY = NotificationCounts(1, 0, 0, 0), NotificationCounts(3, 2, 1, 1)
FAILURES = (
    RemoteUnavailable("down"),
    Throttled("slowly", 1.0),
    RemoteMisbehaved("null"),
    DoseSpotRefused("fault"),
)
REFUSALS = (NotAuthorized("no"), Misconfigured("key"))


@dataclass
class Asked:
    """DoseSpot, seen by one clinician; answers in turn, the last answer again and again."""

    answers: list[NotificationCounts | BotError]
    account: tuple[str, int, int] = ("https://dosespot.example/", 1, 7)
    calls: int = 0

    def notification_counts(self) -> NotificationCounts:
        self.calls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BotError):
            raise answer
        return answer


@dataclass
class Page:
    """A page that asks, and the seconds that pass between."""

    passed_s: float = 100.0
    kept: KeptCounts = field(init=False)

    def __post_init__(self) -> None:
        self.kept = KeptCounts(lambda: self.passed_s)


def test_counts_are_asked_for_once_in_some_seconds() -> None:
    page, dosespot = Page(), Asked([FEW, MANY])
    assert [page.kept.ask(dosespot) for _ in range(3)] == [FEW] * 3
    page.passed_s += FRESH_S - 0.1
    assert (page.kept.ask(dosespot), dosespot.calls) == (FEW, 1)
    page.passed_s += 0.2
    assert (page.kept.ask(dosespot), dosespot.calls) == (MANY, 2)


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: type(one).__name__)
def test_the_last_answer_bridges_a_failure_for_a_minute(failure: BotError) -> None:
    page, dosespot = Page(), Asked([MANY, failure])
    page.kept.ask(dosespot)
    page.passed_s += LAST_GOOD_S - 0.1
    assert (page.kept.ask(dosespot), dosespot.calls) == (MANY, 2)
    page.passed_s += 0.2
    with pytest.raises(type(failure)):
        page.kept.ask(dosespot)


@pytest.mark.parametrize("failure", [*FAILURES, *REFUSALS], ids=lambda one: type(one).__name__)
def test_without_an_answer_a_failure_is_no_zero(failure: BotError) -> None:
    with pytest.raises(type(failure)):
        Page().kept.ask(Asked([failure]))


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: type(one).__name__)
def test_who_may_not_ask_any_more_is_told_so_at_once(refusal: BotError) -> None:
    page, dosespot = Page(), Asked([MANY, refusal])
    page.kept.ask(dosespot)
    page.passed_s += FRESH_S + 0.1
    with pytest.raises(type(refusal)):
        page.kept.ask(dosespot)


@pytest.mark.parametrize(
    "account",
    [
        ("https://other.example/", 1, 7),
        ("https://dosespot.example/", 2, 7),
        ("https://dosespot.example/", 1, 8),
    ],
)
def test_nobody_gets_anothers_counts(account: tuple[str, int, int]) -> None:
    page, mine, theirs = Page(), Asked([FEW]), Asked([MANY], account)
    assert (page.kept.ask(mine), page.kept.ask(theirs), page.kept.ask(mine)) == (FEW, MANY, FEW)
    down = Asked([RemoteUnavailable("down")], ("https://dosespot.example/", 1, 9))
    with pytest.raises(RemoteUnavailable):
        page.kept.ask(down)


def test_an_answer_that_took_long_is_as_old_as_its_question() -> None:
    page = Page()

    class Slow(Asked):
        def notification_counts(self) -> NotificationCounts:
            page.passed_s += FRESH_S
            return super().notification_counts()

    slow = Slow([FEW])
    page.kept.ask(slow)
    page.kept.ask(slow)
    assert slow.calls == 2


def test_an_older_answer_that_comes_late_takes_no_newer_ones_place() -> None:
    page, newer = Page(), Asked([MANY])

    class Late(Asked):
        def notification_counts(self) -> NotificationCounts:
            page.passed_s += FRESH_S
            page.kept.ask(newer)
            return super().notification_counts()

    assert page.kept.ask(Late([FEW])) == FEW
    assert page.kept.ask(newer) == MANY
    assert newer.calls == 1


def test_a_long_life_keeps_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_counts, "MOST_KEPT", 2)
    page = Page()
    asked = [Asked([FEW], ("https://dosespot.example/", 1, number)) for number in (1, 2, 3)]
    for one in (*asked, asked[0], asked[2]):
        page.kept.ask(one)
    assert [one.calls for one in asked] == [2, 1, 1]
