"""The page on adding a bot, followed in a copy of the tree as a stranger would."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-bot.md"
BLOCK = re.compile(
    r"^<!-- (?P<what>file|run)(?:: (?P<path>\S+))? -->\n```\w+\n(?P<text>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
COPIED = ("bots", "deploy", "fhir_profiles", "shared", "tests", "pyproject.toml")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", "node_modules")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def follow(what: str, path: str, text: str, tree: Path) -> None:
    """Does what one block of the page says."""
    if what == "run":
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": tools, "PYTHONPATH": str(tree)}
        done = subprocess.run(
            ["bash", "-e", "-c", text],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return
    target = tree / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def test_a_stranger_adds_a_bot_by_following_the_page(tree: Path) -> None:
    blocks = list(BLOCK.finditer(PAGE.read_text(encoding="utf-8")))
    for block in blocks:
        follow(block["what"], block["path"] or "", block["text"], tree)
    kinds = [block["what"] for block in blocks]
    assert (kinds.count("file"), kinds.count("run")) == (5, 1)
