"""Compiles Python files for the package, so that no start compiles them again.

Every date in the zip is that of 1980, so byte code that holds by its source's date never would. It
is made to hold without a look at the source (https://peps.python.org/pep-0552/, unchecked).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from deploy.aws.distributions import Distribution
from deploy.aws.interpreters import Interpreter
from deploy.aws.programs import run

# Hashes that differ between runs could change the order of constants.
ENVIRONMENT = {"PYTHONHASHSEED": "0"}


def with_bytecode(
    distributions: Iterable[Distribution], interpreter: Interpreter
) -> list[Distribution]:
    """The distributions with the byte code of all their Python files; it holds no absolute path.

    Args:
        distributions: with sources only.
        interpreter: compiles, for its own version.

    Raises:
        RuntimeError: a file is not of the interpreter's version.
    """
    distributions = list(distributions)
    with TemporaryDirectory() as folder:
        for one in distributions:
            for path in _sources(one):
                file = Path(folder, path)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(one.files[path])
        _compile(folder, interpreter)
        return [_with_bytecode(one, Path(folder), interpreter) for one in distributions]


def bytecode_path(path: str, interpreter: Interpreter) -> str:
    """Where the interpreter looks for a source's byte code (https://peps.python.org/pep-3147/)."""
    source = PurePosixPath(path)
    name = f"{source.stem}.cpython-{interpreter.minor.replace('.', '')}.pyc"
    return str(source.parent / "__pycache__" / name)


def _sources(distribution: Distribution) -> Iterator[str]:
    return (path for path in distribution.files if path.endswith(".py"))


def _compile(folder: str, interpreter: Interpreter) -> None:
    compileall = [interpreter.path, "-s", "-S", "-m", "compileall", "-q"]
    options = ("--invalidation-mode", "unchecked-hash", "-s", folder)
    done = run(*compileall, *options, folder, env=ENVIRONMENT)
    if done.returncode != 0:
        raise RuntimeError(f"Python {interpreter.version} can't compile the package: {done.stdout}")


def _with_bytecode(
    distribution: Distribution, folder: Path, interpreter: Interpreter
) -> Distribution:
    paths = [bytecode_path(path, interpreter) for path in _sources(distribution)]
    compiled = {path: (folder / path).read_bytes() for path in paths}
    return replace(distribution, files={**distribution.files, **compiled})
