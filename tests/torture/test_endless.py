"""A server that answers everything alike for longer than a run lasts: the run ends by itself.

Waits take no time here, so a run that asked again and again would never end.
"""

from collections.abc import Callable

import pytest

from tests.integration.clinic import Clinic
from tests.torture.breaking import ENDLESS, Runner
from tests.torture.flows import FLOWS, payload, start
from tests.torture.outcomes import UNDISTURBED, check, run_until_done

MOST_CALLS = 40
"""How many calls a run may make after the one from which on all break; 28 were the most seen."""
QUICK = ("admin, first run", "429, at once")

CASES = [
    pytest.param(flow, way, marks=() if (flow, way) == QUICK else pytest.mark.torture)
    for flow in FLOWS
    for way in ENDLESS
]


@pytest.mark.parametrize(("flow_name", "way"), CASES)
def test_a_run_ends_by_itself_and_a_later_one_makes_up_for_it(
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
    record_property("endless_failures", calls)
    for at in range(calls):
        member = start(clinic, flow)
        run = payload(clinic, flow, member)
        made = runner.run_endlessly_broken(flow.bot, run, at, way)
        assert made - at <= MOST_CALLS, f"{way} from call {at} of {calls}"
        run_until_done(runner, flow, run)
        check(clinic, flow, member, f"{way} from call {at} of {calls}")
