"""The page on errors has the statuses and codes of the code, and an outcome as it is made."""

import json
import re

from fhir_profiles.systems import NPI
from shared.errors import BotError, RecordsRefused, Unforeseen
from shared.records.findings import Finding
from shared.runtime.outcome import KINDS, operation_outcome
from tests.unit.test_docs_reference import rows, text

PAGE = text("errors.md")


def test_statuses_and_codes_are_those_of_the_code() -> None:
    told = [row for row in rows(PAGE) if len(row) == 4]
    assert told == [
        [error.__name__, str(kind.status), kind.id, kind.code]
        for error, kind in KINDS.items()
        if error is not BotError
    ]
    assert f"`{Unforeseen.__name__}`, a fault of the bot itself, is always raised" in PAGE


def test_the_outcome_that_is_shown_is_one_that_is_made() -> None:
    (shown,) = [
        json.loads(block)
        for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
        if "resourceType" in block
    ]
    missing = Finding(
        "Practitioner.identifier", f"the NPI is missing; add an identifier with system {NPI}"
    )
    assert shown == operation_outcome(RecordsRefused("", findings=[missing]))
