"""Reading a JSON object that people filled in: every field on its own.

A field of the wrong JSON type is a problem of that field alone. What nobody asked for by the end is
unknown. No problem quotes a value.
"""

from dataclasses import dataclass, field
from typing import Any

from fhir_profiles.elements import text
from shared.records.findings import Findings, path_of
from shared.records.reading import Parse
from shared.records.wrong_types import NOT_FLAG, NOT_LIST, NOT_OBJECT, NOT_TEXT, UNKNOWN


@dataclass
class FormReading:
    """An object of a form, being read.

    Attributes:
        given: the object; None if there is something else in its place, which was noted already.
        findings: what was found wrong with the whole form so far.
        steps: where the object is in the form.
    """

    given: dict[str, Any] | None
    findings: Findings
    steps: tuple[str | int, ...] = ()
    _read: set[str] = field(default_factory=set)
    _parts: list["FormReading"] = field(default_factory=list)

    def path(self, name: str) -> str:
        """The form's path of a field."""
        return path_of(*self.steps, name)

    def text(self, name: str, parse: Parse = str, *, missing: str = "") -> str:
        """The parsed text of a field, "" if there is none.

        Args:
            name: the field.
            parse: its rule.
            missing: the problem where there is nothing; "" where it may be left out.
        """
        value = self._value(name)
        if value is not None and not isinstance(value, str):
            self.problem(name, NOT_TEXT)
            return ""
        if text(value):
            return self.findings.parsed(self.path(name), parse, text(value))
        if missing and self.given is not None:
            self.problem(name, missing)
        return ""

    def digits(self, name: str, parse: Parse, *, missing: str = "") -> str:
        """As `text`, for a field whose digits may come as a JSON number too."""
        value = self._value(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.findings.parsed(self.path(name), parse, str(value))
        return self.text(name, parse, missing=missing)

    def flag(self, name: str, *, required: bool = False) -> bool | None:
        """true or false; None if the field is not there, or is neither."""
        value = self._value(name)
        if value is None and required and self.given is not None:
            self.problem(name, "is required; enter true or false")
        if value is None or isinstance(value, bool):
            return value
        self.problem(name, NOT_FLAG)
        return None

    def part(self, name: str) -> "FormReading":
        """The object of a field; an empty one if there is none."""
        value = self._value(name)
        return self._part({} if value is None else value, name)

    def parts(self, name: str) -> list["FormReading"]:
        """The objects of a field's list; none where there is no list."""
        return [self._part(entry, name, index) for index, entry in enumerate(self.items(name))]

    def items(self, name: str) -> list[Any]:
        """The entries of a field's list, whatever they are."""
        value = self._value(name)
        if value is None or isinstance(value, list):
            return value or []
        self.problem(name, NOT_LIST)
        return []

    def has(self, name: str) -> bool:
        """Whether anything is given for the field."""
        return self._value(name) is not None

    def problem(self, name: str, sentence: str) -> None:
        """Notes a problem of a field."""
        self.findings.problem(self.path(name), sentence)

    def refuse_unknown(self) -> None:
        """Notes every field that nobody asked for, here and in the parts."""
        for name in self.given or {}:
            if name not in self._read:
                self.problem(name, UNKNOWN)
        for part in self._parts:
            part.refuse_unknown()

    def _value(self, name: str) -> Any:
        self._read.add(name)
        return None if self.given is None else self.given.get(name)

    def _part(self, value: Any, *steps: str | int) -> "FormReading":
        where = (*self.steps, *steps)
        if not isinstance(value, dict):
            self.findings.problem(path_of(*where), NOT_OBJECT)
            value = None
        part = FormReading(value, self.findings, where)
        self._parts.append(part)
        return part
