"""Which AuditEvents a patient sync keeps: of what it did, and of what a run that died did."""

from fhir_profiles.audit_event import AuditAction
from shared.audit.trail import Trail
from shared.patients.rules.next_step import PatientAct, PatientSituation, is_stored


def account_for_announced(trail: Trail, s: PatientSituation) -> None:
    """Keeps what was announced and has happened, even if the run that did it has died."""
    announced = s.claim.announced
    if announced is None or s.seen is None or (announced.run == s.run and s.opened is None):
        return
    known = s.linked if s.linked is not None else next(iter(s.seen.found), None)
    if announced.act == PatientAct.CREATE and known is not None:
        keep(trail, AuditAction.PATIENT_CREATED, known, announced.run, announced.who)
    # Another run may have wanted another change than this one.
    changed = s.seen.change is None if announced.run == s.run else is_stored(s)
    if announced.act == PatientAct.CHANGE and known is not None and changed:
        keep(trail, AuditAction.PATIENT_CHANGED, known, announced.run, announced.who)


def keep(
    trail: Trail, action: AuditAction, patient_id: int, run: str, who: str | None = None
) -> None:
    """Keeps what happened to a patient, under a key that any run would give it.

    Args:
        trail: keeps it.
        action: what happened.
        patient_id: to whom, by DoseSpot's id.
        run: id of the run that did it.
        who: reference of who asked for that; None for this run's.
    """
    detail = f"DoseSpot {patient_id}"
    key = f"{action.value}.{patient_id}"
    if action is not AuditAction.PATIENT_CREATED:
        key = f"{key}.{run}"
    if who is None or run == trail.run:
        trail.did(action, detail, key=key)
    else:
        trail.found(action, detail, key=key, who=who)
