"""How long a 429 asks to be left alone: each hint, in each shape, and which of them counts."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.http.retry_after import DEFAULT_S, LONGEST_S, retry_after_s

NOW = datetime(2026, 3, 10, 12, 0, 0, tzinfo=UTC)
IN_A_MINUTE = "Tue, 10 Mar 2026 12:01:00 GMT"
A_MINUTE_AGO = "Tue, 10 Mar 2026 11:59:00 GMT"
GARBAGE = ["soon", "", "-5", "1.5", "1e3", "1, 2", "9" * 5000, "Tue, 99 Mar 2026 25:00:00 GMT"]
GARBAGE += ["Tue, 10 Mar 2026 12:01:00 -0000", "Fri, 31 Dec 9999 23:59:59 GMT", "nan", "inf"]
RATE_LIMIT = '"fhirInteractions";r=0;t=37'


def outcome(*diagnostics: Any) -> bytes:
    issues = [{"severity": "error", "code": "throttled", "diagnostics": one} for one in diagnostics]
    return json.dumps({"resourceType": "OperationOutcome", "issue": issues}).encode()


def diagnostics(ms_before_next: Any) -> str:
    return json.dumps({"_remainingPoints": 0, "_msBeforeNext": ms_before_next, "limit": 50000})


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1.0),
        (" 30 ", 30.0),
        (str(int(LONGEST_S)), LONGEST_S),
        (str(int(LONGEST_S) + 1), DEFAULT_S),
        (IN_A_MINUTE, 60.0),
        ("Tue, 10 Mar 2026 13:01:00 +0100", 60.0),
        ("0", 0.0),
        ("000", 0.0),
        (A_MINUTE_AGO, 0.0),
        *((one, DEFAULT_S) for one in GARBAGE),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float) -> None:
    assert retry_after_s({"Retry-After": header}, b"", NOW) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (RATE_LIMIT, 37.0),
        ('"a"; r=0; t=37', 37.0),
        ('"a";t=37;r=0', 37.0),
        ('"a";r=5;t=60, "b";r=0;t=12', 12.0),
        ('"a";r=0;t=5, "b";r=0;t=12', 12.0),
        ('"a";r=5;t=60, "b";r=9;t=12', 60.0),
        ('"a";r=0;t=0', DEFAULT_S),
        ('"a";r=0', DEFAULT_S),
        ('"a";r=0;t=-3', DEFAULT_S),
        ('"a";r=0;t=9999999999999', DEFAULT_S),
        ("", DEFAULT_S),
        ("nonsense", DEFAULT_S),
    ],
)
def test_rate_limit_tells_the_wait_of_what_is_used_up(header: str, seconds: float) -> None:
    assert retry_after_s({"RateLimit": header}, b"", NOW) == seconds


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (outcome(diagnostics(2500)), 2.5),
        (outcome(diagnostics(0.5)), 0.0005),
        (outcome(None, "text", diagnostics(1000), diagnostics(4000)), 4.0),
        (outcome(diagnostics(0)), DEFAULT_S),
        (outcome(diagnostics(-1)), DEFAULT_S),
        (outcome(diagnostics(True)), DEFAULT_S),
        (outcome(diagnostics("2500")), DEFAULT_S),
        (outcome(diagnostics(1e300)), DEFAULT_S),
        (outcome(diagnostics(float("nan"))), DEFAULT_S),
        (outcome("[" * 100_000), DEFAULT_S),
        (outcome("7"), DEFAULT_S),
        (outcome(), DEFAULT_S),
        (b'{"issue": 7}', DEFAULT_S),
        (b'{"issue": [7]}', DEFAULT_S),
        (b"[]", DEFAULT_S),
        (b"Too Many Requests", DEFAULT_S),
        (b"\xff", DEFAULT_S),
    ],
)
def test_medplums_outcome_tells_milliseconds(body: bytes, seconds: float) -> None:
    assert retry_after_s({}, body, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "5", "RateLimit": RATE_LIMIT}, 5.0),
        ({"Retry-After": "0", "RateLimit": RATE_LIMIT}, 37.0),
        ({"Retry-After": A_MINUTE_AGO, "RateLimit": RATE_LIMIT}, 37.0),
        ({"Retry-After": "soon", "RateLimit": RATE_LIMIT}, 37.0),
        ({"Retry-After": "soon", "RateLimit": "soon"}, 2.5),
        ({"Retry-After": "0", "RateLimit": "soon"}, 2.5),
        ({"Retry-After": "99999999"}, 2.5),
    ],
)
def test_the_first_usable_hint_counts(headers: dict[str, str], seconds: float) -> None:
    assert retry_after_s(headers, outcome(diagnostics(2500)), NOW) == seconds
