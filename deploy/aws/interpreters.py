"""Which of Lambda's Python runtimes to package for, and an interpreter of that version.

Byte code is of one minor version of Python only, so the package is compiled by an interpreter of
the runtime that it is for.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from deploy.aws.programs import run

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, those that the bots run on
RUNTIMES = ("python3.14", "python3.13", "python3.12", "python3.11")
# https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html: "Python 3.12 and later"
WITHOUT_SNAP_START = frozenset({"python3.11"})
RUNNING = f"python{sys.version_info.major}.{sys.version_info.minor}"
PROBE = """
import json, sys
print(json.dumps([sys.executable, sys.implementation.name + sys.abiflags, *sys.version_info[:3]]))
"""
PROBE_TIMEOUT_S = 20


@dataclass(frozen=True)
class Interpreter:
    """A CPython on this machine.

    Attributes:
        path: the executable.
        version: the whole version, such as `3.13.1`.
    """

    path: str
    version: str

    @property
    def minor(self) -> str:
        """Major and minor version, such as `3.13`."""
        return self.version.rpartition(".")[0]

    @property
    def runtime(self) -> str:
        """Lambda's name of the version."""
        return f"python{self.minor}"


Find = Callable[[str], Interpreter | None]
"""Runtime in; an interpreter of its version, or None if there is none."""


def at_hand(runtime: str) -> Interpreter | None:
    """The first interpreter of the runtime's version on this machine that really starts."""
    candidates = map(probe, _candidates(runtime.removeprefix("python")))
    return next((one for one in candidates if one is not None and one.runtime == runtime), None)


def probe(python: str) -> Interpreter | None:
    """What an executable is; None if it does not start or is not an ordinary CPython."""
    try:
        probed = run(python, "-I", "-S", "-c", PROBE, timeout_s=PROBE_TIMEOUT_S)
        path, kind, *version = json.loads(probed.stdout)
    except (OSError, TimeoutExpired, ValueError):
        return None
    return Interpreter(path, ".".join(map(str, version))) if kind == "cpython" else None


def choose(
    runtime: str | None = None, *, find: Find = at_hand, running: str = RUNNING
) -> Interpreter:
    """The interpreter to compile with, whose runtime is the one to package for.

    Args:
        runtime: what to package for; without it the newest runtime with SnapStart that there is an
            interpreter of, or else the one of the running Python.
        find: looks for an interpreter.
        running: the runtime of the running Python.

    Raises:
        ValueError: Lambda has no such runtime, or this machine no interpreter of it.
    """
    with_snap_start = [one for one in RUNTIMES if one not in WITHOUT_SNAP_START]
    wanted = [*with_snap_start, running] if runtime is None else [runtime]
    found = next(filter(None, map(find, map(_known, wanted))), None)
    if found is None:
        version = wanted[-1].removeprefix("python")
        raise ValueError(
            f"There is no CPython {version} on this machine to compile with. Install one, for"
            f" example with `uv python install {version}`, or name one with --python."
        )
    return found


def named(python: str, runtime: str | None = None) -> Interpreter:
    """The interpreter at a path.

    Args:
        python: the path.
        runtime: what to package for; whatever the interpreter is of, without it.

    Raises:
        ValueError: it is no interpreter of a runtime of Lambda's, or not of this one.
    """
    found = probe(python)
    if found is None:
        raise ValueError(
            f"{python} does not start as CPython. Give --python the path of an interpreter of one"
            f" of {', '.join(RUNTIMES)}."
        )
    if _known(found.runtime) != _known(runtime or found.runtime):
        raise ValueError(
            f"{python} is Python {found.version} and can't compile for {runtime}. Leave out"
            " --python or --runtime."
        )
    return found


def _known(runtime: str) -> str:
    if runtime not in RUNTIMES:
        raise ValueError(
            f"There is no runtime {runtime} to package for: use one of {', '.join(RUNTIMES)}."
        )
    return runtime


def _candidates(version: str) -> Iterator[str]:
    """Executables that may be of the version; those that cost least to find come first."""
    if f"python{version}" == RUNNING:
        yield sys.executable
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    yield from _of_pyenv(version)
    yield from _of_uv(version)


def _of_pyenv(version: str) -> list[str]:
    """Those of https://github.com/pyenv/pyenv, the newest first."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    folders = root.glob(f"versions/{version}.*")
    newest = sorted(folders, key=lambda one: [int(n) for n in re.findall(r"\d+", one.name)])
    return [str(folder / "bin" / "python") for folder in reversed(newest)]


def _of_uv(version: str) -> list[str]:
    """What https://docs.astral.sh/uv/ finds without a download, where it is installed."""
    uv = shutil.which("uv") or shutil.which("uv", path=Path(sys.executable).parent)
    if uv is None:
        return []
    found = run(uv, "python", "find", "--no-python-downloads", "--no-project", version)
    return found.stdout.splitlines()[:1]
