"""The ClientApplication as AWS Secrets Manager keeps it."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from deploy.aws.functions.service_account import service_account
from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceAccount

NAME = "prescriber-bots/medplum"
STORED = {
    "MEDPLUM_BASE_URL": "https://api.example.org",
    "MEDPLUM_CLIENT_ID": "client",
    "MEDPLUM_CLIENT_SECRET": "the-secret",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("MEDPLUM_SECRET_ID", NAME)
    with mock_aws():
        yield


def store(text: str) -> None:
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretString=text)


def test_the_secret_is_read() -> None:
    store(json.dumps(STORED))
    expected = ServiceAccount("https://api.example.org/", "client", "the-secret")
    assert service_account() == expected


@pytest.mark.parametrize(
    "text",
    [
        "the-secret",
        json.dumps({**STORED, "MEDPLUM_BASE_URL": "http://api.example.org"}),
        json.dumps({k: v for k, v in STORED.items() if k != "MEDPLUM_CLIENT_SECRET"}),
    ],
)
def test_what_is_no_such_object_is_not_shown(text: str) -> None:
    store(text)
    with pytest.raises(Misconfigured, match="must be a JSON object") as refused:
        service_account()
    assert "the-secret" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_missing_secret_says_what_to_check() -> None:
    with pytest.raises(Misconfigured, match="can't be read from AWS Secrets Manager"):
        service_account()
