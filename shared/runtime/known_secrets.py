"""The project secrets that the bots know: each by its name, and the form that its value must have.

What a run does with their values is `settings`'.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from shared.mail.settings import SUBMISSION_PORT, Channel
from shared.records.identifiers import RuleBroken, parse_email
from shared.runtime.payload import secure_url

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
