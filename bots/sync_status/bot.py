"""The bot: an administrator runs it, or a schedule does; only Practitioners are ever changed."""

from bots.sync_status import IDENTIFIER
from bots.sync_status.contract import SyncStatusInput, SyncStatusOutput
from fhir_profiles import Resource
from shared.access.authorize import require_administrator, runs_by_itself
from shared.billing.wiring import end_billing
from shared.clinics.everywhere import at_all_clinics
from shared.errors import RecordsRefused
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.members.enrolled import Enrolled, enrolled_among
from shared.npi_check.wiring import due_checks_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation
from shared.runtime.start import Start
from shared.status_sync.sync_status import Everywhere, FurtherClinic
from shared.status_sync.wiring import scheduled_round_of, status_sync_of

NOT_ENROLLED = (
    "ProjectMembership.identifier: no member of this project is this Practitioner and has a"
    " DoseSpot clinician id. Check practitionerId, or enroll the prescriber first."
)


@bot(
    identifier=IDENTIFIER,
    description="Updates the status of enrolled prescribers from DoseSpot.",
    callers="An administrator of the project, or a schedule.",
    run_as_user=False,
    admin=True,
    timeout_s=300,
    starts=frozenset({Start.EXECUTE, Start.CRON}),
    person_waits=False,
)
def sync_status(request: SyncStatusInput, invocation: Invocation) -> SyncStatusOutput:
    """Compares Practitioners with DoseSpot, and writes what differs.

    NPIs that could not be looked up in the NPI Registry before are looked up now.

    Nobody is there to take a schedule's cursor and go on, so a scheduled run goes on by itself
    while it has time, and the next one where it ended.

    Raises:
        NotAuthorized: the caller is neither an administrator nor the bot itself.
        RecordsRefused: the named Practitioner is not enrolled.
        BotError: what any bot can raise.
    """
    fhir = invocation.privileged_fhir
    dosespot = invocation.dosespot(acting_as=invocation.settings.clinician_admin())
    me, scheduled = _let_in(invocation)
    dry_run = bool(request.dryRun)
    sync = status_sync_of(invocation, dosespot, _everywhere(invocation), dry_run=dry_run)
    due = due_checks_of(invocation, dry_run=dry_run)
    if request.practitionerId is not None:
        named = _named(fhir, request.practitionerId)
        checks = due.run(request.practitionerId)
        report = sync.run(named)
    else:
        checks = [] if request.cursor else due.run(None)
        in_turn = request.resume or (scheduled and not (dry_run or request.cursor))
        has_time = invocation.pace.has_time if scheduled else _no_time
        if in_turn:
            end_billing(invocation, dosespot.clinic_id)
        report = (
            scheduled_round_of(invocation, me, request.pageSize, has_time, _everywhere).run()
            if in_turn
            else sync.page(me, request.cursor or "", request.pageSize)
        )
    invocation.log.findings(one.finding for one in report.doubts)
    return SyncStatusOutput.of(report, checks, dry_run=dry_run)


def _everywhere(run: Invocation) -> Everywhere | None:
    return at_all_clinics(run, FurtherClinic, Everywhere)


def _let_in(invocation: Invocation) -> tuple[Resource, bool]:
    """The answer of `auth/me`, and whether a schedule started the run.

    Raises:
        NotAuthorized: the caller is neither an administrator nor the bot itself.
    """
    if invocation.start is Start.CRON:
        return invocation.fhir.who_am_i(), True
    caller, batch = invocation.requester, Batch(invocation.privileged_fhir)
    caller_found = batch.memberships_of(caller)
    me, _ = invocation.together(invocation.fhir.who_am_i, batch.send)
    by_itself = runs_by_itself(me, caller)
    if not by_itself:
        require_administrator(invocation.fhir, caller_found, caller)
    return me, by_itself


def _named(fhir: FhirClient, practitioner_id: str) -> list[Enrolled]:
    batch = Batch(fhir)
    memberships_found = batch.memberships_of(f"Practitioner/{practitioner_id}")
    batch.send()
    found = enrolled_among(memberships_found)
    if not found:
        raise RecordsRefused(NOT_ENROLLED)
    return found


def _no_time(_seconds: float) -> bool:
    """Who calls waits for one page."""
    return False
