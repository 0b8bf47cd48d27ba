"""Running a bot of a Medplum server from the command line."""

from typing import Any

import click

from deploy.cli.sign_in import Server
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.http import Call, Reply, with_token


def execute(server: Server, identifier: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answer of a bot.

    Args:
        server: where the bot is, with the credential of who runs it.
        identifier: the bot's, without the system.
        given: the bot's input.

    Raises:
        click.ClickException: the bot or the server refused; says what to do.
        RemoteUnavailable: the server gave no answer.
    """
    call = Call(
        service="The FHIR server",
        wish="run the bot",
        method="POST",
        url=f"{server.base_url}fhir/R4/Bot/$execute",
        headers={},
        params={"identifier": f"{MEDPLUM_BOTS}|{identifier}"},
        json=given,
    )
    reply = _sent(server, call)
    try:
        body = reply.json()
    except ValueError:
        body = None
    if reply.status == 200 and isinstance(body, dict):
        return body
    raise click.ClickException(_refusal(identifier, reply.status, body))


def _sent(server: Server, call: Call) -> Reply:
    """The reply; a token that is refused is replaced once, if it can be."""
    token = server.credential.token()
    reply = server.http.send(with_token(call, token))
    if reply.status == 401 and server.credential.forget(token):
        reply = server.http.send(with_token(call, server.credential.token()))
    return reply


def _refusal(identifier: str, status: int, body: Any) -> str:
    if isinstance(body, dict) and isinstance(body.get("errorMessage"), str):
        return str(body["errorMessage"])
    if status == 401:
        return "The server does not accept the sign-in. Get a new access token."
    if status == 404:
        return f"The server has no bot {identifier}, or the signed-in person may not run it."
    return f"The server answered {status} when it was asked to run {identifier}."
