"""Where a client of the FHIR server gets its token, and what becomes of one that is refused."""

from dataclasses import dataclass, field
from typing import Protocol

from shared.http.sending import Call, Reply, Sender, with_token


class Credential(Protocol):
    """Where a client gets its token."""

    def token(self) -> str:
        """A bearer token."""

    def forget(self, token: str) -> bool:
        """Is called when the server refuses the token; returns whether there can be another."""


@dataclass(frozen=True)
class GivenToken:
    """A token that somebody else obtained, such as the one in a bot's payload."""

    value: str = field(repr=False)

    def token(self) -> str:
        """The token."""
        return self.value

    def forget(self, _token: str) -> bool:
        """There is no other."""
        return False


def send_as(credential: Credential, http: Sender, call: Call) -> Reply:
    """Sends a call with a token; one that is refused is replaced once, if it can be."""
    token = credential.token()
    reply = http.send(with_token(call, token))
    if reply.status == 401 and credential.forget(token):
        reply = http.send(with_token(call, credential.token()))
    return reply
