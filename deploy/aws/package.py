"""The Lambda package: one zip with the bots, their libraries and the byte code of both.

It holds what a function runs and Lambda's runtime has not, for both of Lambda's architectures. The
sources stay beside their byte code: they are an eighth of the zip, leaving them out makes no start
measurably faster, and with them tracebacks show lines and everybody can read what runs.
"""

import hashlib
import json
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from deploy.aws import archive
from deploy.aws.bytecode import with_bytecode
from deploy.aws.distributions import MACHINES, Distribution, locked
from deploy.aws.interpreters import Interpreter
from deploy.aws.programs import run

NAME = "prescriber-bots"
MANIFEST = f"{NAME}.json"
ROOT = Path(__file__).parents[2]
LOCK = "deploy/aws/requirements.lock"
OWN = (
    "bots/**/*.py",
    "shared/**/*.py",
    "fhir_profiles/**/*.py",
    "deploy/__init__.py",
    "deploy/aws/__init__.py",
    "deploy/aws/functions/**/*.py",
    "deploy/relay/**/*.py",
    "deploy/bulk/__init__.py",
    "deploy/bulk/worker/**/*.py",
)


@dataclass(frozen=True)
class Part:
    """A distribution in the package; sizes in bytes, of files without the zip's own entries."""

    name: str
    version: str
    zipped: int
    unzipped: int


@dataclass(frozen=True)
class Package:
    """A zip that was made.

    Attributes:
        path: where it is.
        runtime: the only runtime of Lambda's that it is for.
        sha256: of the whole file, in hexadecimal digits.
        zipped: size of the whole file in bytes.
        unzipped: size of what is in it in bytes.
        parts: what is in it, sorted by name.
    """

    path: Path
    runtime: str
    sha256: str
    zipped: int
    unzipped: int
    parts: list[Part]


def build(interpreter: Interpreter, output: Path | None = None) -> Package:
    """Makes the package: the same bytes from the same commit, lock, interpreter and zlib.

    Args:
        interpreter: compiles; its version is the runtime's.
        output: where to; without it below `dist`, named after version and runtime.

    Raises:
        OSError: pip reached no index, or the zip can't be written.
        RuntimeError: a library can't be had, or something can't be compiled.
        ValueError: the architectures can't share a zip, or it gets too large for Lambda.
    """
    version = metadata.version(NAME)
    path = output or Path("dist", f"{NAME}-{version}-{interpreter.runtime}.zip")
    sources = [_own(version, interpreter), *locked(ROOT / LOCK, interpreter.minor)]
    distributions = with_bytecode(sources, interpreter)
    archive.write(path, {name: f for one in distributions for name, f in one.files.items()})
    return _described(path, interpreter.runtime, distributions)


def runtime_of(zip_path: Path) -> str:
    """The runtime that a package is for, such as `python3.13`.

    Raises:
        OSError: the file can't be read.
        ValueError: it is no package of this command's.
    """
    try:
        with ZipFile(zip_path) as package:
            return str(json.loads(package.read(MANIFEST))["runtime"])
    except (BadZipFile, KeyError, TypeError, ValueError):
        raise ValueError(
            f"{zip_path} is not a package of the bots. Build one with `prescriber-bots package`."
        ) from None


def manifest(version: str, interpreter: Interpreter, commit: str | None) -> dict[str, object]:
    """What the package says of itself.

    Args:
        version: the bots' version.
        interpreter: compiled it.
        commit: what the sources are of, if that is known.
    """
    return {
        "version": version,
        "commit": commit,
        "runtime": interpreter.runtime,
        "compiledBy": interpreter.version,
        "architectures": list(MACHINES),
    }


def commit_of(root: Path) -> str | None:
    """The commit that a folder is checked out at; None where it is no checkout.

    Args:
        root: the folder above our packages.

    Returns:
        The commit's id, with `-dirty` behind it where what is packed is not what the commit has.
    """
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    options = ("--porcelain=v2", "--branch", "--untracked-files=all")
    packed = [f":(glob){pattern}" for pattern in (*OWN, LOCK)]
    lines = run(git, "-C", str(root), "status", *options, "--", *packed).stdout.splitlines()
    dirty = "" if all(line.startswith("#") for line in lines) else "-dirty"
    commits = (line.split()[2] for line in lines if line.startswith("# branch.oid "))
    return next((f"{commit}{dirty}" for commit in commits), None)


def _own(version: str, interpreter: Interpreter) -> Distribution:
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for pattern in OWN
        for path in ROOT.glob(pattern)
    }
    content = json.dumps(manifest(version, interpreter, commit_of(ROOT)), indent=2) + "\n"
    return Distribution(NAME, version, {MANIFEST: content.encode(), **sources})


def _described(path: Path, runtime: str, distributions: list[Distribution]) -> Package:
    with ZipFile(path) as package:
        zipped = {entry.filename: entry.compress_size for entry in package.infolist()}
    parts = [
        Part(
            one.name,
            one.version,
            zipped=sum(zipped[name] for name in one.files),
            unzipped=sum(map(len, one.files.values())),
        )
        for one in sorted(distributions, key=lambda one: one.name)
    ]
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Package(path, runtime, digest, len(content), sum(p.unzipped for p in parts), parts)
