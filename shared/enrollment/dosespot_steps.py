"""What a run has DoseSpot do: create the clinician, change the record, begin a stage.

Whether a request took effect whose answer was lost is not known here: the situation after it says
that it is open.
"""

from dataclasses import dataclass, replace

from fhir_profiles.audit_event import AuditAction
from shared.claims.rules.steps import Change, Create
from shared.enrollment.accounting import keep
from shared.enrollment.ports import Keeper, Network
from shared.enrollment.rules.next_step import Begin
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Act, Order, Situation
from shared.enrollment.rules.stages import Stage
from shared.errors import BotError, DoseSpotRefused, LookUpFirst, StageRefused, TryAgain


@dataclass(frozen=True)
class DoseSpotSteps:
    """Changes what DoseSpot has, and keeps a trail of it; each step returns how things stand then.

    Attributes:
        network: DoseSpot.
        trail: keeps what was done.
    """

    network: Network
    trail: Keeper

    def create(self, step: Create, s: Situation, order: Order) -> Situation:
        """Creates the clinician; after a refusal, both systems have to be read again."""
        try:
            clinician_id = self.network.create(s, order, step.within_s)
        except LookUpFirst:
            return replace(s, opened=Act.CREATE)
        except TryAgain:
            raise
        except BotError as refused:
            # DoseSpot may know the NPI although its lookup did not find it in time.
            return replace(s.unread(), refused=refused)
        keep(self.trail, AuditAction.CLINICIAN_CREATED, s, clinician_id)
        return replace(s, created=clinician_id)

    def change(self, step: Change, s: Situation) -> Situation:
        """Replaces the clinician's record, which has to be read again then."""
        clinician_id = _id(s)
        opened: str | None = None
        trouble: BotError | None = None
        try:
            self.network.edit(clinician_id, step.record, step.within_s)
        except LookUpFirst:
            opened = Act.CHANGE
        except TryAgain:
            raise
        except BotError as refused:
            # What was sent before may have taken effect anyway.
            opened, trouble = s.opened, refused
        else:
            keep(self.trail, AuditAction.CLINICIAN_CHANGED, s, clinician_id)
            self.trail.begin_to_save()
        warned = s.shown.warnings if s.shown and not trouble else ()
        changed = replace(
            s, opened=opened, trouble=trouble, changes=s.changes + 1, warned=(*s.warned, *warned)
        )
        return changed if trouble else replace(changed, shown=None)

    def begin(self, step: Begin, s: Situation, order: Order) -> Situation:
        """Begins a stage, unless DoseSpot says that it has begun, and asks for the status."""
        stage, clinician_id = step.stage, _id(s)
        s = replace(s, begun_from=s.clinician.status if s.clinician else None)
        try:
            began = self.network.begin(clinician_id, stage, step.tfa_type, step.within_s)
        except LookUpFirst:
            return replace(s, opened=stage.act)
        except DoseSpotRefused as refused:
            if not order.self_service:
                return replace(s, trouble=refused)
            # A prescriber who only opened the iFrame can do nothing about it but wait.
            began = False
        if began:
            keep(self.trail, stage.audit, s, clinician_id)
            self.trail.begin_to_save()
            s = replace(s, begun=stage)
        else:
            in_the_way = stage is Stage.TFA and not order.self_service
            trouble = StageRefused(Refusal.TFA_IN_PROGRESS) if in_the_way else None
            s = replace(s, declined=True, trouble=trouble)
        return self._with_status(s, clinician_id)

    def _with_status(self, s: Situation, clinician_id: int) -> Situation:
        """The situation with the status now; if it can't be read, DoseSpot is to be asked again.

        What has begun is still remembered: otherwise the next run would begin it again.
        """
        try:
            status = self.network.status(clinician_id)
        except BotError:
            return replace(s, shown=None)
        if s.shown is None or s.clinician is None:
            return s
        clinician = replace(s.clinician, status=status)
        return replace(s, shown=replace(s.shown, clinician=clinician))


def _id(s: Situation) -> int:
    if s.clinician is None:
        raise AssertionError("only a known clinician is changed")
    return s.clinician.id
