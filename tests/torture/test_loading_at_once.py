"""First runs of a process that come all at once load each module once, and each ends well."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.canned import OPENING, is_as_expected
from tests.bench.contestants import servers

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
AT_ONCE = 6
TIMEOUT_S = 60.0

PROGRAM = """
import json, sys
from concurrent.futures import ThreadPoolExecutor

sys.setswitchinterval(1e-6)
from bots.dispatch import Dispatcher

with open(sys.argv[1], encoding="utf-8") as file:
    events = json.load(file)
handler, runs = Dispatcher(), sys.argv[2:]
with ThreadPoolExecutor(len(runs)) as pool:
    answers = [*pool.map(lambda run: handler(events[run], None), runs)]
print(json.dumps(answers))
"""


@pytest.mark.parametrize("processes", [2, pytest.param(60, marks=pytest.mark.torture)])
def test_first_runs_at_once_load_what_they_need(
    tmp_path: Path, record_property: Callable[[str, object], None], processes: int
) -> None:
    runs = [OPENING[number % len(OPENING)] for number in range(AT_ONCE)]
    with servers(0.0, tmp_path) as payloads:
        for _ in range(processes):
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM, str(payloads), *runs],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            answers = json.loads(done.stdout.splitlines()[-1])
            told = [is_as_expected(*one) for one in zip(runs, answers, strict=True)]
            assert told == [True] * AT_ONCE, answers
    record_property("processes", processes)
