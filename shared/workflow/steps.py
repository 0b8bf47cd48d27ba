"""What a line of the log can say has happened; nothing in it is about a person."""

from enum import StrEnum
from typing import Protocol

Fact = str | int | float | bool | None


class Step(StrEnum):
    """What happened. The first ones change something, and are called as in AuditEvents."""

    CLINICIAN_CREATED = "clinician-created"
    CLINICIAN_LINKED = "clinician-linked"
    CLINICIAN_CHANGED = "clinician-changed"
    IDP_INITIALIZED = "idp-initialized"
    TFA_INITIALIZED = "tfa-initialized"
    SUPERVISOR_SET = "supervisor-set"
    PATIENT_CREATED = "patient-created"
    PATIENT_LINKED = "patient-linked"
    PATIENT_CHANGED = "patient-changed"
    PRACTITIONER_CREATED = "practitioner-created"
    PRACTITIONER_CHANGED = "practitioner-changed"
    ROLE_GRANTED = "role-granted"
    CONSENT_RECORDED = "consent-recorded"
    MEMBER_INVITED = "member-invited"
    NPI_CHECKED = "npi-checked"
    STATUS_RECORDED = "status-recorded"
    EPCS_ENABLED = "epcs-enabled"
    EPCS_DISABLED = "epcs-disabled"
    PRESCRIBERS_COMPARED = "prescribers-compared"
    READINESS_TOLD = "readiness-told"
    NPI_CHECKS_POSTPONED = "npi-checks-postponed"
    NOTIFICATION_PASSED_ON = "notification-passed-on"
    NOTIFICATION_REFUSED = "notification-refused"
    BOT_FAILED = "bot-failed"
    SYNC_FINISHED = "sync-finished"
    SYNC_UNFINISHED = "sync-unfinished"
    RESULT_SENT = "result-sent"
    MESSAGE_RETURNED = "message-returned"
    RECORD_DOUBTFUL = "record-doubtful"
    NOT_AUDITED = "not-audited"
    DONE = "done"
    REFUSED = "refused"
    UNFORESEEN = "unforeseen"


class Log(Protocol):
    """Writes a line."""

    def __call__(self, step: Step, **facts: Fact) -> None:
        """Writes what happened, and facts about it that are not personal."""
