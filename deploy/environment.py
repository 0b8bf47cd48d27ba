"""Makes the virtual environment: a program of Python's own library, run by the Makefile.

    python3 deploy/environment.py FOLDER LOCK

It runs before anything is installed, perhaps by a Python that is too old for the rest, so it keeps
to syntax that such a Python can read. While pip works, it says how far it is: on a terminal in one
line that is written over, elsewhere with a line every few seconds.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterable, TextIO  # noqa: UP035 - an older Python reads this too

LEAST_VERSION = (3, 11)
NEEDED = ("venv", "ensurepip")
EVERY_S = 5.0
AT_WORK_S = 0.5
FETCHED = re.compile(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)")
INSTALLING = "Installing collected packages"
CLEAR = "\r\x1b[K"
PINNED = re.compile(r"^[\w.-]+==", re.MULTILINE)
QUIET = ("--disable-pip-version-check", "--no-input", "--progress-bar", "off")


def problem(version: tuple[int, ...], missing: Iterable[str]) -> str | None:
    """Why this Python can't make the environment, and what to do; None if it can.

    Args:
        version: the interpreter's.
        missing: which of NEEDED it does not have.
    """
    wanted, found = (".".join(map(str, one[:2])) for one in (LEAST_VERSION, version))
    if tuple(version[:2]) < LEAST_VERSION:
        return (
            f"Python {wanted} or later is needed, and this is {found}. Install one, and name it:"
            f" make demo PYTHON=python{wanted}"
        )
    modules = " and ".join(missing)
    if modules:
        return (
            f"This Python {found} can't make virtual environments: it has no {modules}. On Debian"
            f" and Ubuntu install it with `sudo apt install python3-venv` (python{found}-venv where"
            " python3 is another version), then run make again."
        )
    return None


class Ticker:
    """Says what is being done, and for how long; a context manager that begins to tell at once.

    Args:
        total: how many packages are to be fetched.
        out: where to say it.
    """

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._began_s = time.monotonic()
        self._words = "making the environment"
        self._fetched = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._report, daemon=True)

    def hear(self, line: str) -> None:
        """Learns from a line of pip's how far it is."""
        fetched = FETCHED.match(line)
        if fetched:
            self._fetched = min(self._fetched + 1, self._total)
            self._words = f"fetching {self._fetched} of {self._total}: {fetched.group(1)}"
        elif line.startswith(INSTALLING):
            self._words = f"installing {self._total} packages"

    @property
    def words(self) -> str:
        """What is being done."""
        return self._words

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return time.monotonic() - self._began_s

    def __enter__(self) -> Ticker:
        """Begins to tell."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._out.isatty():
            self._out.write(CLEAR)
        self._out.flush()

    def _report(self) -> None:
        on_terminal = self._out.isatty()
        while not self._ended.wait(AT_WORK_S if on_terminal else EVERY_S):
            text = f"{self.words} ({self.seconds:.0f} s)"
            self._out.write(f"{CLEAR}  {text[:76]}" if on_terminal else f"  {text}\n")
            self._out.flush()


def run(command: list[str], ticker: Ticker) -> None:
    """Runs a command whose lines the ticker hears; its complaints are shown only if it fails.

    Raises:
        SystemExit: it failed, with its exit status.
    """
    with subprocess.Popen(  # noqa: S603 - no word of it comes from outside
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        complaints: list[str] = []
        reader = threading.Thread(target=lambda: complaints.extend(process.stderr or ()))
        reader.start()
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            ticker.hear(line.strip())
        reader.join()
    if process.returncode:
        sys.stderr.writelines([*lines, *complaints])
        raise SystemExit(process.returncode)


def set_up(folder: Path, lock: Path, out: TextIO) -> None:
    """Makes the environment in a folder, or completes the one that is there.

    Raises:
        SystemExit: a step failed, with its exit status.
    """
    total = len(PINNED.findall(lock.read_text(encoding="utf-8")))
    out.write(f"Setting up {folder} with the {total} packages of {lock} ...\n")
    out.flush()
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip = [str(python), "-m", "pip", "install", *QUIET]
    with Ticker(total, out) as ticker:
        if not python.exists():
            run([sys.executable, "-m", "venv", str(folder)], ticker)
        run([*pip, "--no-compile", "--require-hashes", "-r", str(lock)], ticker)
        run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."], ticker)
    out.write(f"Ready after {ticker.seconds:.0f} s.\n")


def main(folder: str, lock: str) -> None:
    """Says what this Python lacks, or sets everything up.

    Raises:
        SystemExit: something is missing or failed.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    sentence = problem(sys.version_info[:2], missing)
    if sentence:
        raise SystemExit(f"Error: {sentence}")
    set_up(Path(folder), Path(lock), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
