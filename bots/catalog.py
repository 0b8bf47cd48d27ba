"""Which bots there are, and how a FHIR server and AWS Lambda name them."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from shared.runtime.lambda_handler import Handler, Services


@dataclass(frozen=True)
class BotFunction:
    """One bot.

    Attributes:
        name: the bot's folder below `bots`.
        identifier: value of the Bot's identifier with system `https://www.medplum.com/bots`.
        run_as_user: whether a server should run it with the caller's own token.
        admin: whether the bot's own membership should be an administrator's.
    """

    name: str
    identifier: str
    run_as_user: bool
    admin: bool = False

    @property
    def function_name(self) -> str:
        """Name of the Lambda function."""
        return f"prescriber-bots-{self.name.replace('_', '-')}"

    def handler(self, make_services: Callable[[], Services] = Services) -> Handler:
        """The Lambda handler, with services of its own; imports the bot."""
        module = import_module(f"bots.{self.name}.handler")
        return cast(Handler, module.make_handler(make_services))


BOTS = (
    BotFunction("admin_enroll", "dosespot-enroll-prescriber-bot", run_as_user=True),
    BotFunction("self_enroll", "dosespot-self-enroll-prescriber-bot", run_as_user=True),
    BotFunction("iframe", "dosespot-iframe-bot", run_as_user=True),
    BotFunction("patient_sync", "dosespot-patient-sync-bot", run_as_user=True),
    BotFunction("sync_status", "dosespot-sync-status-bot", run_as_user=False, admin=True),
    BotFunction("notification", "dosespot-notification-bot", run_as_user=False, admin=True),
    BotFunction("supervisor", "dosespot-set-supervising-prescriber", run_as_user=True),
)
