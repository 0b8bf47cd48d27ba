"""The Lambda package's rules: which runtime, which files, how builds merge, and what stays out."""

import json
import re
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

import pytest

from deploy.aws import archive
from deploy.aws.distributions import Distribution, check_extensions, is_needed, merged
from deploy.aws.interpreters import Interpreter, choose
from deploy.aws.package import LOCK, ROOT, manifest, runtime_of

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>.*(?:\n {4}--hash.*)*)", re.M)
OLD, NEW, NEWER = (Interpreter(f"/{v}", v) for v in ("3.11.7", "3.12.1", "3.13.0"))


def at_hand(*interpreters: Interpreter):
    return {one.runtime: one for one in interpreters}.get


def test_an_interpreter_tells_its_runtime() -> None:
    assert (NEWER.minor, NEWER.runtime) == ("3.13", "python3.13")


@pytest.mark.parametrize(
    ("there", "chosen"),
    [((OLD, NEW, NEWER), NEWER), ((OLD, NEW), NEW), ((OLD,), OLD)],
)
def test_the_newest_runtime_with_snap_start_is_taken(
    there: tuple[Interpreter, ...], chosen: Interpreter
) -> None:
    assert choose(find=at_hand(*there), running="python3.11") == chosen


def test_a_named_runtime_is_taken() -> None:
    assert choose("python3.12", find=at_hand(NEW, NEWER)) == NEW


@pytest.mark.parametrize(
    ("runtime", "sentence"),
    [
        ("python3.14", r"There is no CPython 3\.14 .* `uv python install 3\.14`.* --python\."),
        ("python3.10", r"There is no runtime python3\.10 .*: use one of python3\.14, python3\.13"),
    ],
)
def test_a_runtime_that_can_not_be_had_is_refused(runtime: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        choose(runtime, find=at_hand(NEW, NEWER))


@pytest.mark.parametrize(
    ("path", "needed"),
    [
        ("pydantic/main.py", True),
        ("certifi/cacert.pem", True),
        ("pydantic_core/_pydantic_core.cpython-313-x86_64-linux-gnu.so", True),
        ("idna-3.20.dist-info/METADATA", True),
        ("idna-3.20.dist-info/licenses/LICENSE.md", True),
        ("requests-2.34.2.dist-info/licenses/NOTICE", True),
        ("urllib3-2.8.0.dist-info/LICENSE.txt", True),
        ("idna-3.20.dist-info/RECORD", False),
        ("idna-3.20.dist-info/WHEEL", False),
        ("idna-3.20.dist-info/INSTALLER", False),
        ("idna-3.20.dist-info/REQUESTED", False),
        ("idna-3.20.dist-info/direct_url.json", False),
        ("idna-3.20.dist-info/entry_points.txt", False),
        ("pydantic_core-2.50.4.dist-info/sboms/pydantic-core.cyclonedx.json", False),
        ("pydantic/py.typed", False),
        ("pydantic_core/_pydantic_core.pyi", False),
        ("../../bin/idna", False),
    ],
)
def test_what_no_running_program_reads_stays_out(path: str, needed: bool) -> None:
    assert is_needed(PurePosixPath(path)) is needed


def test_builds_merge_where_common_files_are_the_same() -> None:
    x86 = Distribution("core", "1.0", {"core.py": b"same", "core.x86_64.so": b"x"})
    arm = Distribution("core", "1.0", {"core.py": b"same", "core.aarch64.so": b"a"})
    files = {"core.py": b"same", "core.x86_64.so": b"x", "core.aarch64.so": b"a"}
    assert merged([x86, arm]) == Distribution("core", "1.0", files)


def test_builds_that_differ_in_a_file_do_not_merge() -> None:
    builds = [Distribution("core", "1.0", {"core.py": text}) for text in (b"one", b"other")]
    with pytest.raises(ValueError, match=r"core\.py of core 1\.0 differs .*: lock another version"):
        merged(builds)


def test_an_extension_module_must_name_its_machine() -> None:
    check_extensions(Distribution("core", "1.0", {"a.cpython-313-aarch64.so": b""}), "aarch64")
    for name in ("aarch64/a.abi3.so", "a.cpython-313-x86_64.so"):
        with pytest.raises(ValueError, match=re.escape("core 1.0 has an extension module")):
            check_extensions(Distribution("core", "1.0", {name: b""}), "aarch64")


def test_a_zip_depends_on_nothing_but_its_files(tmp_path: Path) -> None:
    one, other = tmp_path / "deep" / "one.zip", tmp_path / "other.zip"
    archive.write(one, {"b.py": b"2", "a.py": b"1"})
    archive.write(other, {"a.py": b"1", "b.py": b"2"})
    assert one.read_bytes() == other.read_bytes()
    with ZipFile(one) as zipped:
        entries = [(e.filename, e.date_time, e.external_attr >> 16) for e in zipped.infolist()]
    dated = (1980, 1, 1, 0, 0, 0)
    assert entries == [("a.py", dated, 0o100644), ("b.py", dated, 0o100644)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deep", "other.zip"]


@pytest.mark.parametrize(
    ("zipped", "unzipped", "sentence"),
    [
        (52_428_801, 1, "52,428,801 bytes zipped, and Lambda takes 52,428,800"),
        (1, 262_144_001, "262,144,001 bytes unzipped, and Lambda takes 262,144,000"),
    ],
)
def test_lambdas_limits_are_kept(zipped: int, unzipped: int, sentence: str) -> None:
    archive.check_limits(52_428_800, 262_144_000)
    with pytest.raises(ValueError, match=sentence):
        archive.check_limits(zipped, unzipped)


def test_a_package_tells_what_it_is() -> None:
    assert manifest("1.2.3", NEWER) == {
        "version": "1.2.3",
        "runtime": "python3.13",
        "compiledBy": "3.13.0",
        "architectures": ["x86_64", "arm64"],
    }


def test_the_runtime_is_read_from_the_zip(tmp_path: Path) -> None:
    told = json.dumps(manifest("1.2.3", NEWER)).encode()
    archive.write(tmp_path / "bots.zip", {"prescriber-bots.json": told})
    assert runtime_of(tmp_path / "bots.zip") == "python3.13"


@pytest.mark.parametrize("files", [None, {}, {"prescriber-bots.json": b"[]"}])
def test_another_file_is_no_package(tmp_path: Path, files: dict[str, bytes] | None) -> None:
    path = tmp_path / "bots.zip"
    if files is None:
        path.write_bytes(b"no zip")
    else:
        archive.write(path, files)
    with pytest.raises(ValueError, match=r"Build one with `prescriber-bots package`\."):
        runtime_of(path)


def test_both_locks_agree() -> None:
    all_pins, own = (
        {pin["name"]: (pin["version"], pin["rest"]) for pin in PIN.finditer(path.read_text())}
        for path in (ROOT / "requirements.lock", ROOT / LOCK)
    )
    assert {"pydantic", "requests"} <= own.keys()
    assert own == {name: all_pins[name] for name in own}
    conditional = [name for name, (_, rest) in own.items() if ";" in rest]
    assert conditional == [], "pip judges a marker by the running Python, not by the runtime"
