"""Composes the CloudFormation template of a stack: functions and settings in, one template out."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from deploy.aws.interpreters import WITHOUT_SNAP_START
from deploy.aws.template.functions import FUNCTIONS, Function

Template = dict[str, Any]

NEARLY = 0.8
"""The part of its time-out from which on a run is slow."""

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"<(\w+)>")
_REVISION_LENGTH = 12


def compose(
    stack: str, settings: Mapping[str, str], functions: Sequence[Function] = FUNCTIONS
) -> Template:
    """The template of a stack.

    Args:
        stack: the stack's name.
        settings: values of the template's parameters; what is not there has its default. They do
            not become part of the template, but decide what can be in it, and whether a function
            gets a new version.
        functions: what the stack consists of.
    """
    template = _yaml("stack.yaml")
    for function in functions:
        for name in ("function.yaml", "bot.yaml") if function.is_bot else ("function.yaml",):
            _join(template, _yaml(name, _placeholders(function, stack)))
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
    """What the template's parameters are where nobody says otherwise."""
    return {
        name: str(each["Default"])
        for name, each in template["Parameters"].items()
        if "Default" in each
    }


def _placeholders(function: Function, stack: str) -> dict[str, str]:
    return {
        "Id": function.logical_id,
        "name": function.name_in(stack),
        "handler": function.handler,
        "timeout_s": str(function.timeout_s),
        "slow_ms": str(int(function.timeout_s * 1000 * NEARLY)),
        "errors": str(function.errors),
        # Known only when all that makes up the function has been joined.
        "revision": f"<{function.logical_id}>",
    }


def _yaml(name: str, placeholders: Mapping[str, str] | None = None) -> Template:
    text = (_FOLDER / name).read_text(encoding="utf-8")
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
