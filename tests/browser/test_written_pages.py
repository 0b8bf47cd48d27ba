"""The pages as `prescriber-bots pages` writes them, on a web server that knows nothing of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import BrowserContext, expect
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from deploy.cli import main
from deploy.sandbox.sandbox import Sandbox
from deploy.sandbox.serve import LocalServer
from tests.browser.people import ADMIN, named
from tests.browser.screen import Complaints, Screen
from tests.integration.clinic import DEA, Clinic


@pytest.fixture
def written(sandbox: Sandbox, clinic: Clinic, tmp_path: Path) -> Iterator[str]:
    with LocalServer() as server:
        client = {
            "resourceType": "ClientApplication",
            "name": "Written pages",
            "redirectUris": [server.url],
        }
        added = sandbox.fhir.add_resource(clinic.project, client)
        options = {
            "--base-url": sandbox.ready["fhir"]["baseUrl"],
            "--client-id": added["id"],
            "--dosespot-url": sandbox.ready["dosespot"]["controlUrl"],
            "--out": str(tmp_path / "site"),
        }
        arguments = [part for option in options.items() for part in option]
        assert CliRunner().invoke(main, ["pages", *arguments]).exit_code == 0
        site = StaticFiles(directory=tmp_path / "site", html=True)
        yield server.start(Starlette(routes=[Mount("/", site)])).url
        clinic.delete(f"ClientApplication/{added['id']}")


def test_written_pages_work_on_any_web_server(
    written: str, context: BrowserContext, complaints: Complaints, clinic: Clinic
) -> None:
    screen = Screen.open(context, complaints, written)
    screen.sign_in("admin/", ADMIN)
    screen.expect_text("Signed in as Dr. Ada Quinn, Sandbox clinic")
    expect(screen.row("Dr. Ada Quinn").locator).to_be_visible()
    screen.button("Sign out").click()
    person = named(clinic, "Written", dea=DEA, roles=("PrescribingClinician",))
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
