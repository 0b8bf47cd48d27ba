"""What all tests share: a line on the failure tests, Ctrl-C, botocore's files, and the gc."""

import gc
import signal
from collections.abc import Iterator
from functools import cache

import pytest
from botocore.loaders import JSONFileLoader

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it runs in the background ignore Ctrl-C, and so would the commands that
    # tests end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Thousands of tests are kept until the end; looking through them for garbage again and again was a
# fifth of the time that collecting them took.
gc.set_threshold(50_000, 20, 100)

COUNTED = {
    "broken_calls": "calls were broken, one at a time",
    "endless_failures": "runs met a failure without end",
    "killed_processes": "processes were killed, one at each call",
    "random_steps": "random steps were taken",
    "interleavings": "states of interleaved runs were checked",
    "cold_starts": "new processes got their first runs at once",
}
"""What a test may record with `record_property`, and how the sum of it is told."""


@pytest.fixture(scope="session", autouse=True)
def _botocores_files() -> Iterator[None]:
    """botocore decodes each of its large files once, and not again for every session."""
    decoded = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: decoded(path))
        yield


def pytest_collection_finish() -> None:
    """Keeps what was collected out of the search for garbage."""
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Looks for garbage once; the five searches at pytest's end then find next to nothing to do."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how much was tried, whichever processes did it."""
    ended = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    properties = [dict(report.user_properties) for report in ended]
    sums = {name: sum(each.get(name, 0) for each in properties) for name in COUNTED}
    told = [f"{number} {COUNTED[name]}" for name, number in sums.items() if number]
    if told:
        terminalreporter.write_line(f"torture: {'; '.join(told)}")
