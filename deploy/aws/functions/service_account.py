"""What AWS keeps secret for the functions: the bots' ClientApplication, and the relay's secret.

What runs in AWS but not by Medplum's order (a queue) has
no token from Medplum, and gets one with this. The secret is in AWS Secrets Manager: a JSON object
with the texts `MEDPLUM_BASE_URL`, `MEDPLUM_CLIENT_ID` and `MEDPLUM_CLIENT_SECRET`, and with
`RELAY_SECRET` where Medplum runs the bots by the relay. The environment only names it.
"""

import os
from collections.abc import Callable
from time import monotonic

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field

from deploy.relay.rules import RelaySettings
from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount
from shared.runtime.payload import secure_url

SECRET_ID = "MEDPLUM_SECRET_ID"  # noqa: S105 - the variable's name
RELAY_SETTINGS_KEPT_S = 300.0


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    MEDPLUM_BASE_URL: str
    MEDPLUM_CLIENT_ID: str
    MEDPLUM_CLIENT_SECRET: str = Field(repr=False)
    RELAY_SECRET: str | None = Field(default=None, repr=False)


def service_account() -> ServiceAccount:
    """The ClientApplication in the secret that the variable `MEDPLUM_SECRET_ID` names.

    Raises:
        Misconfigured: there is no such secret, it may not be read, or it lacks something.
    """
    base_url, stored = _read()
    return ServiceAccount(
        base_url,
        stored.MEDPLUM_CLIENT_ID,
        stored.MEDPLUM_CLIENT_SECRET,
        settings=f"the secret that {SECRET_ID} names",
    )


def relay_settings() -> RelaySettings | None:
    """The relay's secret, and the Medplum server beside it as the only one that may call.

    None if the secret in AWS holds none, because no relay is set up. Raises as `service_account`
    does.
    """
    base_url, stored = _read()
    if stored.RELAY_SECRET is None:
        return None
    return RelaySettings(stored.RELAY_SECRET, frozenset([base_url]))


def kept_relay_settings(
    clock: Callable[[], float] = monotonic,
) -> Callable[[], RelaySettings | None]:
    """`relay_settings`, read again only once they are old: strangers cost no call of AWS's.

    Args:
        clock: seconds that only grow.
    """
    kept: list[tuple[float, RelaySettings | None]] = []

    def settings() -> RelaySettings | None:
        if not kept or clock() - kept[-1][0] > RELAY_SETTINGS_KEPT_S:
            kept[:] = [(clock(), relay_settings())]
        return kept[-1][1]

    return settings


def _read() -> tuple[str, _Stored]:
    """The server's base URL with a trailing slash, and all that is stored."""
    name = os.environ.get(SECRET_ID, "")
    try:
        found = boto3.client("secretsmanager").get_secret_value(SecretId=name)
        stored = _Stored.model_validate_json(found.get("SecretString", ""))
        return secure_url(stored.MEDPLUM_BASE_URL), stored
    except (BotoCoreError, ClientError) as error:
        raise Misconfigured(
            f"The secret that {SECRET_ID} names can't be read from AWS Secrets Manager"
            f" ({type(error).__name__}). Check its name and the function's role."
        ) from None
    except ValueError:
        raise Misconfigured(
            f"The secret that {SECRET_ID} names must be a JSON object with MEDPLUM_BASE_URL (an"
            " https URL), MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET. Write it with"
            " `prescriber-bots register`."
        ) from None
