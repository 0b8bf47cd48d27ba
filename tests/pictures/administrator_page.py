"""The picture of the administrator page, with made-up people at different stages."""

from playwright.sync_api import Browser, expect

from deploy.sandbox.people import PEOPLE
from deploy.sandbox.sandbox import Sandbox
from tests.browser.screen import Complaints, PrescriberRow, Screen

ADMIN = next(person.email for person in PEOPLE if person.admin)
GARCIA, OBRIEN = "Dr. Elena Garcia", "Dr. Noah O'Brien"
PRESCRIBING = "Prescribing Clinician"
WINDOW = {"width": 1280, "height": 850}
ID = "[data-label='DoseSpot id']"


def administrator_page(browser: Browser) -> bytes:
    """The page as PNG: one prescriber has to prove an identity, another to sign agreements."""
    with Sandbox() as sandbox, browser.new_context(viewport=WINDOW) as context:
        context.set_default_timeout(10_000)
        screen = Screen.open(context, Complaints(), sandbox.ready["pages"]["baseUrl"])
        screen.sign_in("admin/", ADMIN)
        _enroll(screen.row(OBRIEN))
        garcia = screen.row(GARCIA)
        _enroll(garcia)
        _sign_agreements(garcia, sandbox)
        garcia.press("Initialize IDP")
        garcia.expect_result("Identity proofing is initialized.")
        screen.page.evaluate("scrollTo(0, 0)")
        return screen.page.screenshot()


def _enroll(row: PrescriberRow) -> None:
    row.choose_roles(PRESCRIBING)
    row.press("Enroll")
    row.expect_result("Enroll: done.")
    expect(row.locator.locator(ID)).not_to_have_text("None")


def _sign_agreements(row: PrescriberRow, sandbox: Sandbox) -> None:
    """What the prescriber does in the DoseSpot iFrame."""
    clinician = row.locator.locator(ID).inner_text()
    control = sandbox.ready["dosespot"]["controlUrl"]
    signed = f"{control}clinicians/{clinician}/prescriber/sign-agreements"
    expect(row.locator.page.request.post(signed)).to_be_ok()
