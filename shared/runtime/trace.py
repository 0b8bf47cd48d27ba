"""The trace id with which a Medplum server follows one request through all that it causes.

Source: Medplum server's request context: it takes a UUID from `x-trace-id` and a W3C trace context
(https://www.w3.org/TR/trace-context/#traceparent-header) from `traceparent`.
"""

from string import ascii_letters, digits, hexdigits

LONGEST = 128
TRACEPARENT_LENGTHS = [2, 32, 16, 2]

_SIGNS = frozenset(f"{ascii_letters}{digits}-")
_HEX = frozenset(hexdigits.lower())


def plain_trace_id(given: str) -> str | None:
    """The trace id, if it is valid: anything else could be anything, and is no reason to fail."""
    return given if given and len(given) <= LONGEST and _SIGNS.issuperset(given) else None


def trace_headers(trace_id: str | None) -> dict[str, str]:
    """The headers that carry the trace id on."""
    if trace_id is None:
        return {}
    parts = trace_id.split("-")
    is_context = list(map(len, parts)) == TRACEPARENT_LENGTHS and _HEX.issuperset("".join(parts))
    return {"X-Trace-Id": trace_id, **({"traceparent": trace_id} if is_context else {})}
