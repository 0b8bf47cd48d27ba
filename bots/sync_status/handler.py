"""The Lambda handler: `bots.sync_status.handler.handler`."""

from collections.abc import Callable

from bots.sync_status.bot import sync_status
from bots.sync_status.contract import SyncStatusInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("sync_status", SyncStatusInput, sync_status, make_services)


handler = make_handler()
