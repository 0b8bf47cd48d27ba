"""Takes DoseSpot's push notifications from the internet and passes them on to the bot.

Medplum wants a token of its own in `Authorization`, where DoseSpot sends its secret; so this
function stands between. It knows no secret of DoseSpot's: the bot compares. Whoever sends nonsense
hears so before Medplum is asked; what is our own fault is raised, so that an alarm rings and
DoseSpot hears 500, and may send again.

Sources: DoseSpot's Push Notifications supplement 1.0.3; API Gateway's payload format 2.0, which
Lambda function URLs have too.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from bots.notification.contract import NotificationInput
from deploy.aws.functions.run_bot import BotFailed, BotRunner, function, make_runner
from shared.audit.events import LogEvent
from shared.errors import NotAuthorized
from shared.runtime.lambda_handler import Handler
from shared.runtime.log import RunLog

NAME = "push_endpoint"
BOT = "dosespot-notification-bot"
LARGEST_BODY = 16_384
READ_TIMEOUT_S = 15.0

_SECRET = re.compile(r"Secret [!-~]{32}")


@dataclass
class RequestRefused(Exception):
    """A request that is no notification; the caller hears the status and nothing else."""

    status: HTTPStatus


_own_runner = partial(make_runner, READ_TIMEOUT_S)


def make_handler(make: Callable[[], BotRunner] = _own_runner) -> Handler:
    """The handler with connections of its own, made at its first invocation."""
    return function(NAME, _taken, make)


def _taken(
    runner: BotRunner, event: Mapping[str, Any], _context: Any, log: RunLog
) -> dict[str, Any]:
    try:
        secret, notification = _parsed(event)
        answer = runner.run(BOT, notification, {"X-DoseSpot-Secret": secret})
    except RequestRefused as refused:
        log.warning(LogEvent.NOTIFICATION_REFUSED, status=refused.status)
        return _response(refused.status)
    except BotFailed as failed:
        log.warning(LogEvent.BOT_FAILED, error=failed.error_type)
        if failed.error_type == NotAuthorized.__name__:
            return _response(HTTPStatus.UNAUTHORIZED)
        raise
    log(LogEvent.NOTIFICATION_PASSED_ON, handled=bool(answer.get("handled")))
    return _response(HTTPStatus.OK)


def _parsed(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """DoseSpot's secret, and as much of the notification as the bot reads.

    The rest is not passed on: Medplum keeps a bot's input where others may read it.
    """
    if event["requestContext"]["http"]["method"] != "POST":
        raise RequestRefused(HTTPStatus.METHOD_NOT_ALLOWED)
    secret = {name.lower(): value for name, value in event["headers"].items()}.get("authorization")
    if secret is None or not _SECRET.fullmatch(secret):
        raise RequestRefused(HTTPStatus.UNAUTHORIZED)
    body = event.get("body") or ""
    if len(body) > LARGEST_BODY:
        raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        text = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body
        notification = NotificationInput.model_validate_json(text)
    except ValueError:
        raise RequestRefused(HTTPStatus.BAD_REQUEST) from None
    clinician_id = notification.clinician_id()
    data = None if clinician_id is None else {"ClinicianId": clinician_id}
    return secret, {"EventType": notification.EventType, "Data": data}


def _response(status: HTTPStatus) -> dict[str, Any]:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"status": status.phrase}),
    }


handler = make_handler()
