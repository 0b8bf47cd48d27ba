"""Which entries of a repeating element count, and which of them comes first: the one place for it.

Each `ChoiceRule` is a row of a table that `docs/reference/records.md` shows. Sources: FHIR R4, data
types Identifier, HumanName, Address and ContactPoint with their value sets of `use` and `type`; the
extensions data-absent-reason, contactpoint-country and us-core-direct.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import (
    entries,
    extension_of,
    is_marked_absent,
    root,
    text,
    value_text,
    value_texts,
)
from fhir_profiles.period import days_of
from fhir_profiles.places import ADDRESS_STATES, is_us_country, state_named, territory_of
from fhir_profiles.systems import CONTACTPOINT_COUNTRY, US_CORE_DIRECT
from fhir_profiles.today import NATIONWIDE, Today

PathAndEntry = tuple[str, Resource]
"""FHIR path and object of one entry of a repeating element."""

PERIOD_UNREADABLE = "its period can't be read, so it is ignored; correct its start and end"
NOT_A_US_ADDRESS = "this is not a US address, and DoseSpot takes no other; add one in the US"
NOT_A_US_NUMBER = "this is not a US number, and DoseSpot takes no other; add a US number"

OVER, TEMPORARY = "old", "temp"

_NAME = ("family", "given")
_ADDRESS = ("line", "city", "state", "postalCode")
_COUNTRY_CODE = re.compile(
    r"[^0-9+]*(?:\+|(?:011(?=(?:\W*[0-9]){8})|00(?=(?:\W*[0-9]){9})))\W*([0-9])"
)
"""The first digit behind a plus sign, or behind what is dialed for another country: 011 in North
America and 00 elsewhere, where more than ten digits are written."""


@dataclass(frozen=True)
class ChoiceRule:
    """How the one entry is chosen that is sent to DoseSpot.

    Attributes:
        what: whose what, in words.
        element: the repeating element.
        values: an entry counts only with one of these.
        uses: the order of `use`, best first; "" stands for none.
        never: uses that never count.
        only: whether no other use counts; else the others come last, with a warning.
        system: `system` of a contact point.
        types: the order of `type`, best first.
        never_types: types that never count.
        rank_first: whether `rank` is looked at before `use`, and not after it.
    """

    what: str
    element: str
    values: tuple[str, ...]
    uses: tuple[str, ...]
    never: tuple[str, ...] = (OVER,)
    only: bool = False
    system: str = ""
    types: tuple[str, ...] = ()
    never_types: tuple[str, ...] = ()
    rank_first: bool = False


NAME = ChoiceRule(
    "name of a prescriber or patient",
    "name",
    _NAME,
    uses=("official", "usual", ""),
    never=(OVER, "anonymous"),
)
WORK_PHONE = ChoiceRule(
    "phone of a prescriber", "telecom", ("value",), uses=("work",), only=True, system="phone"
)
WORK_FAX = ChoiceRule("fax of a prescriber", "telecom", ("value",), uses=("work", ""), system="fax")
WORK_EMAIL = ChoiceRule(
    "e-mail of a prescriber", "telecom", ("value",), ("work", ""), system="email"
)
WORK_ADDRESS = ChoiceRule(
    "address of a prescriber",
    "address",
    _ADDRESS,
    uses=("work", ""),
    never=(OVER, "billing"),
    types=("physical", "both", ""),
    never_types=("postal",),
)
PATIENT_PHONE = ChoiceRule(
    "phone of a patient",
    "telecom",
    ("value",),
    uses=("mobile", "home", "work", ""),
    system="phone",
    rank_first=True,
)
PATIENT_EMAIL = ChoiceRule(
    "e-mail of a patient",
    "telecom",
    ("value",),
    uses=("home", "mobile", "", "work"),
    system="email",
    rank_first=True,
)
PATIENT_ADDRESS = ChoiceRule(
    "address of a patient",
    "address",
    _ADDRESS,
    uses=("home", ""),
    types=("physical", "both", "", "postal"),
)
CLINIC_PHONE = ChoiceRule(
    "phone of a clinic's Location",
    "telecom",
    ("value",),
    uses=("work", "", "mobile", "home"),
    never=(OVER, TEMPORARY),
    system="phone",
)

RULES = (
    NAME,
    WORK_PHONE,
    WORK_FAX,
    WORK_EMAIL,
    WORK_ADDRESS,
    PATIENT_PHONE,
    PATIENT_EMAIL,
    PATIENT_ADDRESS,
    CLINIC_PHONE,
)


@dataclass(frozen=True)
class Choice:
    """The result of a rule for a resource.

    Attributes:
        counting: the entries that count, the best first.
        passed_over: path and reason of entries that don't count though they look as if they did;
            with entries that count, just those that would have come first.
    """

    counting: tuple[PathAndEntry, ...]
    passed_over: tuple[tuple[str, str], ...]


def choice(resource: Resource, rule: ChoiceRule, today: Today, state: str = NATIONWIDE) -> Choice:
    """The entries that count by a rule.

    Args:
        resource: raw JSON.
        rule: for its element.
        today: now.
        state: in whose day periods are compared; an address has its own.
    """
    found = sorted(
        (
            _order(rule, entry, index),
            f"{resource.get('resourceType')}.{rule.element}[{index}]",
            entry,
        )
        for index, entry in _candidates(resource, rule)
    )
    counting: list[PathAndEntry] = []
    passed_over = []
    for _, path, entry in found:
        refused = _not_counting(rule, entry, today, state)
        if refused is None:
            counting.append((path, entry))
        elif refused != ("", "") and not counting:
            passed_over.append((f"{path}.{refused[0]}", refused[1]))
    return Choice(tuple(counting), tuple(passed_over))


def is_usual(rule: ChoiceRule, entry: Resource) -> bool:
    """Whether the entry's use and type are meant for this, and not only better than none."""
    use, kind = text(entry.get("use")), text(entry.get("type"))
    return use in rule.uses and (rule.element != "address" or kind != "postal")


def in_force(element: Resource, today: Today, state: str = NATIONWIDE) -> bool:
    """Whether an identifier, role or other element counts today.

    It does not where its `use` is `old` or `temp`, or its `period` does not cover the day or can't
    be read.
    """
    if element.get("use") in (OVER, TEMPORARY):
        return False
    return days_of(element, state).cover(today.in_state(state))


def numbered(
    resource: Resource, systems: frozenset[str], today: Today, state: str = NATIONWIDE
) -> list[PathAndEntry]:
    """The identifiers of these systems that count today and have a value."""
    return [
        (f"{root(resource)}.identifier[{index}]", identifier)
        for index, identifier in entries(resource, "identifier")
        if text(identifier.get("system")) in systems
        and has_value(identifier)
        and in_force(identifier, today, state)
    ]


def has_value(identifier: Resource) -> bool:
    """Whether an identifier has a value, and nothing says that it has none."""
    return bool(value_text(identifier, "value")) and not is_marked_absent(identifier)


def state_of(address: Resource) -> str:
    """The state code of an address, out of its state or its country; "" if there is none."""
    written = state_named(value_text(address, "state"), ADDRESS_STATES)
    return written or territory_of(value_text(address, "country"))


def is_foreign(address: Resource) -> bool:
    """Whether an address says that it is in a country other than the US and its territories."""
    country = value_text(address, "country")
    return bool(country) and not is_us_country(country)


def is_foreign_number(telecom: Resource) -> bool:
    """Whether a phone or fax number says that it has another country code than 1."""
    code = _COUNTRY_CODE.match(_as_typed(value_text(telecom, "value")))
    if code:
        return code[1] != "1"
    stated = extension_of(telecom, CONTACTPOINT_COUNTRY) or {}
    country = text(stated.get("valueString")).lstrip("+0")
    return bool(country) and country != "1" and not is_us_country(country)


def is_direct(telecom: Resource) -> bool:
    """Whether an e-mail address is a Direct address, which takes no ordinary mail."""
    stated = extension_of(telecom, US_CORE_DIRECT)
    return stated is not None and stated.get("valueBoolean") is True


def _candidates(resource: Resource, rule: ChoiceRule) -> Iterator[tuple[int, Resource]]:
    for index, entry in entries(resource, rule.element):
        use = text(entry.get("use"))
        if (
            (not rule.system or entry.get("system") == rule.system)
            and (use in rule.uses or (not rule.only and use not in rule.never))
            and text(entry.get("type")) not in rule.never_types
            and not is_marked_absent(entry)
            and any(value_text(entry, name) or value_texts(entry, name) for name in rule.values)
        ):
            yield index, entry


def _order(rule: ChoiceRule, entry: Resource, index: int) -> tuple[int, int, int, int]:
    use = _place(text(entry.get("use")), rule.uses)
    kind = _place(text(entry.get("type")), rule.types)
    rank = entry.get("rank")
    ranked = rank if isinstance(rank, int) and rank is not True and rank > 0 else 2**31
    if rule.rank_first:
        return ranked, use, kind, index
    return use, kind, ranked, index


def _place(value: str, order: tuple[str, ...]) -> int:
    return order.index(value) if value in order else len(order)


def _as_typed(value: str) -> str:
    """A text with plain digits and plus signs, and without characters that are not seen."""
    if value.isascii():
        return value
    return "".join(
        mark for mark in unicodedata.normalize("NFKC", value) if unicodedata.category(mark) != "Cf"
    )


def _not_counting(
    rule: ChoiceRule, entry: Resource, today: Today, state: str
) -> tuple[str, str] | None:
    """Element and reason why the entry does not count, both empty for what needs no word."""
    if rule.element == "address":
        state = state_of(entry)
    days = days_of(entry, state)
    if not days.readable:
        return "period", PERIOD_UNREADABLE
    if not days.cover(today.in_state(state)) or (rule.system == "email" and is_direct(entry)):
        return "", ""
    if rule.element == "address" and is_foreign(entry):
        return "country", NOT_A_US_ADDRESS
    if rule.system in ("phone", "fax") and is_foreign_number(entry):
        return "value", NOT_A_US_NUMBER
    return None
