"""What a bot gets besides its input: who asks, the two servers, and the run's clock, log and trail.

It knows no use case; each is wired beside itself, from what stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from shared.audit.trail import Trail
from shared.dosespot.sign_in import DoseSpotSignIn
from shared.errors import NotAuthorized
from shared.fhir.client import FhirClient
from shared.fhir.service_credential import ServiceCredential
from shared.http.pace import Pace
from shared.http.sending import Sender
from shared.runtime.log import RunLog
from shared.runtime.services import Services
from shared.runtime.settings import Settings
from shared.runtime.start import Start
from shared.timing import Clock, Timing, Waiter
from shared.together import Together

if TYPE_CHECKING:
    from shared.dosespot.calls import DoseSpotCalls
    from shared.dosespot.client import DoseSpotClient

C = TypeVar("C", bound="DoseSpotCalls")

NOBODY_CALLED = "This is done for whoever calls, and nobody did. Run the bot by Bot/$execute."


@dataclass(frozen=True)
class Invocation:
    """One run of a bot.

    Attributes:
        start: what started it.
        who: reference of the payload's requester; of the Bot itself if there is none.
        headers: the HTTP headers with which the bot was called.
        base_url: base URL of the FHIR server that runs the bot.
        fhir: that server, with the token that it gave the bot.
        settings: the project's secrets.
        services: what the process keeps between runs.
        pace: the time that the run has.
        http: sends the run's calls, and again what had no effect, while there is time.
        log: the run's log.
        trail: what the run did, for AuditEvents.
    """

    start: Start
    who: str
    headers: Mapping[str, str] = field(repr=False)
    base_url: str
    fhir: FhirClient
    settings: Settings
    services: Services
    pace: Pace
    http: Sender
    log: RunLog
    trail: Trail

    @property
    def requester(self) -> str:
        """Reference of the caller's profile.

        Raises:
            NotAuthorized: nobody called; whoever acts for a caller has no business here.
        """
        if not self.start.has_caller:
            raise NotAuthorized(NOBODY_CALLED)
        return self.who

    @property
    def now(self) -> Clock:
        """The clock."""
        return self.services.now

    @property
    def together(self) -> Together:
        """Runs independent calls at the same time."""
        return self.services.together

    @property
    def timing(self) -> Timing:
        """How long claims and lookups last."""
        return self.services.timing

    @property
    def wait(self) -> Waiter:
        """Waits as long as the run has time."""
        return self.pace.wait

    @cached_property
    def privileged_fhir(self) -> FhirClient:
        """The FHIR server, seen by who may read and write memberships and claims, if anybody may:
        the bots' own ClientApplication, or else whoever's token the bot was given.

        Raises:
            Misconfigured: only one of the ClientApplication's two secrets is there.
        """
        return privileged(
            self.fhir, self.base_url, self.settings, self.services, self.http, self.pace
        )

    def dosespot_sign_in(self, acting_as: int, clinic: int | None = None) -> DoseSpotSignIn:
        """How one of DoseSpot's clinicians is let in, before anything is asked; see `dosespot_for`.

        What asks takes longer to load than a sign-in takes.
        """
        settings = self.settings.dosespot(clinic)
        return DoseSpotSignIn(self.http, self.services.tokens, settings, acting_as)

    def dosespot(self, acting_as: int, clinic: int | None = None) -> "DoseSpotClient":
        """DoseSpot's clinicians and patients; see `dosespot_for`."""
        from shared.dosespot.client import DoseSpotClient  # noqa: PLC0415 - not all runs ask

        return self.dosespot_for(DoseSpotClient, acting_as, clinic)

    def dosespot_for(self, client: type[C], acting_as: int, clinic: int | None = None) -> C:
        """DoseSpot, seen by one of its clinicians at one clinic.

        Args:
            client: what the bot asks DoseSpot about.
            acting_as: DoseSpot id of the clinician.
            clinic: DoseSpot's number of the clinic; None for the project's own.

        Raises:
            Misconfigured: a secret is missing or malformed.
        """
        settings = self.settings.dosespot(clinic)
        return client(self.http, self.services.tokens, settings, acting_as)


def privileged(
    fhir: FhirClient,
    base_url: str,
    settings: Settings,
    services: Services,
    http: Sender,
    pace: Pace,
) -> FhirClient:
    """See `Invocation.privileged_fhir`; for what must not hold the invocation that holds it."""
    account = settings.service_account(base_url)
    if account is None:
        return fhir
    return FhirClient(http, base_url, ServiceCredential(http, services.tokens, account), pace.wait)
