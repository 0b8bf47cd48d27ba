"""The libraries of the Lambda package: installed from its lock for both architectures, then merged.

CPython puts the machine's name into an extension module's file name
(https://peps.python.org/pep-3149/), so the files of both architectures lie side by side and each
finds its own. A library is taken whole, but for what no running program reads: what type checkers
read, scripts, and the installer's bookkeeping. Its metadata and licences stay.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy.aws.programs import run

MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's name of each architecture, and Linux's."""

# Needs glibc 2.17 (https://peps.python.org/pep-0599/), which each of Lambda's Python runtimes has.
PLATFORM = "manylinux2014"
LEGAL = ("AUTHORS", "COPYING", "LICENCE", "LICENSE", "NOTICE")


@dataclass(frozen=True)
class Distribution:
    """A library, or our own code, as it goes into the package.

    Attributes:
        name: its name, normalized.
        version: its version.
        files: content by path in the package.
    """

    name: str
    version: str
    files: Mapping[str, bytes] = field(repr=False)


def locked(lock: Path, minor: str) -> list[Distribution]:
    """What the lock names, for all architectures together, sorted by name.

    Args:
        lock: requirements with hashes.
        minor: Python's version to install for, such as `3.13`.

    Raises:
        ConnectionError: pip reached no index.
        RuntimeError: pip could not install them.
        ValueError: one zip can't hold all architectures' files.
    """
    if find_spec("pip") is None:
        raise RuntimeError(f"{sys.executable} has no pip: run `{sys.executable} -m ensurepip`.")
    with ThreadPoolExecutor() as pool:
        installed = [pool.submit(_installed, lock, minor, machine) for machine in MACHINES.values()]
    return [merged(builds) for builds in zip(*(one.result() for one in installed), strict=True)]


def is_needed(path: PurePosixPath) -> bool:
    """Whether an installed file goes into the package."""
    if ".." in path.parts or path.suffix == ".pyi" or path.name == "py.typed":
        return False
    if path.parts[0].endswith(".dist-info"):
        legal = path.name.upper().startswith(LEGAL) or "licenses" in path.parts
        return legal or path.name == "METADATA"
    return True


def check_extensions(distribution: Distribution, machine: str) -> None:
    """Makes sure that no other machine takes the extension modules of this one for its own.

    Raises:
        ValueError: an extension module does not name its machine.
    """
    for path in distribution.files:
        if path.endswith(".so") and machine not in PurePosixPath(path).name:
            raise ValueError(
                f"{distribution.name} {distribution.version} has an extension module without an"
                f" architecture in its name ({path}), so one zip can't hold both: lock another"
                " version."
            )


def merged(builds: Sequence[Distribution]) -> Distribution:
    """The files of all builds of one distribution.

    Raises:
        ValueError: a file is not the same in all builds that have it.
    """
    files: dict[str, bytes] = {}
    for build in builds:
        for path, content in build.files.items():
            if files.setdefault(path, content) != content:
                raise ValueError(
                    f"{path} of {build.name} {build.version} differs between architectures, so one"
                    " zip can't hold both: lock another version."
                )
    return replace(builds[0], files=files)


def _installed(lock: Path, minor: str, machine: str) -> list[Distribution]:
    with TemporaryDirectory() as folder:
        _install(lock, minor, machine, folder)
        found = sorted(_read(folder), key=lambda one: one.name)
    for one in found:
        check_extensions(one, machine)
    return found


def _install(lock: Path, minor: str, machine: str, folder: str) -> None:
    options = (
        "--quiet --no-input --disable-pip-version-check --root-user-action=ignore --no-compile"
        " --no-deps --require-hashes --only-binary=:all: --implementation=cp"
        f" --python-version={minor} --platform={PLATFORM}_{machine}"
    )
    pip = [sys.executable, "-m", "pip", "install", *options.split()]
    done = run(*pip, "--target", folder, "--requirement", str(lock))
    if done.returncode != 0:
        raise _failure(f"for Python {minor} on {machine}", done.stderr)


def _failure(what_for: str, output: str) -> Exception:
    """What pip's standard error says, without its many warnings."""
    if "connection broken by" in output:
        return ConnectionError(
            f"pip did not reach its index and could not install the locked libraries {what_for}."
            " Check the network and `pip config list`, then try again."
        )
    lines = output.splitlines()
    errors = [line for line in lines if line.startswith("ERROR: ")] or lines[-1:]
    return RuntimeError(
        f"pip could not install the locked libraries {what_for}: {' '.join(errors)}"
    )


def _read(folder: str) -> Iterator[Distribution]:
    for found in metadata.distributions(path=[folder]):
        name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
        needed = filter(is_needed, found.files or [])
        files = {str(path): Path(folder, path).read_bytes() for path in needed}
        yield Distribution(name, found.version, files)
