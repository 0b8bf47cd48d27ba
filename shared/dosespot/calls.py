"""Calls to DoseSpot as one clinician at one clinic: the token, what may be sent, what came back.

Clients of a subject (`client`, `prescriptions`, `catalog`) say which calls there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Any, TypeVar

from shared.dosespot.descriptions import (
    NOT_AUTHORIZED,
    harmless,
    says_already_begun,
    says_not_authorized,
    says_not_found,
)
from shared.dosespot.effects import IDENTIFIER, Done, Open, Refused, effect
from shared.dosespot.forbidden import require_allowed
from shared.dosespot.reply import ResultReply, read
from shared.dosespot.settings import SERVICE, DoseSpotSettings
from shared.dosespot.sign_in import DoseSpotSignIn, refused_credentials
from shared.errors import DoseSpotRefused, NotAuthorized, RemoteMisbehaved
from shared.http.sending import Call, Reply, Sender, unavailable, unconfirmed, with_token
from shared.http.token_cache import TokenCache

WRITE_TOKEN_S = 60.0
"""How long a token must still be valid for a write that is sent at most once."""

R = TypeVar("R", bound=ResultReply)


class DoseSpotCalls:
    """DoseSpot, seen by one of its clinicians.

    Every method raises `Misconfigured` (the sign-in is refused) and `RemoteUnavailable` (no usable
    answer, no effect); one that reads also `RemoteMisbehaved` (an answer against the contract),
    `DoseSpotRefused` and `NotAuthorized`; one that writes also `LookUpFirst` (the effect is open),
    `DoseSpotRefused` and `NotAuthorized` (known to have had none). A write must not be sent after
    `send_within_s` seconds.

    Args:
        http: sends the calls.
        cache: the process's tokens.
        settings: the clinic.
        acting_as: DoseSpot id of the clinician on whose behalf the calls are made.
    """

    def __init__(
        self, http: Sender, cache: TokenCache, settings: DoseSpotSettings, acting_as: int
    ) -> None:
        self._http = http
        self._settings = settings
        self.acting_as = acting_as
        self._sign_in = DoseSpotSignIn(http, cache, settings, acting_as)

    @property
    def clinic_id(self) -> int:
        """DoseSpot's number of the clinic that this client acts for."""
        return self._settings.clinic_id

    @property
    def account(self) -> tuple[str, int, int]:
        """Whose answers these are: DoseSpot's base URL, the clinic and the clinician."""
        return self._settings.base_url, self.clinic_id, self.acting_as

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a token."""
        return self._sign_in.has_token()

    def sign_in_early(self) -> None:
        """Fetches the token in the meantime; a failure shows when the token is needed."""
        self._sign_in.early()

    def _call(
        self,
        method: str,
        path: str,
        wish: str,
        *,
        params: Mapping[str, str | Sequence[str]] | None = None,
    ) -> Call:
        require_allowed(path)
        return Call(
            service=SERVICE,
            wish=wish,
            method=method,
            url=f"{self._settings.base_url}{path}",
            headers={"Subscription-Key": self._settings.subscription_key},
            params=params or {},
        )

    def _write_call(
        self, method: str, path: str, wish: str, send_within_s: float, json: Any = None
    ) -> Call:
        until_s = monotonic() + send_within_s
        return replace(self._call(method, path, wish), json=json, writes=True, send_until_s=until_s)

    def _created(self, call: Call) -> int:
        return self._done(call, creates=True).identifier

    def _begin(self, call: Call) -> bool:
        found = _known(call, self._sent_write(call))
        if isinstance(found, Refused) and says_already_begun(found.text):
            return False
        if isinstance(found, Refused):
            raise _refused(call, found.text)
        return True

    def _done(self, call: Call, *, creates: bool = False) -> Done:
        return self._known_done(call, self._sent_write(call), creates=creates)

    def _known_done(
        self, call: Call, reply: Reply, *, creates: bool = False, identifier: str = IDENTIFIER
    ) -> Done:
        """What the answer to a write says was done; raises where it says anything else."""
        found = _known(call, reply, creates=creates, identifier=identifier)
        if isinstance(found, Refused):
            raise _refused(call, found.text)
        return found

    def _answer(self, model: type[R], call: Call) -> R:
        """The answer to a read, which has to be a good one."""
        reply = self._ask(model, call)
        _require_ok(reply, call)
        return reply

    def _found(self, model: type[R], call: Call) -> R | None:
        """The answer to a read of something; None if DoseSpot says that there is no such thing."""
        return _if_found(self._ask(model, call), call)

    def _found_by_id(self, model: type[R], call: Call) -> R | None:
        """The same of what is asked for by an id of DoseSpot's, and from which nothing follows but
        that it is not there: a 404 without a body says that too. That the server is DoseSpot's
        shows the token."""
        reply = self._replaced_token(call)
        if reply.status == 404 and not reply.body:
            return None
        return _if_found(self._read(model, call, reply), call)

    def _ask(self, model: type[R], call: Call) -> R:
        return self._read(model, call, self._replaced_token(call))

    def _read(self, model: type[R], call: Call, reply: Reply) -> R:
        if reply.status == 401:
            raise refused_credentials(self._settings)
        return _parsed(model, call, reply)

    def _sent_write(self, call: Call) -> Reply:
        """The reply to a write. A POST is sent once: answered with 401 it may have taken effect."""
        return self._sent_once(call) if call.method == "POST" else self._replaced_token(call)

    def _replaced_token(self, call: Call) -> Reply:
        """The reply; a token that is no longer accepted is replaced once."""
        reply = self._sent(call, self._sign_in.token())
        return self._sent(call, self._sign_in.token()) if reply.status == 401 else reply

    def _sent_once(self, call: Call) -> Reply:
        return self._sent(call, self._sign_in.token(WRITE_TOKEN_S))

    def _sent(self, call: Call, token: str) -> Reply:
        reply = self._http.send(with_token(call, token))
        if reply.status == 401:
            self._sign_in.forget(token)
        return reply


def _known(
    call: Call, reply: Reply, *, creates: bool = False, identifier: str = IDENTIFIER
) -> Done | Refused:
    """What the answer to a write says, if it says anything."""
    found = effect(reply.status, reply.body, creates=creates, identifier=identifier)
    if isinstance(found, Open):
        quoted = f' "{harmless(found.text)}"' if found.text else ""
        raise unconfirmed(call, f"answered {reply.status}{quoted}")
    return found


def _parsed(model: type[R], call: Call, reply: Reply) -> R:
    """The reply to a read as its model.

    A body that is not JSON comes from something in between, so it says nothing about the call.
    """
    if reply.status == 400:
        raise _refused(call, reply.body.decode("utf-8", "replace"))
    if reply.status == 403:
        raise _refused(call, NOT_AUTHORIZED)
    if reply.status != 200 and not (reply.status == 404 and _has_result(reply)):
        raise RemoteMisbehaved(
            f"DoseSpot answered {reply.status} when it was asked to {call.wish}."
            " Check the project secret DOSESPOT_BASE_URL."
        )
    try:
        body = reply.json()
    except ValueError:
        raise unavailable(call.service) from None
    try:
        return read(model, body)
    except ValueError:
        raise misshapen(call) from None


def misshapen(call: Call) -> RemoteMisbehaved:
    """The answer to a read has not the form that DoseSpot documents."""
    return RemoteMisbehaved(
        f"DoseSpot's answer, when it was asked to {call.wish}, does not have the documented"
        " format. Contact DoseSpot support."
    )


def _has_result(reply: Reply) -> bool:
    """Whether DoseSpot itself wrote the answer, not something in between."""
    try:
        body = reply.json()
    except ValueError:
        return False
    return isinstance(body, dict) and "Result" in body


def _if_found(reply: R, call: Call) -> R | None:
    """The reply; None if it says that there is no such thing."""
    if says_not_found(reply.Result):
        return None
    _require_ok(reply, call)
    return reply


def _require_ok(reply: ResultReply, call: Call) -> None:
    if not reply.Result.ok:
        raise _refused(call, reply.Result.ResultDescription or "")


def _refused(call: Call, description: str) -> NotAuthorized | DoseSpotRefused:
    if says_not_authorized(description):
        return NotAuthorized(
            f"DoseSpot does not let the bot {call.wish}. Check in DoseSpot that the clinician on"
            " whose behalf it acts is active at this clinic and has the roles for it."
        )
    return DoseSpotRefused(
        f"DoseSpot refused to {call.wish}: {harmless(description)}. Correct the record and run the"
        " bot again."
    )
