"""Bots whose runs the relay passes on: what they are, and whether they have its code. Pure.

A Bot is marked once its code is deployed as it should be. The code itself does not tell: a Medplum
server keeps it before it makes the function of it, and may fail at that.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import deploy.relay
from deploy.medplum.wanted import RUNTIME, wanted_bot
from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from fhir_profiles.systems import RELAY_DEPLOYED
from shared.runtime.bot import BotFunction

FILE = Path(deploy.relay.__file__).parent / "relay_bot.cjs"
NAME = "prescriber-bots-relay.cjs"
"""The ending makes a Medplum server take it for what it is, not for an ES module."""

RUNTIMES = (RUNTIME, "vmcontext")
"""Of a Bot in JavaScript: on hosted Medplum, and within a server of one's own."""

MARGIN_S = 5
"""The relay waits so much longer than a run may take, to hear how it ended."""


@cache
def relay_code() -> str:
    """The relay's code, the same for all Bots."""
    return FILE.read_text(encoding="utf-8")


def wanted_relay_bot(found: Resource, bot: BotFunction, runtime: str | None) -> Resource:
    """The Bot but for its mark; it keeps the runtime that it has where none is given."""
    own = text(found.get("runtimeVersion"))
    kept = own if own in RUNTIMES else RUNTIME
    wanted = wanted_bot(found, bot, None)
    return {**wanted, "runtimeVersion": runtime or kept, "timeout": bot.timeout_s + MARGIN_S}


def marked(bot: Resource) -> Resource:
    """The Bot with the mark that its code was deployed."""
    return {**bot, "identifier": [*bot["identifier"], _mark(bot)]}


def binary_of_code(bot: Resource) -> str | None:
    """Id of the Binary with a Bot's code; None if the Bot has no code.

    To whoever may read the Binary, a Medplum server shows a signed link into its storage in the
    place of the reference. Such a link begins as the server is set up to, and ends with the
    Binary's id and version. Source: Medplum 5.0.10, as it was seen to run.
    """
    *_, before, name = (
        "",
        *urlsplit(text(child(bot, "executableCode").get("url"))).path.split("/"),
    )
    found = name if before == "Binary" else before
    return found or None


def is_deployed(found: Resource, wanted: Resource, code: str | None) -> bool:
    """Whether the Bot has the relay's code, as the server makes a function of it.

    Args:
        found: the Bot as it is.
        wanted: the Bot as it should be.
        code: what was deployed to it.
    """
    return _mark(wanted) in found.get("identifier", []) and code == relay_code()


def _mark(bot: Resource) -> Resource:
    """Runtime and timeout take effect with the next deployment only, so they are in the mark."""
    deployed = f"{bot['runtimeVersion']} {bot['timeout']} {relay_code()}"
    digest = sha256(deployed.encode()).hexdigest()
    return {"system": RELAY_DEPLOYED, "value": digest[:16]}
