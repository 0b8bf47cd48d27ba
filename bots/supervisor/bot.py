"""The bot: both people are named in the input; the caller must be an administrator."""

from bots.supervisor import IDENTIFIER
from bots.supervisor.contract import Action, Clinicians, SupervisorInput, SupervisorOutput
from fhir_profiles.today import Today
from shared.access.authorize import administrators_clinician_id, require_clinician_admin
from shared.clinics.which_clinic import look_up_clinics
from shared.fhir.batch import Batch
from shared.runtime.bot import CustomOperation, bot
from shared.runtime.invocation import Invocation
from shared.supervision.supervise import Party, supervision
from shared.supervision.wiring import supervisors_of


@bot(
    identifier=IDENTIFIER,
    description="Sets in DoseSpot who supervises a prescribing agent.",
    callers="An administrator of the project who is a Clinician Admin in DoseSpot.",
    run_as_user=True,
    timeout_s=30,
    operation=CustomOperation(on="Practitioner", code=IDENTIFIER),
)
def supervisor(request: SupervisorInput, invocation: Invocation) -> SupervisorOutput:
    """Sets or removes one clinician's supervisor at this clinic.

    DoseSpot does not show who supervises an agent, so `remove` ends whatever supervision there is.

    Raises:
        NotAuthorized: the caller may not do this.
        RecordsRefused: lists what the two people lack.
        RecordsDisagree: a DoseSpot clinician is not the person of the Practitioner.
        EnrollmentInProgress: another run is setting the same person's supervisor.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    batch = Batch(fhir)
    caller_found = batch.memberships_of(invocation.requester)
    agent = _party("practitionerId", request.practitioner, batch)
    other = _party("supervisorPractitionerId", request.supervisor, batch)
    _, choice = invocation.together(
        batch.send, lambda: look_up_clinics(invocation, request.practitioner)
    )
    is_there = agent.practitioner_found.is_there
    invocation.trail.subject = request.practitioner if is_there else None
    caller = administrators_clinician_id(
        fhir, caller_found, invocation.requester, invocation.settings.clinician_admin
    )
    clinic = choice.meant(request.organizationId)
    dosespot = invocation.dosespot(acting_as=caller, clinic=clinic.number)
    require_clinician_admin(dosespot, caller)
    agent_id, supervisor_id = supervision(
        agent, other, dosespot, invocation.together, Today(invocation.now())
    )
    wanted = supervisor_id if request.act is Action.ADD else None
    detail = f"{request.act.value} {request.supervisor}"
    changed = supervisors_of(invocation, dosespot).set(agent_id, wanted, detail)
    clinicians = Clinicians(agent_id, supervisor_id, dosespot.clinic_id)
    return SupervisorOutput.of(request, clinicians, changed=changed)


def _party(name: str, practitioner: str, batch: Batch) -> Party:
    """Asks for the records of one of the two people."""
    return Party(name, batch.read(practitioner), batch.memberships_of(practitioner))
