"""The Lambda handler: `bots.admin_enroll.handler.handler`."""

from collections.abc import Callable

from bots.admin_enroll.bot import admin_enroll
from bots.admin_enroll.contract import AdminEnrollInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("admin_enroll", AdminEnrollInput, admin_enroll, make_services)


handler = make_handler()
