"""Calls that only read: that a run would change something is seen by the first change it wants."""

from urllib.parse import urlsplit

from shared.errors import BotError
from shared.http.sending import Call, Reply, Sender

_BATCH = "/fhir/R4/"


class WouldChange(BotError):
    """The run wanted to change something, and nothing was sent."""


class ReadOnly:
    """A `Sender` that sends what only reads or signs in, and nothing else.

    Args:
        sender: sends the calls.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def send(self, call: Call) -> Reply:
        """Sends the call; raises what the sender raises.

        Raises:
            WouldChange: the call changes something.
        """
        if not _only_reads(call):
            raise WouldChange(f"{call.service} would be asked to {call.wish}.")
        return self._sender.send(call)


def _only_reads(call: Call) -> bool:
    """Whether a call reads, signs in (a form in both systems), or is a batch of reads."""
    if call.method == "GET" or call.form is not None:
        return True
    return urlsplit(call.url).path.endswith(_BATCH) and all(
        entry["request"]["method"] == "GET" for entry in call.json["entry"]
    )
