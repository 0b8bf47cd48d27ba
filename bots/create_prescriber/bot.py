"""The bot: all that can be said against the form is said at once, before anything is made."""

from bots.create_prescriber.contract import CreatePrescriberInput, CreatePrescriberOutput
from fhir_profiles.today import NATIONWIDE, Today
from shared.records.prescriber_form import read_form
from shared.runtime.lambda_handler import Invocation
from shared.workflow.authorize import require_administrator
from shared.workflow.create_prescriber import PrescriberCreation, refuse
from shared.workflow.invitation import policy_to_give
from shared.workflow.known_records import asked, known_records
from shared.workflow.npi_check import checked, holder_of_form


def create_prescriber(
    request: CreatePrescriberInput, invocation: Invocation
) -> CreatePrescriberOutput:
    """Makes, or brings up to date, the records of the prescriber whom a form describes.

    A form with any problem is refused with all of them, and then nothing is changed. Running again
    completes what an interrupted run left out.

    Raises:
        NotAuthorized: the caller is not an administrator of the project.
        EditConflict: somebody else kept changing the same resource.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        BotError: what any bot can raise.
    """
    fhir, caller, services = invocation.fhir, invocation.requester, invocation.services
    today = Today(services.now())
    form, findings = read_form(request.form, today.in_state(NATIONWIDE))
    caller_found, *answers = fhir.read_together(f"ProjectMembership?profile={caller}", *asked(form))
    require_administrator(fhir, caller_found, caller)
    known = known_records(form, answers, today, findings)
    check = checked(invocation.npi_registry(), holder_of_form(form, known.registrations))
    findings.add(check.findings)
    privileged = invocation.service_fhir() or fhir
    policy = policy_to_give(privileged, findings) if form.invite else ""
    refuse(findings)
    creation = PrescriberCreation(fhir, services.now, invocation.trail)
    done = creation.run(form, known, findings, policy=policy, check_due=check.due)
    return CreatePrescriberOutput.of(done, check.outcome)
