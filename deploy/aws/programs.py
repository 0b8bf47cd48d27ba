"""Runs other programs and collects what they print."""

import subprocess
from collections.abc import Mapping


def run(
    *command: str, env: Mapping[str, str] | None = None, timeout_s: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, without a shell; its exit status is the caller's to judge.

    Args:
        command: the program and its arguments.
        env: all that its environment holds; our own environment without it.
        timeout_s: how long it may take.

    Raises:
        OSError: it can't be started.
        subprocess.TimeoutExpired: it took too long and was ended.
    """
    return subprocess.run(  # noqa: S603 - no shell, and no argument of a stranger's
        command, capture_output=True, text=True, check=False, env=env, timeout=timeout_s
    )
