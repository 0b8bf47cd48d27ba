"""The Lambda handler: `bots.readiness.handler.handler`."""

from collections.abc import Callable

from bots.readiness.bot import readiness
from bots.readiness.contract import ReadinessInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("readiness", ReadinessInput, readiness, make_services)


handler = make_handler()
