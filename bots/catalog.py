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
        description: what it does, for people who see the Bot on a server.
        run_as_user: whether a server should run it with the caller's own token.
        admin: whether the bot's own membership should be an administrator's.
        timeout_s: seconds that a run may take; without a reason as many as load balancers wait for
            an answer by default. Medplum's own 10 are less than a slow answer of DoseSpot takes.
    """

    name: str
    identifier: str
    description: str
    run_as_user: bool
    admin: bool = False
    timeout_s: int = 60

    @property
    def function_name(self) -> str:
        """Name of the Lambda function, where nobody wants another prefix."""
        return self.function_name_after("prescriber-bots")

    def function_name_after(self, prefix: str) -> str:
        """Name of the Lambda function after a prefix such as a stack's name."""
        return f"{prefix}-{self.name.replace('_', '-')}"

    def handler(self, make_services: Callable[[], Services] = Services) -> Handler:
        """The Lambda handler, with services of its own; imports the bot."""
        module = import_module(f"bots.{self.name}.handler")
        return cast(Handler, module.make_handler(make_services))


BOTS = (
    BotFunction(
        "admin_enroll",
        "dosespot-enroll-prescriber-bot",
        "Enrolls a named prescriber in DoseSpot, for an administrator.",
        run_as_user=True,
    ),
    BotFunction(
        "self_enroll",
        "dosespot-self-enroll-prescriber-bot",
        "Enrolls the calling prescriber in DoseSpot, one step further per call.",
        run_as_user=True,
    ),
    BotFunction(
        "iframe",
        "dosespot-iframe-bot",
        "Gives the calling prescriber the single sign-on link for the DoseSpot iFrame.",
        run_as_user=True,
        timeout_s=30,
    ),
    BotFunction(
        "patient_sync",
        "dosespot-patient-sync-bot",
        "Finds or creates a patient in DoseSpot.",
        run_as_user=True,
        timeout_s=30,
    ),
    BotFunction(
        "sync_status",
        "dosespot-sync-status-bot",
        "Brings the status of enrolled prescribers in line with DoseSpot.",
        run_as_user=False,
        admin=True,
        timeout_s=300,
    ),
    BotFunction(
        "notification",
        "dosespot-notification-bot",
        "Takes DoseSpot's push notifications about prescribers.",
        run_as_user=False,
        admin=True,
        timeout_s=15,  # DoseSpot waits for 20 in all
    ),
    BotFunction(
        "readiness",
        "dosespot-readiness-bot",
        "Says why somebody can't prescribe or sign controlled substances; changes nothing.",
        run_as_user=False,
        admin=True,
    ),
    BotFunction(
        "create_prescriber",
        "dosespot-create-prescriber-bot",
        "Makes of a form the records of a prescriber who can be enrolled, for an administrator.",
        run_as_user=True,
    ),
    BotFunction(
        "supervisor",
        "dosespot-set-supervising-prescriber",
        "Says in DoseSpot who supervises a prescribing agent.",
        run_as_user=True,
        timeout_s=30,
    ),
)
