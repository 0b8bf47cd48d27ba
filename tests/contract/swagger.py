"""Checks exchanges with a REST API against its Swagger 2.0 document.

Stricter than the document in one way: a field that it does not define is a violation. Laxer in
two, as DoseSpot really answers: any field of a response may be null, and a date may have no offset
(nor, in a request, a time).
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker

BASE = "/webapi/v2/"

_FORMATS = FormatChecker(formats=())
_DATE_TIME = r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?"


@_FORMATS.checks("date-time")
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(_DATE_TIME, value) is not None


@_FORMATS.checks("int32")
def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or -(2**31) <= value < 2**31


class SwaggerContract:
    """The operations of one Swagger 2.0 document.

    Args:
        path: the JSON document.
    """

    def __init__(self, path: str | Path) -> None:
        self._document = json.loads(Path(path).read_text(encoding="utf-8"))
        definitions = self._document["definitions"]
        self._definitions = {
            nullable: {name: _closed(each, nullable) for name, each in definitions.items()}
            for nullable in (False, True)
        }

    def paths(self) -> set[str]:
        """The paths of all operations, such as `/api/clinicians/{clinicianId}`."""
        return set(self._document["paths"])

    def violations(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        response: Any = None,
    ) -> list[str]:
        """Everything in a call and its successful answer that the document does not allow.

        Args:
            method: HTTP method.
            path: from `api/` on, or with the base path before it.
            query: the parameters behind the question mark.
            body: the JSON of the request, None where none was sent.
            response: the JSON of the answer, None where it shall not be looked at.
        """
        operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: no such operation"]
        found = [*self._in_query(operation, query or {}), *self._in_body(operation, body)]
        if response is not None:
            schema = operation["responses"]["200"]["schema"]
            found += self._in_json("response", schema, response, nullable=True)
        return [f"{method} {path}: {each}" for each in found]

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        wanted = "/" + path.removeprefix(BASE).lstrip("/")
        matching = [
            (template.count("{"), operations[method.lower()])
            for template, operations in self._document["paths"].items()
            if method.lower() in operations
            and _template(template, operations[method.lower()]).fullmatch(wanted)
        ]
        return min(matching, key=lambda each: each[0])[1] if matching else None

    def _in_query(self, operation: dict[str, Any], query: Mapping[str, str]) -> Iterator[str]:
        known = {each["name"]: each for each in _parameters(operation, "query")}
        for name, value in query.items():
            if name not in known:
                yield f"query.{name}: no such parameter"
            elif not re.fullmatch(_pattern(known[name]), value):
                yield f"query.{name}: not of type {known[name]['type']}"
        for name, parameter in known.items():
            if parameter.get("required") and name not in query:
                yield f"query.{name}: missing"

    def _in_body(self, operation: dict[str, Any], body: Any) -> Iterator[str]:
        parameters = _parameters(operation, "body")
        if not parameters:
            if body is not None:
                yield "request: takes no body"
        elif body is None:
            if parameters[0].get("required"):
                yield "request: body missing"
        else:
            yield from self._in_json("request", parameters[0]["schema"], body, nullable=False)

    def _in_json(
        self, name: str, schema: dict[str, Any], value: Any, *, nullable: bool
    ) -> Iterator[str]:
        root = _closed(schema, nullable=False) | {"definitions": self._definitions[nullable]}
        if "$ref" in root:
            root = {"allOf": [{"$ref": root["$ref"]}], "definitions": root["definitions"]}
        for error in Draft4Validator(root, format_checker=_FORMATS).iter_errors(value):
            for leaf in _leaves(error):
                yield f"{'.'.join((name, *map(str, leaf.absolute_path)))}: {leaf.message}"


def _parameters(operation: dict[str, Any], place: str) -> list[dict[str, Any]]:
    return [each for each in operation.get("parameters", []) if each["in"] == place]


def _template(template: str, operation: dict[str, Any]) -> re.Pattern[str]:
    parameters = {each["name"]: each for each in _parameters(operation, "path")}
    parts = re.split(r"\{(\w+)\}", template)
    for index in range(1, len(parts), 2):
        parts[index] = _pattern(parameters[parts[index]])
    parts[::2] = map(re.escape, parts[::2])
    return re.compile("".join(parts))


def _pattern(parameter: dict[str, Any]) -> str:
    patterns = {"integer": r"-?\d+", "boolean": "true|false"}
    return f"(?:{patterns.get(parameter['type'], '[^/]*')})"


def _closed(schema: dict[str, Any], nullable: bool) -> dict[str, Any]:
    """The schema, with unknown fields forbidden and null allowed for every field or for none."""
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    closed = dict(schema)
    if "properties" in schema:
        closed["properties"] = {
            name: _field(each, nullable) for name, each in schema["properties"].items()
        }
        closed.setdefault("additionalProperties", False)
    if "items" in schema:
        closed["items"] = _closed(schema["items"], nullable)
    return closed


def _field(schema: dict[str, Any], nullable: bool) -> dict[str, Any]:
    closed = _closed(schema, nullable)
    return {"anyOf": [{"type": "null"}, closed]} if nullable else closed


def _leaves(error: Any) -> Iterator[Any]:
    """The errors behind a choice between null and a schema, or the error itself."""
    causes = [each for each in error.context if each.validator != "type" or not _says_null(each)]
    if not causes:
        yield error
    for cause in causes:
        yield from _leaves(cause)


def _says_null(error: Any) -> bool:
    return error.validator_value == "null"
