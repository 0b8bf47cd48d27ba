"""Whichever call of a run breaks, and however: a later run ends as an undisturbed one would.

No list of calls is kept: an undisturbed run is counted, then each of its calls is broken in each
way. The quick half of the ways is part of every test run, all of them are `make torture`.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fhir_profiles.claim import Announced, Holder, claim_resource
from shared.errors import BotError
from tests.integration.clinic import Clinic, Member
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import FLOWS, Flow, payload, start
from tests.torture.outcomes import UNDISTURBED, check, run_until_done

QUICK = {("admin, first run", "crash after"), ("self, IDP", "no answer, effect")}

CASES = [
    pytest.param(
        flow,
        way,
        marks=() if (flow, way) in QUICK else pytest.mark.torture,
    )
    for flow in FLOWS
    for way in WAYS
]


@pytest.mark.parametrize(("flow_name", "way"), CASES)
def test_a_later_run_makes_up_for_a_broken_call(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    flow_name: str,
    way: str,
) -> None:
    flow = FLOWS[flow_name]
    member = start(clinic, flow)
    _, calls = runner.run(flow.bot, payload(clinic, flow, member))
    check(clinic, flow, member, UNDISTURBED)
    record_property("broken_calls", calls)
    for at in range(calls):
        member = start(clinic, flow)
        _run_until_done(clinic, runner, flow, member, at, way)
        check(clinic, flow, member, f"{way} at call {at} of {calls}")


def _run_until_done(
    clinic: Clinic, runner: Runner, flow: Flow, member: Member, at: int, way: str
) -> None:
    """One broken run, then others until one ends."""
    run = payload(clinic, flow, member)
    with suppress(Crash, BotError):
        runner.run(flow.bot, run, at, way)
    run_until_done(runner, flow, run)


def test_a_claim_that_is_over_is_given_back_by_the_next_run(clinic: Clinic, runner: Runner) -> None:
    flow = FLOWS["self, IDP"]
    member, long_ago = start(clinic, flow), datetime(2026, 1, 1, tzinfo=UTC)
    asked = Announced(
        "change", "a dead run", f"ProjectMembership/{member.membership_id}", "", long_ago
    )
    claim = replace(clinic.claim(member), holder=Holder("a dead run", long_ago), announced=asked)
    clinic.write(claim_resource(claim))
    runner.run(flow.bot, payload(clinic, flow, member))
    check(clinic, flow, member, UNDISTURBED)
