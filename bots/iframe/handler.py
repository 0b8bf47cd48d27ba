"""The Lambda handler: `bots.iframe.handler.handler`."""

from collections.abc import Callable

from bots.iframe.bot import iframe
from bots.iframe.contract import IframeInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("iframe", IframeInput, iframe, make_services)


handler = make_handler()
