"""The pages: every command, option, test and link that they name exists, also inside a page."""

import re
from pathlib import Path

import click
import pytest

from deploy.cli import main

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
OF_NOW = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES]
ALL = [*OF_NOW, ROOT / "CHANGELOG.md"]
CALL = re.compile(r"prescriber-bots (?P<command>[a-z][a-z-]*)(?P<rest>(?:\\\n|[^`\n])*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LINK = re.compile(
    r"\]\((?!https?://)(?P<file>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)|src=\"(?P<src>[^\"]+)\""
)
CODE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
TEST = re.compile(r"`(test_\w+)`")
PLACE = re.compile(r"`((?:bots|deploy|docs|fhir_profiles|shared|tests)/[\w./-]*)`")
KINDS = ("tutorial", "how-to", "reference", "explanation")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What the headings of a page are called in links, as GitHub and the site make it of them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


def calls() -> list[tuple[str, str, frozenset[str]]]:
    """Page, command and options of every call of the command line, in blocks and in sentences."""
    found = {
        (name_of(page), call["command"], frozenset(OPTION.findall(call["rest"])))
        for page in ALL
        for call in CALL.finditer(page.read_text(encoding="utf-8"))
    }
    return sorted(found, key=lambda call: (call[0], call[1], sorted(call[2])))


@pytest.mark.parametrize(("page", "command", "options"), calls())
def test_a_command_exists_with_its_options(page, command, options):
    assert command in main.commands
    parameters = [one for one in main.commands[command].params if isinstance(one, click.Option)]
    assert options <= {name for one in parameters for name in one.opts}


def test_every_option_in_a_sentence_is_one_of_some_command():
    known = {
        name
        for command in main.commands.values()
        for one in command.params
        for name in (*one.opts, *one.secondary_opts)
    }
    spans = re.findall(r"`(--[a-z-]+)[^`]*`", "\n".join(p.read_text("utf-8") for p in PAGES))
    assert spans
    assert set(spans) <= known


@pytest.mark.parametrize("page", ALL, ids=name_of)
def test_links_lead_somewhere(page):
    broken = []
    for link in LINK.finditer(prose(page)):
        given = link["file"] or link["src"]
        target = page.parent / given if given else page
        lost = link["anchor"] is not None and link["anchor"] not in anchors(target)
        if not target.exists() or lost:
            broken.append(link[0])
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_of_the_site_links_to_the_site_only(page):
    targets = (page.parent / (link["file"] or "") for link in LINK.finditer(prose(page)))
    assert [one for one in targets if not one.resolve().is_relative_to(DOCS)] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_is_of_one_kind_and_in_the_index(page):
    inside = page.relative_to(DOCS)
    if inside != Path("index.md"):
        assert inside.parts[0] in KINDS
        assert f"]({inside.as_posix()})" in (DOCS / "index.md").read_text(encoding="utf-8")


def names_of_tests() -> set[str]:
    """The name of every test."""
    files = (ROOT / "tests").rglob("test_*.py")
    found = (
        re.findall(r"^ *def (test_\w+)", one.read_text("utf-8"), re.MULTILINE) for one in files
    )
    return {name for names in found for name in names}


@pytest.mark.parametrize("page", OF_NOW, ids=name_of)
def test_every_test_that_a_page_names_is_there(page):
    assert set(TEST.findall(prose(page))) - names_of_tests() == set()


@pytest.mark.parametrize("page", OF_NOW, ids=name_of)
def test_every_file_that_a_page_names_is_there(page):
    assert [one for one in PLACE.findall(prose(page)) if not (ROOT / one).exists()] == []
