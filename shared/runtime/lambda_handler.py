"""Turns a bot into an AWS Lambda handler, and wires everything that the bot needs.

The only place that builds clients, reads the clock and catches every exception. What is worth
keeping between invocations (connections, DoseSpot's tokens, threads) is built at the first one.
"""

import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from threading import Lock
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.dosespot.client import DoseSpotClient
from shared.errors import BotError, Unforeseen
from shared.fhir.client import FhirClient, GivenToken
from shared.fhir.service_credential import ServiceCredential
from shared.http.connections import read_trust_early
from shared.http.pace import Pace, PatientHttp
from shared.http.sending import Http, Sender
from shared.http.token_cache import TokenCache
from shared.runtime.bot_input import Input, parse_input
from shared.runtime.log import RunLog, set_up_logging
from shared.runtime.metrics import Metrics, ObservedHttp
from shared.runtime.payload import Payload, parse_payload
from shared.runtime.settings import Settings
from shared.runtime.surroundings import in_lambda
from shared.runtime.trace import trace_headers
from shared.timing import Timing
from shared.workflow.claims import ClaimStore
from shared.workflow.enroll import Enrollment
from shared.workflow.inputs import BotOutput
from shared.workflow.members import FhirMembers
from shared.workflow.network import DoseSpotNetwork
from shared.workflow.steps import Step
from shared.workflow.together import Together
from shared.workflow.trail import Keyed, Trail, once

if TYPE_CHECKING:
    from shared.enrollment.subject import Subject
    from shared.nppes.client import NpiRegistry, RegistryEntries
    from shared.workflow.npi_check import DueChecks
    from shared.workflow.supervise import Supervisors
    from shared.workflow.sync_patient import PatientSync
    from shared.workflow.sync_status import StatusSync

T = TypeVar("T")

THREADS = 8
DEFAULT_TIME_S = 60.0


class Services:
    """What outlives one invocation.

    Args:
        http: sends all calls.
        clock: seconds of a monotonic clock.
        now: the current time, aware.
        sleep: waits for seconds.
        timing: how long claims and look-ups last.
        at_end: is shown the trail of every run when it ends, in the run's own thread.
    """

    def __init__(
        self,
        http: Sender | None = None,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = sleep,
        timing: Timing | None = None,
        at_end: Callable[[Trail], None] = lambda _: None,
    ) -> None:
        set_up_logging()
        self.http = http or Http()
        self.sleep = sleep
        self.timing = timing or Timing()
        self.tokens = TokenCache(clock)
        self.clock = clock
        self.together = Together(ThreadPoolExecutor(THREADS, thread_name_prefix="bot"))
        self.now = now
        self.at_end = at_end

    @cached_property
    def registry_entries(self) -> "RegistryEntries":
        """What the NPI Registry has shown."""
        from shared.nppes.client import RegistryEntries  # noqa: PLC0415 - most bots need none

        return RegistryEntries(self.clock)


@dataclass(frozen=True)
class Invocation:
    """What a bot gets beside its input.

    Attributes:
        requester: reference of the caller's profile.
        headers: the HTTP headers with which the bot was called.
        base_url: base URL of the FHIR server that runs the bot.
        fhir: that server, with the token that it gave the bot.
        settings: the project's secrets.
        services: clients, threads and clock of the process.
        pace: the time that the run has.
        http: sends the run's calls, and again what had no effect, while there is time.
        log: the run's log.
        trail: what the run did, for AuditEvents.
    """

    requester: str
    headers: Mapping[str, str] = field(repr=False)
    base_url: str
    fhir: FhirClient
    settings: Settings
    services: Services
    pace: Pace
    http: Sender
    log: RunLog
    trail: Trail

    def dosespot(self, acting_as: int) -> DoseSpotClient:
        """DoseSpot, seen by one of its clinicians.

        Raises:
            Misconfigured: a secret is missing or malformed.
        """
        settings = self.settings.dosespot()
        return DoseSpotClient(self.http, self.services.tokens, settings, acting_as)

    def service_fhir(self) -> FhirClient | None:
        """The FHIR server, seen by the bots' own ClientApplication; None without one.

        Raises:
            Misconfigured: only one of its two secrets is there.
        """
        return _service_fhir(self.http, self.services, self.settings, self.base_url, self.pace)

    @cached_property
    def privileged_fhir(self) -> FhirClient:
        """The FHIR server, seen by who may read and write memberships and claims, if anybody may:
        the bots' own ClientApplication, or else whoever's token the bot was given.

        Raises:
            Misconfigured: only one of the ClientApplication's two secrets is there.
        """
        return self.service_fhir() or self.fhir

    def npi_registry(self) -> "NpiRegistry":
        """The NPI Registry, which is asked once and briefly: nobody has to wait for it.

        Raises:
            Misconfigured: its URL is malformed.
        """
        from shared.nppes.client import NpiRegistry  # noqa: PLC0415 - most bots need none

        url = self.settings.npi_registry_url()
        return NpiRegistry(self.services.http, url, self.services.registry_entries)

    def beside_npi_check(self, subject: "Subject", look: Callable[[], T]) -> T:
        """What `look` returns; where the project wants that, the NPI is looked up meanwhile.

        Raises:
            RecordsRefused: the NPI is no person's, or not in service.
            Misconfigured: a setting is malformed.
        """
        if not self.settings.checks_npi_at_enrollment():
            return look()
        from shared.workflow.npi_check import require_npi  # noqa: PLC0415 - off by default

        def check() -> None:
            self.log.findings(require_npi(self.npi_registry(), subject.prescriber))

        return self.services.together(check, look)[1]

    def enrollment(
        self,
        dosespot: DoseSpotClient,
        practitioner: str,
        practitioner_roles: Sequence[Resource] = (),
    ) -> Enrollment:
        """The use case, wired.

        Args:
            dosespot: acts as a Clinician Admin.
            practitioner: reference of the prescriber.
            practitioner_roles: the prescriber's; only self-service needs them.
        """
        services, fhir = self.services, self.privileged_fhir
        members = FhirMembers(
            fhir=fhir,
            claims=ClaimStore(fhir),
            clinic_id=dosespot.clinic_id,
            today=Today(services.now()),
            practitioner=practitioner,
            practitioner_roles=practitioner_roles,
        )
        return Enrollment(
            members=members,
            network=DoseSpotNetwork(dosespot, services.together),
            trail=self.trail,
            together=services.together,
            now=services.now,
            wait=self.pace.wait,
            timing=services.timing,
        )

    def patient_sync(self, dosespot: DoseSpotClient) -> "PatientSync":
        """The use case, wired; `dosespot` acts as a clinician of the clinic."""
        from shared.workflow.sync_patient import PatientSync  # noqa: PLC0415 - one bot needs it

        return PatientSync(
            fhir=self.fhir,
            claims=ClaimStore(self.privileged_fhir),
            dosespot=dosespot,
            trail=self.trail,
            now=self.services.now,
            wait=self.pace.wait,
            timing=self.services.timing,
        )

    def supervisors(self, dosespot: DoseSpotClient) -> "Supervisors":
        """The use case, wired; `dosespot` acts as a Clinician Admin."""
        from shared.workflow.supervise import Supervisors  # noqa: PLC0415 - one bot needs it

        return Supervisors(
            claims=ClaimStore(self.privileged_fhir),
            dosespot=dosespot,
            trail=self.trail,
            now=self.services.now,
            wait=self.pace.wait,
            timing=self.services.timing,
        )

    def status_sync(
        self, dosespot: DoseSpotClient, practitioners: FhirClient, *, dry_run: bool = False
    ) -> "StatusSync":
        """The use case, wired; the arguments are those of `StatusSync`."""
        from shared.workflow.sync_status import StatusSync  # noqa: PLC0415 - most bots need none

        return StatusSync(
            fhir=practitioners,
            dosespot=dosespot,
            together=self.services.together,
            now=self.services.now,
            log=self.log,
            trail=self.trail,
            dry_run=dry_run,
        )

    def due_checks(self, practitioners: FhirClient, *, dry_run: bool) -> "DueChecks":
        """The use case, wired; the arguments are those of `DueChecks`."""
        from shared.workflow.npi_check import DueChecks  # noqa: PLC0415 - most bots need none

        return DueChecks(
            fhir=practitioners,
            registry=self.npi_registry(),
            now=self.services.now,
            trail=self.trail,
            log=self.log.warning,
            dry_run=dry_run,
        )


Bot = Callable[[Input, Invocation], BotOutput]
Handler = Callable[[Any, Any], dict[str, Any]]


def lambda_handler(
    name: str, input_model: type[Input], bot: Bot[Input], make_services: Callable[[], Services]
) -> Handler:
    """A Lambda handler for a bot.

    Args:
        name: the bot's name, for the log.
        input_model: what the bot's input must look like.
        bot: the bot itself.
        make_services: called once, at the first invocation.

    Returns:
        `handler(event, context)`. It returns a JSON object, or raises a `BotError` whose text is
        what `$execute` shows.
    """
    # Runs at the same time share one set of services, also when they are the first.
    lock = Lock()
    made: list[Services] = []

    def services() -> Services:
        with lock:
            if not made:
                made.append(make_services())
            return made[0]

    def handler(event: Any, context: Any) -> dict[str, Any]:
        metrics = Metrics()
        log = RunLog(name, metrics)

        def run() -> dict[str, Any]:
            kept, payload = services(), parse_payload(event)
            log.trace_id = payload.trace_id
            pace = Pace(_remaining_s(context), kept.sleep, metrics.waited)
            observed = ObservedHttp(kept.http, metrics, trace_headers(payload.trace_id))
            invocation = _invocation(name, kept, pace, PatientHttp(observed, pace), log, payload)
            return _run(input_model, bot, payload.input, invocation)

        return guarded(log, run)

    if in_lambda():
        read_trust_early()
    return handler


def _remaining_s(context: Any) -> Callable[[], float]:
    """Seconds until Lambda ends the invocation; DEFAULT_TIME_S where nobody says."""
    if hasattr(context, "get_remaining_time_in_millis"):
        return lambda: context.get_remaining_time_in_millis() / 1000
    end = monotonic() + DEFAULT_TIME_S
    return lambda: end - monotonic()


def _invocation(
    name: str, services: Services, pace: Pace, http: Sender, log: RunLog, payload: Payload
) -> Invocation:
    base_url = payload.baseUrl
    fhir = FhirClient(http, base_url, GivenToken(payload.accessToken), pace.wait)
    settings, requester = Settings(payload.secrets), payload.requester.reference

    def keep(events: Sequence[Keyed]) -> None:
        keeper = _service_fhir(http, services, settings, base_url, pace) or fhir
        keeper.create_if_none_together([(event, once(key)) for event, key in events])

    return Invocation(
        requester=requester,
        headers=payload.headers,
        base_url=base_url,
        fhir=fhir,
        settings=settings,
        services=services,
        pace=pace,
        http=http,
        log=log,
        trail=Trail(name, requester, services.now, log, services.together, keep),
    )


def _service_fhir(
    http: Sender, services: Services, settings: Settings, base_url: str, pace: Pace
) -> FhirClient | None:
    account = settings.service_account(base_url)
    if account is None:
        return None
    credential = ServiceCredential(http, services.tokens, account)
    return FhirClient(http, base_url, credential, pace.wait)


def _run(
    input_model: type[Input], bot: Bot[Input], given: Any, invocation: Invocation
) -> dict[str, Any]:
    try:
        answer = bot(parse_input(input_model, given), invocation).model_dump()
    except BotError as error:
        invocation.trail.was_refused(error)
        _save(invocation)
        raise
    _save(invocation)
    return answer


def _save(invocation: Invocation) -> None:
    """Keeps the AuditEvents; where that fails, what was done is done all the same."""
    invocation.services.at_end(invocation.trail)
    try:
        invocation.trail.save()
    except BotError as error:
        invocation.log.warning(Step.NOT_AUDITED, error=type(error).__name__)


def guarded(log: RunLog, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Lets our own errors out, and nothing else: a foreign text may quote a person.

    The caller's browser is shown the stack trace, so it ends here, and the error brings along none
    that it came from.

    Args:
        log: the run's.
        run: the run.

    Raises:
        BotError: what the run raised, or Unforeseen in the place of anything else.
    """
    try:
        answer = run()
    except BotError as error:
        told = error
        log.ended(told)
    except Exception as error:  # noqa: BLE001 - see the docstring; always raised again
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        told = Unforeseen(
            f"The bot failed in a way that was not foreseen ({where}). Running it again is safe;"
            " if it fails again, report this text to those who run the bot."
        )
        log.ended(told, where=where)
    else:
        log.ended(None)
        return answer
    told.__cause__ = told.__context__ = None
    raise told.with_traceback(None)
