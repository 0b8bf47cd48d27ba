"""The OperationDefinitions by which a server runs bots: valid, and others' additions are kept."""

import pytest
from fhir.resources.R4B.operationdefinition import OperationDefinition

from deploy.medplum.operations import WITH_OPERATION, operation_name, wanted_operation


@pytest.mark.parametrize(
    ("bot", "operation"), WITH_OPERATION, ids=[bot.name for bot, _ in WITH_OPERATION]
)
def test_an_operation_is_a_valid_resource_that_names_its_bot(bot, operation) -> None:
    definition = wanted_operation({}, bot, operation, "Bot/1")
    OperationDefinition.model_validate(definition)
    (implementation,) = definition["extension"]
    assert implementation["valueReference"] == {"reference": "Bot/1"}
    assert wanted_operation(definition, bot, operation, "Bot/1") == definition


def test_the_operation_of_medplums_guide_takes_what_the_bot_takes() -> None:
    ((bot, operation),) = WITH_OPERATION
    assert operation_name(operation) == "Practitioner/$dosespot-set-supervising-prescriber"
    definition = wanted_operation({}, bot, operation, "Bot/1")
    given = [(one["name"], one["use"], one["min"]) for one in definition["parameter"]]
    assert given == [
        ("practitionerId", "in", 1),
        ("supervisorPractitionerId", "in", 1),
        ("action", "in", 0),
        ("organizationId", "in", 0),
        ("return", "out", 1),
    ]
    assert [definition[level] for level in ("system", "type", "instance")] == [False, True, False]
