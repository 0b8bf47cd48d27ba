"""TypeScript types made from the JSON Schema of the bots: the part of it that our models use."""

import json
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

OPENING = "// Made by `prescriber-bots schema --typescript`; do not edit."
_PRIMITIVES = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


def typescript(schema: Schema) -> str:
    """One exported type for each entry of `$defs`, and `Bots`, which maps identifiers to them.

    Args:
        schema: as `json_schema` makes it.

    Raises:
        ValueError: the schema uses something that is not translated.
    """
    bots = {
        "description": schema["description"],
        "type": "object",
        "properties": schema["properties"],
        "required": [*schema["properties"]],
        "additionalProperties": False,
    }
    types = [_exported(name, one) for name, one in [*schema["$defs"].items(), ("Bots", bots)]]
    return "\n\n".join((OPENING, *types)) + "\n"


def _exported(name: str, schema: Schema) -> str:
    comment = _comment(schema, "")
    if schema.get("type") == "object":
        return f"{comment}export interface {name} {_members(schema, '')}"
    return f"{comment}export type {name} = {_type(schema, '')};"


def _members(schema: Schema, indent: str) -> str:
    inner = f"{indent}  "
    required = schema.get("required", [])
    lines: list[str] = []
    for name, one in schema.get("properties", {}).items():
        key = name if name.isidentifier() else json.dumps(name)
        mark = "" if name in required else "?"
        lines.append(f"{_comment(one, inner)}{inner}{key}{mark}: {_type(one, inner)};")
    if schema.get("additionalProperties") is True:
        lines.append(f"{inner}[key: string]: unknown;")
    return "\n".join(("{", *lines, f"{indent}}}"))


def _comment(schema: Schema, indent: str) -> str:
    if "description" not in schema:
        return ""
    text = " ".join(schema["description"].split()).replace("*/", "* /")
    return f"{indent}/** {text} */\n"


def _type(schema: Schema, indent: str) -> str:
    return " | ".join(dict.fromkeys(_choices(schema, indent)))


def _choices(schema: Schema, indent: str) -> Iterator[str]:
    """Every alternative of a type."""
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _choices(one, indent)
    elif "const" in schema or "enum" in schema:
        for value in schema.get("enum", [schema.get("const")]):
            yield json.dumps(value)
    elif "type" not in schema:
        yield "unknown"
    else:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        for kind in kinds:
            yield _named(kind, schema, indent)


def _named(kind: str, schema: Schema, indent: str) -> str:
    if kind == "array":
        item = _type(schema.get("items", {}), indent)
        return f"({item})[]" if "|" in item else f"{item}[]"
    if kind == "object":
        known = "properties" in schema
        return _members(schema, indent) if known else "Record<string, unknown>"
    if kind not in _PRIMITIVES:
        raise ValueError(f"No TypeScript type is known for {kind!r}.")
    return _PRIMITIVES[kind]
