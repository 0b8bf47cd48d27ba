"""Which bots there are, and how a FHIR server and AWS Lambda name them."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast, get_type_hints

from shared.runtime.lambda_handler import Handler, Services
from shared.workflow.inputs import BotInput, BotOutput


@dataclass(frozen=True)
class BotFunction:
    """One bot.

    Attributes:
        name: the bot's folder below `bots`.
        identifier: value of the Bot's identifier with system `https://www.medplum.com/bots`.
        description: what it does, for people who see the Bot on a server.
        callers: who may run it.
        run_as_user: whether a server should run it with the caller's own token.
        admin: whether the bot's own membership should be an administrator's.
        timeout_s: seconds that a run may take; without a reason as many as load balancers wait for
            an answer by default. Medplum's own 10 are less than a slow answer of DoseSpot takes.
    """

    name: str
    identifier: str
    description: str
    callers: str
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

    def function(self) -> Callable[..., BotOutput]:
        """The bot itself, which takes its input and an `Invocation`; imports it."""
        module = import_module(f"bots.{self.name}.bot")
        return cast(Callable[..., BotOutput], getattr(module, self.name))

    def models(self) -> tuple[type[BotInput], type[BotOutput]]:
        """What the bot takes and what it answers, by its own type hints; imports the bot."""
        hints: dict[str, Any] = get_type_hints(self.function())
        return hints["request"], hints["return"]


BOTS = (
    BotFunction(
        "admin_enroll",
        "dosespot-enroll-prescriber-bot",
        "Enrolls a named prescriber in DoseSpot, for an administrator.",
        "An administrator of the project who is a Clinician Admin in DoseSpot.",
        run_as_user=True,
    ),
    BotFunction(
        "self_enroll",
        "dosespot-self-enroll-prescriber-bot",
        "Enrolls the calling prescriber in DoseSpot, one step further per call.",
        "A Practitioner with an active PractitionerRole for DoseSpot, about themselves.",
        run_as_user=True,
    ),
    BotFunction(
        "iframe",
        "dosespot-iframe-bot",
        "Gives the calling prescriber the single sign-on link for the DoseSpot iFrame.",
        "An enrolled prescriber.",
        run_as_user=True,
        timeout_s=30,
    ),
    BotFunction(
        "patient_sync",
        "dosespot-patient-sync-bot",
        "Finds or creates a patient in DoseSpot.",
        "An enrolled prescriber who may read the Patient.",
        run_as_user=True,
        timeout_s=30,
    ),
    BotFunction(
        "sync_status",
        "dosespot-sync-status-bot",
        "Brings the status of enrolled prescribers in line with DoseSpot.",
        "An administrator of the project, or a schedule.",
        run_as_user=False,
        admin=True,
        timeout_s=300,
    ),
    BotFunction(
        "notification",
        "dosespot-notification-bot",
        "Takes DoseSpot's push notifications about prescribers.",
        "DoseSpot, with the secret of its push notifications.",
        run_as_user=False,
        admin=True,
        timeout_s=15,  # DoseSpot waits for 20 in all
    ),
    BotFunction(
        "readiness",
        "dosespot-readiness-bot",
        "Says why somebody can't prescribe or sign controlled substances; changes nothing.",
        "An administrator of the project, or a prescriber about themselves.",
        run_as_user=False,
        admin=True,
    ),
    BotFunction(
        "create_prescriber",
        "dosespot-create-prescriber-bot",
        "Makes of a form the records of a prescriber who can be enrolled, for an administrator.",
        "An administrator of the project.",
        run_as_user=True,
    ),
    BotFunction(
        "supervisor",
        "dosespot-set-supervising-prescriber",
        "Says in DoseSpot who supervises a prescribing agent.",
        "An administrator of the project who is a Clinician Admin in DoseSpot.",
        run_as_user=True,
        timeout_s=30,
    ),
)
