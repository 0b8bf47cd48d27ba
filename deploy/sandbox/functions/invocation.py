"""Runs one handler once and describes the result as AWS Lambda's Python runtime does.

Errors and results follow
https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html: `errorMessage`, `errorType`,
`requestId`, `stackTrace`. No HTTP here.
"""

import json
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.functions.logs import InvocationLog, collecting

Handler = Callable[[dict[str, Any], Any], Any]
"""An AWS Lambda Python handler: called with the event and the context."""

ACCOUNT = "123456789012"
MEMORY_MB = 256
TIMEOUT_S = 300.0


def function_arn(name: str) -> str:
    """The ARN that a function called `name` would have."""
    return f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


class Context:
    """The part of Lambda's context object that handlers use.

    Args:
        function_name: the name that was invoked.
        request_id: id of this invocation.
    """

    def __init__(self, function_name: str, request_id: str) -> None:
        self.function_name = function_name
        self.aws_request_id = request_id
        self.memory_limit_in_mb = MEMORY_MB
        self.invoked_function_arn = function_arn(function_name)
        self._deadline = time.monotonic() + TIMEOUT_S

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation would be ended."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


@dataclass(frozen=True)
class InvocationOutcome:
    """What an invocation came to: the JSON of its result or error, and which of the two."""

    body: bytes
    failed: bool


def run(handler: Handler, event: Any, context: Context, log: InvocationLog) -> InvocationOutcome:
    """Calls `handler` and never raises what it raises; lines it logs are added to `log`."""
    started = time.monotonic()
    log.add(f"START RequestId: {log.request_id} Version: $LATEST")
    with collecting(log):
        outcome = _call(handler, event, context, log)
    log.add(f"END RequestId: {log.request_id}")
    log.add(_report(log.request_id, (time.monotonic() - started) * 1000))
    return outcome


def _call(handler: Handler, event: Any, context: Context, log: InvocationLog) -> InvocationOutcome:
    try:
        result = handler(event, context)
    except Exception as error:  # noqa: BLE001 - Lambda reports whatever a handler raises
        frames = traceback.extract_tb(error.__traceback__)[1:]
        return _failure(log, type(error).__name__, str(error), traceback.format_list(frames))
    try:
        return InvocationOutcome(json.dumps(result).encode(), failed=False)
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return _failure(log, "Runtime.MarshalError", message, [])


def _failure(log: InvocationLog, kind: str, message: str, stack: list[str]) -> InvocationOutcome:
    header = ["Traceback (most recent call last):"] if stack else []
    trace = [line.rstrip("\n") for line in stack]
    log.add("\n".join([f"[ERROR] {kind}: {message}", *header, *trace]))
    body = {
        "errorMessage": message,
        "errorType": kind,
        "requestId": log.request_id,
        "stackTrace": stack,
    }
    return InvocationOutcome(json.dumps(body).encode(), failed=True)


def _report(request_id: str, duration_ms: float) -> str:
    return (
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms:.2f} ms\t"
        f"Billed Duration: {int(duration_ms) + 1} ms\tMemory Size: {MEMORY_MB} MB\t"
        f"Max Memory Used: {MEMORY_MB} MB"
    )
