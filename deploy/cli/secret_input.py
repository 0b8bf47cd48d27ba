"""Where `register` takes project secrets from; never from the command line, and never shown."""

import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from shared.errors import Misconfigured
from shared.runtime import known_secrets
from shared.runtime.payload import Secret


def from_options(file: Path | None, aws_name: str | None) -> dict[str, str]:
    """The secrets in a file and in AWS Secrets Manager; the file counts more.

    Raises:
        Misconfigured: one of them can't be used.
    """
    from deploy.medplum import project_secrets
    from deploy.medplum.aws_secrets import AwsSecret

    given: dict[str, str] = {}
    if aws_name:
        text = AwsSecret(aws_name).read()
        if text is None:
            raise Misconfigured(f"AWS Secrets Manager has no secret {aws_name}.")
        given |= project_secrets.parse(text, f"The secret {aws_name}")
    if file:
        given |= project_secrets.from_file(file)
    return given


def generated_webhook_secret(stored: Mapping[str, Secret]) -> dict[str, str]:
    """A new secret for push notifications, if there is none."""
    if known_secrets.WEBHOOK_SECRET in stored:
        return {}
    return {
        known_secrets.WEBHOOK_SECRET: secrets.token_hex(known_secrets.WEBHOOK_SECRET_LENGTH // 2)
    }


def generated_relay_secret(
    given: Mapping[str, str], stored: Mapping[str, Secret]
) -> dict[str, str]:
    """A new secret for the relay, where there is a relay and none."""
    from deploy.medplum.project_secrets import is_relayed, merged

    if not is_relayed(given, stored) or merged(given, stored).get(known_secrets.RELAY_SECRET):
        return {}
    return {known_secrets.RELAY_SECRET: secrets.token_hex(known_secrets.SHORTEST_RELAY_SECRET)}


def prompt_for_missing(given: Mapping[str, str], stored: Mapping[str, Secret]) -> dict[str, str]:
    """The secrets that are still missing, as somebody types them; Enter leaves one out."""
    from deploy.medplum.project_secrets import DOSESPOT, merged

    known = merged(given, stored)
    answers = {name: _prompt_for(name) for name in DOSESPOT if name not in known}
    return {name: answer for name, answer in answers.items() if answer}


def _prompt_for(name: str) -> str:
    def well_formed(typed: str) -> str:
        text = typed.strip()
        problem = known_secrets.malformed(name, text) if text else None
        if problem:
            click.echo(f"{name} {problem}.", err=True)  # click itself says nothing of hidden input
            raise click.UsageError(problem)
        return text

    return str(
        click.prompt(
            f"{name} (not shown; Enter leaves it out)",
            default="",
            show_default=False,
            hide_input=True,
            err=True,
            value_proc=well_formed,
        )
    )
