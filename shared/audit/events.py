"""What a line of the log can say has happened; nothing in it is about a person."""

from enum import StrEnum
from typing import Protocol

from fhir_profiles.audit_event import AuditAction

Fact = str | int | float | bool | None


class LogEvent(StrEnum):
    """What else than an AuditAction happened."""

    EPCS_ENABLED = "epcs-enabled"
    EPCS_DISABLED = "epcs-disabled"
    PRESCRIBERS_COMPARED = "prescribers-compared"
    ROUND_KEPT = "round-kept"
    ROUND_NOT_KEPT = "round-not-kept"
    READINESS_TOLD = "readiness-told"
    NPI_CHECKS_POSTPONED = "npi-checks-postponed"
    RELAY_REFUSED = "relay-refused"
    RESULT_SENT = "result-sent"
    MESSAGE_RETURNED = "message-returned"
    RECORD_DOUBTFUL = "record-doubtful"
    BILLING_NOT_BEGUN = "billing-not-begun"
    BILLING_NOT_ENDED = "billing-not-ended"
    NOT_ADVANCED = "not-advanced"
    NOT_AUDITED = "not-audited"
    DONE = "done"
    REFUSED = "refused"
    UNFORESEEN = "unforeseen"


Event = AuditAction | LogEvent
"""What a line can be about; a change is called as in its AuditEvent."""


class Log(Protocol):
    """Writes a line."""

    def __call__(self, step: Event, **facts: Fact) -> None:
        """Writes what happened, and facts about it that are not personal."""
