"""What `make` does before anything is installed: says what is missing, and that it is at work."""

import ast
import io
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from deploy.environment import Ticker, problem, run
from tests.unit.test_package_parts import PIN

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "deploy" / "environment.py"
LOCK = ROOT / "deploy" / "sandbox" / "requirements.lock"
WITHOUT_ENSUREPIP = f"""
import importlib.util, runpy, sys
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "ensurepip" else find(name, *rest)
sys.argv = ["environment.py", "never-made", "no.lock"]
runpy.run_path({str(PROGRAM)!r}, run_name="__main__")
"""


def test_a_python_without_ensurepip_is_told_what_to_install(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", WITHOUT_ENSUREPIP],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    found = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Error: This Python {found} can't make virtual environments: it has no ensurepip. On"
        " Debian and Ubuntu install it with `sudo apt install python3-venv`"
        f" (python{found}-venv where python3 is another version), then run make again.\n"
    )
    assert not (tmp_path / "never-made").exists()


@pytest.mark.parametrize(
    ("version", "lacking", "sentence"),
    [
        ((3, 11), [], None),
        ((4, 0), [], None),
        (
            (3, 9),
            ["ensurepip"],
            "Python 3.11 or later is needed, and this is 3.9. Install one, and name it: make demo"
            " PYTHON=python3.11",
        ),
    ],
)
def test_an_old_python_is_told_which_one_is_needed(
    version: tuple[int, ...], lacking: list[str], sentence: str | None
) -> None:
    assert problem(version, lacking) == sentence


def test_an_older_python_can_read_the_program() -> None:
    ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 7))


def test_pips_lines_become_words_that_say_how_far_it_is() -> None:
    ticker = Ticker(3, io.StringIO())
    said = [ticker.words]
    for line in (
        "Collecting anyio==4.16.0 (from -r requirements.lock (line 8))",
        "Downloading anyio-4.16.0-py3-none-any.whl (112 kB)",
        "Requirement already satisfied: boto3==1.44.5 in ./lib (1.44.5)",
        "Installing collected packages: anyio",
    ):
        ticker.hear(line)
        said.append(ticker.words)
    assert said == [
        "making the environment",
        "fetching 1 of 3: anyio",
        "fetching 1 of 3: anyio",
        "fetching 2 of 3: boto3",
        "installing 3 packages",
    ]


def test_complaints_are_shown_only_where_the_command_fails(
    capfd: pytest.CaptureFixture[str],
) -> None:
    program = "import sys; print('Collecting x'); print('no find-links', file=sys.stderr); "
    with Ticker(1, io.StringIO()) as ticker:
        run([sys.executable, "-c", program], ticker)
        assert capfd.readouterr() == ("", "")
        with pytest.raises(SystemExit) as failed:
            run([sys.executable, "-c", f"{program} sys.exit(3)"], ticker)
    assert failed.value.code == 3
    assert capfd.readouterr() == ("", "Collecting x\nno find-links\n")


def test_the_demo_needs_no_more_than_its_extras_and_what_all_locks_pin() -> None:
    every, own = (
        {pin["name"]: (pin["version"], pin["rest"]) for pin in PIN.finditer(path.read_text())}
        for path in (ROOT / "requirements.lock", LOCK)
    )
    assert own == {name: every[name] for name in own}
    assert {"boto3", "click", "hatchling", "uvicorn"} <= own.keys()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    tools = {one.partition(">")[0].partition("[")[0] for one in extras["dev"]}
    assert tools & own.keys() == set()
