"""The Lambda handler: `bots.self_enroll.handler.handler`."""

from collections.abc import Callable

from bots.self_enroll.bot import self_enroll
from bots.self_enroll.contract import SelfEnrollInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("self_enroll", SelfEnrollInput, self_enroll, make_services)


handler = make_handler()
