"""The stages of EPCS enrollment, and where each stands: a pure and total function.

Every registration status, even an unknown one, has an answer for every stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import RegistrationStatus as Status
from shared.enrollment.rules.refusals import Refusal
from shared.members.rules.clinician import Clinician


class Standing(Enum):
    """Where a stage stands, if nothing speaks against it."""

    OPEN = auto()  # may be initialized now
    ON_REQUEST = auto()  # may be initialized now, but only where somebody asks for it
    BEHIND = auto()  # was initialized before; there is nothing to do
    AHEAD = auto()  # can only be judged once the clinician exists in DoseSpot


Standings = Mapping[Status, Standing | Refusal]

_IDP: Standings = MappingProxyType(
    {
        Status.PENDING: Standing.OPEN,
        Status.REGISTRATION_SUCCESS: Standing.OPEN,
        Status.REGISTRATION_ERROR: Refusal.REGISTRATION_FAILED,
        Status.IDP_INITIALIZE_SUCCESS: Standing.BEHIND,
        Status.IDP_SUCCESS: Standing.BEHIND,
        # DoseSpot lets the prescriber try again in the iFrame without a new initialization.
        Status.IDP_ERROR: Standing.BEHIND,
        Status.TFA_ACTIVATE_INIT: Standing.BEHIND,
        Status.TFA_ACTIVATED_SUCCESS: Standing.BEHIND,
        Status.TFA_ACTIVATED_ERROR: Standing.BEHIND,
        Status.TFA_DEACTIVATE_INIT: Standing.BEHIND,
        Status.TFA_DEACTIVATED_SUCCESS: Standing.BEHIND,
        Status.TFA_DEACTIVATED_ERROR: Standing.BEHIND,
        Status.NOT_APPLICABLE: Refusal.NOT_APPLICABLE,
        Status.UNKNOWN: Refusal.UNKNOWN_STATUS,
    }
)

_TFA: Standings = MappingProxyType(
    {
        Status.PENDING: Refusal.IDP_NOT_COMPLETED,
        Status.REGISTRATION_SUCCESS: Refusal.IDP_NOT_COMPLETED,
        Status.REGISTRATION_ERROR: Refusal.IDP_NOT_COMPLETED,
        Status.IDP_INITIALIZE_SUCCESS: Refusal.IDP_NOT_COMPLETED,
        Status.IDP_SUCCESS: Standing.OPEN,
        Status.IDP_ERROR: Refusal.IDP_NOT_COMPLETED,
        Status.TFA_ACTIVATE_INIT: Refusal.TFA_IN_PROGRESS,
        Status.TFA_ACTIVATED_SUCCESS: Refusal.TFA_ACTIVATED,
        Status.TFA_ACTIVATED_ERROR: Standing.OPEN,
        Status.TFA_DEACTIVATE_INIT: Refusal.TFA_DEACTIVATING,
        # Somebody deactivated the second factor on purpose.
        Status.TFA_DEACTIVATED_SUCCESS: Standing.ON_REQUEST,
        Status.TFA_DEACTIVATED_ERROR: Refusal.TFA_DEACTIVATION_FAILED,
        Status.NOT_APPLICABLE: Refusal.NOT_APPLICABLE,
        Status.UNKNOWN: Refusal.UNKNOWN_STATUS,
    }
)


class Stage(Enum):
    """What an administrator or a prescriber lets DoseSpot begin.

    Attributes:
        act: its name on a claim.
        begun: the status that shows that it has begun.
        audit: what beginning it is called in an AuditEvent.
        needs_agreements: whether the legal agreements have to be signed first.
        before_creation: where it stands as long as DoseSpot does not know the prescriber.
        standings: where it stands by registration status.
    """

    IDP = (
        "begin-idp",
        Status.IDP_INITIALIZE_SUCCESS,
        AuditAction.IDP_INITIALIZED,
        True,
        Standing.AHEAD,
        _IDP,
    )
    TFA = (
        "begin-tfa",
        Status.TFA_ACTIVATE_INIT,
        AuditAction.TFA_INITIALIZED,
        False,
        Refusal.IDP_NOT_COMPLETED,
        _TFA,
    )

    def __init__(
        self,
        act: str,
        begun: Status,
        audit: AuditAction,
        needs_agreements: bool,
        before_creation: Standing | Refusal,
        standings: Standings,
    ) -> None:
        self.act = act
        self.begun = begun
        self.audit = audit
        self.needs_agreements = needs_agreements
        self.before_creation = before_creation
        self.standings = standings

    def opens_at(self, status: Status) -> bool:
        """Whether the stage may be initialized at that status."""
        return self.standings[status] in (Standing.OPEN, Standing.ON_REQUEST)


@dataclass(frozen=True)
class Snapshot:
    """What decides where a stage stands.

    Attributes:
        has_dea: whether the Practitioner carries a DEA number.
        active: whether the Practitioner is active.
        clinician: the clinician in DoseSpot, or None if there is none yet.
    """

    has_dea: bool
    active: bool
    clinician: Clinician | None


def standing(stage: Stage, snapshot: Snapshot) -> Standing | Refusal:
    """Where a stage stands, or why it can't be taken now."""
    if not snapshot.has_dea:
        return Refusal.NO_DEA_NUMBER
    if not snapshot.active:
        return Refusal.INACTIVE
    clinician = snapshot.clinician
    if clinician is None:
        return stage.before_creation
    found = stage.standings[clinician.status]
    if not stage.opens_at(clinician.status):
        return found
    if clinician.locked:
        return Refusal.ACCOUNT_LOCKED
    if stage.needs_agreements and clinician.agreement_pending:
        return Refusal.PENDING_AGREEMENT
    return found
