"""What all tests share: the summary's line about the failure tests."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many calls were broken, whichever processes did it."""
    ended = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    properties = [dict(report.user_properties) for report in ended]
    broken = sum(each.get("broken_calls", 0) for each in properties)
    steps = sum(each.get("random_steps", 0) for each in properties)
    if broken or steps:
        terminalreporter.write_line(
            f"torture: {broken} calls were broken, one at a time; {steps} random steps were taken"
        )
