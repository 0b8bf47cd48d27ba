"""The command that writes the web pages for any web server."""

from pathlib import Path

import click

from deploy.cli.command import verbose_option
from shared.runtime.payload import secure_url

DOSESPOT = "https://my.dosespot.com/"


@click.command()
@verbose_option
@click.option(
    "--base-url", required=True, metavar="URL", help="Medplum's base URL, as browsers reach it."
)
@click.option(
    "--client-id",
    required=True,
    metavar="ID",
    help="Id of the ClientApplication as which the pages have people sign in.",
)
@click.option(
    "--dosespot-url",
    default=DOSESPOT,
    show_default=True,
    metavar="URL",
    help="Where DoseSpot's iFrame comes from.",
)
@click.option(
    "--clinic-id",
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="DoseSpot's number of the project's own clinic (DOSESPOT_CLINIC_ID); needed where the"
    " project has several.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="An empty folder, or one that does not exist yet.",
)
def pages(
    base_url: str, client_id: str, dosespot_url: str, clinic_id: int | None, out: Path
) -> None:
    """Write the web pages, as files for any web server.

    \b
    Examples:
      prescriber-bots pages --base-url https://api.medplum.com/ --client-id 0f4c... --out site
    """
    from deploy.sandbox.pages import Site, origin
    from deploy.sandbox.pages.written import write_site

    given = {"--base-url": base_url, "--dosespot-url": dosespot_url}
    urls = {name: _checked(name, url) for name, url in given.items()}
    site = Site(urls["--base-url"], client_id, origin(urls["--dosespot-url"]), clinic_id)
    write_site(site, out)
    click.echo(f"Wrote the pages into {out}. Serve them at an address that is a redirect URI of")
    click.echo(f"ClientApplication {client_id}, with the headers of {out / '_headers'}.")


def _checked(name: str, url: str) -> str:
    try:
        return secure_url(url)
    except ValueError as error:
        raise click.UsageError(f"{name} {error}.") from None
