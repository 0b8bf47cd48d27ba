"""The README's table of prescriber fields, made from what the code does with each of them.

Nothing is said twice: the fields are those that the code asks a form for, the rule is what it says
of a wrong value, and the places are where a value that occurs nowhere else turns up.
`python -m tests.field_table` writes the table into the README.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from shared.dosespot.clinician_record import new_record
from shared.records.form_practitioner import NEW, Kind, Registration, with_form
from shared.records.practitioner import read_practitioner
from shared.records.prescriber_form import PrescriberForm, read_form
from shared.workflow.invitation import invitation_of
from shared.workflow.known_records import Place
from shared.workflow.wanted_records import wanted_consents, wanted_roles
from tests.builders import NOW, TODAY

README = Path(__file__).parents[1] / "README.md"
MARK = "<!-- fields -->\n"
HEADER = (
    "| Field | Form | Required | In FHIR | Error message | In DoseSpot |",
    "|---|---|---|---|---|---|",
)
JANE, LOCATION = "Practitioner/jane", "Location/north"
CREATION, ENROLLMENT, OURS = "creation", "enrollment", "ours"

# From which form; a value that occurs nowhere else, and one that is wrong.
FIELDS: dict[str, tuple[str, Any, Any]] = {
    "fName": (CREATION, "Quorble", "R2"),
    "mName": (OURS, "Vexmire", "R2"),
    "lName": (CREATION, "Zyxwvut", "R2"),
    "prefix": (OURS, "Drx.", "D" * 11),
    "suffix": (OURS, "Jrx.", "J" * 11),
    "username": (CREATION, "qzyx", "<"),
    "email": (CREATION, "q@garply.example", "q"),
    "phone": (CREATION, "3459876543", "345"),
    "fax": (OURS, "6789876541", "345"),
    "gender": (CREATION, "F", "X"),
    "dateOfBirth": (CREATION, "1973-11-29", "1973"),
    "details.npi": (CREATION, "1558598797", "1"),
    "details.dea": (CREATION, "MZ8675300", "M1"),
    "details.deaState": (OURS, "WY", "XX"),
    "details.speciality": (CREATION, "Garplology", "<"),
    "details.providerType": (CREATION, "Garplologist", "<"),
    "details.hpiiNumber": (OURS, "8003619900015717", "1"),
    "details.prescriberNumber": (OURS, "2603485", "1"),
    "details.prescriberType": (OURS, "T", "X"),
    "mailingAddress.address1": (CREATION, "77 Quuxley Rd", "PO Box 1"),
    "mailingAddress.address2": (CREATION, "Suite Grault", "PO Box 1"),
    "mailingAddress.city": (CREATION, "Plughville", "<"),
    "mailingAddress.state": (CREATION, "IL", "XX"),
    "mailingAddress.zipCode": (CREATION, "62795-4821", "1"),
    "mailingAddress.country": (CREATION, "US", "CA"),
    "ifBillingSameAsMailing": (CREATION, False, "no"),
    "billingAddress.address1": (CREATION, "88 Waldo Rd", "<"),
    "billingAddress.address2": (CREATION, "Suite Fred", "<"),
    "billingAddress.city": (CREATION, "Xyzzyton", "<"),
    "billingAddress.state": (CREATION, "NV", "XX"),
    "billingAddress.zipCode": (CREATION, "88901", "1"),
    "billingAddress.country": (CREATION, "US", "CA"),
    "authSmsConsent": (CREATION, True, "yes"),
    "smsConsent": (CREATION, False, "yes"),
    "dataRatesSmsConsent": (CREATION, True, "yes"),
    "locations[].locationId": (ENROLLMENT, "north", "../x"),
    "locations[].locationName": (ENROLLMENT, None, "<"),
    "locations[].useAsDefault": (ENROLLMENT, True, "yes"),
    "locations[].state": (OURS, "NM", "XX"),
    "locations[].deaNumber": (ENROLLMENT, "BZ3141594", "B1"),
    "locations[].naDeaNumber": (ENROLLMENT, "XZ3141594", "X1"),
    "locations[].medicalLicenseNumber": (ENROLLMENT, "LX-90817-FRED", "L" * 36),
    "practitionerRoleTypes": (OURS, [1], [0]),
    "invite": (ENROLLMENT, True, "yes"),
    "strict": (OURS, False, "yes"),
}
STORED = {"gender": "female", "practitionerRoleTypes": "PrescribingClinician"}
STORED |= {"locations[].locationId": LOCATION}
SAME_PLACE = {"locations[].locationName": "locations[].locationId"}
"""A name only finds the Location."""


class Asked(dict[str, Any]):
    """An object of a form that remembers for what it was asked."""

    def __init__(self, paths: list[str], prefix: str = "") -> None:
        super().__init__()
        self.paths, self.prefix = paths, prefix

    def get(self, key: str, default: Any = None) -> Any:
        if self.prefix + key not in self.paths:
            self.paths.append(self.prefix + key)
        return super().get(key, default)


def filled(field: str = "", value: Any = None) -> dict[str, Any]:
    """A form with every value of FIELDS, but for another one of one field."""
    body: dict[str, Any] = {}
    for name, (_, good, _) in FIELDS.items():
        given = value if name == field else good
        head, _, rest = name.partition(".")
        if head == "locations[]":
            body.setdefault("locations", [{}])[0][rest] = given
        elif rest:
            body.setdefault(head, {})[rest] = given
        else:
            body[name] = given
    return body


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
    form, findings = read_form(body, TODAY)
    assert findings.problems == []
    return form


def made(form: PrescriberForm) -> list[tuple[str, Any]]:
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
    (given,) = form.locations
    registrations = [
        Registration(Kind.DEA, form.dea, form.dea_state, ""),
        Registration(Kind.DEA, given.dea, given.state, ""),
        Registration(Kind.NADEAN, given.nadean, given.state, ""),
        Registration(Kind.LICENSE, given.license, given.state, ""),
    ]
    return with_form(NEW, form, registrations, NOW)


def places(field: str, found: list[tuple[str, Any]]) -> str:
    """Where the field's value turns up; where a flag makes a difference."""
    _, good, _ = FIELDS[SAME_PLACE.get(field, field)]
    value = STORED.get(SAME_PLACE.get(field, field), good)
    if isinstance(good, bool):
        before, after = set(made(read(filled(field, not good)))), set(made(read(filled())))
        paths = sorted({path for path, _ in before ^ after})
    else:
        paths = [path for path, leaf in found if leaf == value]
    return ", ".join(dict.fromkeys(paths)) or "-"


def fhir_place(field: str) -> str:
    return places(field, made(read(filled())))


def dosespot_place(field: str) -> str:
    prescriber, findings = read_practitioner(practitioner(read(filled())), NOW)
    assert findings.problems == []
    record = new_record(prescriber, [ClinicianRole.PRESCRIBING_CLINICIAN], [], 123)
    found = [(path.removeprefix("."), leaf) for path, leaf in leaves(record, "")]
    return "-" if isinstance(FIELDS[field][1], bool) else places(field, found)


def is_required(field: str) -> str:
    """Whether a form that is otherwise whole is refused without it."""
    _, findings = read_form(filled(field), TODAY)
    path = field.replace("[]", "[0]")
    return "yes" if path in [one.path for one in findings.problems] else "no"


def said_of_a_wrong_value(field: str) -> str:
    wrong = FIELDS[field][2]
    _, findings = read_form(filled(field, wrong), TODAY)
    path = field.replace("[]", "[0]")
    told = [*findings.problems, *findings.warnings]
    return next(one.sentence for one in told if one.path.startswith(path))


def asked_for() -> set[str]:
    """The fields that the code asks a form for."""
    paths: list[str] = []
    form = Asked(paths)
    for name in ("details", "mailingAddress", "billingAddress"):
        form[name] = Asked(paths, f"{name}.")
    form |= {"ifBillingSameAsMailing": False, "locations": [Asked(paths, "locations[].")]}
    read_form(form, TODAY)
    return set(paths) - {"details", "mailingAddress", "billingAddress", "locations"}


def rendered() -> str:
    """The table, in Markdown."""
    rows = (
        f"| `{field}` | {source} | {is_required(field)} | {fhir_place(field)}"
        f" | {said_of_a_wrong_value(field)} | {dosespot_place(field)} |"
        for field, (source, _, _) in FIELDS.items()
    )
    return "\n".join((*HEADER, *rows)) + "\n"


def parts_of(readme: str) -> tuple[str, str, str]:
    """What stands before the table, the table, and what stands behind it."""
    before, _, rest = readme.partition(MARK)
    table, end, after = rest.partition("\n\n")
    return before + MARK, table + "\n", end[1:] + after


if __name__ == "__main__":
    before, _, after = parts_of(README.read_text("utf-8"))
    README.write_text(before + rendered() + after, "utf-8")
