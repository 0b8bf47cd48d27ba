"""What all tests share: the summary's line about the failure tests, and Ctrl-C."""

import signal

import pytest

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what it runs in the background ignore Ctrl-C, and so would the commands that
    # tests end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

COUNTED = {
    "broken_calls": "calls were broken, one at a time",
    "endless_failures": "runs met a failure without end",
    "killed_processes": "processes were killed, one at each call",
    "random_steps": "random steps were taken",
    "interleavings": "states of interleaved runs were checked",
    "cold_starts": "new processes got their first runs at once",
}
"""What a test may record with `record_property`, and how the sum of it is told."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how much was tried, whichever processes did it."""
    ended = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    properties = [dict(report.user_properties) for report in ended]
    sums = {name: sum(each.get(name, 0) for each in properties) for name in COUNTED}
    told = [f"{number} {COUNTED[name]}" for name, number in sums.items() if number]
    if told:
        terminalreporter.write_line(f"torture: {'; '.join(told)}")
