"""What a form says, put on a FHIR Practitioner: new, or as it stands, with only what differs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from fhir_profiles import Resource
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.elements import items, text, texts
from fhir_profiles.prescriber_identifiers import with_identifier, with_pbs_number, with_state_number
from fhir_profiles.state_license import with_state_license
from fhir_profiles.systems import DEA, HPII, NADEAN, NPI, USERNAME
from shared.records.findings import Finding
from shared.records.identifiers import RuleBroken, parse_phone, parse_zip
from shared.records.practitioner import NAME_ORDER, WORK_FIRST
from shared.records.prescriber import StreetAddress
from shared.records.prescriber_form import PrescriberForm
from shared.records.reading import Parse, Reading, preferred

ANOTHER_NUMBER = (
    "the Practitioner has another DEA number for this state too; end the one that is no longer good"
)


class Kind(Enum):
    """What a state, or the DEA for a state, registers a prescriber for."""

    DEA = "DEA number"
    NADEAN = "NADEAN"
    LICENSE = "license"


@dataclass(frozen=True)
class Registration:
    """A number that is good in one state, and where the form says so."""

    kind: Kind
    number: str
    state: str
    path: str


NEW: Resource = {"resourceType": "Practitioner", "active": True}


def with_form(
    practitioner: Resource,
    form: PrescriberForm,
    registrations: Iterable[Registration],
    today: date,
) -> Resource:
    """The Practitioner, saying what the form says; the same object where it does already.

    Nothing is taken away: entries that the form does not speak of stay, and an empty field of the
    form says nothing.

    Args:
        practitioner: raw JSON, or `NEW`; not changed.
        form: has no problems.
        registrations: DEA numbers, NADEANs and licenses, each with its state.
        today: the day on which entries count.
    """
    changed = with_identifier(practitioner, NPI, form.npi)
    changed = with_identifier(changed, USERNAME, form.username)
    if form.hpii:
        changed = with_identifier(changed, HPII, form.hpii)
    if form.pbs_number:
        changed = with_pbs_number(changed, form.pbs_number, form.pbs_type)
    for one in registrations:
        changed = _with_registration(changed, one, today)
    changed = _with_name(changed, form, today)
    for system, value, parse in (
        ("email", form.email, str.casefold),
        ("phone", form.phone, parse_phone),
        ("fax", form.fax, parse_phone),
    ):
        changed = _with_contact(changed, system, value, parse, today)
    changed = _with_address(changed, form.mailing, "work", today)
    changed = _with_address(changed, form.billing, "billing", today)
    facts = {"birthDate": form.birth_date, "gender": form.gender}
    return _with_entries(changed, {name: value for name, value in facts.items() if value})


def contradictions(
    practitioner: Resource, registrations: Collection[Registration], today: date
) -> list[Finding]:
    """DEA numbers of the form for states for which the Practitioner has one that is not on it.

    Several may be right, because a DEA number is good for one place, or the form may mend one.
    """
    given = {one.number: one for one in registrations if one.kind is Kind.DEA}
    others = {
        one.state
        for one in dea_identifiers(practitioner)
        if one.days.cover(today) and one.number not in given
    }
    return [Finding(one.path, ANOTHER_NUMBER) for one in given.values() if one.state in others]


def _with_registration(practitioner: Resource, one: Registration, today: date) -> Resource:
    if one.kind is Kind.LICENSE:
        return with_state_license(practitioner, one.number, one.state, today)
    system = DEA if one.kind is Kind.DEA else NADEAN
    return with_state_number(practitioner, system, one.number, one.state, today)


def _with_name(practitioner: Resource, form: PrescriberForm, today: date) -> Resource:
    name = form.name
    found = preferred(Reading("Practitioner", practitioner, today).current("name"), NAME_ORDER)
    entry = found[1] if found else {}
    given = texts(entry, "given")
    wanted = {
        "family": name.last,
        "given": [name.first, *([name.middle] if name.middle else given[1:])],
        "prefix": [name.prefix] if name.prefix else texts(entry, "prefix"),
        "suffix": [name.suffix] if name.suffix else texts(entry, "suffix"),
    }
    said = {
        "family": text(entry.get("family")),
        # Two middle names may be two entries, or one.
        "given": [*given[:1], *([" ".join(given[1:])] if name.middle and given[1:] else given[1:])],
        "prefix": texts(entry, "prefix"),
        "suffix": texts(entry, "suffix"),
    }
    return _with_entry(practitioner, "name", entry, _differing(wanted, said))


def _with_contact(
    practitioner: Resource, system: str, value: str, parse: Parse, today: date
) -> Resource:
    if not value:
        return practitioner
    reading = Reading("Practitioner", practitioner, today)
    wanted = {"use": "work"} if system == "phone" else {}
    _, entry = reading.contact(system, WORK_FIRST, **wanted)
    if _parsed(parse, text(entry.get("value"))) == _parsed(parse, value):
        return practitioner
    new = {} if entry else {"system": system, "use": "work"}
    return _with_entry(practitioner, "telecom", entry, {**new, "value": value})


def _with_address(
    practitioner: Resource, address: StreetAddress, use: str, today: date
) -> Resource:
    """The Practitioner with its address of that use; an address for work may say no use."""
    reading = Reading("Practitioner", practitioner, today)
    usable = [one for one in reading.current("address") if _is_for(one[1], use)]
    found = preferred(usable, WORK_FIRST)
    entry = found[1] if found else {}
    wanted = {
        "line": [line for line in (address.line1, address.line2) if line],
        "city": address.city,
        "state": address.state,
        "postalCode": address.zip_code,
    }
    said = {
        "line": texts(entry, "line"),
        "city": text(entry.get("city")),
        "state": text(entry.get("state")).upper(),
        "postalCode": _parsed(parse_zip, text(entry.get("postalCode"))),
    }
    differing = _differing(wanted, said)
    new = {"use": use, "country": "US"} if differing and not entry else {}
    return _with_entry(practitioner, "address", entry, {**new, **differing})


def _is_for(address: Resource, use: str) -> bool:
    return (address.get("use") == "billing") == (use == "billing")


def _differing(wanted: Resource, said: Resource) -> Resource:
    return {name: value for name, value in wanted.items() if value != said[name]}


def _with_entry(
    practitioner: Resource, element: str, entry: Resource, changes: Resource
) -> Resource:
    """The Practitioner with changes to one entry of a list, or with a new entry where it is {}."""
    if not changes:
        return practitioner
    if not entry:
        return {**practitioner, element: [*items(practitioner, element), changes]}
    entries = [{**one, **changes} if one is entry else one for one in items(practitioner, element)]
    return {**practitioner, element: entries}


def _with_entries(practitioner: Resource, facts: Resource) -> Resource:
    same = all(practitioner.get(name) == value for name, value in facts.items())
    return practitioner if same else {**practitioner, **facts}


def _parsed(parse: Parse, value: str) -> str:
    """The value in the form in which values are compared; as it stands where it has none."""
    try:
        return parse(value)
    except RuleBroken:
        return value
