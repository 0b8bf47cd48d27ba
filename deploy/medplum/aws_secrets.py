"""Secrets in AWS Secrets Manager, each a JSON object; no value is ever part of an error's text."""

import json
from collections.abc import Mapping

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.medplum.ledger import EntryStatus
from shared.errors import Misconfigured


class AwsSecret:
    """One secret.

    Args:
        name: its name or ARN.

    Raises:
        Misconfigured: AWS is not set up here.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        try:
            self._client = boto3.client("secretsmanager")
        except BotoCoreError as error:
            raise self._failed("read", error) from None

    def read(self) -> str | None:
        """Its text; None if there is no such secret.

        Raises:
            Misconfigured: it can't be read.
        """
        try:
            found = self._client.get_secret_value(SecretId=self.name)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        except (BotoCoreError, ClientError) as error:
            raise self._failed("read", error) from None
        return found.get("SecretString", "")

    def status_of(self, values: Mapping[str, str]) -> EntryStatus:
        """Whether it has to be made or changed to hold just these values; raises as `read`."""
        text = self.read()
        if text is None:
            return EntryStatus.CREATED
        try:
            same = json.loads(text) == dict(values)
        except ValueError:
            same = False
        return EntryStatus.UNCHANGED if same else EntryStatus.CHANGED

    def write(self, values: Mapping[str, str]) -> None:
        """Makes the secret, or gives it a new version.

        Raises:
            Misconfigured: it can't be written.
        """
        text = json.dumps(dict(values))
        try:
            if self.read() is None:
                self._client.create_secret(Name=self.name, SecretString=text)
            else:
                self._client.put_secret_value(SecretId=self.name, SecretString=text)
        except (BotoCoreError, ClientError) as error:
            raise self._failed("written", error) from None

    def _failed(self, what: str, error: Exception) -> Misconfigured:
        return Misconfigured(
            f"The secret {self.name} can't be {what} in AWS Secrets Manager"
            f" ({type(error).__name__}). Check the region, your credentials and their rights."
        )
