"""Which bots there are, and how a FHIR server and AWS Lambda name them."""

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from shared.runtime.lambda_handler import Handler


@dataclass(frozen=True)
class BotFunction:
    """One bot.

    Attributes:
        name: the bot's folder below `bots`.
        identifier: value of the Bot's identifier with system `https://www.medplum.com/bots`.
        run_as_user: whether a server should run it with the caller's own token.
    """

    name: str
    identifier: str
    run_as_user: bool

    @property
    def function_name(self) -> str:
        """Name of the Lambda function."""
        return f"prescriber-bots-{self.name.replace('_', '-')}"

    def handler(self) -> Handler:
        """The Lambda handler; imports the bot."""
        return cast(Handler, import_module(f"bots.{self.name}.handler").handler)


BOTS = (
    BotFunction("admin_enroll", "dosespot-enroll-prescriber-bot", run_as_user=True),
    BotFunction("self_enroll", "dosespot-self-enroll-prescriber-bot", run_as_user=True),
    BotFunction("iframe", "dosespot-iframe-bot", run_as_user=True),
    BotFunction("patient_sync", "dosespot-patient-sync-bot", run_as_user=True),
)
