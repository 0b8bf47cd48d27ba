"""Commands that put the bots on AWS."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cli.command import verbose_option

if TYPE_CHECKING:
    from deploy.aws.package import Package


@click.command()
@verbose_option
@click.option(
    "--runtime",
    metavar="pythonX.Y",
    help="Lambda's runtime; without it, the newest with SnapStart that can be compiled for here.",
)
@click.option(
    "--python", metavar="PATH", help="The interpreter that compiles; its version is the runtime's."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The zip to write; without it, one in the folder dist.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def package(runtime: str | None, python: str | None, output: Path | None, as_json: bool) -> None:
    """Build the zip that AWS Lambda runs, for x86-64 and arm64.

    The same code, lock and interpreter give the same bytes, whatever the commit. Libraries come
    through pip, with pip's own settings.

    \b
    Examples:
      prescriber-bots package
      prescriber-bots package --runtime python3.13 --output bots.zip
    """
    from deploy.aws.interpreters import RUNTIMES, WITHOUT_SNAP_START, choose, named
    from deploy.aws.package import build

    interpreter = named(python, runtime) if python else choose(runtime)
    if interpreter.runtime in WITHOUT_SNAP_START:
        newest = RUNTIMES[0].removeprefix("python")
        click.echo(
            "Lambda's SnapStart needs Python 3.12 or later: install one, for example with"
            f" `uv python install {newest}`, and package again to have it.",
            err=True,
        )
    built = build(interpreter, output)
    if as_json:
        click.echo(json.dumps({**asdict(built), "path": str(built.path)}, indent=2))
    else:
        _print_package(built)


def _print_package(built: "Package") -> None:
    rows = [(one.name, one.version, one.zipped, one.unzipped) for one in built.parts]
    click.echo(f"{'':20}{'version':>12}{'zipped':>12}{'unzipped':>12}")
    for name, version, zipped, unzipped in (*rows, ("all", "", built.zipped, built.unzipped)):
        click.echo(f"{name:20}{version:>12}{_mb(zipped)}{_mb(unzipped)}")
    click.echo(f"\n{built.path} for {built.runtime} on x86-64 and arm64\nsha256 {built.sha256}")


def _mb(size: int) -> str:
    return f"{size / 1e6:9.2f} MB"
