"""The four steps from an empty clinic to prescribers at work, and who is at which; pure.

A step is computed from what is there: memberships, invitations, roles, and the status that DoseSpot
gave last.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles.codes import IDENTITY_VERIFIED, RegistrationStatus
from shared.invitations.rules.standing import InvitationStanding
from shared.members.rules.guidance import GUIDANCE, UNREGISTERED, Owner


class SetupStep(StrEnum):
    """The steps, in their order."""

    CREATE_WORKSPACE = "createWorkspace"
    INVITE_CLINICIANS = "inviteClinicians"
    CLINICIANS_VERIFY = "cliniciansVerify"
    READY_TO_PRESCRIBE = "readyToPrescribe"


@dataclass(frozen=True)
class SetupFacts:
    """What is known of one member of the project at one clinic.

    Attributes:
        enrolled: whether they are enrolled there.
        may_enroll: whether a PractitionerRole in effect lets them prescribe there.
        invitation: how their last invitation to it stands.
        status: what is on record of their registration there; None if nothing is.
        has_dea: whether they have a DEA number there, and so want to sign controlled substances.
        has_epcs: whether they may.
        elsewhere: whether they are enrolled at another clinic, and so need no invitation to this
            one.
        administers: whether they administer the project, for which they need a DoseSpot id too.
    """

    enrolled: bool
    may_enroll: bool
    invitation: InvitationStanding = InvitationStanding.NONE
    status: RegistrationStatus | None = None
    has_dea: bool = False
    has_epcs: bool = False
    elsewhere: bool = False
    administers: bool = False


@dataclass(frozen=True)
class SetupPlace:
    """Where somebody is, and what has to happen.

    Attributes:
        step: the step that they are at.
        owner: who acts next.
        next: what that is, as a sentence; empty where nothing is left to do.
        controlled: whether they may sign controlled substances.
    """

    step: SetupStep
    owner: Owner
    next: str = ""
    controlled: bool = False


INVITE = "Invite this person."
ENROLL = "Open ePrescribing and enroll."
FIRST_STATUS = "Open ePrescribing, so that DoseSpot's status is read."
_AGAIN: Mapping[InvitationStanding, str] = MappingProxyType(
    {
        InvitationStanding.EXPIRED: "The invitation has expired. Invite this person again.",
        InvitationStanding.DECLINED: "This person declined. If they agree, invite them again.",
        InvitationStanding.CANCELLED: "The invitation was cancelled. Invite this person again.",
        InvitationStanding.USED: "This person is no longer enrolled. Invite them again.",
    }
)
_LET_IN = (InvitationStanding.OPEN, InvitationStanding.ACCEPTED)


def setup_place(known: SetupFacts) -> SetupPlace | None:
    """Where somebody is; None for a member who is neither to prescribe nor was asked to."""
    if known.enrolled and not _only_administers(known):
        return _enrolled(known)
    if known.invitation in _LET_IN:
        return SetupPlace(SetupStep.CLINICIANS_VERIFY, Owner.PRESCRIBER, ENROLL)
    if not known.may_enroll:
        return None
    if known.elsewhere:
        return SetupPlace(SetupStep.CLINICIANS_VERIFY, Owner.PRESCRIBER, ENROLL)
    again = _AGAIN.get(known.invitation, INVITE)
    return SetupPlace(SetupStep.INVITE_CLINICIANS, Owner.ADMINISTRATOR, again)


def _only_administers(known: SetupFacts) -> bool:
    """Whether nothing but a DoseSpot id, which an administrator needs as well, speaks of them."""
    return known.administers and known.status is None and not known.may_enroll


def _enrolled(known: SetupFacts) -> SetupPlace:
    if known.status is None:
        return SetupPlace(SetupStep.CLINICIANS_VERIFY, Owner.PRESCRIBER, FIRST_STATUS)
    guidance = GUIDANCE[known.status]
    is_ready = _is_ready(known.status, has_dea=known.has_dea)
    step = SetupStep.READY_TO_PRESCRIBE if is_ready else SetupStep.CLINICIANS_VERIFY
    is_done = is_ready and (known.has_epcs or not known.has_dea)
    if is_done or guidance.owner is Owner.NOBODY:
        return SetupPlace(step, Owner.NOBODY, controlled=known.has_epcs)
    return SetupPlace(step, guidance.owner, f"{guidance.action}.")


def _is_ready(status: RegistrationStatus, *, has_dea: bool) -> bool:
    """Whether nothing is to be proven any more; without a DEA number registration is all."""
    return status in IDENTITY_VERIFIED or (not has_dea and status not in UNREGISTERED)


def current_step(*, has_workspace: bool, places: Iterable[SetupPlace]) -> SetupStep:
    """The step that the project is at: the furthest that anybody has come to.

    Args:
        has_workspace: whether the project has its access to DoseSpot.
        places: where its people are.
    """
    if not has_workspace:
        return SetupStep.CREATE_WORKSPACE
    order = list(SetupStep)
    reached = [order.index(one.step) for one in places]
    return order[max(reached, default=order.index(SetupStep.INVITE_CLINICIANS))]
