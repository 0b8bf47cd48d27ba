"""How DoseSpot lets a clinician of a clinic in: its password grant.

Source: DoseSpot, Authentication Guide V2.
"""

from contextlib import suppress

from shared.dosespot.reply import TokenReply, read
from shared.dosespot.settings import SERVICE, DoseSpotSettings
from shared.errors import BotError, Misconfigured, RemoteMisbehaved
from shared.http.sending import Call, Sender
from shared.http.token_cache import REFRESH_EARLY_S, FetchedToken, TokenCache

DEFAULT_LIFETIME_S = 600.0


class DoseSpotSignIn:
    """One clinician at one clinic, with a token while it is good.

    Args:
        http: sends the calls.
        cache: the process's tokens.
        settings: the clinic.
        clinician_id: DoseSpot id of the clinician.
    """

    def __init__(
        self, http: Sender, cache: TokenCache, settings: DoseSpotSettings, clinician_id: int
    ) -> None:
        self._http = http
        self._cache = cache
        self._settings = settings
        self._clinician_id = clinician_id
        self._key = (settings, clinician_id)

    def token(self, early_s: float = REFRESH_EARLY_S) -> str:
        """A token with which to act as that clinician at that clinic.

        Args:
            early_s: how long it has to be good at least, where DoseSpot's live so long.

        Raises:
            Misconfigured: DoseSpot refuses the clinic's secrets or the clinician.
            RemoteUnavailable: DoseSpot gave no usable answer.
        """
        return self._cache.token(self._key, self._fetch, early_s)

    def early(self) -> None:
        """Fetches the token in the meantime; a failure shows when the token is needed."""
        with suppress(BotError):
            self.token()

    def has_token(self) -> bool:
        """Whether there is one that is good for a while."""
        return self._cache.has_token(self._key)

    def forget(self, token: str) -> None:
        """Drops a token that DoseSpot no longer takes."""
        self._cache.forget(self._key, token)

    def _fetch(self) -> FetchedToken:
        settings = self._settings
        reply = self._http.send(
            Call(
                service=SERVICE,
                wish="issue a token",
                method="POST",
                url=f"{settings.base_url}connect/token",
                headers={"Subscription-Key": settings.subscription_key},
                form={
                    "grant_type": "password",
                    "client_id": str(settings.clinic_id),
                    "client_secret": settings.clinic_key,
                    "username": str(self._clinician_id),
                    "password": settings.clinic_key,
                    "scope": "api",
                },
            )
        )
        if reply.status in (400, 401, 403):
            raise refused_credentials(settings)
        try:
            issued = read(TokenReply, reply.json())
        except ValueError:
            raise RemoteMisbehaved(
                f"DoseSpot's token endpoint answered {reply.status} without a token."
                " Check the project secret DOSESPOT_BASE_URL."
            ) from None
        return FetchedToken(issued.access_token, issued.expires_in or DEFAULT_LIFETIME_S)


def refused_credentials(settings: DoseSpotSettings) -> Misconfigured:
    """The error for a clinic or clinician that DoseSpot rejects."""
    return Misconfigured(
        f"DoseSpot refuses the sign-in. Check the project secrets {', '.join(settings.named_by)}"
        " and DOSESPOT_SUBSCRIPTION_KEY, and that the DoseSpot clinician on whose behalf the bot"
        " acts belongs to this clinic and is active."
    )
