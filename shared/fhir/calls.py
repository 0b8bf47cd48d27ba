"""A call to the FHIR server: how it is asked, and what an answer has to be before it counts."""

from collections.abc import Mapping
from typing import Any

from fhir_profiles import Resource
from shared.fhir.answers import (
    SERVICE,
    WRITTEN,
    explains,
    failure,
    is_about,
    misbehaved,
    write_failure,
)
from shared.fhir.credential import Credential, send_as
from shared.http.sending import (
    NO_USABLE_ANSWER,
    Call,
    Reply,
    Sender,
    open_write,
    unavailable,
    unconfirmed,
)

FHIR_JSON = "application/fhir+json"
HEADERS = {"Accept": FHIR_JSON, "X-Medplum": "extended"}
"""Without the last one a Medplum server keeps `meta.author` and `meta.project` to itself (its
documentation: `MedplumClientOptions.extendedMode`)."""
HEADERS_OF_JSON = {**HEADERS, "Content-Type": FHIR_JSON}


class FhirCalls:
    """Calls to a FHIR server with one credential, whose token is sent to no other address.

    Args:
        http: sends the calls.
        base_url: the server's base URL with a trailing slash, without `fhir/R4/`.
        credential: gives the token.
    """

    def __init__(self, http: Sender, base_url: str, credential: Credential) -> None:
        self._http = http
        self._base_url = base_url
        self._credential = credential

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        writes: str = "",
    ) -> Call:
        """A call; one that must not be repeated blindly says what it `writes`."""
        return Call(
            service=SERVICE,
            wish=writes or "answer",
            method=method,
            url=f"{self._base_url}{path}",
            headers={**(HEADERS if json is None else HEADERS_OF_JSON), **(headers or {})},
            json=json,
            writes=bool(writes),
        )

    def _send(self, call: Call) -> Reply:
        return send_as(self._credential, self._http, call)

    def _resource(self, url: str, call: Call) -> Resource:
        return self._content(url, call, self._send(call))

    def _written(self, url: str, wish: str, call: Call) -> tuple[Resource, Reply]:
        """The resource that was written, and the answer, which has to be that resource."""
        reply = self._send(call)
        if reply.status in WRITTEN and not is_about(url, json_of(reply)):
            raise open_write(SERVICE, wish, NO_USABLE_ANSWER)
        return self._content(url, call, reply), reply

    def _content(self, url: str, call: Call, reply: Reply) -> Resource:
        body = json_of(reply)
        if reply.status not in WRITTEN:
            if not call.writes:
                raise failure(reply.status, url)
            raise write_failure(reply.status, url, call.wish, explained=explains(body))
        if isinstance(body, dict):
            return body
        if call.writes:
            raise unconfirmed(call)
        raise unavailable(SERVICE) if body is None else misbehaved()


def json_of(reply: Reply) -> Any:
    """The reply's JSON; None if it is not JSON."""
    try:
        return reply.json()
    except ValueError:
        return None
