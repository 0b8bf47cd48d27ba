"""Whichever call breaks while prescribers complete their details: a later run does the rest."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from shared.errors import BotError
from tests.integration.clinic import Clinic, Member, new_dea
from tests.integration.my_details import as_itself, complete, workplace
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import Flow, payload

FLOW = Flow("my_details", {}, lambda _clinic, _member: None, "", (0, 0))
RUNS = 4
QUICK_WAYS = ("crash after", "no answer, effect")
CASES = [pytest.param(way, marks=() if way in QUICK_WAYS else pytest.mark.torture) for way in WAYS]


@pytest.mark.parametrize("way", CASES)
def test_a_later_run_completes_details_that_were_broken_off(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    way: str,
) -> None:
    _, calls = runner.run(FLOW.bot, _sent(clinic, *_somebody(clinic)))
    record_property("broken_calls", calls)
    for at in range(calls):
        member, given = _somebody(clinic)
        sent = _sent(clinic, member, given)
        with suppress(Crash, BotError):
            runner.run(FLOW.bot, sent, at, way)
        _complete(runner, sent)
        case = f"{way} at call {at} of {calls}"
        (location,) = given["locations"]
        role = clinic.read(f"PractitionerRole/{location['practitionerRoleId']}")
        values = [one["value"] for one in role["identifier"]]
        assert values == [location["deaNumber"], location["naDeaNumber"]], case
        practitioner = clinic.practitioner(member)
        assert len(practitioner["qualification"]) == 1, case
        assert len(practitioner["telecom"]) == 3, case


def _somebody(clinic: Clinic) -> tuple[Member, dict[str, Any]]:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    return member, complete(role, new_dea())


def _sent(clinic: Clinic, member: Member, given: dict[str, Any]) -> dict[str, Any]:
    return {**payload(clinic, FLOW, as_itself(clinic, member)), "input": given}


def _complete(runner: Runner, run: dict[str, Any]) -> None:
    for _ in range(RUNS):
        with suppress(BotError):
            runner.run(FLOW.bot, run)
            return
    raise AssertionError(f"{RUNS} runs did not complete the details")
