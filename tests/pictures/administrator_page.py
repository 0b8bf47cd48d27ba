"""The picture of the administrator page, with made-up people at different stages."""

from playwright.sync_api import Browser, expect

from deploy.sandbox.people import PEOPLE
from deploy.sandbox.sandbox import Sandbox
from tests.browser.screen import Complaints, PrescriberRow, Screen

ADMIN = next(person.email for person in PEOPLE if person.admin)
GARCIA, OBRIEN = "Dr. Elena Garcia", "Dr. Noah O'Brien MD, MPH, FAAP"
PRESCRIBING = "Prescribing Clinician"
STAND, IDP = "Where they stand", "Start identity proofing"
WINDOW = {"width": 1280, "height": 1150}


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
        garcia.press("Update status")
        garcia.expect(STAND, "Registered")
        garcia.decide(IDP, PRESCRIBING)
        garcia.expect(STAND, "Waiting for identity proofing")
        screen.page.reload()
        expect(garcia.locator).to_be_visible()
        return screen.page.screenshot()


def _enroll(row: PrescriberRow) -> None:
    row.decide("Enroll", PRESCRIBING)
    row.expect_result("Enroll: done.")
    row.expect(STAND, "Waiting for the legal agreements")


def _sign_agreements(row: PrescriberRow, sandbox: Sandbox) -> None:
    """What the prescriber does in DoseSpot."""
    control = sandbox.ready["dosespot"]["controlUrl"]
    signed = f"{control}clinicians/{_number(row)}/prescriber/sign-agreements"
    expect(row.locator.page.request.post(signed)).to_be_ok()


def _number(row: PrescriberRow) -> str:
    """The number that the page shows for somebody in DoseSpot."""
    row.press("Details and history")
    window = row.locator.page.get_by_role("dialog", name=row.name)
    number = window.locator("dt", has_text="DoseSpot number").locator("+ dd").inner_text()
    window.get_by_role("button", name="Close").click()
    return number
