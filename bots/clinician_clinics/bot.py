"""The bot: the prescriber is named in the input; the caller must be an administrator."""

from collections.abc import Iterable, Iterator

from bots.clinician_clinics import IDENTIFIER
from bots.clinician_clinics.contract import ClinicianClinicsInput, ClinicianClinicsOutput
from fhir_profiles.today import Today
from shared.access.authorize import administrators_clinician_id, require_clinician_admin
from shared.billing.wiring import end_billing_of
from shared.clinics.membership import ClinicAnswer, ClinicChange, changed_clinics, clinic_changes
from shared.clinics.staffing import ClinicMembers
from shared.clinics.which_clinic import project_clinics_of
from shared.dosespot.clinics import ClinicsClient
from shared.errors import RecordsRefused
from shared.fhir.batch import Batch
from shared.members.enrolled import enrolled_among
from shared.members.same_person import same_person
from shared.records.findings import Finding, listed
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation

REFUSED = "The prescriber can't be linked to clinics. "
NOT_ENROLLED = Finding(
    "practitionerId", "the Practitioner has no DoseSpot clinician id; enroll the prescriber first"
)


@bot(
    identifier=IDENTIFIER,
    description="Links a prescriber to DoseSpot's clinics, and takes them out.",
    callers="An administrator of the project who is a Clinician Admin in DoseSpot.",
    run_as_user=True,
)
def clinician_clinics(
    request: ClinicianClinicsInput, invocation: Invocation
) -> ClinicianClinicsOutput:
    """Links the named prescriber to clinics and takes them out of others, one after another.

    Each clinic has an answer of its own; running again repeats only what was not done.

    Raises:
        NotAuthorized: the caller may not do this.
        RecordsRefused: the prescriber is not enrolled.
        RecordsDisagree: DoseSpot's clinician is not the person of the Practitioner.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.fhir, invocation.requester
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    practitioner_found = batch.read(request.practitioner)
    memberships_found = batch.memberships_of(request.practitioner)
    batch.send()
    is_there = practitioner_found.is_there
    invocation.trail.subject = request.practitioner if is_there else None
    settings = invocation.settings
    admin = administrators_clinician_id(fhir, caller_found, caller, settings.clinician_admin)
    dosespot = invocation.dosespot(acting_as=admin)
    require_clinician_admin(dosespot, admin)
    changes = clinic_changes(
        project_clinics_of(invocation), request.add or [], request.remove or []
    )
    practitioner, enrolled = practitioner_found.one(), enrolled_among(memberships_found)
    if not enrolled:
        raise RecordsRefused(listed(REFUSED, [NOT_ENROLLED]), findings=[NOT_ENROLLED])
    clinician_id = enrolled[0].clinician_id()
    same_person(dosespot.clinician(clinician_id), practitioner, Today(invocation.now()))
    members = ClinicMembers(invocation.dosespot_for(ClinicsClient, admin), invocation.trail)
    answers = changed_clinics(members, clinician_id, request.practitioner, changes)
    billed = _no_longer_billed(invocation, clinician_id, changes, answers)
    return ClinicianClinicsOutput.of(clinician_id, billed)


def _no_longer_billed(
    run: Invocation,
    clinician_id: int,
    changes: Iterable[ClinicChange],
    answers: Iterable[ClinicAnswer],
) -> Iterator[ClinicAnswer]:
    """The answers; each clinic that the prescriber has left bills them no longer, also where they
    had left it before and only that was missed."""
    for change, answer in zip(changes, answers, strict=True):
        if not change.joins and answer.error is None:
            end_billing_of(run, change.number, clinician_id)
        yield answer
