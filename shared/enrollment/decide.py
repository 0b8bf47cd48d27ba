"""The one decision of what to do next: a pure and total function over what was read.

Every registration status, an unknown one too, has an answer for every request.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from fhir_profiles.codes import RegistrationStatus as Status
from shared.enrollment.clinician import Clinician
from shared.enrollment.refusals import Refusal


class Stage(Enum):
    """What an administrator or a prescriber has DoseSpot begin."""

    IDP = "identity proofing"
    TFA = "two-factor authentication"


class Standing(Enum):
    """Where a stage stands, where there is no reason against it."""

    OPEN = auto()  # may be initialized now
    ON_REQUEST = auto()  # may be initialized now, but only where somebody asks for it
    BEHIND = auto()  # was initialized before; there is nothing to do
    AHEAD = auto()  # can only be judged once the clinician exists in DoseSpot


class RecordChange(Enum):
    """What has to happen to the clinician's record in DoseSpot."""

    CREATE = auto()
    UPDATE = auto()
    KEEP = auto()


@dataclass(frozen=True)
class Snapshot:
    """What was read from both systems.

    Attributes:
        has_dea: whether the Practitioner carries a DEA number.
        active: whether the Practitioner is active.
        clinician: the clinician in DoseSpot, or None where there is none yet.
        up_to_date: whether DoseSpot's record says what the Practitioner says.
    """

    has_dea: bool
    active: bool
    clinician: Clinician | None
    up_to_date: bool = False


@dataclass(frozen=True)
class Decision:
    """What to do now, in this order; with any refusal nothing at all.

    Attributes:
        refusals: why an asked stage can't be taken.
        record: what to do with the record in DoseSpot. After a change the situation is read again
            and decided again.
        initialize: the stage to initialize.
    """

    refusals: tuple[Refusal, ...] = ()
    record: RecordChange = RecordChange.KEEP
    initialize: Stage | None = None


_IDP: Mapping[Status, Standing | Refusal] = MappingProxyType(
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

_TFA: Mapping[Status, Standing | Refusal] = MappingProxyType(
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
        # Somebody took the second factor away on purpose.
        Status.TFA_DEACTIVATED_SUCCESS: Standing.ON_REQUEST,
        Status.TFA_DEACTIVATED_ERROR: Refusal.TFA_DEACTIVATION_FAILED,
        Status.NOT_APPLICABLE: Refusal.NOT_APPLICABLE,
        Status.UNKNOWN: Refusal.UNKNOWN_STATUS,
    }
)


def decide(snapshot: Snapshot, asked: frozenset[Stage]) -> Decision:
    """What a run that was asked to initialize these stages does next.

    Args:
        snapshot: what both systems say now.
        asked: the stages that an administrator wants initialized; none for a plain enrollment.

    Returns:
        Refusals for every asked stage that can't be taken, or what to do.
    """
    standings = [standing(stage, snapshot) for stage in Stage if stage in asked]
    refusals = [found for found in standings if isinstance(found, Refusal)]
    if refusals:
        return Decision(tuple(dict.fromkeys([*refusals, *_barriers(snapshot)])))
    takes = (Standing.OPEN, Standing.ON_REQUEST)
    return _next(snapshot, [stage for stage in Stage if stage in asked], takes)


def decide_advance(snapshot: Snapshot) -> Decision:
    """What a run that takes a prescriber as far as it goes by itself does next.

    A stage that waits for somebody is no refusal here: there is just nothing to initialize. Nor is
    there for an account that DoseSpot has deactivated, or whose NPI it has not verified yet.
    """
    clinician = snapshot.clinician
    waits = clinician is not None and (clinician.active is False or clinician.confirmed is False)
    return _next(snapshot, [] if waits else list(Stage), (Standing.OPEN,))


def _next(
    snapshot: Snapshot, stages: Sequence[Stage], takes: Collection[Standing | Refusal]
) -> Decision:
    if barriers := _barriers(snapshot):
        return Decision(barriers)
    if snapshot.clinician is None:
        return Decision(record=RecordChange.CREATE)
    if not snapshot.up_to_date:
        return Decision(record=RecordChange.UPDATE)
    takeable = [stage for stage in stages if standing(stage, snapshot) in takes]
    return Decision(initialize=takeable[0] if takeable else None)


def _barriers(snapshot: Snapshot) -> tuple[Refusal, ...]:
    """What stands against making a clinician at all."""
    new_and_inactive = snapshot.clinician is None and not snapshot.active
    return (Refusal.INACTIVE,) if new_and_inactive else ()


def standing(stage: Stage, snapshot: Snapshot) -> Standing | Refusal:
    """Where a stage stands, or why it can't be taken now."""
    if not snapshot.has_dea:
        return Refusal.NO_DEA_NUMBER
    if not snapshot.active:
        return Refusal.INACTIVE
    clinician = snapshot.clinician
    if clinician is None:
        return Standing.AHEAD if stage is Stage.IDP else Refusal.IDP_NOT_COMPLETED
    found = (_IDP if stage is Stage.IDP else _TFA)[clinician.status]
    if found not in (Standing.OPEN, Standing.ON_REQUEST):
        return found
    if clinician.locked:
        return Refusal.ACCOUNT_LOCKED
    if stage is Stage.IDP and clinician.agreement_pending:
        return Refusal.PENDING_AGREEMENT
    return found
