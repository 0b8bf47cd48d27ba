"""The Lambda package: one zip with the bots, their libraries and the byte code of both.

It holds what a function runs and Lambda's runtime has not, for both of Lambda's architectures. The
sources stay beside their byte code: they are an eighth of the zip, leaving them out makes no start
measurably faster, and with them tracebacks show lines and everybody can read what runs.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from deploy.aws import archive
from deploy.aws.bytecode import with_bytecode
from deploy.aws.distributions import MACHINES, Distribution, locked
from deploy.aws.interpreters import Interpreter

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
    """Makes the package: the same bytes from the same code, lock, interpreter and zlib.

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
    sources = [own_code(ROOT, version, interpreter), *locked(ROOT / LOCK, interpreter.minor)]
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


def manifest(version: str, interpreter: Interpreter) -> dict[str, object]:
    """What the package says of itself: nothing that changes while the code stays as it is.

    Args:
        version: the bots' version.
        interpreter: compiled it.
    """
    return {
        "version": version,
        "runtime": interpreter.runtime,
        "compiledBy": interpreter.version,
        "architectures": list(MACHINES),
    }


def own_code(root: Path, version: str, interpreter: Interpreter) -> Distribution:
    """Our own code that functions run, with the package's manifest.

    Args:
        root: the folder above our packages.
        version: the bots' version.
        interpreter: compiles it.
    """
    sources = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for pattern in OWN
        for path in root.glob(pattern)
    }
    content = json.dumps(manifest(version, interpreter), indent=2) + "\n"
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
