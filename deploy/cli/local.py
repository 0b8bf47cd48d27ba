"""Commands that run everything, or a part of it, on this machine."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bots.catalog import BOTS
from deploy.cli.command import is_verbose, verbose_option
from deploy.cli.serving import port_option, ready_file_option, serving, until_interrupted
from deploy.cli.table import print_row, row, terminal_width

if TYPE_CHECKING:
    from deploy.demo.walk import Path as DemoPath

LOOPBACK = "127.0.0.1"
FHIR_PORT, DOSESPOT_PORT, FUNCTIONS_PORT, PAGES_PORT, NPPES_PORT = 8103, 8104, 8105, 8106, 8107


@click.command()
@verbose_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def demo(as_json: bool) -> None:
    """Enroll made-up prescribers on local servers, step by step.

    Exits with 1 if any step is not as it should be.

    \b
    Examples:
      prescriber-bots demo
      prescriber-bots demo --json
    """
    from deploy.demo.paths import run
    from deploy.sandbox.sandbox import Sandbox

    paths = []
    with Sandbox() as sandbox:
        for path in run(sandbox.ready):
            paths.append(path)
            if not as_json:
                _print_path(path)
    ok = all(path.ok for path in paths)
    if as_json:
        click.echo(json.dumps({"ok": ok, "paths": [path.as_json() for path in paths]}, indent=2))
    else:
        click.echo("Every step went as it should." if ok else "Not every step went as it should.")
    sys.exit(0 if ok else 1)


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
    help="Keep the servers' state in this folder; without it, it ends with the command.",
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
@ready_file_option
@click.pass_context
def functions(
    ctx: click.Context, host: str, port: int, bots: tuple[str, ...], ready_file: Path | None
) -> None:
    """Run only the Lambda endpoint, for a real Medplum server.

    Start Medplum with AWS_ENDPOINT_URL_LAMBDA set to the URL that is printed. A Bot is found by
    the function name in its identifier, or else by its own identifier.

    \b
    Examples:
      prescriber-bots functions
      prescriber-bots functions --port 9001 --bot 5d1f0c2e-...=admin_enroll
    """
    from deploy.sandbox.sandbox import functions_app
    from deploy.sandbox.serve import LocalServer

    by_bot_id = dict(_bot_id(given) for given in bots)
    with serving(ready_file, {"--port": port}), LocalServer(host, port) as server:
        server.start(functions_app(by_bot_id, verbose=is_verbose(ctx)))
        names = {bot.identifier: bot.function_name for bot in BOTS}
        until_interrupted({"functions": {"baseUrl": server.url, "names": names}}, ready_file)


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


@click.command()
@verbose_option
@click.argument("bot", type=click.Choice([bot.name for bot in BOTS]))
@click.option(
    "--payload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="JSON file with a Lambda payload as Medplum sends it.",
)
def invoke(bot: str, payload: Path) -> None:
    """Run one bot once on a saved payload and print its answer.

    \b
    Examples:
      prescriber-bots invoke admin_enroll --payload payload.json
    """
    try:
        event = json.loads(payload.read_bytes())
    except ValueError:
        raise click.ClickException(f"{payload} is not JSON.") from None
    handler = next(known.handler() for known in BOTS if known.name == bot)
    click.echo(json.dumps(handler(event, None), indent=2))


def _bot_id(given: str) -> tuple[str, str]:
    bot_id, separator, name = given.partition("=")
    if not separator or name not in {bot.name for bot in BOTS}:
        known = ", ".join(bot.name for bot in BOTS)
        raise click.BadParameter(f"--bot needs ID=NAME, with a NAME of: {known}.")
    return bot_id, name


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


def _print_path(path: "DemoPath") -> None:
    click.secho(path.name, bold=True)
    for step in path.steps:
        click.echo(f"  {step.actor} {step.title}")
        _print_fact("answer", step.answer)
        _print_fact("DoseSpot", step.dosespot)
        _print_fact("FHIR", "; ".join(step.written) or "nothing written")
        for warning in step.warnings:
            _print_fact("warning", warning, fg="yellow")
        for problem in step.unexpected:
            _print_fact("WRONG", problem, fg="red")
    click.echo()


def _print_fact(label: str, text: str, *, fg: str | None = None) -> None:
    print_row((f"      {label}", text), (14,), fg=fg)
