"""What a run did and was refused, kept as AuditEvents when it ends.

They are written together at the end, so that nobody waits for them in between; a run without a
change and without a refusal writes none.
"""

from collections.abc import Callable
from datetime import datetime

from fhir_profiles.audit_event import AuditAction, AuditEntry, AuditOutcome, audit_event
from shared.errors import BotError, FixInput, InputRefused
from shared.fhir.client import FhirClient


class Trail:
    """The trail of one run.

    Args:
        bot: the bot's name.
        who: reference of who asked.
        now: the current time, aware.

    Attributes:
        whom: reference of the Practitioner or Patient that the run is about, once it is known.
    """

    def __init__(self, bot: str, who: str, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._who = who
        self._now = now
        self._entries: list[tuple[AuditEntry, str | None]] = []
        self.whom: str | None = None

    def did(self, action: AuditAction, detail: str, whom: str | None = None) -> None:
        """Keeps a change that took effect.

        Args:
            action: what was done.
            detail: more about it, without personal data.
            whom: reference of whom it is about, where that is not the run's.
        """
        entry = AuditEntry(action, AuditOutcome.SUCCESS, detail)
        self._entries.append((entry, whom or self.whom))

    @property
    def changes(self) -> tuple[AuditAction, ...]:
        """What took effect, in order."""
        entries = (entry for entry, _ in self._entries)
        return tuple(one.action for one in entries if one.outcome is AuditOutcome.SUCCESS)

    def was_refused(self, error: BotError) -> None:
        """Keeps an attempt that ended in an error."""
        mendable = isinstance(error, FixInput)
        outcome = AuditOutcome.MINOR_FAILURE if mendable else AuditOutcome.SERIOUS_FAILURE
        # A refused input may name what the caller typed; who it was is enough.
        told = "" if isinstance(error, InputRefused) else f": {error}"
        detail = f"{type(error).__name__}{told}"
        entry = AuditEntry(AuditAction.ATTEMPT_REFUSED, outcome, detail)
        self._entries.append((entry, self.whom))

    def save(self, fhir: FhirClient) -> None:
        """Writes the AuditEvents, if there are any.

        Raises:
            BotError: they could not be written.
        """
        if self._entries:
            fhir.create_together(
                [
                    audit_event(entry, self._who, whom, self._bot, self._now())
                    for entry, whom in self._entries
                ]
            )
