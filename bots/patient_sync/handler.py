"""The Lambda handler: `bots.patient_sync.handler.handler`."""

from collections.abc import Callable

from bots.patient_sync.bot import patient_sync
from bots.patient_sync.contract import PatientSyncInput
from shared.runtime.lambda_handler import Handler, Services, lambda_handler


def make_handler(make_services: Callable[[], Services] = Services) -> Handler:
    """The handler with services of its own, made at its first invocation."""
    return lambda_handler("patient_sync", PatientSyncInput, patient_sync, make_services)


handler = make_handler()
