"""The Lambda handler: `bots.notification.handler.handler`."""

from collections.abc import Callable

from bots.notification.bot import notification
from bots.notification.contract import NotificationInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("notification", NotificationInput, notification, make_services)


handler = make_handler()
