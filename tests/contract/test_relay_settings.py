"""The relay's secret as AWS Secrets Manager keeps it."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from deploy.aws.functions.service_account import (
    RELAY_SETTINGS_KEPT_S,
    kept_relay_settings,
    relay_settings,
)
from deploy.relay.rules import RelaySettings
from shared.errors import Misconfigured

NAME = "prescriber-bots/medplum"
SECRET = "Sentinel0Relay1Secret2Of3Some4Length5"
STORED = {
    "MEDPLUM_BASE_URL": "https://api.example.org",
    "MEDPLUM_CLIENT_ID": "1",
    "MEDPLUM_CLIENT_SECRET": "2",
}
SETTINGS = RelaySettings(SECRET, frozenset(["https://api.example.org/"]))


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MEDPLUM_SECRET_ID", NAME)
    with mock_aws():
        boto3.client("secretsmanager").create_secret(Name=NAME)
        yield


def store(**more: str) -> None:
    text = json.dumps({**STORED, **more})
    boto3.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=text)


def test_the_server_beside_the_secret_is_the_one_that_may_call() -> None:
    store(RELAY_SECRET=SECRET)
    assert relay_settings() == SETTINGS


def test_without_a_secret_there_is_no_relay() -> None:
    store()
    assert relay_settings() is None


def test_a_secret_that_is_none_is_told_without_its_text() -> None:
    boto3.client("secretsmanager").put_secret_value(SecretId=NAME, SecretString=SECRET)
    with pytest.raises(Misconfigured) as raised:
        relay_settings()
    assert SECRET not in str(raised.value)


def test_it_is_read_again_once_it_is_old() -> None:
    now_s = 1000.0
    settings = kept_relay_settings(lambda: now_s)
    store()
    assert settings() is None
    store(RELAY_SECRET=SECRET)
    now_s += RELAY_SETTINGS_KEPT_S
    assert settings() is None
    now_s += 1
    assert settings() == SETTINGS
