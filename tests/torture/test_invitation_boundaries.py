"""Whichever call of an invitation breaks, and however: nobody is mailed twice, or left out unseen.

Who was not mailed is so by a `mayHaveBeenSent`, after which an administrator sends another.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from shared.errors import BotError
from tests.integration.clinic import Clinic, Member
from tests.integration.inviting import mailing, mails_to, prescriber, tasks
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import Flow, payload

FLOW = Flow("invite_prescribers", {}, lambda _clinic, _member: None, "", (0, 0))
RUNS = 4
QUICK_WAYS = ("crash after", "no answer, effect")
CASES = [pytest.param(way, marks=() if way in QUICK_WAYS else pytest.mark.torture) for way in WAYS]
SETTLED = ("invited", "alreadyInvited", "mayHaveBeenSent")


@pytest.mark.parametrize("way", CASES)
def test_nobody_is_mailed_twice_whatever_breaks(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    way: str,
) -> None:
    with mailing(clinic):
        _, calls = runner.run(FLOW.bot, _sent(clinic, prescriber(clinic), "invite"))
        record_property("broken_calls", calls)
        for at in range(calls):
            member, case = prescriber(clinic), f"{way} at call {at} of {calls}"
            with suppress(Crash, BotError):
                runner.run(FLOW.bot, _sent(clinic, member, "invite"), at, way)
            outcome = _settled(runner, _sent(clinic, member, "invite"))
            mails = len(mails_to(clinic, member))
            assert len(tasks(clinic, member)) == 1, case
            assert mails == 1 or (mails, outcome) == (0, "mayHaveBeenSent"), case


@pytest.mark.parametrize("way", CASES)
def test_nobody_is_reminded_twice_whatever_breaks(clinic: Clinic, runner: Runner, way: str) -> None:
    with mailing(clinic):
        for at in range(_calls_to_resend(clinic, runner)):
            member, case = prescriber(clinic), f"{way} at call {at}"
            runner.run(FLOW.bot, _sent(clinic, member, "invite"))
            runner.let_pass(3601)
            with suppress(Crash, BotError):
                runner.run(FLOW.bot, _sent(clinic, member, "resend"), at, way)
            _settled(runner, _sent(clinic, member, "invite"))
            assert len(mails_to(clinic, member)) <= 2, case
            assert len(tasks(clinic, member)) == 1, case


def _calls_to_resend(clinic: Clinic, runner: Runner) -> int:
    member = prescriber(clinic)
    runner.run(FLOW.bot, _sent(clinic, member, "invite"))
    runner.let_pass(3601)
    answer, calls = runner.run(FLOW.bot, _sent(clinic, member, "resend"))
    assert answer["practitioners"][0]["outcome"] == "resent"
    return calls


def _sent(clinic: Clinic, member: Member, action: str) -> dict[str, Any]:
    body = {"practitioners": [{"practitionerId": member.id}], "action": action}
    return {**payload(clinic, FLOW, clinic.admin), "input": body}


def _settled(runner: Runner, run: dict[str, Any]) -> str:
    for _ in range(RUNS):
        with suppress(BotError):
            (row,) = runner.run(FLOW.bot, run)[0]["practitioners"]
            if row["outcome"] in SETTLED:
                return str(row["outcome"])
    raise AssertionError(f"{RUNS} runs did not settle the invitation")
