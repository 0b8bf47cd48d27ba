"""An error as the OperationOutcome that a bot returns in the place of raising it; pure.

A Medplum server answers a returned OperationOutcome with the status of its `id`, or else of its
first issue's code, of which `exception` would be a 500. Medplum's clients show people each issue's
`details.text`, several joined by "; ", with `expression` in brackets behind it.
Sources: `getStatus` and `operationOutcomeToString` of @medplum/core; FHIR R4, "OperationOutcome"
and the value set issue-type.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.systems import ERROR_TYPE
from shared.errors import (
    BotError,
    ClinicUnsettled,
    DoseSpotRefused,
    EditConflict,
    EnrollmentInProgress,
    EnrollmentLimitReached,
    FhirDenied,
    FhirNotFound,
    InputRefused,
    Located,
    LookUpFirst,
    Misconfigured,
    NotAuthorized,
    RecordsDisagree,
    RecordsRefused,
    RemoteMisbehaved,
    RemoteUnavailable,
    StageRefused,
    Throttled,
)
from shared.records.findings import Finding


@dataclass(frozen=True)
class OutcomeKind:
    """How an error is answered.

    Attributes:
        id: the outcome's, by which the server knows the status.
        status: that HTTP status.
        code: of each issue, one of FHIR's issue types.
    """

    id: str
    status: int
    code: str


def _bad_request(code: str) -> OutcomeKind:
    return OutcomeKind("bad-request", 400, code)


_FORBIDDEN = OutcomeKind("forbidden", 403, "forbidden")
_CONFLICT = OutcomeKind("conflict", 409, "conflict")

KINDS: Mapping[type[BotError], OutcomeKind] = {
    InputRefused: _bad_request("invalid"),
    NotAuthorized: _FORBIDDEN,
    Misconfigured: _bad_request("processing"),
    RecordsRefused: _bad_request("business-rule"),
    StageRefused: _bad_request("business-rule"),
    EnrollmentLimitReached: _bad_request("business-rule"),
    DoseSpotRefused: _bad_request("business-rule"),
    FhirDenied: _FORBIDDEN,
    FhirNotFound: OutcomeKind("not-found", 404, "not-found"),
    RemoteUnavailable: _bad_request("transient"),
    Throttled: OutcomeKind("too-many-requests", 429, "throttled"),
    EnrollmentInProgress: _CONFLICT,
    EditConflict: _CONFLICT,
    LookUpFirst: _bad_request("incomplete"),
    RecordsDisagree: _bad_request("business-rule"),
    ClinicUnsettled: _bad_request("business-rule"),
    RemoteMisbehaved: _bad_request("processing"),
    BotError: _bad_request("processing"),
}
"""By error; one that is not here is answered as the nearest class that it is derived from."""

_PATH = r"[A-Za-z]\w*(?:\[\d+\])?(?:\.\w+(?:\[\d+\])?)*"
_ELEMENT = r"[A-Z]\w*(?:\.\w+(?:\[\d+\])?)+"
_PLAIN_PATH = re.compile(_PATH, re.ASCII)
_PLACED = re.compile(rf"({_ELEMENT}(?:, {_ELEMENT})*): (.+)", re.ASCII | re.DOTALL)


def kind_of(error: type[BotError]) -> OutcomeKind:
    """How an error of this class is answered."""
    return next(KINDS[one] for one in error.__mro__ if one in KINDS)


def operation_outcome(error: BotError) -> Resource:
    """The error as an OperationOutcome, with an issue for each problem and warning."""
    problems = error.findings or [_placed(sentence) for sentence in error.sentences]
    issued = [("error", one) for one in problems] + [("warning", one) for one in error.warnings]
    issues = [_issue(error, severity, one, alone=len(issued) == 1) for severity, one in issued]
    return {"resourceType": "OperationOutcome", "id": kind_of(type(error)).id, "issue": issues}


def _issue(error: BotError, severity: str, found: Located, *, alone: bool) -> Resource:
    text, places = _text_and_places(found.path, found.sentence)
    details = {
        "coding": [{"system": ERROR_TYPE, "code": type(error).__name__}],
        # Clients put a bracket or a semicolon behind it.
        "text": text if alone and not places else text.removesuffix("."),
    }
    issue: Resource = {
        "severity": severity,
        "code": kind_of(type(error)).code,
        "details": details,
    }
    return {**issue, "expression": places} if places else issue


def _placed(sentence: str) -> Finding:
    """A sentence, apart from the FHIR paths that it begins with."""
    found = _PLACED.fullmatch(sentence)
    return Finding(found[1], found[2]) if found else Finding("", sentence)


def _text_and_places(path: str, sentence: str) -> tuple[str, list[str]]:
    """The sentence, and the FHIRPaths of what it is about; any other path is put before it."""
    places = path.split(", ") if path else []
    if all(map(_PLAIN_PATH.fullmatch, places)):
        return _capitalized(sentence), places
    return f"{path}: {sentence}", []


def _capitalized(sentence: str) -> str:
    first, _, _ = sentence.partition(" ")
    return f"{sentence[:1].upper()}{sentence[1:]}" if first.islower() else sentence
