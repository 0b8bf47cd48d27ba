"""The values of a project's secrets, as one run needs them."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from fhir_profiles import systems
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount
from shared.mail.settings import SUBMISSION_PORT, Channel, MailSettings, SmtpServer
from shared.runtime.known_secrets import (
    ANSWER_WITHIN,
    ANSWER_WITHIN_S,
    BASE_URL,
    BILLING_CURRENCY,
    BILLING_PRICE,
    BOT_ERRORS,
    CLINIC_ID,
    CLINIC_KEY,
    DEFAULT_CURRENCY,
    IFRAME_ENROLLS,
    IFRAME_URL,
    INVITATION_REQUIRED,
    INVITATION_URL,
    MAIL_CHANNEL,
    MAIL_FROM,
    NPI_REGISTRY_CHECK,
    NPI_REGISTRY_URL,
    SERVICE_ID,
    SERVICE_SECRET,
    SES_REGION,
    SMTP_HOST,
    SMTP_PASSWORD,
    SMTP_PORT,
    SMTP_USER,
    SUBSCRIPTION_KEY,
    USER_ID,
    WEBHOOK_SECRET,
    BotErrors,
    clinic_key_name,
    further_clinic,
    malformed,
)
from shared.runtime.payload import Secret, secure_url


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
