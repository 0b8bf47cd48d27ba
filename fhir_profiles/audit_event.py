"""The AuditEvent that a bot leaves for every change and every refused attempt.

21 CFR 1311.150 wants a record of who set access controls for controlled substances, when and with
what outcome. Only references and codes go into it: AuditEvents are read by more people than
Practitioners.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fhir_profiles import Resource
from fhir_profiles.systems import AUDIT_ACTION, AUDIT_EVENT_TYPE, AUDIT_KEY


class AuditAction(StrEnum):
    """What was done, or tried."""

    CLINICIAN_CREATED = "clinician-created"
    CLINICIAN_LINKED = "clinician-linked"
    CLINICIAN_CHANGED = "clinician-changed"
    IDP_INITIALIZED = "idp-initialized"
    TFA_INITIALIZED = "tfa-initialized"
    SUPERVISOR_SET = "supervisor-set"
    CLINIC_CREATED = "clinic-created"
    CLINIC_RECORDED = "clinic-recorded"
    CLINIC_JOINED = "clinic-joined"
    CLINIC_LEFT = "clinic-left"
    PATIENT_CREATED = "patient-created"
    PATIENT_LINKED = "patient-linked"
    PATIENT_CHANGED = "patient-changed"
    HISTORY_CONSENTED = "history-consented"
    FAVORITE_ADDED = "favorite-added"
    PHARMACY_SET = "pharmacy-set"
    PRACTITIONER_CREATED = "practitioner-created"
    PRACTITIONER_CHANGED = "practitioner-changed"
    ROLE_GRANTED = "role-granted"
    ROLE_CHANGED = "role-changed"
    CONSENT_RECORDED = "consent-recorded"
    MEMBER_INVITED = "member-invited"
    PRESCRIBER_INVITED = "prescriber-invited"
    INVITATION_MAILED = "invitation-mailed"
    INVITATION_CANCELLED = "invitation-cancelled"
    INVITATION_ACCEPTED = "invitation-accepted"
    NPI_CHECKED = "npi-checked"
    STATUS_RECORDED = "status-recorded"
    ATTEMPT_REFUSED = "attempt-refused"


class AuditOutcome(StrEnum):
    """FHIR's audit-event-outcome: as meant, the caller's fault, or somebody else's."""

    SUCCESS = "0"
    MINOR_FAILURE = "4"
    SERIOUS_FAILURE = "8"


@dataclass(frozen=True)
class AuditEntry:
    """One thing to be kept.

    Attributes:
        action: what was done.
        outcome: how it ended.
        detail: more about it in one ASCII sentence or code, without personal data.
        key: names the one thing that happened, so that it is kept once, whoever keeps it.
        who: reference of who asked for it.
        subject: reference of the Practitioner or Patient that it is about, if that is known.
    """

    action: AuditAction
    outcome: AuditOutcome
    detail: str
    key: str
    who: str
    subject: str | None = None


def audit_event(entry: AuditEntry, bot: str, recorded: datetime) -> Resource:
    """The AuditEvent of an entry.

    Args:
        entry: what is kept.
        bot: name of the bot.
        recorded: aware time.
    """
    about = {} if entry.subject is None else {"reference": entry.subject}
    return {
        "resourceType": "AuditEvent",
        "type": {"system": AUDIT_EVENT_TYPE, "code": "object"},
        "subtype": [{"system": AUDIT_ACTION, "code": entry.action.value}],
        "action": "E",
        "recorded": recorded.isoformat(timespec="milliseconds"),
        "outcome": entry.outcome.value,
        "outcomeDesc": entry.detail,
        "agent": [{"who": {"reference": entry.who}, "requestor": True}],
        "source": {"observer": {"display": bot}},
        "entity": [{"what": {**about, "identifier": {"system": AUDIT_KEY, "value": entry.key}}}],
    }
