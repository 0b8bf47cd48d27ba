"""Registering clinics, wired for a run."""

from collections.abc import Collection

from shared.claims.store import ClaimStore
from shared.clinics.creating import ClinicCreation
from shared.clinics.project_keys import ProjectKeys
from shared.clinics.recording import ClinicRecords
from shared.clinics.register import ClinicRegistration
from shared.clinics.staffing import ClinicMembers, ClinicStaffing
from shared.dosespot.clinics import ClinicsClient
from shared.runtime.invocation import Invocation


def registration_of(
    run: Invocation, dosespot: ClinicsClient, project: str, administrators: Collection[int]
) -> ClinicRegistration:
    """The use case.

    Args:
        run: the run.
        dosespot: acts as a Clinician Admin of the project's own clinic.
        project: reference of the Project.
        administrators: DoseSpot ids of those on whose behalf the bots act.
    """
    guarded = run.privileged_fhir
    claims = ClaimStore(guarded)
    creation = ClinicCreation(
        claims=claims,
        keys=ProjectKeys(guarded, project),
        dosespot=dosespot,
        trail=run.trail,
        now=run.now,
        wait=run.wait,
        timing=run.timing,
    )
    return ClinicRegistration(
        records=ClinicRecords(run.fhir, run.trail),
        claims=claims,
        creation=creation,
        dosespot=dosespot,
        staff=ClinicStaffing(ClinicMembers(dosespot, run.trail), administrators).staff,
        known=(run.settings.own_clinic(), *run.settings.further_clinics()),
        trail=run.trail,
        now=run.now,
        wait=run.wait,
        timing=run.timing,
    )
