"""The JSON Schema of the prescriber form, which is read field by field instead of by a model.

Types and what is required are found out by giving the reader of the form each kind of value, so
that they are what the code really takes. A schema can't hold every rule: the bot checks the form of
names, numbers and addresses, and says all that is wrong at once.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from deploy.reference.form_fields import FIELDS, filled, without
from deploy.reference.form_table import DAY
from shared.dosespot.codes import ROLE_NUMBERS
from shared.prescriber_form.rules.checks import GENDERS
from shared.prescriber_form.rules.form import read_form
from shared.records.wrong_types import NOT_FLAG, NOT_LIST, NOT_TEXT

Schema = dict[str, Any]

TITLE = "CreatePrescriberInput"
PARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "details": ("PrescriberDetails", "Numbers and profession of a prescriber."),
        "mailingAddress": ("PrescriberAddress", "An address in the US."),
        "billingAddress": ("PrescriberBillingAddress", "A billing address in the US."),
        "locations[]": (
            "PrescriberLocation",
            "Where a prescriber works, and with which numbers there; `locationId` or"
            " `locationName` says which Location it is.",
        ),
    }
)
PART_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "details": "Numbers and profession of the prescriber.",
        "mailingAddress": "The prescriber's address.",
        "billingAddress": (
            "The billing address; required where `ifBillingSameAsMailing` is false, and not used"
            " where it is true."
        ),
        "locations": "Where the prescriber works.",
    }
)
LIMITS: Mapping[str, Schema] = MappingProxyType(
    {
        "gender": {"enum": [*GENDERS]},
        "practitionerRoleTypes": {
            "items": {"type": "integer", "minimum": 1, "maximum": len(ROLE_NUMBERS)}
        },
    }
)
ASKS_FOR_EMAIL = ("authSmsConsent", "smsConsent", "invite", "strict")
ONE_OF = ("locations[].locationId", "locations[].locationName")
"""One of these must be there, and the other one must not, not even as null."""

_KINDS: Mapping[str, tuple[Any, frozenset[str]]] = MappingProxyType(
    {
        "string": ("x", frozenset({NOT_FLAG, NOT_LIST})),
        "integer": (1, frozenset({NOT_TEXT, NOT_FLAG, NOT_LIST})),
        "boolean": (True, frozenset({NOT_TEXT, NOT_LIST})),
        "array": ([], frozenset({NOT_TEXT, NOT_FLAG})),
    }
)
"""By the type, a value of it, and what is said of it where another one must stand."""


def form_schemas() -> dict[str, Schema]:
    """The schema of the form and those of its parts, by title, as entries of `$defs`."""
    parts = {
        title: _object(title, description, _fields_of(f"{part}."))
        for part, (title, description) in PARTS.items()
    }
    location = parts["PrescriberLocation"]
    location["oneOf"] = [{"required": ["locationId"]}, {"required": ["locationName"]}]
    details = parts["PrescriberDetails"]
    details["dependentRequired"] = {"prescriberType": ["prescriberNumber"]}
    return {TITLE: _form(), **parts}


def _form() -> Schema:
    form = _object(TITLE, "The form about a prescriber.", _fields_of(""))
    form["properties"] |= {
        "details": _part("details"),
        "mailingAddress": _part("mailingAddress"),
        "billingAddress": _nullable(_reference("billingAddress"), "billingAddress"),
        "locations": _nullable({"type": "array", "items": _reference("locations[]")}, "locations"),
    }
    form["required"] += ["details", "mailingAddress"]
    asks = [{"properties": {name: {"const": True}}, "required": [name]} for name in ASKS_FOR_EMAIL]
    elsewhere = {"properties": {"ifBillingSameAsMailing": {"const": False}}}
    form["allOf"] = [
        {"if": {"anyOf": asks}, "then": {"required": ["email"]}},
        {"if": elsewhere, "then": {"required": ["billingAddress"]}},
    ]
    return form


def _fields_of(part: str) -> Iterator[tuple[str, str]]:
    """Name and path of every field of a part; an empty part is the form itself."""
    for path in FIELDS:
        name = path.removeprefix(part)
        if path.startswith(part) and "." not in name:
            yield name, path


def _object(title: str, description: str, fields: Iterator[tuple[str, str]]) -> Schema:
    named = dict(fields)
    return {
        "title": title,
        "description": description,
        "type": "object",
        "properties": {name: _field(path) for name, path in named.items()},
        "required": [name for name, path in named.items() if _is_required(path)],
        "additionalProperties": False,
    }


def _field(path: str) -> Schema:
    types: list[str] = [kind for kind in _KINDS if _takes(path, kind)]
    limits = dict(LIMITS.get(path, {}))
    if not _is_required(path) and path not in ONE_OF:
        types.append("null")
        if "enum" in limits:
            limits["enum"] = [*limits["enum"], None]
    elif "string" in types:
        limits["minLength"] = 1
    kind = types[0] if len(types) == 1 else types
    return {"description": f"{FIELDS[path].meaning}.", "type": kind, **limits}


@cache
def _takes(path: str, kind: str) -> bool:
    """Whether nothing is said against the type of such a value; its form does not count."""
    value, refusals = _KINDS[kind]
    _, findings = read_form(filled(path, value), DAY)
    return not any(
        one.path == _path(path) and one.sentence in refusals for one in findings.problems
    )


@cache
def _is_required(path: str) -> bool:
    """Whether it must always be there, in a form that asks for no e-mail address."""
    body = without(path) | {name: False for name in ASKS_FOR_EMAIL if name != path}
    _, findings = read_form(body, DAY)
    problems = {one.path for one in findings.problems}
    return _path(path) in problems and path not in ONE_OF


def _path(field: str) -> str:
    return field.replace("[]", "[0]")


def _reference(part: str) -> Schema:
    return {"$ref": f"#/$defs/{PARTS[part][0]}"}


def _part(name: str) -> Schema:
    return {"description": PART_FIELDS[name], **_reference(name)}


def _nullable(schema: Schema, name: str) -> Schema:
    return {"description": PART_FIELDS[name], "anyOf": [schema, {"type": "null"}]}
