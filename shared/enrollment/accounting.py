"""Which AuditEvents an enrollment run keeps: of what it did, and of what a run that died did."""

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Announced
from shared.audit.trail import version_key
from shared.claims.rules.steps import record_digest
from shared.enrollment.ports import Keeper
from shared.enrollment.rules.situation import CHANGED_TO, Act, Situation, stage_of


def account_for_announced(trail: Keeper, s: Situation) -> None:
    """Keeps what was announced and has happened, even if the run that did it has died."""
    announced = s.claim.announced
    if announced is None or s.clinician is None or s.shown is None:
        return
    stage, others = stage_of(announced.act), announced.run != s.run
    unconfirmed = others or s.opened is not None
    if announced.act == Act.CREATE and s.refused is None:
        keep(trail, AuditAction.CLINICIAN_CREATED, s, s.clinician.id, announced)
    if announced.act in (Act.CREATE, Act.LINK) and s.is_linked:
        keep(trail, AuditAction.CLINICIAN_LINKED, s, s.clinician.id, announced)
    # Another run may have wanted another change than this one.
    stored = record_digest(s.shown.stored) == s.claim.memory.get(CHANGED_TO)
    changed = stored if others else s.shown.change is None
    if announced.act == Act.CHANGE and unconfirmed and changed:
        keep(trail, AuditAction.CLINICIAN_CHANGED, s, s.clinician.id, announced)
    if stage and unconfirmed and not stage.opens_at(s.clinician.status):
        keep(trail, stage.audit, s, s.clinician.id, announced)


def keep(
    trail: Keeper,
    action: AuditAction,
    s: Situation,
    clinician_id: int,
    by: Announced | None = None,
) -> None:
    """Keeps what happened to a clinician, under a key that any run would give it.

    Args:
        trail: keeps it.
        action: what happened.
        s: how things stand after it.
        clinician_id: to whom.
        by: who announced it; None for this run.
    """
    detail, announced = f"DoseSpot {clinician_id}", by or s.claim.announced
    run = announced.run if announced else s.run
    key = f"{action.value}.{clinician_id}"
    if action is AuditAction.CLINICIAN_LINKED:
        # Whoever announced it last: another run may have linked it first.
        key = version_key(action, s.subject.membership)
    elif action is not AuditAction.CLINICIAN_CREATED:
        key = f"{key}.{run}"
    if run == s.run or by is None:
        trail.did(action, detail, key=key)
    else:
        trail.found(action, detail, key=key, who=by.who)
