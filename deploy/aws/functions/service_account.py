"""The bots' own ClientApplication at Medplum, read from AWS Secrets Manager.

What runs in AWS but not by Medplum's order (a schedule, a queue, DoseSpot's push notifications) has
no token from Medplum, and gets one with this. The secret is a JSON object with the texts
`MEDPLUM_BASE_URL`, `MEDPLUM_CLIENT_ID` and `MEDPLUM_CLIENT_SECRET`; the environment only names it.
"""

import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field

from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount
from shared.runtime.payload import secure_url

SECRET_ID = "MEDPLUM_SECRET_ID"  # noqa: S105 - the variable's name


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)

    MEDPLUM_BASE_URL: str
    MEDPLUM_CLIENT_ID: str
    MEDPLUM_CLIENT_SECRET: str = Field(repr=False)


def service_account() -> ServiceAccount:
    """The ClientApplication in the secret that the variable `MEDPLUM_SECRET_ID` names.

    Raises:
        Misconfigured: there is no such secret, it may not be read, or it lacks something.
    """
    name = os.environ.get(SECRET_ID, "")
    try:
        found = boto3.client("secretsmanager").get_secret_value(SecretId=name)
        stored = _Stored.model_validate_json(found.get("SecretString", ""))
        base_url = secure_url(stored.MEDPLUM_BASE_URL)
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
    return ServiceAccount(
        base_url,
        stored.MEDPLUM_CLIENT_ID,
        stored.MEDPLUM_CLIENT_SECRET,
        settings=f"the secret that {SECRET_ID} names",
    )
