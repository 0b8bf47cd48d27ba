"""The secrets that `prescriber-bots register` stores, makes up, keeps, and never shows."""

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from bots.catalog import BOTS
from deploy.medplum import wanted
from fhir_profiles.systems import PRESCRIBER_POLICY
from tests.integration.project import SENTINEL, Project
from tests.integration.register.registering import told

AFTER_A_PLAN_TWICE = (["--plan"], [], [])


def test_what_the_bots_can_do_without_is_taken_and_never_missing(project: Project) -> None:
    assert "NPI_REGISTRY" not in project.register().stdout
    result = project.register(NPI_REGISTRY_CHECK="enrollment")
    assert told(result, "created") == ["secret NPI_REGISTRY_CHECK"]
    stored = {"name": "NPI_REGISTRY_CHECK", "valueString": "enrollment"}
    assert project.secret("NPI_REGISTRY_CHECK") == stored
    result = project.register(NPI_REGISTRY_CHECK="always")
    assert "NPI_REGISTRY_CHECK must be enrollment" in result.stderr


def test_secrets_that_are_there_are_kept_and_missing_ones_told(project: Project) -> None:
    project.change(project.project(), secret=[{"name": "DOSESPOT_CLINIC_ID", "valueInteger": 7}])
    result = project.run("register")
    assert result.exit_code == 1
    assert "secret DOSESPOT_CLINIC_ID" in told(result, "unchanged")
    assert "secret DOSESPOT_CLINIC_KEY" in told(result, "missing")
    assert "6 still missing." in result.stdout
    assert project.secret("DOSESPOT_CLINIC_ID") == {"name": "DOSESPOT_CLINIC_ID", "valueInteger": 7}
    assert len(project.resources("Bot")) == len(BOTS)


def test_a_webhook_secret_is_made_up_once_and_not_shown(project: Project) -> None:
    result = project.register("--generate-webhook-secret", DOSESPOT_WEBHOOK_SECRET=None)
    made = project.secret("DOSESPOT_WEBHOOK_SECRET")
    assert (result.exit_code, len(made["valueString"])) == (0, 32)
    assert made["valueString"] not in result.output
    project.register("--generate-webhook-secret", DOSESPOT_WEBHOOK_SECRET=None)
    assert project.secret("DOSESPOT_WEBHOOK_SECRET") == made


def test_a_secrets_file_that_others_can_read_is_refused(project: Project) -> None:
    path = Path(project.secrets_file())
    path.chmod(0o640)
    result = project.run("register", "--secrets-file", str(path))
    assert (result.exit_code, project.writes()) == (1, [])
    assert "can be read or written by others" in result.stderr


@pytest.mark.parametrize("text", ["no json", "[]", '{"DOSESPOT_CLINIC_ID": true}'])
def test_a_secrets_file_of_another_form_is_refused(project: Project, text: str) -> None:
    path = Path(project.secrets_file())
    path.write_text(text)
    result = project.run("register", "--secrets-file", str(path))
    assert (result.exit_code, project.writes()) == (1, [])
    assert "must be a JSON object of strings and whole numbers" in result.stderr


def test_another_client_application_of_the_secrets_is_kept(project: Project) -> None:
    client = project.servers.fhir.add_client(project.id, "theirs")
    project.set_secrets(MEDPLUM_CLIENT_ID=client.id, MEDPLUM_CLIENT_SECRET=client.secret)
    result = project.register()
    assert told(result, "kept") == [f"ClientApplication {wanted.CLIENT_NAME}"]
    assert [one["name"] for one in project.resources("ClientApplication")] == ["theirs"]
    membership = project.membership(project.resources("ClientApplication")[0])
    assert "admin" not in membership


def test_a_client_application_that_is_gone_is_replaced(project: Project) -> None:
    project.set_secrets(MEDPLUM_CLIENT_ID="gone", MEDPLUM_CLIENT_SECRET="gone")
    assert project.register().exit_code == 0
    (client,) = project.resources("ClientApplication")
    assert project.secret("MEDPLUM_CLIENT_ID")["valueString"] == client["id"]


def test_the_credential_goes_to_aws_as_well(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        results = [project.register("--aws-secret", "bots", *more) for more in AFTER_A_PLAN_TWICE]
        stored = boto3.client("secretsmanager").get_secret_value(SecretId="bots")["SecretString"]
    verdicts = [line.split()[0] for r in results for line in r.stdout.splitlines() if "AWS" in line]
    assert verdicts == ["created", "created", "unchanged"]
    (client,) = project.resources("ClientApplication")
    assert json.loads(stored) == {
        "MEDPLUM_BASE_URL": project.url,
        "MEDPLUM_CLIENT_ID": client["id"],
        "MEDPLUM_CLIENT_SECRET": client["secret"],
    }
    assert client["secret"] not in "".join(result.output for result in results)


def test_no_secret_is_ever_shown(project: Project) -> None:
    outputs = [
        project.register("--plan", "--verbose").output,
        project.register("--verbose").output,
        project.run("doctor", "--verbose").output,
        project.run("doctor", "--json").output,
    ]
    project.set_secrets(DOSESPOT_CLINIC_KEY=SENTINEL[:-1], DOSESPOT_WEBHOOK_SECRET=f"{SENTINEL}4")
    outputs += [project.run("doctor", "--verbose").output, project.run("register").output]
    (client,) = project.resources("ClientApplication")
    dosespot = project.servers.dosespot
    secrets = [SENTINEL[:-1], client["secret"], project.admin.token]
    secrets += [dosespot.clinic_key, dosespot.subscription_key]
    assert [secret for output in outputs for secret in secrets if secret in output] == []
    assert len("".join(outputs)) > 5000
    assert PRESCRIBER_POLICY in outputs[0]
