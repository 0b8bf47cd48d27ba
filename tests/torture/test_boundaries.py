"""Whichever call of a run breaks, and however: a later run ends as an undisturbed one would.

No list of calls is kept: an undisturbed run is counted, then each of its calls is broken in each
way. The quick half of the ways is part of every test run, all of them are `make torture`.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.enrollment_claim import Claim, enrollment_claim, with_claim
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.errors import BotError, StageRefused
from tests.integration.clinic import Clinic, Member
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import FLOWS, FOREIGN, Flow, payload, start

RUNS = 4
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
    """One broken run, then others until one ends; a stage that has begun is refused again."""
    run = payload(clinic, flow, member)
    with suppress(Crash, BotError):
        runner.run(flow.bot, run, at, way)
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
    if case == UNDISTURBED:  # a claim that could not be taken off stays until it is over
        assert enrollment_claim(membership) is None, case
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == flow.inits, case
    assert set(clinician["status"].values()) == {flow.status}, case
    practitioner = clinic.practitioner(member)
    assert registration_status(practitioner) == flow.status, case
    assert has_epcs_qualification(practitioner) == (flow.status == "TFAActivatedSuccess"), case
    assert practitioner["extension"][0] == FOREIGN, case


def test_a_claim_that_is_over_is_taken_off_by_the_next_run(clinic: Clinic, runner: Runner) -> None:
    flow = FLOWS["self, IDP"]
    member = start(clinic, flow)
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write(with_claim(membership, Claim("a dead run", datetime(2026, 1, 1, tzinfo=UTC))))
    runner.run(flow.bot, payload(clinic, flow, member))
    _check(clinic, flow, member, UNDISTURBED)
