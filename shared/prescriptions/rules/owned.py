"""Which parts of a resource are ours: told, compared, and put in the place of what they were.

A resource in the chart has two kinds of readers and writers: we say what DoseSpot has, people add
what they know. So each part that we write is described once, as something that can be read out of a
resource and put into it; whatever else is there stays, in its order.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fhir_profiles import Resource
from fhir_profiles.elements import child, items

IsOurs = Callable[[Any], bool]


class OwnedPart(Protocol):
    """A part of an object of FHIR's."""

    def of(self, parent: Resource) -> Any:
        """The part; None if it is not there."""

    def put(self, parent: Resource, part: Any) -> Resource:
        """A copy with that part in the place of the one it has; None takes it away."""


@dataclass(frozen=True)
class Whole:
    """An element, all of it."""

    name: str

    def of(self, parent: Resource) -> Any:
        """See `OwnedPart`."""
        return parent.get(self.name)

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        return _with(parent, self.name, part)


@dataclass(frozen=True)
class Lasting(Whole):
    """An element that once it is told stays where we do not know it any more."""

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        return parent if part is None else super().put(parent, part)


@dataclass(frozen=True)
class Somebody(Whole):
    """A reference to somebody or something. Where we know an identifier only, whom a person or an
    earlier run has named stays, unless that was somebody else by the identifier."""

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        before = child(parent, self.name)
        if part is not None and before.get("reference") and "reference" not in part:
            is_same = before.get("identifier") in (None, part.get("identifier"))
            part = {**before, **part} if is_same else part
        return super().put(parent, part)


@dataclass(frozen=True)
class Entries:
    """Those entries of a repeating element that are ours."""

    name: str
    is_ours: IsOurs

    def of(self, parent: Resource) -> Any:
        """See `OwnedPart`."""
        return [one for one in items(parent, self.name) if self.is_ours(one)] or None

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        before = items(parent, self.name)
        first = next((at for at, one in enumerate(before) if self.is_ours(one)), len(before))
        rest = [one for one in before if not self.is_ours(one)]
        return _with(parent, self.name, [*rest[:first], *(part or ()), *rest[first:]])


@dataclass(frozen=True)
class Within:
    """Parts of an element that occurs once."""

    name: str
    parts: Sequence[OwnedPart]

    def of(self, parent: Resource) -> Any:
        """See `OwnedPart`."""
        return _of(self.parts, child(parent, self.name))

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        return _with(parent, self.name, _put(self.parts, child(parent, self.name), part))


@dataclass(frozen=True)
class WithinFirst:
    """Parts of the first entry of a repeating element."""

    name: str
    parts: Sequence[OwnedPart]

    def of(self, parent: Resource) -> Any:
        """See `OwnedPart`."""
        return _of(self.parts, self._first(parent))

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        first = _put(self.parts, self._first(parent), part)
        rest = items(parent, self.name)[1:]
        return _with(parent, self.name, [first, *rest] if first else rest)

    def _first(self, parent: Resource) -> Resource:
        first: Any = next(iter(items(parent, self.name)), {})
        return first if isinstance(first, dict) else {}


def with_key(key: str, *values: str) -> IsOurs:
    """Whether an entry has one of these values under a key, such as a URL of ours."""
    return lambda one: isinstance(one, dict) and one.get(key) in values


def in_line(parts: Sequence[OwnedPart], stored: Resource, wanted: Resource) -> Resource:
    """The stored resource with our parts as they are in the wanted one; itself if they are."""
    changed = stored
    for part in parts:
        if part.of(changed) != part.of(wanted):
            changed = part.put(changed, part.of(wanted))
    return changed


def digest(parts: Sequence[OwnedPart], resource: Resource) -> bytes:
    """A digest of our parts: two resources with the same one agree in all of them."""
    told = json.dumps(_plain([part.of(resource) for part in parts]), sort_keys=True)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()[:16]


def _of(parts: Sequence[OwnedPart], parent: Resource) -> Any:
    found = [part.of(parent) for part in parts]
    return None if all(one is None for one in found) else found


def _put(parts: Sequence[OwnedPart], parent: Resource, part: Any) -> Resource:
    for index, one in enumerate(parts):
        parent = one.put(parent, None if part is None else part[index])
    return parent


def _with(parent: Resource, name: str, value: Any) -> Resource:
    """A copy with that element; without it where the value is None or empty."""
    if value in (None, [], {}):
        return {key: one for key, one in parent.items() if key != name}
    return {**parent, name: value}


def _plain(value: Any) -> Any:
    """The same with every whole number an int, as another server may write it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
