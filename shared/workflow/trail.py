"""What a run did and was refused, kept as AuditEvents.

What was changed in DoseSpot is written beside what the run does next, so that a run that dies
leaves it too; the rest when it ends. A run without a change and without a refusal writes none.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction, AuditEntry, AuditOutcome, audit_event
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.enrollment.clinician import Clinician
from shared.errors import BotError, FixInput, InputRefused
from shared.workflow.steps import Fact, Log, Step
from shared.workflow.together import Together


class Trail:
    """The trail of one run.

    Args:
        bot: the bot's name.
        who: reference of who asked.
        now: the current time, aware.
        log: is told of each change too.
        together: writes beside the run.
        write: writes AuditEvents.

    Attributes:
        whom: reference of the Practitioner or Patient that the run is about, once it is known.
        changes: what took effect, in order.
    """

    def __init__(
        self,
        bot: str,
        who: str,
        now: Callable[[], datetime],
        log: Log,
        together: Together,
        write: Callable[[list[Resource]], None],
    ) -> None:
        self._bot = bot
        self._who = who
        self._now = now
        self._log = log
        self._together = together
        self._write = write
        self._events: list[Resource] = []
        self._writing: list[Future[None]] = []
        self.whom: str | None = None
        self.changes: list[AuditAction] = []

    def did(self, action: AuditAction, detail: str, whom: str | None = None, **facts: Fact) -> None:
        """Keeps a change that took effect.

        Args:
            action: what was done.
            detail: more about it, without personal data.
            whom: reference of whom it is about, where that is not the run's.
            facts: what the log is to say of it.
        """
        self.changes.append(action)
        self._log(action, **facts)
        self._keep(AuditEntry(action, AuditOutcome.SUCCESS, detail), whom or self.whom)

    def recorded(
        self, clinician: Clinician, before: Resource, after: Resource, whom: str | None = None
    ) -> None:
        """Keeps that a Practitioner was brought in line with DoseSpot.

        Args:
            clinician: what DoseSpot says.
            before: the Practitioner as it was.
            after: as it is now.
            whom: its reference, where it is not the run's.
        """
        told = {"before": _known_status(before), "after": _known_status(after)}
        self.did(AuditAction.STATUS_RECORDED, clinician.summary, whom, **told)
        enabled = has_epcs_qualification(after)
        if enabled != has_epcs_qualification(before):
            self._log(Step.EPCS_ENABLED if enabled else Step.EPCS_DISABLED)

    def was_refused(self, error: BotError) -> None:
        """Keeps an attempt that ended in an error."""
        mendable = isinstance(error, FixInput)
        outcome = AuditOutcome.MINOR_FAILURE if mendable else AuditOutcome.SERIOUS_FAILURE
        # A refused input may name what the caller typed; who it was is enough.
        told = "" if isinstance(error, InputRefused) else f": {error}"
        detail = f"{type(error).__name__}{told}"
        self._keep(AuditEntry(AuditAction.ATTEMPT_REFUSED, outcome, detail), self.whom)

    def begin_to_save(self) -> None:
        """Begins to write what was kept since the last time, and does not wait for it."""
        events, self._events = self._events, []
        if events:
            self._writing.append(self._together.started(lambda: self._write(events)))

    def save(self) -> None:
        """Writes what is left, and waits until all is written.

        Raises:
            BotError: some of it could not be written.
        """
        try:
            if self._events:
                self._write(self._events)
        finally:
            wait(self._writing)
        for written in self._writing:
            written.result()

    def _keep(self, entry: AuditEntry, whom: str | None) -> None:
        self._events.append(audit_event(entry, self._who, whom, self._bot, self._now()))


def _known_status(practitioner: Resource) -> str | None:
    """The status that a Practitioner carries; what is none of ours could be anything."""
    told = registration_status(practitioner)
    known = told is None or told in RegistrationStatus.__members__.values()
    return told if known else RegistrationStatus.UNKNOWN.value
