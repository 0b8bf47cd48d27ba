"""The bot: all problems of the form are reported at once, before anything is created."""

from bots.create_prescriber import IDENTIFIER
from bots.create_prescriber.contract import CreatePrescriberInput, CreatePrescriberOutput
from fhir_profiles.today import NATIONWIDE, Today
from shared.access.authorize import require_administrator
from shared.fhir.batch import Batch
from shared.npi_check.check import checked
from shared.npi_check.wiring import npi_registry_of
from shared.prescriber_form.create_prescriber import PrescriberCreation, refuse
from shared.prescriber_form.invitation import policy_to_give
from shared.prescriber_form.known_records import form_reads, known_records
from shared.prescriber_form.rules.form import read_form
from shared.prescriber_form.rules.npi_holder import holder_of_form
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Creates everything that enrollment needs from one form, for an administrator.",
    callers="An administrator of the project.",
    run_as_user=True,
)
def create_prescriber(
    request: CreatePrescriberInput, invocation: Invocation
) -> CreatePrescriberOutput:
    """Creates or updates the records of the prescriber that a form describes.

    A form with any problem is refused with all of them, and then nothing is changed. Running again
    completes what an interrupted run left out.

    Raises:
        NotAuthorized: the caller is not an administrator of the project.
        EditConflict: somebody else kept changing the same resource.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.fhir, invocation.requester
    today = Today(invocation.now())
    form, findings = read_form(request.form, today.in_state(NATIONWIDE))
    batch = Batch(fhir)
    caller_found, reads = batch.memberships_of(caller), form_reads(form, batch)
    batch.send()
    require_administrator(fhir, caller_found, caller)
    known = known_records(form, reads, today, findings)
    check = checked(npi_registry_of(invocation), holder_of_form(form, known.registrations))
    findings.add(check.findings)
    policy = policy_to_give(invocation.privileged_fhir, findings) if form.invite else ""
    refuse(findings)
    creation = PrescriberCreation(fhir, invocation.now, invocation.trail)
    done = creation.run(form, known, findings, policy=policy, check_due=check.due)
    return CreatePrescriberOutput.of(done, check.outcome)
