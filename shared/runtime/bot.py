"""How a bot is declared: by one decorator above its function.

The catalog, the functions, the sandbox and `prescriber-bots register` read what stands there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, get_type_hints

from shared.runtime.inputs import AnyOutput, BotInput
from shared.runtime.invocation import Invocation
from shared.runtime.lambda_handler import Doorkeeper, Handler, lambda_handler
from shared.runtime.returned import returning
from shared.runtime.services import Services
from shared.runtime.start import CALLS, Start

Given = TypeVar("Given", bound=BotInput)


@dataclass(frozen=True)
class CustomOperation:
    """An operation of the FHIR server that runs a bot, on a type: `POST {on}/${code}`.

    Attributes:
        on: the resource type.
        code: its name.
    """

    on: str
    code: str


@dataclass(frozen=True)
class BotFunction:
    """One bot.

    Attributes:
        name: the bot's folder below `bots`, and its name in log and metrics.
        identifier: value of the Bot's identifier with system `https://www.medplum.com/bots`.
        description: what it does, for people who see the Bot on a server.
        callers: who may run it.
        run_as_user: whether a server should run it with the caller's own token.
        admin: whether the bot's own membership should be an administrator's.
        timeout_s: seconds that a run may take.
        starts: what may start it; the runtime refuses everything else.
        doorkeeper: where the bot is for somebody whom the server does not know: refuses whoever
            does not prove to be that. Nothing is kept of a refusal by it.
        person_waits: whether a person waits for the answer, which then has to come within the time
            that the project sets for that (`Settings.answer_within_s`).
        operation: the custom operation that runs the bot too, if there is one.
        function: the bot itself.
    """

    name: str
    identifier: str
    description: str
    callers: str
    run_as_user: bool
    admin: bool
    timeout_s: int
    starts: frozenset[Start]
    doorkeeper: Doorkeeper | None = field(repr=False, compare=False)
    person_waits: bool
    operation: CustomOperation | None
    function: Callable[[Any, Invocation], AnyOutput] = field(repr=False, compare=False)

    @cached_property
    def models(self) -> tuple[type[BotInput], type[AnyOutput]]:
        """What the bot takes and what it answers, by its own type hints."""
        hints: dict[str, Any] = get_type_hints(self.function)
        return hints["request"], hints["return"]

    def handler(
        self, make_services: Callable[[], Services] = Services, *, unattended: bool = False
    ) -> Handler:
        """The Lambda handler, as a Medplum server has it run.

        Args:
            make_services: called once, at the handler's first invocation.
            unattended: whether a program runs it that waits as long as a run may take, and wants
                every error raised.
        """
        handler = lambda_handler(
            self.name,
            self.models[0],
            self.function,
            make_services,
            timeout_s=self.timeout_s,
            starts=self.starts,
            doorkeeper=self.doorkeeper,
            person_waits=self.person_waits and not unattended,
        )
        return handler if unattended else returning(handler)


def bot(  # noqa: PLR0913 - each is a fact about the bot
    *,
    identifier: str,
    description: str,
    callers: str,
    run_as_user: bool,
    admin: bool = False,
    timeout_s: int = 60,
    starts: frozenset[Start] = CALLS,
    doorkeeper: Doorkeeper | None = None,
    person_waits: bool = True,
    operation: CustomOperation | None = None,
) -> Callable[[Callable[[Given, Invocation], AnyOutput]], BotFunction]:
    """Declares a function `name(request, invocation)` in `bots/<name>/bot.py` as a bot.

    The arguments are the attributes of `BotFunction`. `timeout_s` is without a reason as many as
    load balancers wait for an answer by default; Medplum's own 10 are less than a slow answer of
    DoseSpot takes. `starts` is without a reason a person's or program's call.
    """

    def declared(function: Callable[[Given, Invocation], AnyOutput]) -> BotFunction:
        return BotFunction(
            name=function.__name__,
            identifier=identifier,
            description=description,
            callers=callers,
            run_as_user=run_as_user,
            admin=admin,
            timeout_s=timeout_s,
            starts=starts,
            doorkeeper=doorkeeper,
            person_waits=person_waits,
            operation=operation,
            function=function,
        )

    return declared
