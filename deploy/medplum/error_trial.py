"""Finds out what a server does with an error that a bot returns; changes nothing."""

from deploy.medplum.server import ProjectAdmin
from shared.errors import RemoteUnavailable
from shared.fhir.executed import Executed, Failed
from shared.runtime.known_secrets import BotErrors
from shared.runtime.returned import PROBE


def tried(server: ProjectAdmin, bot_id: str) -> BotErrors | None:
    """What the bots should do with their errors; None if no bot answered as it should."""
    try:
        return bot_errors(server.execute(bot_id, PROBE))
    except RemoteUnavailable:
        return None


def bot_errors(outcome: Executed) -> BotErrors | None:
    """The same, by what came of running a bot on the probe."""
    if not isinstance(outcome, Failed) or outcome.returned_as is None:
        return None
    # With 200 a caller takes the error for success.
    return BotErrors.RAISED if outcome.returned_as == 200 else BotErrors.RETURNED
