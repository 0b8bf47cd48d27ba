"""Which Lambda functions the stack has: the one of all bots, and what Medplum does not start.

A bot may have one of its own besides, which runs the same: so those of a stack that had one for
each bot live on until every Bot names the one of all.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.catalog import BOTS

ENTRY = "deploy.aws.functions.entry"


@dataclass(frozen=True)
class Function:
    """One Lambda function.

    Attributes:
        name: such as `enroll_worker`.
        entry: the module below ENTRY where Lambda begins.
        timeout_s: how long one run may take.
        parts: the files of the template that describe it.
        owner: whose role and log it has.
    """

    name: str
    entry: str
    timeout_s: int
    parts: tuple[str, ...]
    owner: str

    @property
    def logical_id(self) -> str:
        """What its logical ids begin with, such as `EnrollWorker`."""
        return logical_id(self.name)

    @property
    def handler(self) -> str:
        """Where Python finds what Lambda calls."""
        return f"{ENTRY}.{self.entry}.handler"

    @property
    def name_parameter(self) -> str:
        """The template's parameter with its name."""
        return f"{self.logical_id}Name"

    def name_in(self, stack: str) -> str:
        """What it is called in a stack, if nobody says otherwise."""
        return stack if self == ALL_BOTS else name_of(self.name, stack)


def logical_id(name: str) -> str:
    """What the logical ids of a function or bot begin with, such as `AdminEnroll`."""
    return name.title().replace("_", "")


def name_of(name: str, stack: str) -> str:
    """What a function, or what belongs to a bot, is called in a stack."""
    return f"{stack}-{name.replace('_', '-')}"


def _beside_bots(name: str, timeout_s: int) -> Function:
    return Function(name, name, timeout_s, ("function", "role", "beside_bots"), name)


ALL_BOTS = Function(
    "bots", "bots", max(bot.timeout_s for bot in BOTS), ("function", "role", "invoked"), "bots"
)
"""Ends no sooner than any bot may; each ends its own runs in its own time."""

FUNCTIONS = (
    ALL_BOTS,
    _beside_bots("enroll_worker", 300),
)

RELAY_ENDPOINT = Function(
    "relay_endpoint",
    "relay_endpoint",
    ALL_BOTS.timeout_s,
    ("function", "role", "beside_bots", "relay"),
    "relay_endpoint",
)
"""Runs the bots of a Medplum that can't name our functions; only there where it has a name."""

OF_ONE_BOT = tuple(
    Function(bot.name, "bots", bot.timeout_s, ("function", "invoked"), "bots") for bot in BOTS
)
"""For each bot the function of its own, which only exists where somebody gave it a name."""


def former_functions(stack: str, settings: Mapping[str, str]) -> list[str]:
    """Names of functions that a stack still has from when each bot had one of its own."""
    names = [(one.name_in(stack), settings.get(one.name_parameter)) for one in OF_ONE_BOT]
    return [name for name, found in names if name == found]


def functions_of(settings: Mapping[str, str]) -> tuple[Function, ...]:
    """The functions of a stack with these values of the template's parameters."""
    named = [one for one in (RELAY_ENDPOINT, *OF_ONE_BOT) if settings.get(one.name_parameter)]
    return (*FUNCTIONS, *named)
