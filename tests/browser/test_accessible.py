"""Every page, as Deque's axe sees it: no finding, in light and in dark, wide and narrow."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from deploy.sandbox.sandbox import Sandbox
from tests.browser.people import ADMIN, named
from tests.browser.screen import Complaints, Screen
from tests.browser.test_patient_page import enrolled, show
from tests.browser.test_provider_page import add_patient
from tests.integration.clinic import DEA, Clinic
from tests.integration.my_details import workplace
from tests.integration.prescribing import (
    control,
    known_patient,
    take_step,
    write_prescription,
)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OVERFLOW_PX = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RUN = "rules => axe.run(document, {runOnly: rules, iframes: false})"


def test_no_page_has_a_finding(
    axe: str,
    looked_at: BrowserContext,
    complaints: Complaints,
    sandbox: Sandbox,
    clinic: Clinic,
) -> None:
    screen = Screen.open(looked_at, complaints, sandbox.ready["pages"]["baseUrl"])
    refused = named(clinic, "Refused", practitioner={"address": []})

    def expect_no_finding() -> None:
        require_no_finding(screen, axe)

    screen.go_to("")
    expect_no_finding()
    screen.go_to("admin/")
    expect(screen.button("Sign in")).to_be_visible()
    expect_no_finding()
    screen.button("Sign in").click()
    screen.expect_text("Who can sign in")
    expect_no_finding()
    screen.give_password(ADMIN)

    row = screen.row(refused.name)
    row.press("Enroll")
    expect_no_finding()
    window = row.window("Enroll")
    window.get_by_label("Prescribing Clinician", exact=True).check()
    window.get_by_role("button", name="Enroll").click()
    row.expect_result("Enroll did not work.")
    row.press("Check readiness")
    expect(row.locator.locator(".verdicts .pill")).to_have_count(2)
    screen.page.get_by_text("Add a prescriber").click()
    screen.button("Create").click()
    expect_no_finding()
    row.press("Details and history")
    expect(screen.page.locator(".timeline li")).not_to_have_count(0)
    expect_no_finding()
    screen.button("Close").click()


def test_the_prescribers_page_has_no_finding(
    axe: str,
    looked_at: BrowserContext,
    complaints: Complaints,
    sandbox: Sandbox,
    clinic: Clinic,
) -> None:
    screen = Screen.open(looked_at, complaints, sandbox.ready["pages"]["baseUrl"])
    prescriber = named(clinic, "Looking", dea=DEA)
    for state in ("IL", "NY"):
        workplace(clinic, prescriber.member, state)

    def expect_no_finding() -> None:
        require_no_finding(screen, axe)

    screen.sign_in("provider/", prescriber.login)
    expect(screen.button("Connect")).to_be_visible()
    expect_no_finding()
    screen.page.get_by_label("Phone").fill("1")
    screen.button("Connect").click()
    screen.expect_text("Your details were not saved.")
    expect_no_finding()
    screen.page.get_by_label("Phone").fill("345-123-4567")
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
    screen.expect_text("Agreements to sign")
    expect_no_finding()
    (frame,) = [one for one in screen.page.frames if one.parent_frame is not None]
    frame.evaluate(axe)
    assert findings(frame.evaluate(RUN, RULES)) == []
    screen.button("Your details").click()
    expect(screen.page.get_by_role("dialog", name="Your details")).to_be_visible()
    expect_no_finding()


def test_the_patients_page_has_no_finding(
    axe: str,
    looked_at: BrowserContext,
    complaints: Complaints,
    sandbox: Sandbox,
    clinic: Clinic,
    request: pytest.FixtureRequest,
) -> None:
    screen = Screen.open(looked_at, complaints, sandbox.ready["pages"]["baseUrl"])
    person, family = enrolled(clinic), "Dark" if "dark" in request.node.name else "Light"
    _, number = known_patient(clinic, person.member, name=[{"given": ["Ax"], "family": family}])
    failed = write_prescription(clinic, person.member, number, "Lisinopril")
    take_step(clinic, failed, "fail")
    take_step(clinic, write_prescription(clinic, person.member, number, "Metformin"), "verify")
    control(clinic, "POST", f"prescriptions/{failed}/renewal-requests")
    add_patient(clinic, "Mia", f"{family}minor", birthDate="2020-02-03")

    def expect_no_finding() -> None:
        require_no_finding(screen, axe)

    screen.sign_in("patient/", person.login)
    show(screen, f"Ax {family}")
    screen.expect_text("Up to date with DoseSpot.")
    expect(screen.page.locator(".card")).not_to_have_count(0)
    expect_no_finding()
    for tab in ("Inactive", "Self-reported", "Renewal requests"):
        screen.page.get_by_role("tab", name=tab).click()
        expect_no_finding()
    screen.button("Request prescription").click()
    expect(screen.page.get_by_title("DoseSpot")).to_be_visible()
    screen.expect_text("DoseSpot says now:")
    expect_no_finding()
    screen.button("Close DoseSpot").click()
    show(screen, f"Mia {family}minor")
    screen.button("Request prescription").click()
    expect(screen.page.get_by_role("dialog", name="Register the patient")).to_be_visible()
    expect_no_finding()


def test_the_pages_on_which_somebody_prescribes_have_no_finding(
    axe: str,
    looked_at: BrowserContext,
    complaints: Complaints,
    sandbox: Sandbox,
    clinic: Clinic,
    request: pytest.FixtureRequest,
) -> None:
    screen = Screen.open(looked_at, complaints, sandbox.ready["pages"]["baseUrl"])
    person, family = enrolled(clinic), "Night" if "dark" in request.node.name else "Day"
    clinic.prescriber_does(person.member, "sign-agreements")
    _, number = known_patient(clinic, person.member, name=[{"given": ["Ax"], "family": family}])
    failed = write_prescription(clinic, person.member, number, "Lisinopril")
    take_step(clinic, failed, "fail")
    renewed = write_prescription(clinic, person.member, number, "Metformin")
    control(clinic, "POST", f"prescriptions/{renewed}/renewal-requests")
    drugs = [one["id"] for one in control(clinic, "GET", "drugs")[:2]]
    control(clinic, "POST", f"prescriptions/{renewed}/change-requests", {"drug_ids": drugs})
    dosespot = screen.dosespot

    def expect_no_finding(heading: str) -> None:
        dosespot.expect_heading(heading)
        (frame,) = [one for one in screen.page.frames if one.parent_frame is not None]
        frame.evaluate(axe)
        assert findings(frame.evaluate(RUN, RULES)) == []
        assert frame.evaluate(OVERFLOW_PX) == 0

    screen.sign_in("patient/", person.login)
    show(screen, f"Ax {family}")
    screen.button("Request prescription").click()
    expect_no_finding(f"Ax {family}")
    dosespot.press("Add prescription")
    dosespot.frame.get_by_label("Pharmacy name").fill("pharmacy")
    dosespot.press("Search")
    expect(dosespot.frame.get_by_role("radio")).not_to_have_count(0)
    expect_no_finding("Choose pharmacy")
    dosespot.frame.get_by_role("radio").first.check()
    dosespot.press("Next")
    dosespot.frame.get_by_label("Medication name").fill("alpra")
    dosespot.press("Search")
    drug = dosespot.frame.get_by_role("button", name="Alprazolam")
    expect(drug).to_be_visible()
    expect_no_finding("Add prescriptions")
    drug.click()
    dosespot.press("Create medication")
    expect_no_finding("Prescription details")
    dosespot.frame.get_by_label("Directions").fill("Take 1 tablet by mouth daily")
    dosespot.frame.get_by_label("Quantity").fill("30")
    dosespot.press("Create medication")
    dosespot.press("Next")
    dosespot.press("Approve & send")
    expect(dosespot.frame.get_by_role("alert")).to_be_visible()
    expect_no_finding("Review")
    screen.button("Close DoseSpot").click()
    screen.page.get_by_role("tab", name="Renewal requests (2)").click()
    screen.page.get_by_role("button", name="Answer in DoseSpot: Renewal").click()
    expect_no_finding("Notifications")


def require_no_finding(screen: Screen, axe: str) -> None:
    screen.page.evaluate(axe)
    assert findings(screen.page.evaluate(RUN, RULES)) == []
    assert screen.overflow_px() == 0


def findings(result: dict[str, Any]) -> list[tuple[str, str]]:
    """What axe found: the rule and the first element of each finding."""
    return [(found["id"], found["nodes"][0]["html"]) for found in result["violations"]]
