"""Whichever call of a run breaks, and however: a later run ends as an undisturbed one would.

No list of calls is kept: an undisturbed run is counted, then each of its calls is broken in each
way. The quick half of the ways is part of every test run, all of them are `make torture`.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.claim import Announced, Holder, claim_resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.errors import BotError, StageRefused
from tests.integration.clinic import Clinic, Member
from tests.torture.breaking import SELDOM, WAYS, Crash, Runner
from tests.torture.flows import FLOWS, FOREIGN, Flow, payload, start

RUNS = 4
ONCE = ("clinician-created", "clinician-linked", "idp-initialized", "tfa-initialized")
"""What is kept once, whichever run did it and died."""
UNDISTURBED = "undisturbed"
QUICK_FLOWS = ("admin, first run", "self, IDP")
QUICK_WAYS = ("crash after", "no answer, effect")

CASES = [
    pytest.param(
        flow,
        way,
        marks=() if flow in QUICK_FLOWS and way in QUICK_WAYS else pytest.mark.torture,
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
    _check(clinic, flow, member, UNDISTURBED)
    record_property("broken_calls", calls)
    for at in range(calls):
        member = start(clinic, flow)
        _run_until_done(clinic, runner, flow, member, at, way)
        _check(clinic, flow, member, f"{way} at call {at} of {calls}")


def _run_until_done(
    clinic: Clinic, runner: Runner, flow: Flow, member: Member, at: int, way: str
) -> None:
    """One broken run, then others until one ends, and once more a while later.

    A stage that may have begun counts as begun for a while; one that has begun is refused again.
    """
    run = payload(clinic, flow, member)
    with suppress(Crash, BotError):
        runner.run(flow.bot, run, at, way)
    _run_to_its_end(runner, flow, run)
    runner.let_pass(SELDOM.maybe_begun_s)
    _run_to_its_end(runner, flow, run)


def _run_to_its_end(runner: Runner, flow: Flow, run: dict[str, Any]) -> None:
    for _ in range(RUNS):
        try:
            runner.run(flow.bot, run)
        except StageRefused:
            return
        except BotError:
            continue
        return
    raise AssertionError(f"{RUNS} runs did not end the flow")


def _check(clinic: Clinic, flow: Flow, member: Member, case: str) -> None:
    clinicians = clinic.clinicians(member.npi)
    assert len(clinicians) == 1, case
    (clinician,) = clinicians
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    assert clinician_ids(membership).numbers == (clinician["id"],), case
    if case == UNDISTURBED:  # a claim that could not be given back stays until it is over
        claim = clinic.claim(member)
        assert (claim.holder, claim.announced) == (None, None), case
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == flow.inits, case
    assert set(clinician["status"].values()) == {flow.status}, case
    practitioner = clinic.practitioner(member)
    assert registration_status(practitioner) == flow.status, case
    assert has_epcs_qualification(practitioner) == (flow.status == "TFAActivatedSuccess"), case
    assert practitioner["extension"][0] == FOREIGN, case
    events = clinic.events(f"Practitioner/{member.id}")
    kept = Counter(event["subtype"][0]["code"] for event in events)
    del kept["attempt-refused"]
    assert {action: kept[action] for action in ONCE} == {
        "clinician-created": 1,
        "clinician-linked": 1 + (flow == FLOWS["admin, found by NPI"]),
        "idp-initialized": flow.inits[0],
        "tfa-initialized": flow.inits[1],
    }, case


def test_a_claim_that_is_over_is_given_back_by_the_next_run(clinic: Clinic, runner: Runner) -> None:
    flow = FLOWS["self, IDP"]
    member, long_ago = start(clinic, flow), datetime(2026, 1, 1, tzinfo=UTC)
    asked = Announced(
        "change", "a dead run", f"ProjectMembership/{member.membership_id}", "", long_ago
    )
    claim = replace(clinic.claim(member), holder=Holder("a dead run", long_ago), announced=asked)
    clinic.write(claim_resource(claim))
    runner.run(flow.bot, payload(clinic, flow, member))
    _check(clinic, flow, member, UNDISTURBED)
