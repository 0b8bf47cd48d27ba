"""The bot: administrators ask about anybody, prescribers about themselves; nothing is changed."""

from collections.abc import Sequence

from bots.readiness import IDENTIFIER
from bots.readiness.contract import ReadinessInput, ReadinessOutput
from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.access.authorize import callers_memberships, require_administrator
from shared.access.self_service import require_own_token
from shared.audit.events import LogEvent
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import look_up_clinics
from shared.dosespot.client import DoseSpotClient
from shared.fhir.batch import Batch, FoundAll
from shared.members.caller import sole_clinician_id
from shared.members.enrolled import memberships_among
from shared.members.paging import MembersPage, page_after
from shared.members.people import ProjectPractitioner
from shared.readiness.check import AskedClinic, ReadinessCheck
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Says why somebody can't prescribe or sign controlled substances; changes nothing.",
    callers="An administrator of the project, or a prescriber about themselves.",
    run_as_user=False,
    admin=True,
)
def readiness(request: ReadinessInput, invocation: Invocation) -> ReadinessOutput:
    """Says who may prescribe and sign controlled substances, and why others can't.

    Raises:
        NotAuthorized: the caller is not an administrator and asks about somebody else.
        RecordsDisagree: the caller has no single DoseSpot clinician id to act as.
        BotError: what any bot can raise.
    """
    caller, fhir = invocation.requester, invocation.privileged_fhir
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    named = f"Practitioner/{request.practitionerId}" if request.practitionerId else None
    named_found = batch.memberships_of(named) if named else None
    me, _, choice = invocation.together(
        invocation.fhir.who_am_i, batch.send, lambda: look_up_clinics(invocation, named)
    )
    require_own_token(me, caller)
    if named != caller:
        require_administrator(invocation.fhir, caller_found, caller)
    memberships = callers_memberships(invocation.fhir, caller_found, caller)
    clinic = choice.meant(request.organizationId)
    dosespot = _dosespot(invocation, memberships, clinic)
    check = ReadinessCheck(
        fhir,
        dosespot,
        invocation.together,
        Today(invocation.now()),
        AskedClinic(clinic.organizations, clinic.has_role),
    )
    page = (
        _named(named, named_found)
        if named and named_found
        else page_after(fhir, me, request.cursor or "", request.pageSize)
    )
    found = check.run(page.people)
    ready = sum(one.readiness.prescribes for one in found)
    invocation.log(LogEvent.READINESS_TOLD, prescribers=len(found), ready=ready)
    return ReadinessOutput.of(found, page.last)


def _dosespot(
    invocation: Invocation, callers: Sequence[Resource], clinic: MeantClinic
) -> DoseSpotClient:
    """DoseSpot, seen by the Clinician Admin of the secrets, or else by the caller's clinician."""
    admin = invocation.settings.clinician_admin(otherwise=lambda: sole_clinician_id(callers))
    return invocation.dosespot(acting_as=admin, clinic=clinic.number)


def _named(practitioner: str, memberships_found: FoundAll) -> MembersPage:
    """The named Practitioner, who may have no membership; nobody comes after."""
    memberships = tuple(memberships_among(memberships_found))
    return MembersPage([ProjectPractitioner(practitioner, memberships)], "")
