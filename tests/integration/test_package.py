"""The Lambda package: what is in it, and that the bots run from it and from nothing else."""

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from threading import Lock
from typing import Any
from zipfile import ZipFile

import pytest

from bots.dispatch import FUNCTION
from bots.folders import FOLDERS
from deploy.aws.bytecode import bytecode_path
from deploy.aws.distributions import Distribution
from deploy.aws.interpreters import RUNNING, RUNTIMES, WITHOUT_SNAP_START, Interpreter, named
from deploy.aws.package import MANIFEST, NAME, ROOT, Package, Part, build, own_code, runtime_of
from deploy.aws.template.functions import ALL_BOTS
from deploy.sandbox.fhir.invoker import InvokeResult
from deploy.sandbox.sandbox import Sandbox
from tests.integration.clinic import DEA, Clinic
from tests.integration.self_service import grant, self_enroll

pytestmark = pytest.mark.outside

COMMAND = str(Path(sys.executable).with_name("prescriber-bots"))
RUNTIME = Path(__file__).with_name("lambda_runtime.py")
OURS = re.compile(r"(bots|shared|fhir_profiles|deploy)/")
UNREACHABLE = "pip did not reach its index"
UNCHECKED_HASH = 1  # of the flags that PEP 552 defines
ANOTHER = next(runtime for runtime in RUNTIMES if runtime != RUNNING)
IN_LAMBDAS_RUNTIME = {*sys.stdlib_module_names, "boto3", "botocore"}
BEGIN = """
import sys
from importlib import import_module
_, folder, *handlers = sys.argv
sys.path.insert(0, folder)
for handler in handlers:
    module, _, name = handler.rpartition(".")
    assert callable(getattr(import_module(module), name))
"""


@dataclass(frozen=True)
class Made:
    """A package, and how the command that made it ended."""

    package: Package
    done: subprocess.CompletedProcess[str]


class LambdaProcess:
    """A process in which nothing but an unpacked package runs the bots, one call at a time."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = Lock()

    def invoke(self, name: str, payload: Any) -> InvokeResult:
        assert name == FUNCTION
        call = {"handler": ALL_BOTS.handler, "event": payload}
        with self._lock:
            self._process.stdin.write(json.dumps(call) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
        return InvokeResult(answer.get("result", answer), "result" not in answer, b"")

    def end(self) -> list[Path]:
        """Ends the process; the files of all modules that it had loaded."""
        told, _ = self._process.communicate()
        return [Path(file) for file in json.loads(told)]


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    return named(sys.executable)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What the command makes and says in an empty folder."""
    folder = tmp_path_factory.mktemp("package")
    done = subprocess.run(
        [COMMAND, "package", "--python", sys.executable, "--json"],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if UNREACHABLE in done.stderr:
        pytest.skip(done.stderr)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    parts = [Part(**part) for part in told["parts"]]
    return Made(Package(**{**told, "path": folder / told["path"], "parts": parts}), done)


@pytest.fixture(scope="module")
def package(made: Made) -> Package:
    return made.package


@pytest.fixture(scope="module")
def files(package: Package) -> dict[str, bytes]:
    with ZipFile(package.path) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


@pytest.fixture
def unpacked(package: Package, tmp_path: Path) -> Path:
    with ZipFile(package.path) as zipped:
        zipped.extractall(tmp_path)
    return tmp_path


@pytest.fixture
def process(unpacked: Path, interpreter: Interpreter) -> Iterator[LambdaProcess]:
    command = [interpreter.path, "-I", "-S", "-B", RUNTIME, unpacked]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env={}, stdin=pipe, stdout=pipe, text=True) as started:
        yield LambdaProcess(started)


def test_the_command_tells_what_it_made(made: Made) -> None:
    told = json.loads(made.done.stdout)
    runtime = made.package.runtime
    assert told["path"] == f"dist/{NAME}-{metadata.version(NAME)}-{runtime}.zip"
    assert told["sha256"] == hashlib.sha256(made.package.path.read_bytes()).hexdigest()
    assert ("SnapStart" in made.done.stderr) == (runtime in WITHOUT_SNAP_START)


@pytest.mark.torture
def test_the_command_makes_the_same_bytes_again_elsewhere(
    package: Package, interpreter: Interpreter, tmp_path: Path
) -> None:
    assert build(interpreter, tmp_path / "bots.zip") == replace(package, path=tmp_path / "bots.zip")
    assert (tmp_path / "bots.zip").read_bytes() == package.path.read_bytes()


def test_it_holds_what_functions_run_and_nothing_else(files: dict[str, bytes]) -> None:
    folders = {name.partition("/")[0] for name in files}
    assert {name for name in folders if not name.endswith(".dist-info")} == {
        *("bots", "deploy", "fhir_profiles", "shared", "prescriber-bots.json"),
        *("annotated_types", "certifi", "idna", "pydantic", "pydantic_core", "requests"),
        *("typing_extensions.py", "typing_inspection", "urllib3", "__pycache__"),
    }
    deploy = {name for name in files if name.startswith("deploy/") and name.endswith(".py")}
    run_there = [ROOT / "deploy" / name for name in ("aws/functions", "bulk/worker", "relay")]
    parents = {f"deploy/{name}__init__.py" for name in ("", "aws/", "bulk/")}
    assert deploy == parents | {
        path.relative_to(ROOT).as_posix() for folder in run_there for path in folder.rglob("*.py")
    }
    assert {Path(name).suffix for name in files if OURS.match(name)} == {".py", ".pyc"}


def test_every_library_brings_its_licence(files: dict[str, bytes]) -> None:
    folders = {name.partition("/")[0] for name in files}
    licensed = {name.partition("/")[0] for name in files if "LICENSE" in name}
    assert licensed == {name for name in folders if name.endswith(".dist-info")}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_each_architecture_has_all_extension_modules(files: dict[str, bytes], machine: str) -> None:
    modules = {name.partition(".")[0] for name in files if name.endswith(".so")}
    own = {name.partition(".")[0] for name in files if name.endswith(f"{machine}-linux-gnu.so")}
    assert own == modules
    assert "pydantic_core/_pydantic_core" in own


def test_all_byte_code_holds_without_a_look_at_the_source(
    files: dict[str, bytes], interpreter: Interpreter
) -> None:
    sources = [name for name in files if name.endswith(".py")]
    compiled = {name for name in files if name.endswith(".pyc")}
    assert compiled == {bytecode_path(name, interpreter) for name in sources}
    assert {files[name][4] for name in compiled} == {UNCHECKED_HASH}


def test_a_start_compiles_no_source(unpacked: Path, interpreter: Interpreter) -> None:
    for source in unpacked.rglob("*.py"):
        source.write_text("raise ImportError('this source was compiled again')")
    begun = [ALL_BOTS.handler, *(f"bots.{folder}.handler.handler" for folder in FOLDERS.values())]
    done = subprocess.run(
        [interpreter.path, "-I", "-S", "-B", "-c", BEGIN, unpacked, *begun],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_all_that_our_code_imports_is_in_it_or_in_lambdas_runtime(
    files: dict[str, bytes],
) -> None:
    missing = [
        (name, wanted)
        for name, content in files.items()
        if OURS.match(name) and name.endswith(".py")
        for wanted in _imports(ast.parse(content))
        if wanted.partition(".")[0] not in IN_LAMBDAS_RUNTIME
        and not {f"{wanted.replace('.', '/')}{end}" for end in (".py", "/__init__.py")} & {*files}
    ]
    assert missing == []


def test_the_zip_tells_its_runtime(package: Package, interpreter: Interpreter) -> None:
    assert runtime_of(package.path) == package.runtime == interpreter.runtime


def test_both_flows_run_from_the_zip_alone(process: LambdaProcess, unpacked: Path) -> None:
    with Sandbox(invoker=process) as sandbox:
        clinic = Clinic(sandbox)
        with clinic.session:
            clinic.reset()
            _enroll(clinic)
            _enroll_themselves(clinic)
    loaded = process.end()
    assert unpacked / "pydantic" / "__init__.py" in loaded
    assert [file for file in loaded if not _is_expected(file, unpacked)] == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_another_commit_of_the_same_code_packs_the_same(
    tmp_path: Path, interpreter: Interpreter
) -> None:
    def git(*arguments: str) -> str:
        who = ("-c", "user.name=Jane Smith", "-c", "user.email=jane@clinic.example")
        command = ["git", *who, *arguments]
        return subprocess.check_output(command, cwd=tmp_path, text=True).strip()

    def committed(path: str, content: str) -> Distribution:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
        git("add", ".")
        git("commit", "--quiet", "--message", "Next")
        return own_code(tmp_path, "1", interpreter)

    git("init", "--quiet")
    first = committed("bots/catalog.py", "")
    assert first.files.keys() == {MANIFEST, "bots/catalog.py"}
    assert git("rev-parse", "HEAD").encode() not in first.files[MANIFEST]
    assert committed("docs/how-to/aws.md", "More") == first
    assert committed("tests/test_one.py", "") == first
    (tmp_path / "docs" / "uncommitted.md").write_text("")
    assert own_code(tmp_path, "1", interpreter) == first
    assert committed("bots/catalog.py", "# changed") != first


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--runtime", "python3.9"), "There is no runtime python3.9 to package for"),
        (("--python", os.devnull), "does not start as CPython"),
        (("--python", sys.executable, "--runtime", ANOTHER), f"can't compile for {ANOTHER}"),
    ],
)
def test_a_wish_that_can_not_be_had_is_refused(options: tuple[str, ...], sentence: str) -> None:
    told = subprocess.run(
        [COMMAND, "package", *options], capture_output=True, text=True, check=False
    )
    (line,) = told.stderr.splitlines()
    assert (told.returncode, sentence in line) == (1, True)


def _enroll(clinic: Clinic) -> None:
    """An administrator takes a prescriber from nothing to EPCS."""
    prescriber = clinic.add_member(dea=DEA)

    def status(**flags: Any) -> str:
        answer = clinic.enroll(prescriber, **flags)
        assert answer.status == 200, answer
        return str(answer.body["registrationStatus"])

    assert status() == "Pending"
    refused = clinic.enroll(prescriber, initIdp=True)
    assert (refused.status, refused.body["errorType"]) == (400, "StageRefused")
    clinic.prescriber_does(prescriber, "sign-agreements")
    assert status(initIdp=True) == "IDPInitializeSuccess"
    clinic.prescriber_does(prescriber, "pass-idp")
    assert status(initTfa=True) == "TFAActivateInit"
    clinic.prescriber_does(prescriber, "activate-tfa")
    assert status() == "TFAActivatedSuccess"


def _enroll_themselves(clinic: Clinic) -> None:
    """A prescriber does the same, one step a call."""
    prescriber = clinic.add_member(dea=DEA)
    grant(clinic, prescriber)
    assert self_enroll(clinic, prescriber).body["status"] == "created"
    for does in ("sign-agreements", "pass-idp"):
        clinic.prescriber_does(prescriber, does)
        assert self_enroll(clinic, prescriber).body["status"] == "advanced"
    clinic.prescriber_does(prescriber, "activate-tfa")
    last = self_enroll(clinic, prescriber)
    assert (last.body["status"], last.body["epcsEnabled"]) == ("already_enrolled", True)


def _imports(tree: ast.Module) -> Iterator[str]:
    """The modules and packages that a module imports from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)


def _is_expected(file: Path, folder: Path) -> bool:
    """Whether a module is the package's, the program that runs it, or Python's own."""
    library = Path(sysconfig.get_path("stdlib"))
    of_python = file.is_relative_to(library) and "site-packages" not in file.parts
    return file.is_relative_to(folder) or file == RUNTIME or of_python
