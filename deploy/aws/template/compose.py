"""Composes the CloudFormation template of a stack: functions and settings in, one template out."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bots.catalog import BOTS
from deploy.aws.interpreters import WITHOUT_SNAP_START
from deploy.aws.template.functions import Function, functions_of, logical_id, name_of
from shared.runtime.bot import BotFunction
from shared.runtime.known_secrets import ANSWER_WITHIN_S

Template = dict[str, Any]

NEARLY = 0.8
"""The part of its time-out from which on a run is slow."""

REFUSALS = 5
"""So many refusals in five minutes are no longer everyday life."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"<(\w+)>")
_REVISION_LENGTH = 12


def compose(stack: str, settings: Mapping[str, str]) -> Template:
    """The template of a stack.

    Args:
        stack: the stack's name.
        settings: values of the template's parameters; what is not there has its default. They do
            not become part of the template, but decide what can be in it, and whether a function
            gets a new version. The relay's endpoint is there, and a bot has a function of its own,
            where that one's name is here.
    """
    template, functions = _yaml("stack"), functions_of(settings)
    for function in functions:
        for part in function.parts:
            _join(template, _yaml(part, _placeholders(function, stack)))
    for bot in BOTS:
        _join(template, _yaml("bot_alarms", _placeholders_of_bot(bot, stack)))
    values = {**defaults(template), **settings}
    if values["Runtime"] in WITHOUT_SNAP_START:
        for function in functions:
            del _properties(template, function)["SnapStart"]
    revisions = {
        function.logical_id: _revision(_properties(template, function), values)
        for function in functions
    }
    return dict(json.loads(_filled(json.dumps(template), revisions)))


def defaults(template: Template) -> dict[str, str]:
    """What the template's parameters are if nobody says otherwise."""
    return {
        name: str(each["Default"])
        for name, each in template["Parameters"].items()
        if "Default" in each
    }


def _placeholders(function: Function, stack: str) -> dict[str, str]:
    return {
        "Id": function.logical_id,
        "name": function.name_in(stack),
        "stack": stack,
        "Owner": logical_id(function.owner),
        "handler": function.handler,
        "timeout_s": str(function.timeout_s),
        "slow_ms": _slow_ms(function.timeout_s),
        # Known only when all that makes up the function has been joined.
        "revision": f"<{function.logical_id}>",
    }


def _placeholders_of_bot(bot: BotFunction, stack: str) -> dict[str, str]:
    return {
        "Id": logical_id(bot.name),
        "name": name_of(bot.name, stack),
        "stack": stack,
        "bot": bot.name,
        "slow_ms": _slow_ms(_limit_s(bot)),
        "refusals": str(REFUSALS),
    }


def _limit_s(bot: BotFunction) -> int:
    """Within how many seconds a bot answers, where the project does not say otherwise."""
    return min(bot.timeout_s, ANSWER_WITHIN_S) if bot.person_waits else bot.timeout_s


def _slow_ms(timeout_s: int) -> str:
    return str(int(timeout_s * 1000 * NEARLY))


def _yaml(part: str, placeholders: Mapping[str, str] | None = None) -> Template:
    text = (_FOLDER / f"{part}.yaml").read_text(encoding="utf-8")
    filled = text if placeholders is None else _filled(text, placeholders)
    return dict(yaml.load(filled, Loader=_LOADER))  # noqa: S506 - both are safe loaders


def _filled(text: str, placeholders: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: placeholders[found[1]], text)


def _join(one: Template, other: Template) -> None:
    """Adds the other's mappings and lists to those at the same place."""
    for name, value in other.items():
        if isinstance(value, dict) and name in one:
            _join(one[name], value)
        elif isinstance(value, list) and name in one:
            one[name] = one[name] + value
        else:
            one[name] = value


def _properties(template: Template, function: Function) -> dict[str, Any]:
    properties: dict[str, Any] = template["Resources"][f"{function.logical_id}Function"][
        "Properties"
    ]
    return properties


def _revision(properties: Any, values: Mapping[str, str]) -> str:
    """A text that is another one whenever code or configuration of a function is."""
    configured = {name: values[name] for name in _references(properties) if name in values}
    described = json.dumps([properties, configured], sort_keys=True)
    return hashlib.sha256(described.encode()).hexdigest()[:_REVISION_LENGTH]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "Ref" in part:
            yield part["Ref"]
        part = list(part.values())
    for inner in part if isinstance(part, list) else []:
        yield from _references(inner)
