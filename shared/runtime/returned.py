"""Whether a bot's error is raised, or returned as an OperationOutcome.

A server that answers a returned OperationOutcome with its status makes a plain sentence of it;
another one answers 200, which a caller takes for success. So it is raised unless the project's
settings say that the server is of the first kind, and somebody has called: what it does with what
a schedule, a Subscription or a webhook is answered is not known.

A fault of the bot itself is always raised: only so does Lambda count an error and the server note a
failed run. The alarms are on the run's own metrics, which count refusals and faults either way.
"""

from typing import Any

from shared.errors import BotError, Misconfigured, Unforeseen
from shared.runtime.lambda_handler import Handler
from shared.runtime.outcome import operation_outcome
from shared.runtime.payload import parse_payload
from shared.runtime.settings import Settings
from shared.runtime.start import CALLS, start_of

PROBE = {"prescriberBotsDoctor": True}
"""An input that every bot refuses before it reads or changes anything.

Its refusal is returned whatever the settings say, so that `register` and `doctor` can try what the
server makes of it.
"""


def returning(handler: Handler) -> Handler:
    """The handler, but that it returns errors where the server answers them with their status.

    Args:
        handler: raises every error.
    """

    def returning_handler(event: Any, context: Any) -> Any:
        try:
            return handler(event, context)
        except Unforeseen:
            raise
        except BotError as error:
            if not _is_answered_with_its_status(event):
                raise
            return operation_outcome(error)

    return returning_handler


def _is_answered_with_its_status(event: Any) -> bool:
    try:
        payload = parse_payload(event)
    except Misconfigured:
        return False
    if start_of(payload) not in CALLS:
        return False
    return payload.input == PROBE or Settings(payload.secrets).returns_errors()
