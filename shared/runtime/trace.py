"""The trace id with which a Medplum server follows one request through all that it causes.

Source: Medplum server's request context: it takes a UUID from `x-trace-id` and a W3C trace context
(https://www.w3.org/TR/trace-context/#traceparent-header) from `traceparent`.
"""

import re

_TRACE_ID = re.compile(r"[A-Za-z0-9\-]{1,128}")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def plain_trace_id(given: str) -> str | None:
    """The trace id, if it is one: what is none could be anything, and is no reason to fail."""
    return given if _TRACE_ID.fullmatch(given) else None


def trace_headers(trace_id: str | None) -> dict[str, str]:
    """The headers that carry the trace id on."""
    if trace_id is None:
        return {}
    traceparent = {"traceparent": trace_id} if _TRACEPARENT.fullmatch(trace_id) else {}
    return {"X-Trace-Id": trace_id, **traceparent}
