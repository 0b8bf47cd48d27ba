"""What a run writes on the FHIR server besides claims: the clinician's id, and the status."""

from concurrent.futures import Future, wait
from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from shared.claims.rules.steps import Link
from shared.enrollment.accounting import account_for_announced, keep
from shared.enrollment.looking import Looking
from shared.enrollment.ports import Keeper, Members
from shared.enrollment.rules.situation import Act, Order, Shown, Situation
from shared.enrollment.rules.trouble import answered_for_another
from shared.errors import RecordsDisagree
from shared.members.rules.another_person import UNKNOWN_ID
from shared.members.rules.clinician import Clinician
from shared.members.status_recording import BeforeStatus, StatusRecording
from shared.records.identity import Identity, missing
from shared.timing import Clock


@dataclass(frozen=True)
class FhirSteps:
    """Writes the membership and the Practitioner, and keeps a trail of it.

    Each step returns how things stand then.

    Attributes:
        members: the FHIR server.
        trail: keeps what was done.
        looking: looks at DoseSpot meanwhile, and again.
        now: the clock.
        before_status: is told what DoseSpot says of the Practitioner before that is written.
    """

    members: Members
    trail: Keeper
    looking: Looking
    now: Clock
    before_status: BeforeStatus

    def link(self, step: Link, s: Situation, order: Order) -> Situation:
        """Puts the clinician's id on the membership, unless DoseSpot shows somebody else by it."""
        clinician_id = step.dosespot_id
        account_for_announced(self.trail, s)
        self.trail.begin_to_save()
        looking = self.looking.beside(s, order, clinician_id)
        # Somebody with another person's id could sign in as them, so the answer is verified.
        seen = _result(looking) if s.created == clinician_id else None
        mine, theirs = s.subject.identity, seen.identity if seen else Identity()
        mistaken = answered_for_another(mine, theirs, clinician_id)
        if mistaken is not None:
            return replace(s, opened=Act.CREATE, trouble=mistaken)
        sure = not missing(mine, theirs)
        try:
            membership = self.members.link(s.subject.membership, clinician_id, sure=sure)
        finally:
            wait([looking])
        subject = replace(s.subject, membership=membership, clinician_id=clinician_id)
        s = replace(s, subject=subject)
        keep(self.trail, AuditAction.CLINICIAN_LINKED, s, clinician_id)
        # It is linked whether or not DoseSpot could be asked; if not, it is asked again.
        return replace(s, shown=_result(looking))

    def write_status(self, s: Situation, order: Order) -> Situation:
        """Writes the status on the Practitioner; asks DoseSpot again if somebody else wrote in
        between."""
        latest = s

        def ask_again(_practitioner: Resource) -> Clinician:
            nonlocal latest
            latest = self.looking.ask_network(s, order)
            return _known(latest)

        before, change = s.subject.record, StatusRecording(_known(s), ask_again, self.now)
        practitioner = f"Practitioner/{s.subject.practitioner.get('id')}"
        self.before_status(practitioner, change.clinician)
        written = self.members.write_status(before, change)
        subject = s.subject.recorded(written.resource)
        if written.replaced is not None:
            after, replaced = written.resource, written.replaced
            self.trail.recorded(change.clinician, before, after, replaced=replaced)
        return replace(latest, subject=subject, recorded=True)


def _result(looking: "Future[Shown]") -> Shown | None:
    """What a look shows, once it is over; None if it failed."""
    return looking.result() if looking.exception() is None else None


def _known(s: Situation) -> Clinician:
    if s.clinician is None:
        raise RecordsDisagree(UNKNOWN_ID)
    return s.clinician
