"""The bot: an administrator sees who is where, and who has to do what next; nothing is changed."""

from bots.setup_progress import IDENTIFIER
from bots.setup_progress.contract import SetupProgressInput, SetupProgressOutput
from shared.access.authorize import require_administrator
from shared.errors import Misconfigured
from shared.fhir.batch import Batch
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation
from shared.runtime.settings import Settings
from shared.setup_progress.clinics import setup_clinics
from shared.setup_progress.progress import ProgressPage, SetupProgress


@bot(
    identifier=IDENTIFIER,
    description="Says how far the project and its prescribers have come, and what is next.",
    callers="An administrator of the project.",
    run_as_user=True,
)
def setup_progress(request: SetupProgressInput, invocation: Invocation) -> SetupProgressOutput:
    """Computes the four steps: workspace, invitations, verification, ready to prescribe.

    DoseSpot is not asked: what it said last is on the Practitioners, and on the PractitionerRoles
    at further clinics.

    Raises:
        NotAuthorized: the caller is not an administrator of the project.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.privileged_fhir, invocation.requester
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    me, _ = invocation.together(invocation.fhir.who_am_i, batch.send)
    require_administrator(invocation.fhir, caller_found, caller)
    missing, clinic = _workspace(invocation.settings)
    if clinic is None:
        return SetupProgressOutput.of(ProgressPage([], 0, ""), (), missing)
    clinics = setup_clinics(invocation, clinic, request.organizationId)
    progress = SetupProgress(fhir, clinics, invocation.now())
    page = progress.page(me, request.cursor or "", request.pageSize)
    return SetupProgressOutput.of(page, clinics.asked, missing)


def _workspace(settings: Settings) -> tuple[str, int | None]:
    """What the access to DoseSpot lacks, as a sentence, and the number of the clinic, if known."""
    try:
        return "", settings.dosespot().clinic_id
    except Misconfigured as error:
        return str(error), None
