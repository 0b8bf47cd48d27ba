"""A process that is killed at any of its requests leaves what the next run completes.

Here real processes die, with their threads and open connections, before a request or right after
it took effect.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.clinic import Clinic
from tests.torture.breaking import Runner
from tests.torture.flows import FLOWS, payload, start
from tests.torture.outcomes import check, run_until_done

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
MOST_CALLS = 40
QUICK = "self, first run"
CASES = [
    pytest.param(
        flow, made, marks=() if flow == QUICK and made else pytest.mark.torture, id=f"{flow}-{made}"
    )
    for flow in ("admin, first run", QUICK, "admin, changed record", "self, TFA")
    for made in (False, True)
]


@pytest.fixture(scope="module")
def processes() -> "Iterator[subprocess.Popen[str]]":
    """What starts a process for each run; see tests/torture/killed.py."""
    command = [sys.executable, "-m", "tests.torture.killed"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as started:
        yield started
        started.communicate()


def ended(processes: "subprocess.Popen[str]", **given: Any) -> int:
    """How a process ended that ran a bot."""
    assert processes.stdin is not None
    assert processes.stdout is not None
    processes.stdin.write(json.dumps(given) + "\n")
    processes.stdin.flush()
    return int(processes.stdout.readline())


@pytest.mark.parametrize(("flow_name", "made"), CASES)
def test_the_next_run_completes_what_a_killed_process_left(
    clinic: Clinic,
    runner: Runner,
    processes: "subprocess.Popen[str]",
    record_property: Callable[[str, object], None],
    flow_name: str,
    made: bool,
) -> None:
    flow, at = FLOWS[flow_name], 0
    while True:
        member = start(clinic, flow)
        run = payload(clinic, flow, member)
        status = ended(processes, bot=flow.bot, payload=run, at=at, made=made)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        run_until_done(runner, flow, run)
        check(clinic, flow, member, f"killed at call {at}, made {made}")
        at += 1
        assert at < MOST_CALLS
    assert at > 0
    record_property("killed_processes", at)
