"""One Lambda handler for all bots: runs the one for whose Bot the server calls.

The payload names that Bot by its id and, as `display`, by its name. `register` gives each Bot its
identifier as name, so no call is needed to tell them apart. A Bot of another name is read once,
with the payload's own token, and goes by its identifier.

The name alone is enough, because it gives nobody more than they had:

- the server takes it from the Bot; nobody who runs the Bot has a say in it;
- who may rename a Bot may as well write its identifiers, its function and whose rights it has;
- no bot trusts in being that bot: each decides by the payload's requester and token, by what
  started it, or by a secret in the headers, whether this caller may ask.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from bots.folders import FOLDERS, load
from bots.loading_ahead import LATER
from fhir_profiles import Resource
from fhir_profiles.elements import entries, text
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.errors import Misconfigured
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.connections import read_trust_early
from shared.http.pace import Pace, PatientHttp
from shared.runtime.environment import in_lambda, is_for_snapshot
from shared.runtime.guarded import shielded
from shared.runtime.lambda_handler import Handler, remaining_s
from shared.runtime.log import RunLog
from shared.runtime.metrics import Metrics
from shared.runtime.payload import Target, parse_target
from shared.runtime.services import Services, made_once

NAME = "dispatch"
"""What the log calls a run that came to no bot."""

FUNCTION = "prescriber-bots"
"""The function's name, where nobody wants another."""

LOOK_UP_S = 10.0

UNKNOWN = (
    f"The Bot that was run is none of these bots: neither its name nor an identifier with system"
    f" {MEDPLUM_BOTS} is one of theirs. Run `prescriber-bots register`, then call the Bots that it"
    " made by their identifiers."
)


class Dispatcher:
    """The handler; all bots share one set of services, so one's connections and tokens are all's.

    A bot is loaded at its first run, because loading all takes 40 to 50 % longer than loading
    one. A snapshot is made once and restored often, so it holds them all.

    Args:
        make_services: called once, at the first run.
        by_bot_id: folders of bots by the id of the Bot, where that is known; these are not read.
    """

    def __init__(
        self,
        make_services: Callable[[], Services] = Services,
        by_bot_id: Mapping[str, str] | None = None,
    ) -> None:
        self._services = made_once(make_services)
        self._by_bot_id = by_bot_id or {}
        self._looked_up: dict[tuple[str, str], str] = {}
        self._handlers: dict[str, Handler] = {}
        if in_lambda():
            read_trust_early()
        if is_for_snapshot():
            for folder in FOLDERS.values():
                self._handler(folder)
            for module in LATER:
                import_module(module)

    def __call__(self, event: Any, context: Any) -> Any:
        """The answer of the bot that the payload is for; see `lambda_handler`.

        Raises:
            Misconfigured: the payload is unusable, or names none of the bots.
            FhirDenied, FhirNotFound, RemoteUnavailable: the Bot had to be read, and could not be.
            BotError: what the bot raises.
        """
        log = RunLog(NAME, Metrics())
        handler = shielded(log, lambda: self._handler(self._folder(parse_target(event), context)))
        return handler(event, context)

    def _folder(self, target: Target, context: Any) -> str:
        known = self._by_bot_id.get(target.bot.id) or FOLDERS.get(target.bot.display)
        if known is not None:
            return known
        where = (target.baseUrl, target.bot.reference)
        if where not in self._looked_up:
            self._looked_up[where] = _folder_of(self._read(target, context))
        return self._looked_up[where]

    def _read(self, target: Target, context: Any) -> Resource:
        services = self._services()
        pace = Pace(remaining_s(context, LOOK_UP_S, services.clock), services.sleep)
        credential = GivenToken(target.accessToken)
        http = PatientHttp(services.http, pace)
        return FhirClient(http, target.baseUrl, credential, pace.wait).read(target.bot.reference)

    def _handler(self, folder: str) -> Handler:
        if folder not in self._handlers:
            self._handlers[folder] = load(folder).handler(self._services)
        return self._handlers[folder]


def _folder_of(bot: Resource) -> str:
    """The folder of the one bot that a Bot's identifiers name.

    Raises:
        Misconfigured: they name none, or several.
    """
    values = (
        text(identifier.get("value"))
        for _, identifier in entries(bot, "identifier")
        if identifier.get("system") == MEDPLUM_BOTS
    )
    found = {FOLDERS[value] for value in values if value in FOLDERS}
    if len(found) != 1:
        raise Misconfigured(UNKNOWN)
    return found.pop()
