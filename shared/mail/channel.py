"""The channel that a project has chosen; what another one needs is not imported."""

from shared.errors import Misconfigured
from shared.fhir.client import FhirClient
from shared.mail.message import MailChannel
from shared.mail.settings import Channel, MailSettings

NO_CHANNEL = (
    "The project has no channel for e-mail. Set the project secret MAIL_CHANNEL to medplum, ses or"
    " smtp, and what goes with it; docs/reference/secrets.md lists that."
)


def mail_channel(settings: MailSettings | None, fhir: FhirClient) -> MailChannel:
    """What sends the project's mail.

    Args:
        settings: the project's; None if it has no channel.
        fhir: acts as an administrator of the project.

    Raises:
        Misconfigured: there is no channel, or it can't be used from here.
    """
    if settings is None:
        raise Misconfigured(NO_CHANNEL)
    match settings.channel:
        case Channel.MEDPLUM:
            from shared.mail.medplum import MedplumMail  # noqa: PLC0415 - see the module

            return MedplumMail(fhir, settings.sender)
        case Channel.SES:
            from shared.mail.ses import SesMail  # noqa: PLC0415 - see the module

            return SesMail(settings.sender, settings.ses_region)
        case Channel.SMTP:
            from shared.mail.smtp import SmtpMail  # noqa: PLC0415 - see the module

            if settings.smtp is None:
                raise Misconfigured(NO_CHANNEL)
            return SmtpMail(settings.smtp, settings.sender)
