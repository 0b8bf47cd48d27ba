"""The bot: an administrator invites prescribers; each row says what became of one."""

from collections.abc import Sequence

from bots.invite_prescribers import IDENTIFIER
from bots.invite_prescribers.contract import InvitePrescribersInput, InvitePrescribersOutput
from fhir_profiles import Resource
from fhir_profiles.clinic import affiliations
from fhir_profiles.today import Today
from shared.access.authorize import require_administrator
from shared.clinics.rules.meant import ProjectClinics, project_clinics
from shared.clinics.which_clinic import ClinicChoice, clinics_query
from shared.errors import Misconfigured
from shared.fhir.batch import Batch, FoundAll
from shared.invitations.invitees import ClinicOf, read_invitees
from shared.invitations.rules.next_act import InvitationAction
from shared.invitations.wiring import invitations_of
from shared.mail.channel import NO_CHANNEL
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Invites prescribers to enroll themselves in DoseSpot, by e-mail.",
    callers="An administrator of the project.",
    run_as_user=True,
)
def invite_prescribers(
    request: InvitePrescribersInput, invocation: Invocation
) -> InvitePrescribersOutput:
    """Invites, reminds, or takes invitations back; an e-mail is never sent twice.

    Raises:
        NotAuthorized: the caller is not an administrator of the project.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.privileged_fhir, invocation.requester
    further = invocation.settings.further_clinics()
    own = invocation.settings.own_clinic()
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    organizations = batch.search(clinics_query([own, *further])) if further else None
    batch.send()
    require_administrator(invocation.fhir, caller_found, caller)
    invitations = invitations_of(invocation)
    mails = invitations.mailing is not None
    if request.action is InvitationAction.RESEND and not mails:
        raise Misconfigured(NO_CHANNEL)
    today = Today(invocation.now())
    clinics = _clinics(own, further, organizations)
    wanted = [one.wanted for one in request.practitioners]
    invitees = read_invitees(fhir, wanted, _clinic_of(own, clinics, today), today, mails=mails)
    results = invitations.run(request.action, invitees, request.lasts_for)
    return InvitePrescribersOutput.of(results, mailed=mails)


def _clinics(
    own: int, further: Sequence[int], organizations: FoundAll | None
) -> ProjectClinics | None:
    """The project's clinics; None if it has one only."""
    return None if organizations is None else project_clinics(own, further, organizations.all())


def _clinic_of(own: int, clinics: ProjectClinics | None, today: Today) -> ClinicOf:
    def clinic_of(practitioner: str, roles: Sequence[Resource], organization: str | None) -> int:
        choice = ClinicChoice(clinics, affiliations(roles, practitioner, today))
        return choice.meant(organization).number or own

    return clinic_of
