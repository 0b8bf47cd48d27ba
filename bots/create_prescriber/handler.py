"""The Lambda handler: `bots.create_prescriber.handler.handler`."""

from collections.abc import Callable

from bots.create_prescriber.bot import create_prescriber
from bots.create_prescriber.contract import CreatePrescriberInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler(
        "create_prescriber", CreatePrescriberInput, create_prescriber, make_services
    )


handler = make_handler()
