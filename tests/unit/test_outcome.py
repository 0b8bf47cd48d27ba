"""The OperationOutcome of an error: an issue for each thing told, and a status by its kind."""

from typing import Any

import pytest

from deploy.reference.error_types import error_types
from fhir_profiles.systems import ERROR_TYPE
from shared.errors import (
    BotError,
    InputRefused,
    NotAuthorized,
    RecordsDisagree,
    RecordsRefused,
    StageRefused,
    Throttled,
    Unforeseen,
)
from shared.records.findings import Finding, listed
from shared.runtime.bot_input import parse_input
from shared.runtime.inputs import BotInput
from shared.runtime.outcome import KINDS, OutcomeKind, kind_of, operation_outcome

STATUSES = {
    "bad-request": 400,
    "forbidden": 403,
    "not-found": 404,
    "conflict": 409,
    "too-many-requests": 429,
}
"""By the outcome's id, as measured on a Medplum server; any other id is a 400."""

ISSUE_TYPES = {
    "business-rule",
    "conflict",
    "forbidden",
    "incomplete",
    "invalid",
    "not-found",
    "processing",
    "throttled",
    "transient",
}
"""Of FHIR's value set issue-type; `exception` is not among them, which would be a 500."""

NPI = Finding("Practitioner.identifier[0].value", "must have ten digits; correct it")
NAME = Finding("Practitioner.name", "the family name is missing; add it.")


def issue(kind: str, code: str, text: str, *where: str, severity: str = "error") -> dict[str, Any]:
    details = {"coding": [{"system": ERROR_TYPE, "code": kind}], "text": text}
    told = {"severity": severity, "code": code, "details": details}
    return {**told, "expression": list(where)} if where else told


def issues(error: BotError) -> list[dict[str, Any]]:
    return list(operation_outcome(error)["issue"])


class Slow(Throttled):
    """An error that has no row of its own."""


def test_an_error_is_an_outcome_with_its_kinds_id() -> None:
    assert operation_outcome(NotAuthorized("Ask an administrator. Then call again.")) == {
        "resourceType": "OperationOutcome",
        "id": "forbidden",
        "issue": [
            issue("NotAuthorized", "forbidden", "Ask an administrator. Then call again."),
        ],
    }


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            StageRefused("No DEA number. Add one.", "TFA is on already."),
            [
                issue("StageRefused", "business-rule", "No DEA number. Add one"),
                issue("StageRefused", "business-rule", "TFA is on already"),
            ],
        ),
        (
            RecordsRefused(listed("Correct: ", [NPI, NAME]), findings=[NPI, NAME]),
            [
                issue(
                    "RecordsRefused", "business-rule", "Must have ten digits; correct it", NPI.path
                ),
                issue(
                    "RecordsRefused",
                    "business-rule",
                    "The family name is missing; add it",
                    NAME.path,
                ),
            ],
        ),
        (
            RecordsRefused("Correct.", findings=[NPI], warnings=[NAME]),
            [
                issue(
                    "RecordsRefused", "business-rule", "Must have ten digits; correct it", NPI.path
                ),
                issue(
                    "RecordsRefused",
                    "business-rule",
                    "The family name is missing; add it",
                    NAME.path,
                    severity="warning",
                ),
            ],
        ),
        (
            RecordsDisagree("ProjectMembership.identifier: nobody has this id. Correct it."),
            [
                issue(
                    "RecordsDisagree",
                    "business-rule",
                    "Nobody has this id. Correct it",
                    "ProjectMembership.identifier",
                )
            ],
        ),
        (
            RecordsDisagree("Practitioner.name, Practitioner.birthDate: differs."),
            [
                issue(
                    "RecordsDisagree",
                    "business-rule",
                    "Differs",
                    "Practitioner.name",
                    "Practitioner.birthDate",
                )
            ],
        ),
        (
            InputRefused("Refused.", findings=[Finding("locations[0].?", "leave it out")]),
            [issue("InputRefused", "invalid", "locations[0].?: leave it out")],
        ),
        (
            InputRefused("Refused.", findings=[Finding("initTfa", "initIdp must be true too")]),
            [issue("InputRefused", "invalid", "initIdp must be true too", "initTfa")],
        ),
        (
            Throttled("DoseSpot asks for fewer calls. Try again in 7 seconds.", 7),
            [
                issue(
                    "Throttled",
                    "throttled",
                    "DoseSpot asks for fewer calls. Try again in 7 seconds.",
                )
            ],
        ),
    ],
    ids=[
        "sentences",
        "findings",
        "warnings",
        "path",
        "paths",
        "no-path",
        "name-first",
        "throttled",
    ],
)
def test_each_thing_that_is_told_is_an_issue(
    error: BotError, expected: list[dict[str, Any]]
) -> None:
    assert issues(error) == expected


def test_a_sentence_with_a_colon_is_no_path() -> None:
    sentence = "Project secrets must be corrected: DOSESPOT_CLINIC_ID missing."
    (told,) = issues(BotError(sentence))
    assert (told["details"]["text"], told.get("expression")) == (sentence, None)


class Given(BotInput):
    practitionerId: str
    flag: bool = False


def test_every_problem_of_an_input_is_an_issue_with_its_path() -> None:
    with pytest.raises(InputRefused) as refused:
        parse_input(Given, {"flag": 1})
    assert issues(refused.value) == [
        issue("InputRefused", "invalid", "Is required; add it", "practitionerId"),
        issue("InputRefused", "invalid", "Must be true or false", "flag"),
    ]


def test_every_error_that_is_returned_has_a_row_of_its_own() -> None:
    assert set(KINDS) == {BotError, *error_types()} - {Unforeseen}


def test_every_row_has_a_status_that_its_id_means_and_a_code_of_fhirs() -> None:
    assert {kind.id: kind.status for kind in KINDS.values()} == STATUSES
    assert {kind.code for kind in KINDS.values()} == ISSUE_TYPES


def test_an_error_without_a_row_is_answered_as_the_one_that_it_derives_from() -> None:
    assert kind_of(Slow) == OutcomeKind("too-many-requests", 429, "throttled")


def test_the_text_of_an_error_is_all_its_sentences() -> None:
    assert str(StageRefused("One.", "Two.")) == "One. Two."
