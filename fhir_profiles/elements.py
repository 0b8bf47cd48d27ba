"""Reading FHIR elements out of raw JSON, without trusting that the JSON has FHIR's shape."""

from collections.abc import Iterator
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.places import state_named
from fhir_profiles.systems import DATA_ABSENT_REASON

LONGEST_NUMBER = 10


def entries(parent: Resource, name: str) -> Iterator[tuple[int, Resource]]:
    """Yields index and object of each entry of a repeating element.

    What is not a list, or not an object in it, is passed over.
    """
    for index, value in enumerate(items(parent, name)):
        if isinstance(value, dict):
            yield index, value


def items(parent: Resource, name: str) -> list[Any]:
    """A copy of a repeating element's list; an empty one if there is none."""
    values = parent.get(name)
    return list(values) if isinstance(values, list) else []


def child(parent: Resource, name: str) -> Resource:
    """The object of an element that occurs once; an empty one if there is none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def root(resource: Resource) -> str:
    """Where the FHIR paths into a resource begin: its type, and which one it is where it is one of
    a person's PractitionerRoles, of which there may be several.
    """
    kind = text(resource.get("resourceType"))
    return f"{kind}/{text(resource.get('id'))}" if kind == "PractitionerRole" else kind


def positive_number(value: str) -> int | None:
    """The number that a text spells in at most ten digits; None for anything else."""
    spelled = value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER
    return int(value) or None if spelled else None


def text(value: Any) -> str:
    """A string with its white space folded, as DoseSpot stores it; "" for what is no string."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def texts(parent: Resource, name: str) -> list[str]:
    """The non-empty strings of a repeating primitive element, white space folded."""
    found = [text(value) for value in items(parent, name)]
    return [value for value in found if value]


def state_code(parent: Resource, name: str) -> str:
    """The state, by code or name, that a reference's `display` is; "" if it is not one."""
    return state_named(text(child(parent, name).get("display")))


def value_text(element: Resource, name: str) -> str:
    """The text of a primitive element; "" if there is none, or a data-absent-reason says so."""
    return "" if is_marked_absent(child(element, f"_{name}")) else text(element.get(name))


def value_texts(element: Resource, name: str) -> list[str]:
    """The non-empty texts of a repeating primitive element, without those that are said absent."""
    notes = items(element, f"_{name}")
    absent = {
        index
        for index, note in enumerate(notes)
        if isinstance(note, dict) and is_marked_absent(note)
    }
    return [
        found
        for index, value in enumerate(items(element, name))
        if index not in absent and (found := text(value))
    ]


def is_marked_absent(element: Resource) -> bool:
    """Whether an element carries the extension that says why its value is not there."""
    return extension_of(element, DATA_ABSENT_REASON) is not None


def extension_of(element: Resource, url: str) -> Resource | None:
    """The element's first extension with that URL."""
    return next(
        (one for _, one in entries(element, "extension") if one.get("url") == url),
        None,
    )
