"""What the pages make of engineers' sentences; run by Node.js, which has to be there."""

import json
import re

import pytest

from shared.enrollment.rules.refusals import Refusal
from shared.readiness.rules.causes import Cause
from tests.sandbox.page_scripts import SCRIPTS, run_node

SCRIPT = """
import * as sentences from %s;
const given = JSON.parse(process.argv[1]);
console.log(JSON.stringify(given.map(([name, ...rest]) => sentences[name](...rest))));
"""
ENGINEERS = re.compile(
    r"Practitioner|ProjectMembership|init[A-Z]|https?:|urn:|\.value\b|AccessPolicy|\bFHIR\b|`"
)


def _answers(*calls: tuple[str, ...]) -> list[str]:
    url = json.dumps((SCRIPTS / "sentences.js").as_uri())
    answers: list[str] = run_node(SCRIPT % url, calls)
    return answers


def test_only_the_clauses_that_anybody_understands_are_left() -> None:
    told = {
        "the NPI is missing; add an identifier with system http://hl7.org/fhir/sid/us-npi": (
            "The NPI is missing."
        ),
        "IDP has not been completed yet. Run the bot with initIdp: true first.": (
            "IDP has not been completed yet."
        ),
        "the work fax number is missing; add one with system fax and use work": (
            "The work fax number is missing."
        ),
        "Open ePrescribing again in the iFrame.": "Open ePrescribing again in the iFrame.",
        "Set Practitioner.active to true": "",
        "": "",
    }
    assert _answers(*(("plain", text) for text in told)) == list(told.values())


def test_problem_of_a_field_always_has_a_sentence() -> None:
    assert _answers(("plainProblem", "Practitioner.active is false"), ("plainProblem", "")) == [
        "Check this entry.",
        "Check this entry.",
    ]


def test_field_is_called_what_people_call_it() -> None:
    paths = {
        "Practitioner.name[0].family": "Last name",
        "Practitioner.telecom": "Phone, fax or e-mail",
        "details.npi": "NPI",
        "mailingAddress.zipCode": "ZIP code",
        "DoseSpot: legalAgreements": "DoseSpot",
        "organizationId": "Clinic",
        "something.else": "Record",
    }
    assert _answers(*(("fieldName", path) for path in paths)) == list(paths.values())


def test_every_refusal_and_every_reason_is_told_without_an_engineers_word() -> None:
    calls = [
        *(("sentenceOfStage", refusal.value) for refusal in Refusal),
        *(("sentenceOfReason", cause.code) for cause in Cause),
    ]
    told = _answers(*calls)
    assert [call for call, text in zip(calls, told, strict=True) if not text.endswith(".")] == []
    assert [text for text in told if ENGINEERS.search(text)] == []


@pytest.mark.parametrize("status", [0, 403, 404, 409, 412, 429, 500, 503])
def test_every_fault_of_the_server_says_what_to_do(status: int) -> None:
    (told,) = _answers(("sentenceOfStatus", status))  # type: ignore[arg-type]
    assert told.endswith(".")
    assert str(status) not in told
