"""How commands sign in at a Medplum server: as an administrator, with nothing secret in sight.

A token or a client secret comes from the environment or is asked for without an echo; a command
line would be seen by everybody on the machine.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

import click

from shared.fhir.client import FhirClient
from shared.fhir.credential import Credential, GivenToken
from shared.fhir.service_credential import ServiceAccount, ServiceCredential
from shared.http.sending import READ_TIMEOUT_S, Http, Sender
from shared.http.token_cache import TokenCache
from shared.runtime.payload import secure_url

ACCESS_TOKEN = "MEDPLUM_ACCESS_TOKEN"  # noqa: S105 - the variable's name
CLIENT_ID = "MEDPLUM_CLIENT_ID"
CLIENT_SECRET = "MEDPLUM_CLIENT_SECRET"  # noqa: S105 - the variable's name

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Server:
    """A Medplum server, as the person at the command line may use it.

    Attributes:
        base_url: with a trailing slash, without `fhir/R4/`.
        http: sends calls.
        credential: the person's.
    """

    base_url: str
    http: Sender = field(repr=False)
    credential: Credential = field(repr=False)

    @property
    def fhir(self) -> FhirClient:
        """The server's FHIR API."""
        return FhirClient(self.http, self.base_url, self.credential)


def base_url_option(*, required: bool = True) -> Callable[[Command], Command]:
    """Adds `--base-url`, whose value `server_at` takes."""
    return click.option(
        "--base-url",
        envvar="MEDPLUM_BASE_URL",
        show_envvar=True,
        required=required,
        help="The Medplum server, such as https://api.example.org/.",
    )


def server_at(base_url: str, read_timeout_s: float = READ_TIMEOUT_S) -> Server:
    """The server, signed in as the environment says; asks for a token where it says nothing.

    Args:
        base_url: the server's.
        read_timeout_s: how long a whole answer may take.

    Raises:
        click.UsageError: the URL is none that a secret may be sent to, or there is no token and
            nobody to ask for one.
    """
    try:
        url = secure_url(base_url)
    except ValueError as error:
        raise click.UsageError(f"--base-url {error}.") from None
    http = Http(read_timeout_s)
    return Server(url, http, _credential(http, url))


def _credential(http: Sender, base_url: str) -> Credential:
    client_id, client_secret = os.environ.get(CLIENT_ID), os.environ.get(CLIENT_SECRET)
    if client_id and client_secret:
        account = ServiceAccount(
            base_url,
            client_id,
            client_secret,
            whose="the ClientApplication of this command",
            settings=f"{CLIENT_ID} and {CLIENT_SECRET} in the environment",
        )
        return ServiceCredential(http, TokenCache(monotonic), account)
    token = os.environ.get(ACCESS_TOKEN) or _prompt_for_token()
    return GivenToken(token.strip())


def _prompt_for_token() -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(
            f"There is no terminal to ask for an access token. Set {ACCESS_TOKEN} to one of a"
            " project"
            f" administrator, or {CLIENT_ID} and {CLIENT_SECRET}."
        )
    question = "Access token of a project administrator"
    return str(click.prompt(question, hide_input=True, err=True))
