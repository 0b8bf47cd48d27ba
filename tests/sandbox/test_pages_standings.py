"""Where the administrator page shows somebody who works at several clinics."""

import json
from typing import Any

import pytest

from fhir_profiles import Resource
from tests.sandbox.page_scripts import SCRIPTS, WORDS, run_node

SCRIPT = f"""
import {{ standingsOf }} from {json.dumps((SCRIPTS / "standings.js").as_uri())};
import {{ Statuses }} from {json.dumps((SCRIPTS / "statuses.js").as_uri())};
Map.groupBy ??= (list, keyOf) => {{  // browsers have it, Node.js 20 does not
  const groups = new Map();
  list.forEach((one) => groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]));
  return groups;
}};
const [records, words, own] = process.argv.slice(1).map(JSON.parse);
const found = standingsOf(records, new Statuses(words), own ?? undefined);
console.log(JSON.stringify(found.map((one) => [one.clinic?.name ?? null, one.record,
  one.guidance.meaning])));
"""
STATUS = "https://dosespot.com/registration-status"


def clinic(number: int, name: str) -> Resource:
    identifier = {"system": "https://dosespot.com/clinic-id", "value": str(number)}
    return {"resourceType": "Organization", "id": name, "name": name, "identifier": [identifier]}


def role(name: str, status: str = "", **changes: object) -> Resource:
    extension = [{"url": STATUS, "valueCode": status}] if status else []
    where = {"organization": {"reference": f"Organization/{name}"}} if name else {}
    person = {"practitioner": {"reference": "Practitioner/p"}}
    return {
        "id": f"role-{name}",
        "active": True,
        "extension": extension,
        **person,
        **where,
    } | changes


def standings(roles: list[Resource], *clinics: Resource, own: int | None = None) -> Any:
    extension = [{"url": STATUS, "valueCode": "IDPSuccess"}]
    dea = {"system": "http://terminology.hl7.org/NamingSystem/USDEANumber", "value": "AS1234563"}
    practitioner = {"id": "p", "extension": extension, "identifier": [dea]}
    records = {
        "practitioners": [practitioner],
        "memberships": [],
        "roles": roles,
        "organizations": [*clinics, {"id": "pharmacy", "identifier": []}],
    }
    words = json.loads((WORDS / "statuses.json").read_bytes())
    return run_node(SCRIPT, records, words, own)


MAIN, NORTH = clinic(1001, "Main"), clinic(1002, "North")
AT_OWN = ["Main", "p", "Identity proven"]
AT_NORTH = ["North", "role-North", "Waiting for the legal agreements"]
THERE = role("North", "Pending")


@pytest.mark.parametrize(
    ("roles", "clinics", "expected"),
    [
        ([], [], [[None, "p", "Identity proven"]]),
        ([role("Main")], [MAIN], [[None, "p", "Identity proven"]]),
        ([], [NORTH, MAIN], [AT_OWN]),
        ([role("Main"), THERE], [NORTH, MAIN], [AT_OWN, AT_NORTH]),
        ([role(""), THERE], [MAIN, NORTH], [AT_OWN, AT_NORTH]),
        ([THERE], [MAIN, NORTH], [AT_NORTH]),
        ([role("North", active=False)], [MAIN, NORTH], [AT_OWN]),
        ([role("North")], [MAIN, NORTH], [["North", None, "Not enrolled"]]),
    ],
    ids=[
        "no clinic on record",
        "the only clinic",
        "who works nowhere is at the own one",
        "both",
        "a role without a clinic is at the own one",
        "another one alone",
        "a role that is over counts nowhere",
        "not enrolled there yet",
    ],
)
def test_somebody_stands_at_each_clinic_where_they_work(
    roles: list[Resource], clinics: list[Resource], expected: list[list[str | None]]
) -> None:
    assert standings(roles, *clinics) == expected


def test_the_own_clinic_is_the_one_that_the_site_names_whatever_its_number() -> None:
    at_both = [role("North"), role("Main", "Pending")]
    found = standings(at_both, MAIN, NORTH, own=1002)
    at_north = ["North", "p", "Identity proven"]
    assert found == [at_north, ["Main", "role-Main", "Waiting for the legal agreements"]]
    assert standings(at_both, MAIN, NORTH, own=1001) == standings(at_both, MAIN, NORTH)
