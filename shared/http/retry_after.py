"""How long a server that answers 429 wants us to wait; reads the answer and never waits.

Sources: RFC 9110, section 10.2.3 (`Retry-After`); the IETF draft "RateLimit header fields for
HTTP", which Medplum follows; and the OperationOutcome of Medplum's rate limiter, whose diagnostics
are JSON with `_msBeforeNext`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

DEFAULT_S = 10.0
"""If the answer does not say: DoseSpot counts calls per 10 seconds and may say nothing."""

LONGEST_S = 86_400.0
"""A longer wait is taken for a mistake."""

_POLICY = re.compile(r";\s*(r|t)=(\d{1,9})(?!\d)", re.ASCII)


def retry_after_s(headers: Mapping[str, str], body: bytes, now: datetime) -> float:
    """Seconds to wait after a 429; 0 if the server says that there is no need to wait.

    Args:
        headers: the answer's.
        body: the answer's.
        now: the current time, aware.
    """
    stated_s = _of_retry_after(headers.get("Retry-After"), now)
    hints = (stated_s, _of_rate_limit(headers.get("RateLimit", "")), _of_outcome(body))
    usable = (hint for hint in hints if hint is not None and 0 < hint <= LONGEST_S)
    return next(usable, 0.0 if stated_s == 0 else DEFAULT_S)


def _of_retry_after(header: str | None, now: datetime) -> float | None:
    try:
        if header is None:
            return None
        if header.strip().isdecimal():
            return float(header)
        return max(0.0, (parsedate_to_datetime(header) - now).total_seconds())
    except (IndexError, OverflowError, TypeError, ValueError):
        return None


def _of_rate_limit(header: str) -> float | None:
    """The longest wait of the policies that are used up; of all, where none says so."""
    policies = [dict(_POLICY.findall(policy)) for policy in header.split(",")]
    used_up = [one for one in policies if one.get("r") == "0"] or policies
    return max((float(one["t"]) for one in used_up if "t" in one), default=None)


def _of_outcome(body: bytes) -> float | None:
    return max(_waits_of_outcome(body), default=None)


def _waits_of_outcome(body: bytes) -> Iterator[float]:
    outcome = _json(body)
    issues = outcome.get("issue") if isinstance(outcome, dict) else None
    for issue in issues if isinstance(issues, list) else []:
        details = _json(issue.get("diagnostics")) if isinstance(issue, dict) else None
        wait_ms = details.get("_msBeforeNext") if isinstance(details, dict) else None
        if isinstance(wait_ms, int | float) and not isinstance(wait_ms, bool):
            yield wait_ms / 1000


def _json(text: Any) -> Any:
    try:
        return json.loads(text)
    except (RecursionError, TypeError, ValueError):
        return None
