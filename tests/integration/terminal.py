"""Runs the command line as it is run on a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Thread

COMMAND = str(Path(sys.executable).with_name("prescriber-bots"))
WIDE = "1000"


def on_terminal(*arguments: str, **environment: str) -> tuple[int, list[str]]:
    """Exit status, and the lines that a wide terminal shows of both streams."""
    leader, follower = pty.openpty()
    shown: list[bytes] = []
    reader = Thread(target=_read, args=(leader, shown))
    reader.start()
    done = subprocess.run(
        [COMMAND, *arguments],
        stdout=follower,
        stderr=follower,
        env=_with(environment),
        check=False,
    )
    os.close(follower)
    reader.join()
    os.close(leader)
    return done.returncode, b"".join(shown).decode().splitlines()


def _with(environment: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, "COLUMNS": WIDE, "NO_COLOR": "1", **environment}


def _read(leader: int, shown: list[bytes]) -> None:
    while True:
        try:
            shown.append(os.read(leader, 10_000))
        except OSError:  # nobody has the other end any more
            return
