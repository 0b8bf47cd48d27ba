"""The pages in docs/reference say what the code does."""

import re

import pytest

from bots.catalog import BOTS
from deploy.reference.error_types import ANY_BOT, error_types, own_errors
from deploy.reference.page import BLOCK, PAGE, PAGES, blocks, with_blocks
from shared import errors

TEXT = PAGE.read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_as_the_code_makes_it(page) -> None:
    written = page.read_text("utf-8")
    assert with_blocks(written) == written, "run python -m deploy.reference"


def test_the_pages_have_every_block_once() -> None:
    texts = [page.read_text("utf-8") for page in PAGES]
    found = [block["name"] for text in texts for block in BLOCK.finditer(text)]
    assert sorted(found) == sorted(blocks())


def test_links_within_the_page_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}
    links = set(re.findall(r"\]\(#([^)]+)\)", TEXT))
    assert links >= {bot.identifier for bot in BOTS}
    assert links <= anchors


def test_every_error_is_raised_by_some_bot() -> None:
    raised = {*ANY_BOT, *(kind for bot in BOTS for kind in own_errors(bot))}
    assert raised == set(error_types())


def test_the_groups_of_errors_are_no_errors_of_their_own() -> None:
    groups = (errors.BotError, errors.FixInput, errors.TryAgain, errors.TellSomeone)
    assert not set(groups) & set(error_types())
    assert errors.LookUpFirst in error_types()


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_a_bot_says_of_its_own_errors_when(bot) -> None:
    own = own_errors(bot)
    assert own
    assert not set(own) & set(ANY_BOT)
    assert all(when.endswith(".") for when in own.values())
