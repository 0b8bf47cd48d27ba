"""The changelog's newest number is the project's."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_numbers_go_down_from_the_projects_own():
    headings = re.findall(r"^## (\S+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    numbered = [each for each in headings if each != "Unreleased"]
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert numbered[0] == version
    parts = [tuple(map(int, each.split("."))) for each in numbered]
    assert parts == sorted(parts, reverse=True)
