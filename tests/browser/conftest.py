"""One sandbox and one Chromium for all browser tests; each test brings its own people."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from deploy.sandbox.sandbox import Sandbox
from tests import npm
from tests.browser.medplum_app import Tab, served_app
from tests.browser.screen import Complaints, Screen
from tests.integration.clinic import Clinic, opened, undisturbed
from tests.integration.creating import setting

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).parent / "axe"
PATIENCE_MS = 60_000
"""How long a page may take, on a machine that is busy with something else."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium; install it, or name it in CHROMIUM")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="session")
def shared_clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    with opened(sandbox) as clinic:
        yield clinic


@pytest.fixture(scope="session")
def app(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An app of Medplum's customers: its base URL."""
    with served_app(sandbox, tmp_path_factory.mktemp("medplum") / "app") as base_url:
        yield base_url


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Iterator[Clinic]:
    with undisturbed(shared_clinic) as clinic:
        yield clinic


@pytest.fixture(params=["raised", "returned"])
def both_ways(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[None]:
    """What the bots do with their errors; a page tells the same of either."""
    with setting(clinic, "MEDPLUM_BOT_ERRORS", request.param):
        yield


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What browsers complained about during a test, which has to be nothing."""
    complaints = Complaints()
    yield complaints
    assert complaints.texts == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = npm.install(AXE, tmp_path_factory.mktemp("axe") / "installed")
    return (folder / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(params=[("light", 1280), ("dark", 320)], ids=["light, wide", "dark, narrow"])
def looked_at(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    scheme, width = request.param
    window = {"width": width, "height": 900}
    with browser.new_context(viewport=window, color_scheme=scheme) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield context


@pytest.fixture
def screen(sandbox: Sandbox, context: BrowserContext, complaints: Complaints) -> Screen:
    """A browser window in front of a person."""
    return Screen.open(context, complaints, sandbox.ready["pages"]["baseUrl"])


@pytest.fixture
def second_screen(browser: Browser, sandbox: Sandbox, complaints: Complaints) -> Iterator[Screen]:
    """Another person's browser window."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(PATIENCE_MS)
        yield Screen.open(context, complaints, sandbox.ready["pages"]["baseUrl"])


@pytest.fixture
def tab(app: str, context: BrowserContext, complaints: Complaints) -> Callable[[], Tab]:
    """Opens the app in another tab of one person's browser."""
    return lambda: Tab.open(context, complaints, app)
