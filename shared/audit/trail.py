"""What a run did and was refused, kept as AuditEvents, one for each thing that happened.

Each event has a key by which the FHIR server keeps it once, however often it is sent and whichever
run sends it. What was changed in DoseSpot is written while the run goes on, so that a run
that dies leaves it too; the rest when it ends. A run without a change and without a refusal writes
none.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction, AuditEntry, AuditOutcome, audit_event
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.elements import child
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import AUDIT_KEY
from shared.audit.events import Fact, Log, LogEvent
from shared.errors import BotError, FixInput, InputRefused
from shared.fhir.search import by_identifier
from shared.members.rules.clinician import Clinician
from shared.together import Together

Keyed = tuple[Resource, str]
"""An AuditEvent and its key."""


class Trail:
    """The trail of one run.

    Args:
        bot: the bot's name.
        who: reference of who asked.
        now: the current time, aware.
        log: gets each change too.
        together: writes while the run goes on.
        write: writes AuditEvents, each unless there is one with its key.

    Attributes:
        run: the run's own id.
        subject: reference of the Practitioner or Patient that the run is about, once it is known.
        changes: what took effect, in order.
    """

    def __init__(
        self,
        bot: str,
        who: str,
        now: Callable[[], datetime],
        log: Log,
        together: Together,
        write: Callable[[Sequence[Keyed]], None],
    ) -> None:
        self._bot = bot
        self.who = who
        self._now = now
        self._log = log
        self._together = together
        self._write = write
        self._events: list[Keyed] = []
        self._writing: list[tuple[list[Keyed], Future[None]]] = []
        self._keys: set[str] = set()
        self.run = os.urandom(16).hex()
        self.subject: str | None = None
        self.changes: list[AuditAction] = []

    def did(
        self,
        action: AuditAction,
        detail: str,
        *,
        key: str,
        subject: str | None = None,
        **facts: Fact,
    ) -> None:
        """Keeps a change by this run that took effect.

        Args:
            action: what was done.
            detail: more about it, without personal data.
            key: names this one change.
            subject: reference of whom it is about, if that is not the run's.
            facts: what the log is to say of it.
        """
        if key in self._keys:
            return
        self.changes.append(action)
        self._log(action, **facts)
        self._keep(action, detail, key, subject or self.subject, self.who)

    def found(self, action: AuditAction, detail: str, *, key: str, who: str) -> None:
        """Keeps a change by a run that died, which was asked for by `who`; see `did`."""
        self._keep(action, detail, key, self.subject, who)

    def recorded(
        self,
        clinician: Clinician,
        before: Resource,
        after: Resource,
        *,
        replaced: str,
        subject: str | None = None,
    ) -> None:
        """Keeps that a Practitioner was updated from DoseSpot.

        Args:
            clinician: what DoseSpot says.
            before: the Practitioner as it was.
            after: as it is now.
            replaced: the version that was replaced.
            subject: its reference, if it is not the run's.
        """
        details = {"before": _known_status(before), "after": _known_status(after)}
        key = f"recorded.{after.get('id')}.{replaced}"
        action = AuditAction.STATUS_RECORDED
        self.did(action, clinician.summary, key=key, subject=subject, **details)
        enabled = says_epcs(after)
        if enabled != says_epcs(before):
            self._log(LogEvent.EPCS_ENABLED if enabled else LogEvent.EPCS_DISABLED)

    def was_refused(self, error: BotError) -> None:
        """Keeps an attempt that ended in an error."""
        fixable = isinstance(error, FixInput)
        outcome = AuditOutcome.MINOR_FAILURE if fixable else AuditOutcome.SERIOUS_FAILURE
        # A refused input may quote what the caller typed; who it was is enough.
        sentence = "" if isinstance(error, InputRefused) else f": {error}"
        detail = f"{type(error).__name__}{sentence}"
        key = f"refused.{self.run}"
        self._keep(AuditAction.ATTEMPT_REFUSED, detail, key, self.subject, self.who, outcome)

    def begin_to_save(self) -> None:
        """Starts writing what was kept since the last time, without waiting for it."""
        events, self._events = self._events, []
        if events:
            writing = self._together.started(lambda: self._write(events))
            self._writing.append((events, writing))

    def save(self) -> None:
        """Writes the rest and waits until everything is written; failures are tried again next
        time.

        Raises:
            BotError: some of it could not be written.
        """
        self.begin_to_save()
        begun, self._writing = self._writing, []
        wait([writing for _, writing in begun])
        failed = [(events, error) for events, writing in begun if (error := writing.exception())]
        self._events = [event for events, _ in failed for event in events]
        for _, error in failed:
            raise error

    def _keep(
        self,
        action: AuditAction,
        detail: str,
        key: str,
        subject: str | None,
        who: str,
        outcome: AuditOutcome = AuditOutcome.SUCCESS,
    ) -> None:
        if key in self._keys:
            return
        self._keys.add(key)
        entry = AuditEntry(action, outcome, detail, key, who, subject)
        self._events.append((audit_event(entry, self._bot, self._now()), key))


def once(key: str) -> str:
    """The query that finds the AuditEvent with that key, encoded for a URL.

    Measured on Medplum: only with the modifier is the identifier of a reference searched.
    """
    return by_identifier(AUDIT_KEY, [key], "entity:identifier")


def version_key(action: AuditAction, resource: Resource) -> str:
    """The key of what made this version of a resource."""
    version = child(resource, "meta").get("versionId")
    return f"{action.value}.{resource.get('resourceType')}.{resource.get('id')}.{version}"


def _known_status(practitioner: Resource) -> str | None:
    """The status that a Practitioner carries; an unknown one could even be personal data."""
    status = registration_status(practitioner)
    known = status is None or status in RegistrationStatus.__members__.values()
    return status if known else RegistrationStatus.UNKNOWN.value
