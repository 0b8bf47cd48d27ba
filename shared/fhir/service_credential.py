"""A ClientApplication of the project, which lets the bots do what the caller may not.

Source: OAuth 2.0 (RFC 6749), section 4.4; Medplum takes it at `oauth2/token`.
"""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import Misconfigured
from shared.http.sending import Call, Sender
from shared.http.token_cache import FetchedToken, TokenCache


class _TokenReply(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    access_token: str = Field(pattern=r"^[!-~]+$", repr=False)
    expires_in: float = 3600.0


@dataclass(frozen=True)
class ServiceAccount:
    """Id and secret of a ClientApplication.

    Attributes:
        base_url: the FHIR server's base URL with a trailing slash.
        client_id: id of the ClientApplication.
        client_secret: its secret.
        whose: what it is called where it is refused.
        settings: where id and secret stand.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    whose: str = "the bots' ClientApplication"
    settings: str = "the project secrets MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET"


class ServiceCredential:
    """A `Credential` with a token of its own while it is good.

    Args:
        http: sends the calls.
        cache: the process's tokens.
        account: the account to use.
    """

    def __init__(self, http: Sender, cache: TokenCache, account: ServiceAccount) -> None:
        self._http = http
        self._cache = cache
        self._account = account

    def token(self) -> str:
        """A bearer token of the ClientApplication.

        Raises:
            Misconfigured: the server does not let the ClientApplication in.
            RemoteUnavailable: the server gave no usable answer.
        """
        return self._cache.token(self._account, self._fetch)

    def forget(self, token: str) -> bool:
        """Drops a refused token; there can always be another."""
        self._cache.forget(self._account, token)
        return True

    def _fetch(self) -> FetchedToken:
        reply = self._http.send(
            Call(
                service="The FHIR server",
                wish="issue a token",
                method="POST",
                url=f"{self._account.base_url}oauth2/token",
                headers={},
                form={
                    "grant_type": "client_credentials",
                    "client_id": self._account.client_id,
                    "client_secret": self._account.client_secret,
                },
            )
        )
        try:
            issued = _TokenReply.model_validate(reply.json())
        except ValueError:
            raise Misconfigured(
                f"The FHIR server does not let {self._account.whose} in. Check"
                f" {self._account.settings}."
            ) from None
        return FetchedToken(issued.access_token, issued.expires_in)
