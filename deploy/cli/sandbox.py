"""Commands that run the sandbox, or one of its stand-ins, on this machine."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.dispatch import FUNCTION
from bots.folders import FOLDERS
from deploy.cli.command import is_verbose, verbose_option
from deploy.cli.serving import port_option, ready_file_option, serving, until_interrupted
from deploy.cli.table import row, terminal_width
from shared.runtime import known_secrets
from shared.runtime.payload import secure_url

if TYPE_CHECKING:
    from deploy.relay.rules import RelaySettings

LOOPBACK = "127.0.0.1"
FHIR_PORT, DOSESPOT_PORT, FUNCTIONS_PORT, PAGES_PORT, NPPES_PORT = 8103, 8104, 8105, 8106, 8107


@click.command()
@verbose_option
@click.option("--fhir-port", type=port_option, default=FHIR_PORT, show_default=True)
@click.option("--dosespot-port", type=port_option, default=DOSESPOT_PORT, show_default=True)
@click.option("--functions-port", type=port_option, default=FUNCTIONS_PORT, show_default=True)
@click.option("--pages-port", type=port_option, default=PAGES_PORT, show_default=True)
@click.option("--nppes-port", type=port_option, default=NPPES_PORT, show_default=True)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the servers' state in this folder; without it, it is lost when the command ends.",
)
@ready_file_option
@click.pass_context
def sandbox(
    ctx: click.Context, /, data: Path | None, ready_file: Path | None, **port_options: int
) -> None:
    """Run a made-up clinic on this machine, with web pages.

    A FHIR server, Lambda, DoseSpot, the NPI Registry and the pages run until Ctrl-C. A port of 0
    takes any free one.

    \b
    Examples:
      prescriber-bots sandbox --ready-file ready.json
      prescriber-bots sandbox --data ./sandbox-data --fhir-port 0
    """
    from deploy.sandbox.sandbox import Ports, Sandbox

    ports = Ports(**{name.removesuffix("_port"): port for name, port in port_options.items()})
    options = {f"--{name.replace('_', '-')}": port for name, port in port_options.items()}
    with (
        serving(ready_file, options),
        Sandbox(ports, data, verbose=is_verbose(ctx)) as running,
    ):
        until_interrupted(running.ready, ready_file, *_sign_ins(running.ready["pages"]["baseUrl"]))


@click.command()
@verbose_option
@click.option("--host", default=LOOPBACK, show_default=True)
@click.option("--port", type=port_option, default=FUNCTIONS_PORT, show_default=True)
@click.option(
    "--bot",
    "bots",
    multiple=True,
    metavar="ID=NAME",
    help="Which bot a Medplum Bot id stands for; needed only where the Bot can't be read.",
)
@click.option(
    "--relay-from",
    "relay_from",
    multiple=True,
    envvar="RELAY_BASE_URLS",
    show_envvar=True,
    metavar="URL",
    help="Also run the bots of this Medplum server by the relay; may be repeated. Takes the project"
    " secret RELAY_SECRET from the environment.",
)
@ready_file_option
@click.pass_context
def functions(
    ctx: click.Context,
    /,
    host: str,
    port: int,
    bots: tuple[str, ...],
    relay_from: tuple[str, ...],
    ready_file: Path | None,
) -> None:
    """Run only the Lambda endpoint, for a real Medplum server.

    Start Medplum with AWS_ENDPOINT_URL_LAMBDA set to the URL that is printed. Whatever function the
    server names, its Bot's name says which bot is run, or else its Bot's identifier. With
    --relay-from, the relay's endpoint is at /relay; what Medplum calls has to put HTTPS in front
    of it.

    \b
    Examples:
      prescriber-bots functions
      prescriber-bots functions --port 9001 --bot 5d1f0c2e-...=admin_enroll
      prescriber-bots functions --relay-from https://api.medplum.com/
    """
    from deploy.sandbox.functions.relay import RELAY_PATH
    from deploy.sandbox.sandbox import functions_app
    from deploy.sandbox.serve import LocalServer

    by_bot_id = dict(_bot_id(given) for given in bots)
    relay = _relay_settings(relay_from)
    with serving(ready_file, {"--port": port}), LocalServer(host, port) as server:
        server.start(functions_app(by_bot_id, relay=relay, verbose=is_verbose(ctx)))
        names = dict.fromkeys(FOLDERS, FUNCTION)
        ready = {"functions": {"baseUrl": server.url, "names": names}}
        endpoint = f"{server.url.rstrip('/')}{RELAY_PATH}"
        served = {"relay": {"baseUrl": endpoint}} if relay else {}
        until_interrupted({**ready, **served}, ready_file)


@click.command()
@verbose_option
@click.option("--host", default=LOOPBACK, show_default=True)
@click.option("--port", type=port_option, default=DOSESPOT_PORT, show_default=True)
@ready_file_option
def dosespot(host: str, port: int, ready_file: Path | None) -> None:
    """Run only the DoseSpot stand-in, for a real Medplum server.

    The ready file holds the values for the project secrets.

    \b
    Examples:
      prescriber-bots dosespot --ready-file dosespot.json
    """
    from deploy.sandbox.clinic import seed_dosespot
    from deploy.sandbox.dosespot.app import create_app
    from deploy.sandbox.sandbox import describe_dosespot
    from deploy.sandbox.serve import LocalServer

    app = create_app()
    administrator = seed_dosespot(app)
    with serving(ready_file, {"--port": port}), LocalServer(host, port) as server:
        server.start(app)
        ready = {
            **describe_dosespot(app, server.url),
            "clinicKey": app.clinic_key,
            "subscriptionKey": app.subscription_key,
            "administratorsClinicianId": administrator,
        }
        until_interrupted({"dosespot": ready}, ready_file)


def _bot_id(given: str) -> tuple[str, str]:
    bot_id, separator, name = given.partition("=")
    if not separator or name not in FOLDERS.values():
        known = ", ".join(FOLDERS.values())
        raise click.BadParameter(f"--bot needs ID=NAME, with a NAME of: {known}.")
    return bot_id, name


def _relay_settings(base_urls: tuple[str, ...]) -> "RelaySettings | None":
    """What the relay's endpoint knows; None if it is not to be served.

    Raises:
        click.UsageError: a URL is none of a server, or there is no secret that can be used.
    """
    from deploy.relay.rules import RelaySettings

    if not base_urls:
        return None
    secret = os.environ.get(known_secrets.RELAY_SECRET, "").strip()
    problem = known_secrets.malformed(known_secrets.RELAY_SECRET, secret)
    if problem:
        raise click.UsageError(
            f"--relay-from needs the project secret {known_secrets.RELAY_SECRET} in the"
            f" environment: it {problem}."
        )
    try:
        return RelaySettings(secret, frozenset(map(secure_url, base_urls)))
    except ValueError as error:
        raise click.UsageError(f"--relay-from {error}.") from None


def _sign_ins(pages: str) -> list[str]:
    """Where the pages are, and who can sign in there."""
    from deploy.sandbox.people import PASSWORD, PEOPLE

    rows = [(person.email, person.name, person.description) for person in PEOPLE]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    width = terminal_width()
    return [
        "",
        f"page for administrators  {pages}admin/",
        f"page for prescribers     {pages}provider/",
        f"Sign in there with the password {PASSWORD} as",
        *(f"  {line}" for cells in rows for line in row(cells, widths, width and width - 2)),
        "",
    ]
