"""Secrets in AWS Secrets Manager, by moto: as `register` and the functions use them."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from deploy.aws.functions.service_account import service_account
from deploy.cli.secret_input import from_options
from deploy.medplum.aws_secrets import AwsSecret
from shared.errors import Misconfigured

NAME = "prescriber-bots/medplum"
VALUES = {
    "MEDPLUM_BASE_URL": "https://api.example.org/",
    "MEDPLUM_CLIENT_ID": "client",
    "MEDPLUM_CLIENT_SECRET": "the-secret",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MEDPLUM_SECRET_ID", NAME)
    with mock_aws():
        yield


def versions() -> int:
    client = boto3.client("secretsmanager")
    return len(client.list_secret_version_ids(SecretId=NAME, IncludeDeprecated=True)["Versions"])


def test_what_is_written_is_what_the_functions_read() -> None:
    secret = AwsSecret(NAME)
    assert secret.status_of(VALUES) == "created"
    secret.write(VALUES)
    assert secret.status_of(VALUES) == "unchanged"
    account = service_account()
    assert (account.client_id, account.client_secret) == ("client", "the-secret")


def test_a_change_is_a_new_version() -> None:
    secret = AwsSecret(NAME)
    secret.write(VALUES)
    changed = {**VALUES, "MEDPLUM_CLIENT_SECRET": "another"}
    assert secret.status_of(changed) == "changed"
    secret.write(changed)
    assert (secret.status_of(changed), versions()) == ("unchanged", 2)


def test_text_that_is_no_json_is_replaced() -> None:
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretString="the-secret")
    assert AwsSecret(NAME).status_of(VALUES) == "changed"


def test_project_secrets_come_from_aws(tmp_path) -> None:
    stored = {"DOSESPOT_CLINIC_ID": 7, "DOSESPOT_CLINIC_KEY": "key"}
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretString=json.dumps(stored))
    file = tmp_path / "secrets.json"
    file.touch(mode=0o600)
    file.write_text('{"DOSESPOT_CLINIC_KEY": "from the file"}')
    assert from_options(None, NAME) == {"DOSESPOT_CLINIC_ID": "7", "DOSESPOT_CLINIC_KEY": "key"}
    assert from_options(file, NAME)["DOSESPOT_CLINIC_KEY"] == "from the file"


def test_a_secret_that_is_not_there_is_told() -> None:
    with pytest.raises(Misconfigured, match="has no secret nothing"):
        from_options(None, "nothing")


def test_an_aws_that_is_not_set_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(Misconfigured, match="Check the region, your credentials"):
        AwsSecret(NAME)


def test_a_refusal_is_told_without_values() -> None:
    secret = AwsSecret(NAME)
    secret.write(VALUES)
    boto3.client("secretsmanager").delete_secret(SecretId=NAME)
    with pytest.raises(Misconfigured, match=r"AWS Secrets Manager \(InvalidReq") as refused:
        secret.write({**VALUES, "MEDPLUM_CLIENT_SECRET": "another"})
    assert "secret" not in str(refused.value).replace("The secret prescriber-bots", "")
    assert refused.value.__cause__ is None


def store(text: str) -> None:
    boto3.client("secretsmanager").create_secret(Name=NAME, SecretString=text)


@pytest.mark.parametrize(
    "text",
    [
        "the-secret",
        json.dumps({**VALUES, "MEDPLUM_BASE_URL": "http://api.example.org"}),
        json.dumps({k: v for k, v in VALUES.items() if k != "MEDPLUM_CLIENT_SECRET"}),
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
