"""Reading one FHIR resource: the entries that count, what is wrong, and the warnings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.choice import (
    ChoiceRule,
    PathAndEntry,
    choice,
    is_usual,
    numbered,
    state_of,
)
from fhir_profiles.elements import extension_of, text, value_text, value_texts
from fhir_profiles.systems import CONTACTPOINT_EXTENSION
from fhir_profiles.today import NATIONWIDE, Today
from shared.records.findings import NOT_SENT, Findings
from shared.records.identifiers import (
    ADDRESS_LINE_LENGTH,
    ADDRESS_STATES,
    TITLE_LENGTH,
    RuleBroken,
    parse_city,
    parse_length,
    parse_state,
    parse_zip,
)
from shared.records.prescriber import PersonName, StreetAddress

Parse = Callable[[str], str]
"""Takes what a person typed, gives what DoseSpot stores, or raises `RuleBroken`."""

LAST_RESORT = (
    "this is sent because there is nothing better, though its use or type is meant for something"
    " else; add an entry that is meant for this"
)
BAD_EXTENSION = (
    "the extension is not sent to DoseSpot: an extension is 1 to 6 digits; correct it, or leave it"
    " out"
)
TWO_EXTENSIONS = (
    "the number has an extension of its own, so the contactpoint-extension is not sent to DoseSpot;"
    " keep one of the two"
)
FAX_EXTENSION = "the extension is not sent to DoseSpot, which takes none with a fax number"
ACTIVE_UNREADABLE = "active must be true or false; correct it"

FIRST_LINE_TOO_LONG = (
    f"DoseSpot takes at most {ADDRESS_LINE_LENGTH} characters in an address line; shorten this one,"
    " because the others share the second"
)
FURTHER_LINES_TOO_LONG = (
    f"DoseSpot has two address lines of {ADDRESS_LINE_LENGTH} characters, and all lines after the"
    " first share the second, with commas between them; shorten these, or leave out what a visitor"
    " does not need"
)

LONGEST_EXTENSION = 6


@dataclass
class Reading:
    """A resource being read, and what was found wrong with it so far.

    Attributes:
        resource_type: the first word of its FHIR paths.
        resource: raw JSON.
        today: now; entries have to be in effect on its day.
        home: the rule for the address in whose state the day is counted.
        roles: a prescriber's PractitionerRoles at the clinic, whose DEA numbers and NADEANs count
            too.
        findings: problems and warnings.
    """

    resource_type: str
    resource: Resource
    today: Today
    home: ChoiceRule
    roles: Sequence[Resource] = ()
    findings: Findings = field(default_factory=Findings)

    @cached_property
    def state(self) -> str:
        """The state of the address, in whose day everything without a state of its own counts."""
        found = choice(self.resource, self.home, self.today).counting
        return state_of(found[0][1]) if found else NATIONWIDE

    def best(self, rule: ChoiceRule, *, needed: bool = True) -> PathAndEntry | None:
        """The entry that a rule chooses; ("", {}) stands for none.

        Returns:
            None if the entries that there are don't count, which is a problem by now if one is
            needed, and a warning otherwise.
        """
        found = choice(self.resource, rule, self.today, self.state)
        if not found.counting and found.passed_over:
            for path, sentence in found.passed_over:
                (self.findings.problem if needed else self.findings.warning)(path, sentence)
            return None
        for path, sentence in found.passed_over:
            self.findings.warning(path, f"{NOT_SENT}{sentence}")
        if not found.counting:
            return "", {}
        path, entry = found.counting[0]
        if not is_usual(rule, entry):
            self.findings.warning(path, LAST_RESORT)
        return path, entry

    def identifiers(self, systems: frozenset[str]) -> list[PathAndEntry]:
        """The identifiers of these systems that count and have a value."""
        return numbered(self.resource, systems, self.today, self.state)

    def identifiers_at_clinic(self, systems: frozenset[str]) -> list[PathAndEntry]:
        """The same of the resource and of the roles."""
        theirs = (numbered(role, systems, self.today, self.state) for role in self.roles)
        return [*self.identifiers(systems), *(each for found in theirs for each in found)]

    def required(
        self, path: str, words: str, value: Any, parse: Parse = str, hint: str = "add it"
    ) -> str:
        """The parsed text; notes a problem where it is missing or breaks its rule."""
        if not text(value):
            self.findings.problem(path, f"the {words} is missing; {hint}")
            return ""
        return self.findings.parsed(path, parse, text(value))

    def optional(self, path: str, value: str, parse: Parse) -> str:
        """The parsed text; left out, with a warning, where it breaks its rule."""
        try:
            return parse(value) if value else ""
        except RuleBroken as broken:
            self.findings.warning(path, f"{NOT_SENT}{broken}")
            return ""

    def active(self) -> bool:
        """Whether the record is active, as one is that does not say; notes what is neither."""
        active = self.resource.get("active", True)
        if not isinstance(active, bool):
            self.findings.problem(f"{self.resource_type}.active", ACTIVE_UNREADABLE)
            return False
        return active

    def name(self, rule: ChoiceRule, parse: Parse) -> PersonName:
        """The person's name; without titles and middle names that DoseSpot can't take."""
        path, name = self.best(rule) or ("", {})
        path = path or f"{self.resource_type}.{rule.element}"
        given = value_texts(name, "given")
        short = partial(parse_length, longest=TITLE_LENGTH)
        last = value_text(name, "family")
        return PersonName(
            first=self.required(f"{path}.given", "first name", " ".join(given[:1]), parse),
            middle=self.optional(f"{path}.given", " ".join(given[1:]), parse),
            last=self.required(f"{path}.family", "last name", last, parse),
            prefix=self.optional(f"{path}.prefix", " ".join(value_texts(name, "prefix")), short),
            suffix=self.optional(f"{path}.suffix", " ".join(value_texts(name, "suffix")), short),
        )

    def number(self, rule: ChoiceRule, words: str, parse: Parse, hint: str = "add it") -> str:
        """The phone or fax number, with the extension recorded beside a phone number."""
        found = self.best(rule)
        if found is None:
            return ""
        path, entry = found
        path = f"{path}.value" if path else f"{self.resource_type}.telecom"
        number = self.required(path, words, value_text(entry, "value"), parse, hint)
        beside = text((extension_of(entry, CONTACTPOINT_EXTENSION) or {}).get("valueString"))
        if not (number and beside):
            return number
        extension = beside.lower().removeprefix("ext").lstrip(".: ").removeprefix("x").strip()
        sentence = _against_extension(rule, number, extension)
        if sentence:
            self.findings.warning(path.removesuffix("value") + "extension", sentence)
        return number if sentence or "x" in number else f"{number}x{extension}"

    def email(self, rule: ChoiceRule, parse: Parse, missing: str = "") -> str:
        """The e-mail address; without one, or one that is malformed, there is a warning."""
        found = self.best(rule, needed=False)
        if found is None:
            return ""
        path, entry = found
        value = value_text(entry, "value")
        if not value and missing:
            self.findings.warning(f"{self.resource_type}.telecom", missing)
        return self.optional(f"{path}.value", value, parse)

    def address(
        self, rule: ChoiceRule, parse_line: Parse, parse_later_line: Parse
    ) -> StreetAddress:
        """The address; empty, after noting why, if there is none that DoseSpot takes."""
        found = self.best(rule)
        if found is None:
            return StreetAddress("", "", "", "", "")
        path, address = found
        path = path or f"{self.resource_type}.{rule.element}"
        lines = value_texts(address, "line")
        line1, line2 = self._lines(path, lines, parse_line, parse_later_line)
        state = value_text(address, "state")
        zip_code = value_text(address, "postalCode")
        return StreetAddress(
            line1=line1,
            line2=line2,
            city=self.required(f"{path}.city", "city", value_text(address, "city"), parse_city),
            state=self.required(
                f"{path}.state",
                "state",
                state if state else state_of(address),
                partial(parse_state, states=ADDRESS_STATES),
            ),
            zip_code=self.required(f"{path}.postalCode", "postal code", zip_code, parse_zip),
        )

    def _lines(
        self, path: str, lines: list[str], parse: Parse, parse_later: Parse
    ) -> tuple[str, str]:
        first = f"{path}.line[0]" if lines else f"{path}.line"
        rest = ", ".join(lines[1:])
        if rest and len(lines[0]) > ADDRESS_LINE_LENGTH:
            self.findings.problem(first, FIRST_LINE_TOO_LONG)
            return "", ""
        line1 = self.required(first, "street address", "".join(lines[:1]), parse)
        if len(rest) > ADDRESS_LINE_LENGTH:
            self.findings.problem(f"{path}.line[1]", FURTHER_LINES_TOO_LONG)
            return line1, ""
        return line1, self.findings.parsed(f"{path}.line[1]", parse_later, rest)


def _against_extension(rule: ChoiceRule, number: str, extension: str) -> str:
    """Why an extension beside a number is not sent; "" if it is, or if the number has it."""
    if rule.system == "fax":
        return FAX_EXTENSION
    ten_digits, has_one, own = number.partition("x")
    if has_one:
        return "" if own == extension else TWO_EXTENSIONS
    sound = extension.isascii() and extension.isdecimal() and len(extension) <= LONGEST_EXTENSION
    return "" if sound and ten_digits else BAD_EXTENSION
