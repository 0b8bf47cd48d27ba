"""The shape of the code: imports point one way, URLs stand in one file, importing does nothing."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bots", "shared", "fhir_profiles")
URL = re.compile(r"https?://\S*")

# The schemes alone, for checks, and the examples of error sentences.
ALLOWED = {
    "shared/http/sending.py": {"http://", "https://"},
    "shared/runtime/payload.py": {"https://"},
    "shared/runtime/known_secrets.py": {
        "https://my.staging.dosespot.com/webapi/v2/",
        "https://my.staging.dosespot.com/LoginSingleSignOn.aspx",
    },
}

IMPORT_ALL = """
import importlib, json, pkgutil, sys
import bots
names = [module.name for module in pkgutil.walk_packages(bots.__path__, "bots.")]
for name in names:
    importlib.import_module(name)
heavy = [name for name in ("boto3", "fhir.resources", "starlette") if name in sys.modules]
print(json.dumps([names, heavy]))
"""


def sources() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if path != ROOT / "fhir_profiles" / "systems.py"]


def literals(tree: ast.Module) -> Iterator[str]:
    """Every text of a module but its docstrings."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.value


def urls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {url for text in literals(tree) for url in URL.findall(text)}


def test_import_contracts_hold() -> None:
    # In a process of its own: import-linter sets up logging for the whole process.
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_search_for_urls_finds_them_outside_docstrings_only() -> None:
    tree = ast.parse('"""https://a"""\ndef f():\n  """https://b"""\n  return f"https://c/{1}"')
    assert set(literals(tree)) == {"https://c/"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_urls_stand_in_one_file(path: Path) -> None:
    assert urls(path) <= ALLOWED.get(path.relative_to(ROOT).as_posix(), set())


def declared(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """The names of a module's classes and types, each with whether it is a class."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, True
    for node in tree.body:
        name = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(name, ast.Name) and re.match("_?[A-Z][a-z]", name.id):
            yield name.id, False


def test_no_class_name_means_two_things() -> None:
    classes: dict[str, list[str]] = {}
    types: dict[str, list[str]] = {}
    for package in (*PACKAGES, "deploy"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for name, is_class in declared(ast.parse(path.read_text(encoding="utf-8"))):
                place = path.relative_to(ROOT).as_posix()
                (classes if is_class else types).setdefault(name, []).append(place)
    found = {name: places + types.get(name, []) for name, places in classes.items()}
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_every_bot_is_imported_with_an_empty_environment_and_without_heavy_libraries() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL],
        env={},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    names, heavy = json.loads(done.stdout)
    assert "bots.admin_enroll.handler" in names
    assert heavy == []


def test_opening_the_iframe_imports_nothing_that_only_enrolls() -> None:
    program = "import json, sys; import bots.iframe.handler; print(json.dumps([*sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    ours = [name for name in json.loads(done.stdout) if name.startswith("shared.enrollment.")]
    assert sorted(ours) == ["shared.enrollment.rules", "shared.enrollment.rules.as_recorded"]
