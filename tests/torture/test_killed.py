"""A process that is killed at any of its requests leaves what the next run completes.

Here real processes die, with their threads and open connections, before a request or right after
it took effect.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.clinic import Clinic
from tests.torture.breaking import Runner
from tests.torture.flows import FLOWS, payload, start
from tests.torture.outcomes import check, run_until_done

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60
MOST_CALLS = 40
QUICK = "self, first run"
CASES = [
    pytest.param(
        flow, made, marks=() if flow == QUICK and made else pytest.mark.torture, id=f"{flow}-{made}"
    )
    for flow in ("admin, first run", QUICK, "admin, changed record", "self, TFA")
    for made in (False, True)
]


@pytest.mark.parametrize(("flow_name", "made"), CASES)
def test_the_next_run_completes_what_a_killed_process_left(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    flow_name: str,
    made: bool,
) -> None:
    flow, at = FLOWS[flow_name], 0
    while True:
        member = start(clinic, flow)
        run = payload(clinic, flow, member)
        given = {"bot": flow.bot, "payload": run, "at": at, "made": made}
        ended = subprocess.run(
            [sys.executable, "-m", "tests.torture.killed"],
            input=json.dumps(given),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=TIMEOUT_S,
            check=False,
        )
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        run_until_done(runner, flow, run)
        check(clinic, flow, member, f"killed at call {at}, made {made}")
        at += 1
        assert at < MOST_CALLS
    assert at > 0
    record_property("killed_processes", at)
