"""Inviting, wired for a run."""

from shared.fhir.client import FhirClient
from shared.invitations.invite import Invitations
from shared.invitations.mailing import Mailing
from shared.mail.channel import mail_channel
from shared.runtime.invocation import Invocation


def invitations_of(run: Invocation) -> Invitations:
    """The use case.

    Raises:
        Misconfigured: a secret that the project's channel for e-mail needs is missing or malformed.
    """
    fhir = run.privileged_fhir
    return Invitations(
        fhir=fhir,
        mailing=_mailing(run, fhir),
        trail=run.trail,
        together=run.together,
        now=run.now,
    )


def _mailing(run: Invocation, fhir: FhirClient) -> Mailing | None:
    settings = run.settings.mail()
    if settings is None:
        return None
    page = run.settings.invitation_url()
    return Mailing(
        fhir=fhir,
        channel=mail_channel(settings, fhir),
        page=page,
        run=run.trail.run,
        now=run.now,
        has_time=run.pace.has_time,
    )
