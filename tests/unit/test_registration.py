"""What register wants of resources and secrets, and how it tells differences: pure rules."""

import json
from pathlib import Path

import pytest

from bots.catalog import BOTS
from deploy.medplum.access_policy import access_policy
from deploy.medplum.conformance import conformance_resources
from deploy.medplum.ledger import differing
from deploy.medplum.project_secrets import problems
from deploy.medplum.wanted import (
    FunctionName,
    wanted_administrator,
    wanted_bot,
    wanted_content,
)
from fhir_profiles.project_settings import with_secrets
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS

BOT = BOTS[0]
OURS = {"system": MEDPLUM_BOTS, "value": BOT.identifier}
OURS_POLICY = "AccessPolicy/1"
NARROW = {"accessPolicy": {"reference": OURS_POLICY}}
THEIRS = {"system": "https://example.org", "value": "1"}


def function(name: str) -> dict[str, str]:
    return {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": name}


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
@pytest.mark.parametrize("name", ["f:live", None])
def test_a_bot_that_is_as_wanted_is_wanted_as_it_is(bot, name):
    once = wanted_bot({"id": "1", "cronString": "* * * * *"}, bot, name)
    assert wanted_bot(once, bot, name) == once
    assert (once["id"], once["cronString"]) == ("1", "* * * * *")


@pytest.mark.parametrize(
    ("found", "name", "wanted"),
    [
        ([], "f", [OURS, function("f")]),
        ([THEIRS, function("old")], "f", [THEIRS, OURS, function("f")]),
        ([function("f"), {**OURS, "use": "old"}], "f", [function("f"), {**OURS, "use": "old"}]),
        ([OURS, function("f")], None, [OURS]),
    ],
)
def test_a_bot_has_our_identifiers_and_one_function_among_those_of_others(found, name, wanted):
    assert wanted_bot({"identifier": found}, BOT, name)["identifier"] == wanted


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (FunctionName(), "prescriber-bots:live"),
        (FunctionName("clinic", "3"), "clinic:3"),
        (FunctionName(alias=""), "prescriber-bots"),
        (FunctionName(named=False), None),
    ],
)
def test_the_function_is_named_with_its_alias(function, told):
    assert function.value == told


def test_what_is_ours_as_a_whole_keeps_only_what_the_server_gave_it():
    content = {"resourceType": "CodeSystem", "id": "ours", "url": "u", "status": "active"}
    found = {"resourceType": "CodeSystem", "id": "1", "meta": {"versionId": "2"}, "title": "x"}
    assert wanted_content(found, content) == {
        "resourceType": "CodeSystem",
        "id": "1",
        "meta": {"versionId": "2"},
        "url": "u",
        "status": "active",
    }
    assert "id" not in wanted_content({}, content)


def test_secrets_of_others_stay_and_one_name_stands_once():
    project = {"secret": [{"name": "A", "valueString": "1"}, {"name": "B", "valueInteger": 2}]}
    project["secret"].append({"name": "A", "valueString": "3"})
    assert with_secrets(project, {"A": "4"})["secret"] == [
        {"name": "B", "valueInteger": 2},
        {"name": "A", "valueString": "4"},
    ]
    assert with_secrets(project, {}) is project


def test_a_membership_becomes_an_administrators_and_stays_what_it_is():
    membership = {"resourceType": "ProjectMembership", "id": "1", "access": []}
    assert wanted_administrator(membership, OURS_POLICY) == {**membership, "admin": True, **NARROW}
    assert wanted_administrator({**membership, "active": True}, OURS_POLICY)["active"] is True


def test_a_membership_that_was_deactivated_is_activated_to_be_an_administrators():
    former = {"resourceType": "ProjectMembership", "id": "1", "admin": True, "active": False}
    assert wanted_administrator(former, OURS_POLICY) == {**former, "active": True, **NARROW}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({}, {"resourceType": "Bot", "a": True}, ["a: true"]),
        ({"a": "x"}, {"a": "y"}, ['a: "x" -> "y"']),
        ({"a": [1, 2]}, {"a": [2, 3]}, ["a: - 1", "a: + 3"]),
        ({}, {"a": list(range(9))}, ["a: 9 entries"]),
        ({"a": 1}, {}, ["a: 1 -> null"]),
        ({}, {"a": "x" * 200}, ["a: ..."]),
    ],
)
def test_differences_are_told_element_by_element(before, after, told):
    assert differing(before, after) == told


def test_the_policy_lists_each_type_once_and_none_that_shows_secrets_or_holds_claims():
    kinds = [rule["resourceType"] for rule in access_policy()["resource"]]
    twice = [kind for kind in set(kinds) if kinds.count(kind) > 1]
    assert twice == ["Practitioner"]
    hidden = {"*", "AccessPolicy", "AuditEvent", "Basic", "ClientApplication", "Project", "User"}
    assert hidden & set(kinds) == set()


def test_the_policy_lets_nobody_change_another_practitioner_or_who_they_are():
    rules = access_policy()["resource"]
    look, change = [rule for rule in rules if rule["resourceType"] == "Practitioner"]
    assert look["interaction"] == ["search", "read", "vread", "history"]
    assert change == {
        "resourceType": "Practitioner",
        "interaction": ["update"],
        "criteria": "Practitioner?_id=%profile.id",
        "readonlyFields": [
            *("identifier", "name", "birthDate", "active", "qualification", "extension")
        ],
    }


def test_the_policy_lets_nobody_put_other_code_in_the_place_of_a_bots():
    rules = [one for one in access_policy()["resource"] if one["resourceType"] in ("Binary", "Bot")]
    allowed = {one["resourceType"]: one["interaction"] for one in rules}
    look = ["search", "read", "vread", "history"]
    assert allowed == {"Binary": [*look, "create"], "Bot": look}


def test_conformance_resources_come_in_the_order_of_their_references(tmp_path: Path):
    assert conformance_resources(tmp_path / "none") == ()
    for kind, url in (("StructureDefinition", "a"), ("CodeSystem", "c"), ("CodeSystem", "b")):
        path = tmp_path / f"{url}.json"
        path.write_text(json.dumps({"resourceType": kind, "url": url}))
    (tmp_path / "index.json").write_text(json.dumps({"resourceType": "Bundle"}))
    assert [one["url"] for one in conformance_resources(tmp_path)] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        ({"DOSESPOT_CLINIC_ID": "1"}, []),
        ({"DOSESPOT_CLINIC_ID": ""}, ["DOSESPOT_CLINIC_ID must be a number"]),
        ({"MEDPLUM_CLIENT_ID": "1", "MEDPLUM_CLIENT_SECRET": "2"}, []),
        (
            {"MEDPLUM_CLIENT_SECRET": "2"},
            ["MEDPLUM_CLIENT_SECRET is of no use without MEDPLUM_CLIENT_ID"],
        ),
        ({"SOMETHING": "x"}, ["SOMETHING is not a secret of the bots"]),
    ],
)
def test_every_problem_of_secrets_is_named(given, told):
    assert problems(given, {}) == told
