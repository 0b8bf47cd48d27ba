"""The bot: anybody who is enrolled may count what waits for themselves, nobody else's."""

from bots.notification_counts import IDENTIFIER
from bots.notification_counts.contract import NotificationCountsInput, NotificationCountsOutput
from shared.clinics.calling import caller_at_clinic
from shared.dosespot.notification_counts import CountsClient
from shared.notification_counts.kept_counts import KeptCounts
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Counts what waits for the calling prescriber in DoseSpot.",
    callers="An enrolled prescriber, about themselves.",
    run_as_user=True,
    timeout_s=10,  # the hook asks again after that time
)
def notification_counts(
    request: NotificationCountsInput, invocation: Invocation
) -> NotificationCountsOutput:
    """Counts what waits for the caller: asked for within seconds, or, where DoseSpot fails, the
    last minute.

    Raises:
        NotAuthorized: the caller is not enrolled.
        DoseSpotRefused: DoseSpot did not accept the call.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    at = caller_at_clinic(invocation, request.organizationId)
    dosespot = invocation.dosespot_for(CountsClient, at.clinician_id, at.clinic)
    return NotificationCountsOutput.of(invocation.services.kept(KeptCounts).ask(dosespot))
