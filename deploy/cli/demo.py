"""The command that enrolls made-up prescribers, step by step, and checks every step."""

import json
import sys
from typing import TYPE_CHECKING

import click

from deploy.cli.command import verbose_option
from deploy.cli.table import print_row

if TYPE_CHECKING:
    from deploy.demo.steps import Path as DemoPath


@click.command()
@verbose_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def demo(as_json: bool) -> None:
    """Enroll, prescribe and bill two made-up clinics, step by step.

    Exits with 1 if any step does not go as expected.

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
        click.echo("Every step went as expected." if ok else "Not every step went as expected.")
    sys.exit(0 if ok else 1)


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
