"""Can the bots send e-mail, and does an invitation lead anywhere? A project may do without."""

from collections.abc import Callable

from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from fhir_profiles import Resource
from fhir_profiles.elements import items
from shared.errors import BotError, Misconfigured
from shared.mail.message import MailChannel
from shared.mail.settings import Channel, MailSettings
from shared.runtime.settings import Settings

FEATURE = "email"
NO_CHANNEL = (
    "The project has none, so nobody is invited by e-mail. To send invitations, give MAIL_CHANNEL"
    " and INVITATION_URL to `prescriber-bots register`."
)
NO_FEATURE = (
    "MAIL_CHANNEL is medplum, but the project may not send e-mail. Have a super administrator add"
    " `email` to Project.features."
)
NOT_FROM_HERE = "It could not be tried from here. {problem}"


def check_mail(
    settings: Settings, project: Resource, channel: Callable[[MailSettings], MailChannel]
) -> CheckResult:
    """Whether the project's channel takes mail, without sending any.

    Args:
        settings: the project's.
        project: the Project.
        channel: makes the channel of these settings.

    Raises:
        BotError: what is missing or wrong.
    """
    mail = settings.mail()
    if mail is None:
        return note(NO_CHANNEL)
    settings.invitation_url()
    if mail.channel is Channel.MEDPLUM and FEATURE not in items(project, "features"):
        return missing(NO_FEATURE)
    return _tried(mail, channel)


def ses_sender(settings: Settings) -> str:
    """The address that the project sends from by Amazon SES; "" if it does not."""
    try:
        mail = settings.mail()
    except BotError:  # the check of mail itself says what is wrong
        return ""
    return mail.sender if mail is not None and mail.channel is Channel.SES else ""


def _tried(mail: MailSettings, channel: Callable[[MailSettings], MailChannel]) -> CheckResult:
    try:
        return ok(channel(mail).try_out())
    except Misconfigured as error:
        # The bots' role on AWS is another one than that of whoever looks.
        if mail.channel is Channel.SES:
            return note(NOT_FROM_HERE.format(problem=error))
        raise
