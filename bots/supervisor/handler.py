"""The Lambda handler: `bots.supervisor.handler.handler`."""

from collections.abc import Callable

from bots.supervisor.bot import supervisor
from bots.supervisor.contract import SupervisorInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("supervisor", SupervisorInput, supervisor, make_services)


handler = make_handler()
