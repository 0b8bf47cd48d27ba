"""The table of prescriber fields, made from what the code does with each of them.

Nothing is said twice: the fields are those that the code asks a form for, the rule is what it says
of a wrong value, and the places are where a value that occurs nowhere else turns up.
A value is looked for where the code puts the example of its field.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from deploy.reference.form_fields import FIELDS, filled
from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.today import Today
from shared.dosespot.clinician_record import new_record
from shared.prescriber_form.invitation import invitation_of
from shared.prescriber_form.known_records import Place
from shared.prescriber_form.rules.form import PrescriberForm, read_form
from shared.prescriber_form.rules.practitioner import NEW, Registration, RegistrationKind, with_form
from shared.prescriber_form.wanted_records import wanted_consents, wanted_roles
from shared.records.practitioner import read_practitioner

HEADER = (
    "| Field | Form | Required | In FHIR | Error message | In DoseSpot |",
    "|---|---|---|---|---|---|",
)
DAY = date(2026, 3, 10)
NOW = Today(datetime(2026, 3, 10, 11, 30, tzinfo=UTC))
JANE, LOCATION = "Practitioner/jane", "Location/north"
STORED = {"gender": "female", "practitionerRoleTypes": "PrescribingClinician"}
STORED |= {"locations[].locationId": LOCATION}
SAME_PLACE = {"locations[].locationName": "locations[].locationId"}
"""A name only finds the Location."""


def leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every value below a node, with its path; entries of lists are called by what they are."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from leaves(value, f"{path}{label(value)}")
    else:
        yield path, node


def label(entry: Any) -> str:
    """The end of an entry's system, its use, or the code of its type."""
    if not isinstance(entry, dict):
        return ""
    coding = entry.get("type", {}).get("coding", [{}])[0]
    name = entry.get("system") or entry.get("use") or coding.get("code")
    words = [part for part in re.split("[/:]", name or "") if re.search("[A-Za-z]", part)]
    return f"[{words[-1]}]" if words else ""


def read(body: dict[str, Any]) -> PrescriberForm:
    """The form of a body without any problem.

    Raises:
        ValueError: an example is not valid any more.
    """
    form, findings = read_form(body, DAY)
    if findings.problems:
        raise ValueError(f"The examples are refused: {findings.problems}.")
    return form


def values(form: PrescriberForm) -> list[tuple[str, Any]]:
    """Every value of the records of a form, with its path."""
    (given,) = form.locations
    place = Place(LOCATION, None, given.default)
    wanted = wanted_roles(JANE, form, [place], [], NOW)
    consents = wanted_consents(JANE, form, [], datetime(2026, 3, 10, tzinfo=UTC))
    body = invitation_of(JANE, form, "AccessPolicy/policy")
    invitation = {"email": body["email"]} if form.invite else {}
    return [
        *leaves(practitioner(form), "Practitioner"),
        *(leaf for one in wanted for leaf in leaves(one.change(one.new), "PractitionerRole")),
        *(
            leaf
            for one in consents
            for leaf in leaves(one.new, f"Consent[{one.query.rpartition('.')[2]}]")
        ),
        *leaves(invitation, "invitation"),
    ]


def practitioner(form: PrescriberForm) -> Resource:
    """The Practitioner that a form makes."""
    (given,) = form.locations
    registrations = [
        Registration(RegistrationKind.DEA, form.dea, form.dea_state, ""),
        Registration(RegistrationKind.DEA, given.dea, given.state, ""),
        Registration(RegistrationKind.NADEAN, given.nadean, given.state, ""),
        Registration(RegistrationKind.LICENSE, given.license, given.state, ""),
    ]
    return with_form(NEW, form, registrations, NOW)


def places(field: str, found: list[tuple[str, Any]]) -> str:
    """Where the field's value turns up; where a flag makes a difference."""
    good = FIELDS[SAME_PLACE.get(field, field)].example
    value = STORED.get(SAME_PLACE.get(field, field), good)
    if isinstance(good, bool):
        before, after = set(values(read(filled(field, not good)))), set(values(read(filled())))
        paths = sorted({path for path, _ in before ^ after})
    else:
        paths = [path for path, leaf in found if leaf == value]
    return ", ".join(dict.fromkeys(paths)) or "-"


def fhir_place(field: str) -> str:
    """Where the field's value goes in FHIR."""
    return places(field, values(read(filled())))


def dosespot_place(field: str) -> str:
    """Where the field's value goes in DoseSpot."""
    prescriber, _ = read_practitioner(practitioner(read(filled())), NOW)
    record = new_record(prescriber, [ClinicianRole.PRESCRIBING_CLINICIAN], [], 123)
    found = [(path.removeprefix("."), leaf) for path, leaf in leaves(record, "")]
    return "-" if isinstance(FIELDS[field].example, bool) else places(field, found)


def is_required(field: str) -> str:
    """Whether a form that is otherwise whole is refused without it."""
    _, findings = read_form(filled(field), DAY)
    path = field.replace("[]", "[0]")
    return "yes" if path in [one.path for one in findings.problems] else "no"


def error_message(field: str) -> str:
    """The first sentence about the field where its value is wrong."""
    _, findings = read_form(filled(field, FIELDS[field].wrong), DAY)
    path = field.replace("[]", "[0]")
    about = [*findings.problems, *findings.warnings]
    return next(one.sentence for one in about if one.path.startswith(path))


def rendered() -> str:
    """The table, in Markdown."""
    rows = (
        f"| `{field}` | {one.source} | {is_required(field)} | {fhir_place(field)}"
        f" | {error_message(field)} | {dosespot_place(field)} |"
        for field, one in FIELDS.items()
    )
    return "\n".join((*HEADER, *rows)) + "\n"
