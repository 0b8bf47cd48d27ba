"""The pages in docs: every command and option that they name exists, and so does every link."""

import re
from pathlib import Path

import click
import pytest

from deploy.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
CALL = re.compile(r"prescriber-bots (?P<command>[a-z][a-z-]*)(?P<rest>(?:\\\n|[^`\n])*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def calls() -> list[tuple[str, str, frozenset[str]]]:
    """Page, command and options of every call of the command line, in blocks and in sentences."""
    found = {
        (page.name, call["command"], frozenset(OPTION.findall(call["rest"])))
        for page in PAGES
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_other_files_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [one for one in links if not (page.parent / one).exists()] == []
