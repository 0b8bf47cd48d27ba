"""The FHIR server enforces the profiles that a resource claims, as Medplum does."""

import json

import pytest

from tests.profiles.examples import EXAMPLES, PROFILES
from tests.sandbox.served_fhir import JANE

PROFILE = PROFILES["enrollable-practitioner"]
URL = PROFILE["url"]
VALID = EXAMPLES[0].value

SMALL = {
    "resourceType": "StructureDefinition",
    "url": "https://example.com/small",
    "name": "Small",
    "status": "active",
    "kind": "resource",
    "abstract": False,
    "type": "Practitioner",
}


def small(*elements, **changes):
    """A StructureDefinition of Practitioner that says this of some elements."""
    root = {"id": "Practitioner", "path": "Practitioner", "min": 0, "max": "*"}
    snapshot = [root, *({"path": each["id"].partition(":")[0], **each} for each in elements)]
    return {**SMALL, "snapshot": {"element": snapshot}, **changes}


def named(**rule):
    return {
        "id": "Practitioner.name",
        "min": 0,
        "max": "*",
        "type": [{"code": "HumanName"}],
        **rule,
    }


def claim(member, **changes):
    """The answer to somebody who claims the small profile."""
    body = {**JANE, "meta": {"profile": [SMALL["url"]]}, **changes}
    return member.http.post(f"{member.base}Practitioner", json=body)


def texts(answer):
    return [issue["details"]["text"] for issue in answer.json()["issue"]]


@pytest.fixture
def installed(member):
    return member.create(PROFILE)


def test_definitions_are_found_by_their_url(member, installed):
    found = member.http.get(f"{member.base}StructureDefinition", params={"url": URL}).json()
    assert [each["resource"]["id"] for each in found["entry"]] == [installed["id"]]


def test_resource_that_keeps_the_profile_is_taken(member, installed):
    assert member.create(VALID)["meta"]["profile"] == [URL]


def test_every_broken_rule_is_told_in_its_sentence_and_with_its_place(member, installed):
    broken = {**VALID, "birthDate": "1980-05", "identifier": VALID["identifier"][1:]}
    broken["telecom"] = [*VALID["telecom"][:2], {**VALID["telecom"][2], "value": "555-123-4567"}]
    answer = member.http.post(f"{member.base}Practitioner", json=broken)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
    issues = answer.json()["issue"]
    assert [(each["code"], each["details"]["text"], each["expression"]) for each in issues] == [
        (
            "structure",
            "Incorrect number of values provided for slice 'npi': expected 1..*, but found 0",
            ["Practitioner.identifier"],
        ),
        (
            "invariant",
            "Constraint epr-area-code-555 not met: the area code must not be 555; DoseSpot refuses"
            " it; correct it",
            ["Practitioner.telecom[2]"],
        ),
        (
            "invariant",
            "Constraint epr-birth-date not met: the date of birth must be a full date such as"
            " 1980-05-15; correct it",
            ["Practitioner.birthDate"],
        ),
    ]
    assert set(json.loads(issues[1]["diagnostics"])) == {"fhirpath"}


def test_change_that_breaks_the_profile_is_refused(member, installed):
    jane = member.create(VALID)
    answer = member.http.put(member.url(jane), json={**jane, "birthDate": "1980"})
    assert answer.status_code == 400
    assert member.http.get(member.url(jane)).json() == jane


def test_resource_that_claims_nothing_is_not_checked(member, installed):
    member.create(JANE)


def test_claim_of_an_unknown_profile_is_let_through(member):
    member.create({**JANE, "meta": {"profile": [URL]}})


def test_profile_of_another_project_does_not_count(member, stranger, installed):
    stranger.create({**JANE, "meta": {"profile": [URL]}})


def test_newest_version_counts(member):
    asks = named(min=2)
    for definition in (small(named(), version="1"), small(asks, version="3"), small(version="2")):
        member.create(definition)
    told = "Invalid number of values: expected 2..*, but found 1"
    assert texts(claim(member)) == [told]


def test_definition_without_a_snapshot_enforces_nothing_and_says_so(member):
    member.create(SMALL)
    answer = claim(member)
    assert answer.status_code == 400
    assert texts(answer) == ["No snapshot defined for StructureDefinition 'Small'"]


@pytest.mark.parametrize(
    ("elements", "told"),
    [
        (
            [named(), {"id": "Practitioner.name.family", "min": 1, "max": "1"}],
            "This server can't enforce what a profile says of Practitioner.name.family",
        ),
        (
            [
                named(
                    slicing={"discriminator": [{"type": "exists", "path": "use"}], "rules": "open"}
                ),
                named(id="Practitioner.name:used", path="Practitioner.name", sliceName="used"),
            ],
            "Unsupported slicing discriminator type: exists",
        ),
    ],
    ids=["below an element", "another discriminator"],
)
def test_rule_that_is_not_enforced_is_named(member, elements, told):
    member.create(small(*elements))
    answer = claim(member)
    assert (answer.status_code, texts(answer)) == (400, [told])


def test_element_without_cardinality_is_named(member):
    member.create(small({"id": "Practitioner.name", "min": 1}))
    assert texts(claim(member)) == ["A profile says too little of Practitioner.name"]


@pytest.mark.parametrize("expression", ["name.nonsense(", "1 + true", "{}", "family"])
def test_invariant_that_is_not_plainly_true_does_not_hold(member, expression):
    rule = {"key": "x-1", "severity": "error", "human": "say so", "expression": expression}
    member.create(small(named(constraint=[rule])))
    assert texts(claim(member)) == ["Constraint x-1 not met: say so"]


def test_only_the_first_broken_invariant_of_each_value_is_told(member):
    rules = [
        {"key": f"x-{number}", "severity": "error", "human": human, "expression": "false"}
        for number, human in enumerate(("mend this", "and that"))
    ]
    member.create(small(named(constraint=rules)))
    names = [{"family": "Smith"}, {"family": "Jones"}]
    assert texts(claim(member, name=names)) == ["Constraint x-0 not met: mend this"] * 2


def test_warning_does_not_block(member):
    rule = {"key": "x-1", "severity": "warning", "human": "mind this", "expression": "false"}
    member.create(small(named(constraint=[rule])))
    assert claim(member).ok


def test_slice_is_known_by_all_its_marks_and_a_value_is_in_the_first_that_fits(member):
    by = [{"type": "value", "path": "use"}, {"type": "pattern", "path": "$this"}]
    slices = [named(slicing={"discriminator": by, "rules": "open"})]
    for name, family in (("smith", "Smith"), ("any", None)):
        pattern = {"patternHumanName": {"family": family} if family else {"given": ["Jane"]}}
        used = {"id": f"Practitioner.name:{name}", "sliceName": name, "max": "0", **pattern}
        use = {"id": f"Practitioner.name:{name}.use", "min": 1, "max": "1", "fixedCode": "usual"}
        slices += [
            {**named(), **used, "path": "Practitioner.name"},
            {**use, "path": "Practitioner.name.use"},
        ]
    member.create(small(*slices))
    usual = {"use": "usual", "given": ["Jane", "Marie"]}
    assert claim(member, name=[{"family": "Smith"}, {"use": "old", "given": ["Jane"]}]).ok
    one = "Incorrect number of values provided for slice '{}': expected 0..0, but found 1"
    assert texts(claim(member, name=[{**usual, "family": "Smith"}])) == [one.format("smith")]
    assert texts(claim(member, name=[{**usual, "family": "Jones"}])) == [one.format("any")]
