"""How missing secrets are asked for: by name, without showing them, again where they can't be."""

import json

import click
from click.testing import CliRunner

from deploy.cli.secret_input import generated_webhook_secret, prompt_for_missing
from shared.runtime.payload import Secret

STORED = {"DOSESPOT_CLINIC_ID": Secret.model_validate({"valueInteger": 7})}
GIVEN = {"DOSESPOT_CLINIC_KEY": "key", "DOSESPOT_IFRAME_URL": "https://example.org/x"}


@click.command()
def ask() -> None:
    click.echo(json.dumps(prompt_for_missing(GIVEN, STORED)))


def test_only_what_is_missing_is_asked_for_and_enter_leaves_it_out():
    typed = "\n".join(["ftp://wrong", "https://example.org/", "", "12", ""])
    result = CliRunner().invoke(ask, input=f"{typed}\n")
    assert json.loads(result.stdout) == {
        "DOSESPOT_BASE_URL": "https://example.org/",
        "DOSESPOT_USER_ID": "12",
    }
    asked = [line.partition(" (")[0] for line in result.stderr.splitlines() if "Enter" in line]
    assert asked == [
        "DOSESPOT_BASE_URL",
        "DOSESPOT_BASE_URL",
        "DOSESPOT_SUBSCRIPTION_KEY",
        "DOSESPOT_USER_ID",
        "DOSESPOT_WEBHOOK_SECRET",
    ]
    assert "DOSESPOT_BASE_URL must be an https URL" in result.stderr
    assert not any(one in result.stderr for one in ("ftp://wrong", "https://example.org/"))


def test_a_webhook_secret_is_made_up_only_where_there_is_none():
    new = generated_webhook_secret({})
    assert len(new["DOSESPOT_WEBHOOK_SECRET"]) == 32
    assert generated_webhook_secret({}) != new
    stored = {"DOSESPOT_WEBHOOK_SECRET": Secret.model_validate({"valueString": "x"})}
    assert generated_webhook_secret(stored) == {}
