"""The parts of pages in `docs/reference` that are made from the code.

A page is written by hand but for its blocks: what stands between `<!-- made: NAME -->` and
`<!-- end -->` is put there by `python -m deploy.reference`.
"""

import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bots.catalog import BOTS
from deploy.reference import form_table, prescription_states
from deploy.reference.error_types import ANY_BOT, error_types, own_errors, what_to_do
from deploy.reference.json_schema import json_schema
from deploy.reference.rows import FieldRow, rows
from shared.enrollment.rules.refusals import Refusal
from shared.members.rules.guidance import GUIDANCE
from shared.runtime.bot import BotFunction
from shared.runtime.known_secrets import ANSWER_WITHIN_S
from shared.runtime.start import Start

_FOLDER = Path(__file__).parents[2] / "docs" / "reference"
PAGE, PRESCRIPTIONS = _FOLDER / "bots.md", _FOLDER / "prescriptions.md"
PAGES = (PAGE, PRESCRIPTIONS)
BLOCK = re.compile(r"(<!-- made: (?P<name>\S+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def with_blocks(page: str) -> str:
    """The page with all its blocks as the code has them now.

    Raises:
        KeyError: the page has a block that nothing makes.
    """
    makers = blocks()
    return BLOCK.sub(lambda found: f"{found[1]}{makers[found['name']]()}\n", page)


def blocks() -> dict[str, Callable[[], str]]:
    """What makes each block, by its name."""
    makers: dict[str, Callable[[], str]] = {
        "bots": _overview,
        "starts": _starts,
        "fields": form_table.rendered,
        "statuses": _statuses,
        "refusals": _refusals,
        "errors": _errors,
        "states": prescription_states.rendered,
    }
    return makers | {bot.identifier: partial(described, bot) for bot in BOTS}


def _table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    names = list(head)
    cells = [names, ["---"] * len(names), *lines]
    return "".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in cells
    )


def _overview() -> str:
    return _table(
        ("Bot", "Who may run it", "What it does"),
        (
            (f"[`{bot.identifier}`](#{bot.identifier})", bot.callers, bot.description)
            for bot in BOTS
        ),
    )


def _starts() -> str:
    return _table(
        ("Bot", *(start.value for start in Start)),
        (
            (f"`{bot.identifier}`", *("yes" if one in bot.starts else "" for one in Start))
            for bot in BOTS
        ),
    )


def described(bot: BotFunction) -> str:
    """A bot's block: what it takes, answers and raises."""
    definitions = json_schema([bot])["$defs"]
    given, answered = (definitions[model.__name__] for model in bot.models)
    parts = (
        _facts(bot),
        _inputs(rows(given, definitions)),
        _outputs(rows(_certain_first(_as_object(answered)), definitions)),
        _raised(bot),
    )
    return "\n".join(parts)


def _as_object(schema: dict[str, Any]) -> dict[str, Any]:
    """The same, where it is a bare array, as an object whose one field stands for its entries."""
    if schema["type"] != "array":
        return schema
    entry = {**schema["items"], "description": schema["description"]}
    return {"properties": {"[]": entry}, "required": ["[]"]}


def _certain_first(schema: dict[str, Any]) -> dict[str, Any]:
    """The same with the fields last that may be absent."""
    fields = schema["properties"]
    names = sorted(fields, key=lambda name: name not in schema["required"])
    return {**schema, "properties": {name: fields[name] for name in names}}


def _facts(bot: BotFunction) -> str:
    token = "the caller's token" if bot.run_as_user else "its own token, an administrator's"
    most_s = min(bot.timeout_s, ANSWER_WITHIN_S) if bot.person_waits else bot.timeout_s
    unless = ", unless the project sets another time" if bot.person_waits else ""
    return (
        f"{bot.description}\n\n"
        f"- Identifier: `{bot.identifier}`\n"
        f"- Who may run it: {bot.callers.removesuffix('.')}\n"
        f"- Runs with {token}, for at most {most_s} s{unless}\n"
    )


def _inputs(found: Iterable[FieldRow]) -> str:
    return _table(
        ("Input", "Required", "Type", "Meaning"),
        (
            (f"`{one.path}`", "yes" if one.required else "no", _not_null(one.type), one.meaning)
            for one in found
        ),
    )


def _outputs(found: Iterable[FieldRow]) -> str:
    return _table(
        ("Output", "Type", "Meaning"), ((f"`{one.path}`", one.type, one.meaning) for one in found)
    )


def _not_null(words: str) -> str:
    """An optional input may be null too, which is as if it were not there."""
    return words.removesuffix(" or null")


def _raised(bot: BotFunction) -> str:
    lines = (
        (f"`{kind.__name__}`", f"{when[0].upper()}{when[1:]}")
        for kind, when in own_errors(bot).items()
    )
    return _table(("Error", "When"), lines) + "\nAlso [those that any bot can raise](#errors).\n"


def _errors() -> str:
    lines = []
    for kind in error_types():
        doc = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        by = "any bot" if kind in ANY_BOT else "some bots"
        lines.append((f"`{kind.__name__}`", doc, what_to_do(kind), by))
    return _table(("Error", "Meaning", "What to do", "Raised by"), lines)


def _statuses() -> str:
    return _table(
        ("Status", "Means", "Who acts next", "What"),
        (
            (f"`{status.value}`", found.meaning, found.owner.value, found.action)
            for status, found in GUIDANCE.items()
        ),
    )


def _refusals() -> str:
    return "".join(f"- {refusal.value}\n" for refusal in Refusal)
