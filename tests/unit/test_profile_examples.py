"""Every example breaks exactly the rule that it is there for, and the bots say the same of it."""

import pytest

from deploy.sandbox.fhir.profiles import broken_rules
from fhir_profiles import Resource
from shared.records.findings import NOT_SENT
from shared.records.practitioner import read_practitioner
from shared.records.reading import LAST_RESORT
from shared.records.unread_numbers import NO_NUMBER
from tests.builders import NOW
from tests.profiles.examples import EXAMPLES, PROFILES, Example, broken

# Where the profile asks for more than the bots do: they take any name or address in effect.
TAKEN_FOR_WANT_OF_BETTER = {"epr-name", "epr-address"}
STRICTER_THAN_THE_BOTS = TAKEN_FOR_WANT_OF_BETTER | {
    "Practitioner.extension:registrationStatus max",
}
# What a server may keep without a word, because it is not sent and the NPI beside it is.
TOLD_BY_THE_BOTS_ALONE = {"an NPI beside one without a value": f"{NOT_SENT}{NO_NUMBER}"}

FIXED = {"fixedUri", "patternBoolean", "patternCodeableConcept"}


def constraints(definition: Resource) -> dict[str, Resource]:
    elements = definition["differential"]["element"]
    return {rule["key"]: rule for element in elements for rule in element.get("constraint", [])}


def names(definition: Resource) -> set[str]:
    """Every rule that a profile's differential adds and a server enforces outside slices."""
    found = set(constraints(definition))
    for element in definition["differential"]["element"]:
        is_direct = element["id"].count(".") == 1
        if is_direct and element.get("min"):
            found.add(f"{element['id']} min")
        if is_direct and element.get("max", "*") != "*":
            found.add(f"{element['id']} max")
        if is_direct and ":" not in element["id"] and FIXED & set(element):
            found.add(f"{element['id']} value")
    return found


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_the_sandbox_tells_exactly_the_broken_rule(example: Example) -> None:
    found = broken(broken_rules(example.value, example.definition))
    assert found == ([(example.rule, example.at)] if example.rule else [])


PRESCRIBERS = [each for each in EXAMPLES if each.profile == "enrollable-practitioner"]


@pytest.mark.parametrize("example", PRESCRIBERS, ids=str)
def test_the_bots_tell_the_sentence_of_the_broken_rule(example: Example) -> None:
    _, findings = read_practitioner(example.value, NOW)
    problems = [problem.sentence for problem in findings.problems]
    warnings = [warning.sentence for warning in findings.warnings]
    rules = constraints(example.definition)
    expected = [rules[example.warning]["human"]] if example.warning else []
    if example.about in TOLD_BY_THE_BOTS_ALONE:
        expected = [TOLD_BY_THE_BOTS_ALONE[example.about]]
    assert warnings == ([LAST_RESORT] if example.rule in TAKEN_FOR_WANT_OF_BETTER else expected)
    if example.rule is None or example.rule in STRICTER_THAN_THE_BOTS:
        assert problems == []
    elif example.rule in rules:
        assert problems == [rules[example.rule]["human"]]
    else:
        assert problems


# What can't be broken alone: without a value an extension breaks a rule of FHIR's own as well.
UNTRIED = {"Extension.value[x] min", "Extension.extension max"}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_has_an_example(profile: str) -> None:
    examples = [each for each in EXAMPLES if each.profile == profile]
    tried = {each.rule for each in examples} | {each.warning for each in examples}
    assert tried - {None} == names(PROFILES[profile]) - UNTRIED
