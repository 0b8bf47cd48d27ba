"""Which Lambda functions the stack has: every bot, and what Medplum does not start."""

from dataclasses import dataclass

from bots.catalog import BOTS

BOT_ERRORS = 5
"""A refusal is an error to Lambda too, so a few of them in five minutes are everyday life."""


@dataclass(frozen=True)
class Function:
    """One Lambda function.

    Attributes:
        name: such as `admin_enroll`.
        handler: where Python finds it.
        timeout_s: how long one run may take.
        errors: so many failures in five minutes are too many.
        is_bot: whether a Medplum server runs it.
    """

    name: str
    handler: str
    timeout_s: int
    errors: int = 1
    is_bot: bool = False

    @property
    def logical_id(self) -> str:
        """What its logical ids begin with, such as `AdminEnroll`."""
        return self.name.title().replace("_", "")

    @property
    def name_parameter(self) -> str:
        """The template's parameter that may give it another name."""
        return f"{self.logical_id}Name"

    def name_in(self, stack: str) -> str:
        """What it is called in a stack, if nobody says otherwise."""
        return f"{stack}-{self.name.replace('_', '-')}"


def _function(name: str, timeout_s: int, errors: int = 1, *, is_bot: bool = False) -> Function:
    return Function(name, f"deploy.aws.functions.entry.{name}", timeout_s, errors, is_bot)


FUNCTIONS = (
    *(_function(bot.name, bot.timeout_s, BOT_ERRORS, is_bot=True) for bot in BOTS),
    _function("push_endpoint", 17),  # so that DoseSpot hears within its 20 s after a cold start too
    _function("status_schedule", 900),
    _function("enroll_worker", 300),
)
