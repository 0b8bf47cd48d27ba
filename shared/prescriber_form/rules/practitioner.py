"""What a form says, put on a FHIR Practitioner: new, or as it stands, with only what differs."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from fhir_profiles import Resource
from fhir_profiles.choice import (
    NAME,
    WORK_ADDRESS,
    WORK_EMAIL,
    WORK_FAX,
    WORK_PHONE,
    ChoiceRule,
    PathAndEntry,
    choice,
    state_of,
)
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.elements import extension_of, items, state_code, text, texts
from fhir_profiles.given_by_form import with_superseded_ended
from fhir_profiles.prescriber_identifiers import (
    with_identifier,
    with_npi,
    with_pbs_number,
    with_state_number,
)
from fhir_profiles.state_license import with_state_license
from fhir_profiles.systems import (
    CONTACTPOINT_EXTENSION,
    DEA,
    DEA_ALIASES,
    HPII,
    NADEAN,
    NPI_ALIASES,
    USERNAME,
)
from fhir_profiles.today import Today
from shared.prescriber_form.rules.form import PrescriberForm
from shared.records.findings import Finding
from shared.records.identifiers import RuleBroken, parse_phone, parse_zip
from shared.records.prescriber import StreetAddress
from shared.records.reading import Parse

ANOTHER_NUMBER = (
    "the Practitioner also has another DEA number for this state; end the one that is no longer"
    " valid"
)


class RegistrationKind(Enum):
    """What a state, or the DEA for a state, registers a prescriber for."""

    DEA = "DEA number"
    NADEAN = "NADEAN"
    LICENSE = "license"


@dataclass(frozen=True)
class Registration:
    """A number that is good in one state, and where the form says so."""

    kind: RegistrationKind
    number: str
    state: str
    path: str


NEW: Resource = {"resourceType": "Practitioner", "active": True}


_KINDS = {NADEAN: RegistrationKind.NADEAN, "": RegistrationKind.LICENSE}
"""By the identifier's system; the form writes a license's without one."""

BILLING_ADDRESS = ChoiceRule(
    "billing address of a form",
    "address",
    ("line", "city", "state", "postalCode"),
    uses=("billing",),
    only=True,
)


def with_form(
    practitioner: Resource,
    form: PrescriberForm,
    registrations: Collection[Registration],
    today: Today,
) -> Resource:
    """The Practitioner, saying what the form says; the same object where it does already.

    Entries that the form does not speak of stay, and an empty field of the form says nothing. A
    number that a form gave before and that this one corrects ends; nobody else's does.

    Args:
        practitioner: raw JSON, or `NEW`; not changed.
        form: has no problems.
        registrations: DEA numbers, NADEANs and licenses, each with its state.
        today: now; entries count on the day that it is in their state.
    """
    state = form.mailing.state
    changed = _with_corrections(practitioner, form, registrations, today)
    changed = with_npi(changed, form.npi, today, state)
    changed = with_identifier(changed, USERNAME, form.username)
    if form.hpii:
        changed = with_identifier(changed, HPII, form.hpii)
    if form.pbs_number:
        changed = with_pbs_number(changed, form.pbs_number, form.pbs_type)
    for one in registrations:
        changed = _with_registration(changed, one, today)
    changed = _with_name(changed, form, today)
    for rule, value, parse in (
        (WORK_EMAIL, form.email, str.casefold),
        (WORK_PHONE, form.phone, parse_phone),
        (WORK_FAX, form.fax, parse_phone),
    ):
        changed = with_contact(changed, rule, value, parse, today, state)
    changed = with_address(changed, form.mailing, WORK_ADDRESS, today)
    changed = with_address(changed, form.billing, BILLING_ADDRESS, today)
    facts = {"birthDate": form.birth_date, "gender": form.gender}
    return _with_entries(changed, {name: value for name, value in facts.items() if value})


def contradictions(
    practitioner: Resource, registrations: Collection[Registration], today: Today
) -> list[Finding]:
    """DEA numbers of the form for states for which the Practitioner has one that is not on it.

    Several may be right, because a DEA number is good for one place, or the form may correct one
    that was not a form's.
    """
    given = {one.number: one for one in registrations if one.kind is RegistrationKind.DEA}
    others = {
        one.state
        for one in dea_identifiers(practitioner)
        if one.days.cover(today.in_state(one.state)) and one.number not in given
    }
    return [Finding(one.path, ANOTHER_NUMBER) for one in given.values() if one.state in others]


def _with_corrections(
    practitioner: Resource,
    form: PrescriberForm,
    registrations: Collection[Registration],
    today: Today,
) -> Resource:
    """The Practitioner, where the numbers end that a form gave and that this one replaces.

    A number is replaced by another one of its kind for the same state, and by itself for another.
    """
    kept = {(one.kind, one.state, one.number.upper()) for one in registrations}
    states = {(kind, state) for kind, state, _ in kept}
    numbers = {(kind, number) for kind, _, number in kept}

    def superseded(identifier: Resource) -> bool:
        number, system = text(identifier.get("value")), text(identifier.get("system"))
        if system in NPI_ALIASES:
            return number != form.npi
        kind = RegistrationKind.DEA if system in DEA_ALIASES else _KINDS.get(system)
        state = state_code(identifier, "assigner")
        is_given = (kind, state) in states or (kind, number.upper()) in numbers
        return is_given and (kind, state, number.upper()) not in kept

    return with_superseded_ended(practitioner, superseded, today.in_state(form.mailing.state))


def _with_registration(practitioner: Resource, one: Registration, today: Today) -> Resource:
    if one.kind is RegistrationKind.LICENSE:
        return with_state_license(practitioner, one.number, one.state, today)
    system = DEA if one.kind is RegistrationKind.DEA else NADEAN
    return with_state_number(practitioner, system, one.number, one.state, today)


def _with_name(practitioner: Resource, form: PrescriberForm, today: Today) -> Resource:
    name = form.name
    _, entry = _own(practitioner, NAME, today, form.mailing.state)
    given = texts(entry, "given")
    wanted = {
        "family": name.last,
        "given": [name.first, *([name.middle] if name.middle else given[1:])],
        "prefix": [name.prefix] if name.prefix else texts(entry, "prefix"),
        "suffix": [name.suffix] if name.suffix else texts(entry, "suffix"),
    }
    stated = {
        "family": text(entry.get("family")),
        # Two middle names may be two entries, or one.
        "given": [*given[:1], *([" ".join(given[1:])] if name.middle and given[1:] else given[1:])],
        "prefix": texts(entry, "prefix"),
        "suffix": texts(entry, "suffix"),
    }
    return _with_entry(practitioner, "name", entry, _differing(wanted, stated))


def with_contact(
    practitioner: Resource, rule: ChoiceRule, value: str, parse: Parse, today: Today, state: str
) -> Resource:
    """The Practitioner with that number or e-mail address; an empty one says nothing."""
    if not value:
        return practitioner
    _, entry = _own(practitioner, rule, today, state)
    beside = text((extension_of(entry, CONTACTPOINT_EXTENSION) or {}).get("valueString"))
    stated = text(entry.get("value")) + (f" x{beside}" if beside and rule.system == "phone" else "")
    if _parsed(parse, stated) == _parsed(parse, value):
        return practitioner
    new = {} if entry else {"system": rule.system, "use": "work"}
    kept = [
        one
        for one in items(entry, "extension")
        if not (isinstance(one, dict) and one.get("url") == CONTACTPOINT_EXTENSION)
    ]
    extension = {"extension": kept} if beside else {}
    return _with_entry(practitioner, "telecom", entry, {**new, "value": value, **extension})


def with_address(
    practitioner: Resource, address: StreetAddress, rule: ChoiceRule, today: Today
) -> Resource:
    """The Practitioner with its address of that use; an address for work may say no use."""
    _, entry = _own(practitioner, rule, today, address.state)
    wanted = {
        "line": [line for line in (address.line1, address.line2) if line],
        "city": address.city,
        "state": address.state,
        "postalCode": address.zip_code,
    }
    stated = {
        "line": texts(entry, "line"),
        "city": text(entry.get("city")),
        "state": state_of(entry),
        "postalCode": _parsed(parse_zip, text(entry.get("postalCode"))),
    }
    differing = _differing(wanted, stated)
    new = {"use": rule.uses[0], "country": "US"} if differing and not entry else {}
    return _with_entry(practitioner, "address", entry, {**new, **differing})


def _own(practitioner: Resource, rule: ChoiceRule, today: Today, state: str) -> PathAndEntry:
    """The entry that the form speaks of; ("", {}) where a new one has to be made.

    An entry that the rule takes only where there is no better one, such as a home address, is
    somebody's own and never written over.
    """
    found = choice(practitioner, rule, today, state).counting
    return next((one for one in found if text(one[1].get("use")) in rule.uses), ("", {}))


def _differing(wanted: Resource, stated: Resource) -> Resource:
    return {name: value for name, value in wanted.items() if value != stated[name]}


def _with_entry(
    practitioner: Resource, element: str, entry: Resource, changes: Resource
) -> Resource:
    """The Practitioner with changes to one entry of a list, or with a new entry where it is {}.

    The entry's `text` says what its parts said before, so it goes; an element that becomes an empty
    list goes too.
    """
    if not changes:
        return practitioner
    if not entry:
        return {**practitioner, element: [*items(practitioner, element), changes]}
    changed = {name: value for name, value in {**entry, **changes}.items() if name != "text"}
    changed = {name: value for name, value in changed.items() if value != []}
    entries = [changed if one is entry else one for one in items(practitioner, element)]
    return {**practitioner, element: entries}


def _with_entries(practitioner: Resource, facts: Resource) -> Resource:
    same = all(practitioner.get(name) == value for name, value in facts.items())
    return practitioner if same else {**practitioner, **facts}


def _parsed(parse: Parse, value: str) -> str:
    """The value in the form in which values are compared; as it stands if it has none."""
    try:
        return parse(value)
    except RuleBroken:
        return value
