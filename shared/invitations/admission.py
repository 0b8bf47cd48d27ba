"""Whom an invitation lets in, where the project wants one before somebody enrolls themselves.

Opening ePrescribing is how an invitation is accepted: unmodified apps know no other act of a
prescriber's. Who has a DoseSpot clinician id is not asked for an invitation any more.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeVar

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.invitation import Invitation, InvitationStatus, with_invitation_status
from shared.audit.trail import version_key
from shared.errors import BotError, EditConflict, LookUpFirst, Misconfigured, NotAuthorized
from shared.fhir.batch import Batch, FoundAll
from shared.fhir.denied import denied_as
from shared.invitations.reading import NOT_ALLOWED, last_invitations
from shared.invitations.rules.standing import NOT_ADMITTED, InvitationStanding, standing
from shared.members.enrolled import memberships_among
from shared.runtime.invocation import Invocation

T = TypeVar("T")

BUSY = "Your invitation is being changed by somebody else. Open ePrescribing again."


def admitted(
    run: Invocation, clinic: int, memberships_found: FoundAll, enroll: Callable[[], T]
) -> T:
    """What `enroll` gives, for a caller whom an invitation lets in, if the project wants one.

    Args:
        run: the run, about the caller.
        clinic: DoseSpot's number of the clinic.
        memberships_found: the caller's memberships.
        enroll: takes the caller a stage further.

    Raises:
        NotAuthorized: the caller has no invitation, or one that lets nobody in; says what to do.
        BotError: whatever the client or `enroll` raises.
    """
    if not run.settings.invitation_required():
        return enroll()
    if clinician_ids(*memberships_among(memberships_found)):
        return enroll()
    admission = _Admission(run, clinic)
    invitation = admission.accepted()
    outcome = enroll()
    if invitation is not None:
        admission.use(invitation)
    return outcome


@dataclass(frozen=True)
class _Admission:
    run: Invocation
    clinic: int

    def accepted(self) -> Invitation | None:
        """The caller's invitation, which is accepted now if it was not before.

        An app may send two calls at once: the other one may have accepted it meanwhile, or even
        have used it, and then the caller is enrolled. None in that case.
        """
        found = self._last()
        if standing(found, self.run.now()) is InvitationStanding.OPEN:
            found = self._accept(found) if found else None
        stands = standing(found, self.run.now())
        if stands is InvitationStanding.USED and self._is_enrolled():
            return None
        if stands is InvitationStanding.ACCEPTED:
            return found
        raise NotAuthorized(NOT_ADMITTED[stands]) if stands in NOT_ADMITTED else EditConflict(BUSY)

    def use(self, invitation: Invitation) -> None:
        """Keeps that the invitation was used; who is enrolled needs none, so it may fail."""
        with suppress(BotError):
            self._written(invitation, InvitationStatus.COMPLETED)

    def _accept(self, invitation: Invitation) -> Invitation | None:
        try:
            accepted = self._written(invitation, InvitationStatus.ACCEPTED)
        except (EditConflict, LookUpFirst):
            return self._last()
        action = AuditAction.INVITATION_ACCEPTED
        key = version_key(action, accepted.resource)
        self.run.trail.did(action, f"clinic {self.clinic}", key=key)
        return accepted

    def _last(self) -> Invitation | None:
        place = (self.run.requester, self.clinic)
        (last,) = last_invitations(self.run.privileged_fhir, [place])
        return last.invitation

    def _is_enrolled(self) -> bool:
        batch = Batch(self.run.privileged_fhir)
        found = batch.memberships_of(self.run.requester)
        batch.send()
        return bool(clinician_ids(*memberships_among(found)))

    def _written(self, invitation: Invitation, status: InvitationStatus) -> Invitation:
        task = with_invitation_status(invitation.resource, status, self.run.now())
        with denied_as(Misconfigured(NOT_ALLOWED)):
            written = self.run.privileged_fhir.put(task)
        return replace(invitation, status=status, resource=written)
