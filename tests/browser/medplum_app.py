"""An app that opens DoseSpot with Medplum's own hook, as a person sees and uses it.

Its source is in the folder `medplum_app`, its packages are from npm, and nothing of either is ours.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from playwright.sync_api import BrowserContext, Locator, expect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from deploy.sandbox.pages import Headers, origin, security_headers
from deploy.sandbox.people import PASSWORD
from deploy.sandbox.sandbox import Sandbox
from deploy.sandbox.serve import LocalServer
from fhir_profiles import Resource
from tests import npm
from tests.browser.screen import Complaints, DoseSpotFrame, Screen

FILES = Path(__file__).parent / "medplum_app"
TIMES = 2
"""How often StrictMode has the hook open DoseSpot where an app does it once."""


@contextmanager
def served_app(sandbox: Sandbox, folder: Path) -> Iterator[str]:
    """The bundled app on a loopback port of its own, against a sandbox: the app's base URL.

    Args:
        sandbox: where its people sign in and its frame comes from.
        folder: does not exist yet; the packages are installed there.
    """
    npm.run("bundle.mjs", npm.install(FILES, folder), "")
    fhir, dosespot = sandbox.ready["fhir"]["baseUrl"], sandbox.ready["dosespot"]["controlUrl"]

    async def config(_request: Request) -> Response:
        return JSONResponse({"fhirBaseUrl": fhir})

    site = Mount("/", StaticFiles(directory=folder / "site", html=True))
    headers = security_headers(origin(fhir), origin(dosespot))
    app = Starlette(
        routes=[Route("/config.json", config), site], middleware=[Middleware(Headers, headers)]
    )
    with LocalServer() as server:
        yield server.start(app).url


@dataclass(frozen=True)
class Tab:
    """The app in one tab of somebody's browser."""

    screen: Screen

    @classmethod
    def open(cls, context: BrowserContext, complaints: Complaints, base_url: str) -> Self:
        tab = cls(Screen.open(context, complaints, base_url))
        tab.open_without_patient()
        return tab

    def sign_in(self, login: str) -> None:
        self.screen.page.get_by_label("E-mail").fill(login)
        self.screen.page.get_by_label("Password").fill(PASSWORD)
        self.screen.button("Sign in").click()

    def reload(self) -> None:
        """Loads the page again; what it then calls goes on in the background."""
        self.screen.page.reload(wait_until="commit")

    def open_without_patient(self) -> None:
        self.screen.go_to("")

    def open_patient(self, patient: Resource) -> None:
        self.screen.go_to(f"?patient={patient['id']}")

    @property
    def errors(self) -> Locator:
        """What the hook reported, as the app shows it."""
        return self.screen.page.get_by_role("alert")

    @property
    def dosespot(self) -> DoseSpotFrame:
        return self.screen.dosespot

    def expect_opened(self) -> None:
        """Every call of the hook has brought a link, so the frame stays as it is."""
        answered = self.screen.page.get_by_text(re.compile(f"^Answers: {TIMES}$"))
        expect(answered).to_be_visible()
        expect(self.errors).to_have_count(0)

    def expect_refused(self, sentence: str) -> None:
        """Every call of the hook was refused, and the person reads this and nothing else."""
        expect(self.errors).to_have_text([sentence] * TIMES)
        expect(self.screen.page.get_by_title("DoseSpot")).to_have_count(0)
