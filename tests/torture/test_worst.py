"""DoseSpot at its worst: every open question read unkindly, and the create or init answered oddly.

Time is real here, because DoseSpot's own lags are: claims and lags are short.
"""

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import pytest

from bots.catalog import BOTS
from deploy.sandbox.sandbox import Sandbox
from shared.errors import BotError, StageRefused
from shared.runtime.services import Services
from shared.timing import Timing
from tests.integration.clinic import Clinic, Member
from tests.torture.breaking import REPLIES
from tests.torture.flows import FLOWS, Flow, payload, start
from tests.torture.outcomes import check

TIMING = Timing(claim_s=2.0, create_s=1.0, poll_s=0.05, begun_s=30.0, maybe_begun_s=2.5)
LAG_S = 0.6
PATIENCE_S = 20.0
CREATE = {"method": "POST", "path": "/webapi/v2/api/clinicians"}
INITIALIZE = {"method": "POST", "path": ".*/(idpInit|initTfaActivate)"}
BROKEN = {
    "admin, first run": CREATE,
    "self, first run": CREATE,
    "iframe, first run": CREATE,
    "sync, first run": CREATE,
    "admin, IDP": INITIALIZE,
    "self, IDP": INITIALIZE,
    "iframe, IDP": INITIALIZE,
    "admin, TFA": INITIALIZE,
    "self, TFA": INITIALIZE,
    "iframe, TFA": INITIALIZE,
}
QUICK = {("self, first run", "201"), ("self, IDP", "200 ERROR Timeout expired")}
CASES = [
    pytest.param(
        flow,
        reply,
        when,
        marks=() if (flow, reply) in QUICK and when == "after" else pytest.mark.torture,
        id=f"{flow}-{reply}-{when}",
    )
    for flow in BROKEN
    for reply in REPLIES
    for when in ("before", "after")
]


@pytest.fixture(scope="module")
def worst() -> Iterator[Clinic]:
    with Sandbox(make_services=lambda: Services(timing=TIMING)) as sandbox:
        clinic = Clinic(sandbox)
        yield clinic
        clinic.session.close()


@pytest.fixture
def clinic(worst: Clinic) -> Clinic:
    """The worst switches, with lags of a fraction of a second, and a PUT that overwrites."""
    worst.reset()
    worst.switch_worst(lookup_lag_s=LAG_S, status_lag_s=LAG_S, patient_search_lag_s=LAG_S)
    return worst


def run_until_done(clinic: Clinic, flow: Flow, member: Member) -> None:
    """Runs the flow, as people and programs do who are told to, until a run ends well."""
    handler = next(bot for bot in BOTS if bot.name == flow.bot).handler(
        lambda: Services(timing=TIMING)
    )
    run, end = payload(clinic, flow, member), monotonic() + PATIENCE_S
    while monotonic() < end:
        try:
            handler(run, None)
        except StageRefused:
            pass
        except BotError:
            continue
        if _is_there(clinic, flow, member):
            return
    raise AssertionError(f"not there after {PATIENCE_S} seconds")


def _is_there(clinic: Clinic, flow: Flow, member: Member) -> bool:
    """Whether DoseSpot is where the flow ends, and the Practitioner says so."""
    clinicians = clinic.clinicians(member.npi)
    says: list[Any] = clinic.practitioner(member).get("extension", [])
    return flow.status in {
        status for one in clinicians for status in one["status"].values()
    } and any(one.get("valueCode") == flow.status for one in says)


@pytest.mark.parametrize(("flow_name", "reply", "when"), CASES)
def test_what_was_answered_oddly_is_done_once(
    clinic: Clinic,
    record_property: Callable[[str, object], None],
    flow_name: str,
    reply: str,
    when: str,
) -> None:
    flow = FLOWS[flow_name]
    member = start(clinic, flow)
    status, body = REPLIES[reply]
    fault = {"kind": "text", "status": status, "body": body.decode(), "when": when}
    clinic.break_dosespot(**BROKEN[flow_name], **fault)
    run_until_done(clinic, flow, member)
    check(clinic, flow, member, f"{reply} {when}")
    record_property("broken_calls", 1)
