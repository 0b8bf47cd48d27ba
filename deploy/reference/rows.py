"""The rows of a table about a JSON Schema object: one for each field, also of what it holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]

_WORDS = {"integer": "number"}


@dataclass(frozen=True)
class FieldRow:
    """One field.

    Attributes:
        path: such as `differences[].status.from`.
        required: whether it must be, or always is, there.
        type: in words; null is a type of its own.
        meaning: the description, with the values and limits that the schema knows.
    """

    path: str
    required: bool
    type: str
    meaning: str


def rows(schema: Schema, definitions: Schema, above: str = "") -> Iterator[FieldRow]:
    """The rows of an object.

    Args:
        schema: of the object.
        definitions: what its references lead to.
        above: what stands before the names of its fields.
    """
    for name, field in schema["properties"].items():
        path, kinds = f"{above}{name}", list(_kinds(field, definitions))
        required = name in schema.get("required", [])
        words = " or ".join(dict.fromkeys(_word(kind, definitions) for kind in kinds))
        yield FieldRow(path, required, words, _meaning(field, kinds))
        for kind in kinds:
            yield from _inner(kind, definitions, path)


def _kinds(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    """Every alternative of a type, with what references lead to."""
    if "$ref" in schema:
        yield from _kinds(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    elif "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _kinds(one, definitions)
    elif isinstance(schema.get("type"), list):
        for kind in schema["type"]:
            yield {**schema, "type": kind}
    else:
        yield schema


def _word(kind: Schema, definitions: Schema) -> str:
    if _is_resource(kind):
        return str(kind["title"])
    if kind.get("type") == "array":
        items = _kinds(kind["items"], definitions)
        return " or ".join(f"{_word(one, definitions)}[]" for one in items)
    name = str(kind.get("type", "anything"))
    return _WORDS.get(name, name)


def _meaning(field: Schema, kinds: list[Schema]) -> str:
    values = [value for kind in kinds for value in kind.get("enum", ()) if value is not None]
    limits = [f"{one['minimum']} to {one['maximum']}" for one in kinds if "minimum" in one]
    default = field.get("default")
    parts = [
        field["description"],
        f"One of {', '.join(f'`{value}`' for value in dict.fromkeys(values))}." if values else "",
        f"From {limits[0]}." if limits else "",
        f"Without it, {default}." if default is not None else "",
    ]
    return " ".join(part for part in parts if part)


def _inner(kind: Schema, definitions: Schema, path: str) -> Iterator[FieldRow]:
    if kind.get("type") == "array":
        for one in _kinds(kind["items"], definitions):
            yield from _inner(one, definitions, f"{path}[]")
    elif "properties" in kind and not _is_resource(kind):
        yield from rows(kind, definitions, f"{path}.")


def _is_resource(kind: Schema) -> bool:
    return "resourceType" in kind.get("properties", {}) and "additionalProperties" in kind
