"""The project secrets that the bots need, by name."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum

from fhir_profiles import systems
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount
from shared.mail.settings import SUBMISSION_PORT, Channel, MailSettings, SmtpServer
from shared.records.identifiers import RuleBroken, parse_email
from shared.runtime.payload import Secret, secure_url

BASE_URL = "DOSESPOT_BASE_URL"
IFRAME_URL = "DOSESPOT_IFRAME_URL"
CLINIC_ID = "DOSESPOT_CLINIC_ID"
CLINIC_KEY = "DOSESPOT_CLINIC_KEY"
FURTHER_CLINIC_KEY = f"{CLINIC_KEY}_"
"""Begins the name of the key of another clinic than the project's own; its number follows."""
SUBSCRIPTION_KEY = "DOSESPOT_SUBSCRIPTION_KEY"
USER_ID = "DOSESPOT_USER_ID"
WEBHOOK_SECRET = "DOSESPOT_WEBHOOK_SECRET"  # noqa: S105 - the secret's name
NPI_REGISTRY_URL = "NPI_REGISTRY_URL"
NPI_REGISTRY_CHECK = "NPI_REGISTRY_CHECK"
RELAY_URL = "RELAY_URL"
RELAY_SECRET = "RELAY_SECRET"  # noqa: S105 - the secret's name
IFRAME_ENROLLS = "DOSESPOT_IFRAME_ENROLLS"
ANSWER_WITHIN = "DOSESPOT_ANSWER_WITHIN_S"
BOT_ERRORS = "MEDPLUM_BOT_ERRORS"
MAIL_CHANNEL = "MAIL_CHANNEL"
MAIL_FROM = "MAIL_FROM"
SES_REGION = "SES_REGION"
SMTP_HOST = "SMTP_HOST"
SMTP_PORT = "SMTP_PORT"
SMTP_USER = "SMTP_USER"
SMTP_PASSWORD = "SMTP_PASSWORD"  # noqa: S105 - the secret's name
INVITATION_URL = "INVITATION_URL"
INVITATION_REQUIRED = "INVITATION_REQUIRED"
BILLING_PRICE = "BILLING_PRICE"
BILLING_CURRENCY = "BILLING_CURRENCY"
SERVICE_ID = "MEDPLUM_CLIENT_ID"
SERVICE_SECRET = "MEDPLUM_CLIENT_SECRET"  # noqa: S105 - the secret's name

WEBHOOK_SECRET_LENGTH = 32
SHORTEST_RELAY_SECRET = 32
NPI_REGISTRY_CHECKS = ("enrollment",)
ANSWER_WITHIN_S = 25
"""Less than a person's patience, and than the 30 seconds after which HTTP gateways give up."""
LEAST_WITHIN_S, MOST_WITHIN_S = 10, 60

DIGITS = 10
MOST_PORTS = 65535
DEFAULT_CURRENCY = {BILLING_CURRENCY: "USD"}
_PRICE = re.compile(r"[0-9]{1,6}(\.[0-9]{2})?")
_HOST = re.compile(r"[A-Za-z0-9\-]+(\.[A-Za-z0-9\-]+)*")


class BotErrors(StrEnum):
    """What the bots do with their errors, as a secret says; see `shared/runtime/returned.py`."""

    RETURNED = "returned"
    RAISED = "raised"


class Settings:
    """The secrets of one invocation; each method names all that it lacks, and shows no value.

    Args:
        secrets: the payload's project secrets.
    """

    def __init__(self, secrets: Mapping[str, Secret]) -> None:
        self._secrets = secrets

    def dosespot(self, clinic: int | None = None) -> DoseSpotSettings:
        """A clinic's access to DoseSpot's API.

        Args:
            clinic: DoseSpot's number of the clinic; None for the project's own.

        Raises:
            Misconfigured: a secret is missing or malformed.
        """
        number, key = self._clinic(clinic)
        values = self._checked(BASE_URL, *number, key, SUBSCRIPTION_KEY)
        return DoseSpotSettings(
            base_url=secure_url(values[BASE_URL]),
            clinic_id=clinic or int(values[CLINIC_ID]),
            clinic_key=values[key],
            subscription_key=values[SUBSCRIPTION_KEY],
            named_by=(*number, key),
        )

    def iframe(self, clinic: int | None = None) -> tuple[str, int, str]:
        """What the single sign-on link needs: DoseSpot's page, the clinic's number and key.

        The argument and the errors are those of `dosespot`.
        """
        number, key = self._clinic(clinic)
        values = self._checked(IFRAME_URL, *number, key)
        return values[IFRAME_URL].rstrip("?"), clinic or int(values[CLINIC_ID]), values[key]

    def own_clinic(self) -> int:
        """DoseSpot's number of the project's own clinic.

        Raises:
            Misconfigured: the secret is missing or no number.
        """
        return int(self._checked(CLINIC_ID)[CLINIC_ID])

    def further_clinics(self) -> tuple[int, ...]:
        """DoseSpot's numbers of the clinics whose keys are there besides the project's own."""
        numbers = {
            further_clinic(name): bool(secret.text()) for name, secret in self._secrets.items()
        }
        return tuple(
            sorted(
                one for one, is_set in numbers.items() if one and is_set and not self._is_own(one)
            )
        )

    def clinician_admin(self, otherwise: Callable[[], int | None] = lambda: None) -> int:
        """DoseSpot id of the Clinician Admin on whose behalf prescribers enroll themselves.

        Args:
            otherwise: gives the id, if any, where there is no such secret; not called else.

        Raises:
            Misconfigured: the secret is missing, and so is the other id; or it is no number.
            BotError: whatever `otherwise` raises.
        """
        other = None if self._text(USER_ID) else otherwise()
        if other is not None:
            return other
        return int(self._checked(USER_ID)[USER_ID])

    def webhook_secret(self) -> str:
        """What DoseSpot's push notifications prove themselves with.

        Raises:
            Misconfigured: the secret is missing or has another length than DoseSpot's.
        """
        return self._checked(WEBHOOK_SECRET)[WEBHOOK_SECRET]

    def npi_registry_url(self) -> str:
        """Base URL of the NPI Registry; the real one's where the project names none.

        Raises:
            Misconfigured: it is no https URL.
        """
        if not self._text(NPI_REGISTRY_URL):
            return systems.NPI_REGISTRY
        return secure_url(self._checked(NPI_REGISTRY_URL)[NPI_REGISTRY_URL])

    def checks_npi_at_enrollment(self) -> bool:
        """Whether the enroll bots ask the NPI Registry too.

        Raises:
            Misconfigured: the setting has another value than the one that it can have.
        """
        return bool(self._text(NPI_REGISTRY_CHECK) and self._checked(NPI_REGISTRY_CHECK))

    def iframe_enrolls(self) -> bool:
        """Whether enrollment goes on when a prescriber opens the iFrame, with or without a patient;
        it does unless said otherwise.

        Raises:
            Misconfigured: the setting is neither true nor false.
        """
        return self._flag(IFRAME_ENROLLS, otherwise=True)

    def mail(self) -> MailSettings | None:
        """How the project mails; None if it has no channel.

        Raises:
            Misconfigured: a secret that the channel needs is missing or malformed.
        """
        if not self._text(MAIL_CHANNEL):
            return None
        channel = Channel(self._checked(MAIL_CHANNEL)[MAIL_CHANNEL])
        if channel is Channel.MEDPLUM:
            return MailSettings(channel, self._if_given(MAIL_FROM))
        if channel is Channel.SES:
            sender = self._checked(MAIL_FROM)[MAIL_FROM]
            return MailSettings(channel, sender, ses_region=self._if_given(SES_REGION))
        values = self._checked(MAIL_FROM, SMTP_HOST, *self._those_given(SMTP_PORT))
        user = self._checked(*self._both_given(SMTP_USER, SMTP_PASSWORD))
        server = SmtpServer(
            values[SMTP_HOST],
            int(values.get(SMTP_PORT, SUBMISSION_PORT)),
            user.get(SMTP_USER, ""),
            user.get(SMTP_PASSWORD, ""),
        )
        return MailSettings(channel, values[MAIL_FROM], smtp=server)

    def invitation_url(self) -> str:
        """The app's sign-in page, to which an invitation leads.

        Raises:
            Misconfigured: the secret is missing or no https URL.
        """
        return self._checked(INVITATION_URL)[INVITATION_URL]

    def billing(self) -> tuple[Decimal, str] | None:
        """The price of a prescriber and month, and its currency; None if nobody is billed.

        Raises:
            Misconfigured: one of the two is malformed.
        """
        price = self._if_given(BILLING_PRICE)
        currency = self._if_given(BILLING_CURRENCY) or DEFAULT_CURRENCY[BILLING_CURRENCY]
        return (Decimal(price), currency) if price else None

    def invitation_required(self) -> bool:
        """Whether prescribers may begin to enroll themselves only once they were invited.

        Raises:
            Misconfigured: the setting is neither true nor false.
        """
        return self._flag(INVITATION_REQUIRED, otherwise=False)

    def answer_within_s(self) -> float:
        """Seconds within which a bot answers for which a person waits.

        Raises:
            Misconfigured: the setting is no number, or one that is too small or too large.
        """
        if not self._text(ANSWER_WITHIN):
            return ANSWER_WITHIN_S
        return int(self._checked(ANSWER_WITHIN)[ANSWER_WITHIN])

    def returns_errors(self) -> bool:
        """Whether an error is returned as an OperationOutcome; no run fails because of it."""
        return self._text(BOT_ERRORS) == BotErrors.RETURNED

    def service_account(self, base_url: str) -> ServiceAccount | None:
        """The ClientApplication that may touch memberships; None if there is none.

        Raises:
            Misconfigured: only one of its two secrets is there.
        """
        if not any(self._text(name) for name in (SERVICE_ID, SERVICE_SECRET)):
            return None
        values = self._checked(SERVICE_ID, SERVICE_SECRET)
        return ServiceAccount(base_url, values[SERVICE_ID], values[SERVICE_SECRET])

    def _clinic(self, clinic: int | None) -> tuple[tuple[str, ...], str]:
        """The names of the secrets with a clinic's number, if any has it, and with its key."""
        if clinic is None or self._is_own(clinic):
            return (CLINIC_ID,), CLINIC_KEY
        return (), clinic_key_name(clinic)

    def _is_own(self, clinic: int) -> bool:
        return self._text(CLINIC_ID).lstrip("0") == str(clinic)

    def _flag(self, name: str, *, otherwise: bool) -> bool:
        given = self._secrets.get(name, Secret())
        if given.valueBoolean is not None:
            return given.valueBoolean
        return self._checked(name)[name] == "true" if given.text() else otherwise

    def _if_given(self, name: str) -> str:
        return self._checked(*self._those_given(name)).get(name, "")

    def _those_given(self, *names: str) -> list[str]:
        return [name for name in names if self._text(name)]

    def _both_given(self, *names: str) -> tuple[str, ...]:
        """The names, of which one is of no use without the others; none if none is given."""
        return names if self._those_given(*names) else ()

    def _checked(self, *names: str) -> dict[str, str]:
        """The secrets' texts, once all of them are there and well-formed."""
        values = {name: self._text(name) for name in names}
        missing = [name for name, value in values.items() if not value]
        problems = [f"{', '.join(missing)} missing"] if missing else []
        wrong = {name: malformed(name, value) for name, value in values.items() if value}
        problems += [f"{name} {problem}" for name, problem in wrong.items() if problem]
        if problems:
            raise Misconfigured(
                f"Project secrets must be corrected: {'; '.join(problems)}. Set them in"
                " Project.secret."
            )
        return values

    def _text(self, name: str) -> str:
        return self._secrets[name].text() if name in self._secrets else ""


def clinic_key_name(clinic: int) -> str:
    """The name of the secret with the key of another clinic than the project's own."""
    return f"{FURTHER_CLINIC_KEY}{clinic}"


def further_clinic(name: str) -> int | None:
    """The number of the clinic whose key a secret of that name holds; None for any other name."""
    number = name.removeprefix(FURTHER_CLINIC_KEY)
    if number == name or not _is_number(number) or number.startswith("0"):
        return None
    return int(number)


def malformed(name: str, value: str) -> str | None:
    """What is wrong with the value of the secret with that name; None if nothing is."""
    form = CLINIC_KEY if further_clinic(name) else name
    is_well_formed, problem = _FORMS.get(form, (bool, "is empty"))
    return None if is_well_formed(value) else problem


def _is_url(value: str) -> bool:
    try:
        return bool(secure_url(value))
    except ValueError:
        return False


def _is_page(value: str) -> bool:
    return _is_url(value.rstrip("?"))


def _is_address(value: str) -> bool:
    try:
        return parse_email(value) == value and value.isascii()
    except RuleBroken:
        return False


def _is_host(value: str) -> bool:
    return bool(_HOST.fullmatch(value))


def _is_flag(value: str) -> bool:
    return value in ("true", "false")


def _is_port(value: str) -> bool:
    return _is_number(value) and int(value) <= MOST_PORTS


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= DIGITS and int(value) > 0


def _is_patience(value: str) -> bool:
    return _is_number(value) and LEAST_WITHIN_S <= int(value) <= MOST_WITHIN_S


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable()


def _is_webhook_secret(value: str) -> bool:
    return len(value) == WEBHOOK_SECRET_LENGTH


def _is_relay_secret(value: str) -> bool:
    return _is_plain(value) and len(value) >= SHORTEST_RELAY_SECRET


_FORMS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    BASE_URL: (_is_url, "must be an https URL such as https://my.staging.dosespot.com/webapi/v2/"),
    IFRAME_URL: (
        _is_page,
        "must be an https URL such as https://my.staging.dosespot.com/LoginSingleSignOn.aspx",
    ),
    CLINIC_ID: (_is_number, "must be a number"),
    USER_ID: (_is_number, "must be a number"),
    CLINIC_KEY: (_is_plain, "has characters that a key can't have"),
    SUBSCRIPTION_KEY: (_is_plain, "has characters that a key can't have"),
    NPI_REGISTRY_URL: (_is_url, "must be an https URL; leave it out for the NPI Registry's own"),
    NPI_REGISTRY_CHECK: (
        lambda value: value in NPI_REGISTRY_CHECKS,
        f"must be {', '.join(NPI_REGISTRY_CHECKS)}; leave it out to skip that check",
    ),
    RELAY_URL: (_is_url, "must be an https URL without a query"),
    RELAY_SECRET: (
        _is_relay_secret,
        f"must have {SHORTEST_RELAY_SECRET} plain characters at least",
    ),
    IFRAME_ENROLLS: (_is_flag, "must be true or false; leave it out for true"),
    MAIL_CHANNEL: (
        lambda value: value in list(Channel),
        f"must be {', '.join(Channel)}; leave it out to send no e-mail",
    ),
    MAIL_FROM: (_is_address, "must be an e-mail address such as erx@clinic.example"),
    SES_REGION: (
        _is_host,
        "must be an AWS region such as us-east-1; leave it out for the bots' own",
    ),
    SMTP_HOST: (_is_host, "must be the name of a mail server, without a port"),
    SMTP_PORT: (_is_port, f"must be a port; leave it out for {SUBMISSION_PORT}"),
    SMTP_USER: (_is_plain, "has characters that a user name can't have"),
    SMTP_PASSWORD: (_is_plain, "has characters that a password can't have"),
    INVITATION_URL: (_is_page, "must be the https URL of the app's sign-in page"),
    BILLING_PRICE: (
        lambda value: bool(_PRICE.fullmatch(value)),
        "must be an amount such as 39.00; leave it out to bill nobody",
    ),
    BILLING_CURRENCY: (
        lambda value: bool(re.fullmatch("[A-Z]{3}", value)),
        "must be a currency such as USD; leave it out for that",
    ),
    INVITATION_REQUIRED: (_is_flag, "must be true or false; leave it out for false"),
    ANSWER_WITHIN: (
        _is_patience,
        f"must be a whole number of seconds from {LEAST_WITHIN_S} to {MOST_WITHIN_S}; leave it out"
        f" for {ANSWER_WITHIN_S}",
    ),
    BOT_ERRORS: (
        lambda value: value in list(BotErrors),
        f"must be {BotErrors.RETURNED} or {BotErrors.RAISED}; leave it out to have errors raised",
    ),
    WEBHOOK_SECRET: (_is_webhook_secret, f"must have {WEBHOOK_SECRET_LENGTH} characters"),
}
