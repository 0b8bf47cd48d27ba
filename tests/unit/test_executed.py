"""What `$execute` came to: an answer, an error of the bot, or a bot that was not run."""

import json
from typing import Any

import pytest

from fhir_profiles.systems import ERROR_TYPE
from shared.fhir.executed import Failed, NotRun, executed

DENIED = {"resourceType": "OperationOutcome", "issue": []}


def returned(*issues: Any, system: str = ERROR_TYPE) -> Any:
    """The OperationOutcome of a bot: a text and its paths, if any, for each issue."""
    coding = [{"system": system, "code": "RecordsRefused"}]
    told = [{"details": {"coding": coding, "text": text}, **more} for text, more in issues]
    return {"resourceType": "OperationOutcome", "issue": told}


AT = {"expression": ["Practitioner.name", "Practitioner.birthDate"]}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"status": "enrolled"}, {"status": "enrolled"}),
        (200, {}, {}),
        (
            400,
            {"errorMessage": "No.", "errorType": "NotAuthorized", "stackTrace": []},
            Failed("No.", "NotAuthorized"),
        ),
        # As Lambda may describe a function that it ended.
        (400, {"errorMessage": "Task timed out"}, Failed("Task timed out", "")),
        (400, returned(("No.", {})), Failed("No.", "RecordsRefused", 400)),
        (
            403,
            returned(("Add one. Call", {}), ("Is missing; add it", AT)),
            Failed(
                "Add one. Call. Practitioner.name, Practitioner.birthDate: is missing; add it.",
                "RecordsRefused",
                403,
            ),
        ),
        (
            400,
            returned(("DoseSpot has none", AT), ("NPI is missing", AT), ("A b", AT)),
            Failed(
                " ".join(
                    f"Practitioner.name, Practitioner.birthDate: {told}."
                    for told in ("DoseSpot has none", "NPI is missing", "a b")
                ),
                "RecordsRefused",
                400,
            ),
        ),
        # Of a server that answers a returned error with 200.
        (200, returned(("No.", {})), Failed("No.", "RecordsRefused", 200)),
        (404, other := returned(("No.", {}), system="urn:other"), NotRun(404, other)),
        (200, other, other),
        (400, odd := {"resourceType": "OperationOutcome", "issue": [1, {}]}, NotRun(400, odd)),
        (403, DENIED, NotRun(403, DENIED)),
        (201, {"status": "enrolled"}, NotRun(201, {"status": "enrolled"})),
        (200, ["x"], ["x"]),
        (200, [], []),
        (400, ["x"], NotRun(400, {})),
        (200, None, NotRun(200, {})),
        (400, "errorMessage", NotRun(400, {})),
    ],
    ids=str,
)
def test_an_answer_is_the_bots_an_error_or_neither(status: int, body: Any, outcome: Any) -> None:
    assert executed(status, json.dumps(body).encode()) == outcome


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff", b"[" * 100_000], ids=len)
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    assert executed(200, body) == NotRun(200, {})
