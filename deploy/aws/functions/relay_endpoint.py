"""Runs the bots of a Medplum server that can't name our functions: the endpoint of the relay.

A JavaScript bot there (`deploy/relay/relay_bot.cjs`) posts what it was given; what the bot comes to
is the answer, `{"result": …}` or `{"error": {"errorType", "errorMessage"}}`. The signature is
looked at before anything of the body is, and nothing of a body is ever logged. What is our own
fault is raised, so that an alarm rings.

The memory of calls that were taken is one process's. Another process of the same function takes a
call again that was sent twice, within five minutes of its time; that is no harm beyond the first
copy: the bots are safe to run again, and whoever can read the call, which only TLS's two ends can,
has all its secrets already.

Source: API Gateway's payload format 2.0, which Lambda function URLs have too.
"""

import base64
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import time
from typing import Any

from deploy.relay import rules
from deploy.relay.rules import CallRefusal, RelayRequest, RelaySettings
from deploy.relay.seen import SeenSignatures
from shared.audit.events import LogEvent
from shared.errors import BotError, Misconfigured
from shared.runtime.guarded import guarded
from shared.runtime.lambda_handler import Handler
from shared.runtime.log import RunLog
from shared.runtime.metrics import Metrics

NAME = "relay_endpoint"

RunBot = Callable[[Any, Any], Any]
"""Runs the bot that a payload is for, with the payload and Lambda's context."""


def relay_endpoint(
    run_bot: RunBot,
    settings: Callable[[], RelaySettings | None],
    clock: Callable[[], float] = time,
) -> Handler:
    """The Lambda handler of an HTTP endpoint.

    Args:
        run_bot: runs a bot; raises a `BotError` for what its caller gets to read.
        settings: gives secret and servers, or None if no relay is set up; asked only about calls
            that look as the relay's do.
        clock: the time, in seconds since 1970.
    """
    seen = SeenSignatures()

    def taken(request: RelayRequest) -> dict[str, Any] | CallRefusal:
        now_ms = int(clock() * 1000)
        refusal = rules.refusal_of_anybody(request, now_ms)
        if refusal:
            return refusal
        known = settings()
        if known is None or not rules.is_signed(request, known.secret):
            return rules.NOT_SIGNED
        if not seen.take(request.headers[rules.SIGNATURE], rules.sent_ms(request) or 0, now_ms):
            return rules.SEEN_BEFORE
        return rules.payload_of(request.body, known.base_urls)

    def handler(event: Any, context: Any) -> dict[str, Any]:
        log = RunLog(NAME, Metrics())
        return guarded(log, lambda: _answered(taken(_request(event)), run_bot, context, log))

    return handler


def _request(event: Mapping[str, Any]) -> RelayRequest:
    """The request in an event; of a body that is too large only as much as shows that it is."""
    body = (event.get("body") or "")[: 2 * rules.LARGEST_BODY]
    return RelayRequest(
        event["requestContext"]["http"]["method"],
        {name.lower(): value for name, value in event["headers"].items()},
        base64.b64decode(body) if event.get("isBase64Encoded") else body.encode(),
    )


def _answered(
    taken: dict[str, Any] | CallRefusal, run_bot: RunBot, context: Any, log: RunLog
) -> dict[str, Any]:
    if isinstance(taken, CallRefusal):
        log.warning(LogEvent.RELAY_REFUSED, status=taken.status)
        return _response(taken.status, _error(Misconfigured.__name__, taken.sentence))
    try:
        answer = {"result": run_bot(taken, context)}
    except BotError as error:
        answer = _error(type(error).__name__, str(error))
    return _response(HTTPStatus.OK, answer)


def _error(kind: str, sentence: str) -> dict[str, Any]:
    return {"error": {"errorType": kind, "errorMessage": sentence}}


def _response(status: HTTPStatus, answer: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json", "Cache-Control": "no-store"},
        "body": json.dumps(answer),
    }
