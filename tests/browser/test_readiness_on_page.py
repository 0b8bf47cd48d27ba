"""The administrator page says who is ready, and who must do what."""

from playwright.sync_api import expect

from tests.browser.people import ADMIN, named
from tests.browser.screen import Screen
from tests.builders import dea
from tests.integration.clinic import Clinic
from tests.integration.readiness import ready
from tests.integration.self_service import without_secrets

NOT_READY = ("!Other medications: not ready", "!Controlled substances: not ready")


def test_readiness_is_told_with_its_reasons_and_again_after_an_action(
    screen: Screen, clinic: Clinic
) -> None:
    name = named(clinic, "Asked").name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.expect_verdicts()
    row.press("Check readiness")
    row.expect_verdicts(*NOT_READY)
    told = row.locator.locator(".reasons > p")
    expect(told).to_contain_text("Administrator: Not enrolled in DoseSpot yet. Enroll them.")
    expect(told).to_contain_text("Blocks everything.")
    engineers = row.locator.get_by_text("ProjectMembership.identifier")
    expect(engineers).to_be_hidden()
    row.decide("Enroll", "Prescribing Clinician")
    row.expect_result("Enroll: done.")
    expect(told).to_contain_text("Prescriber: A legal agreement is not signed.")


def test_more_reasons_are_opened_with_the_keyboard(screen: Screen, clinic: Clinic) -> None:
    name = named(clinic, "Opened").name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.press("Check readiness")
    hidden = row.locator.locator(".reasons li").first
    expect(row.locator.get_by_text("2 more reasons")).to_be_visible()
    expect(hidden).to_be_hidden()
    row.locator.get_by_text("2 more reasons").focus()
    screen.page.keyboard.press("Enter")
    expect(hidden).to_be_visible()


def test_everybody_is_checked_and_each_dea_registration_has_its_verdict(
    screen: Screen, clinic: Clinic
) -> None:
    member = ready(clinic)
    practitioner = clinic.practitioner(member)
    ended = dea(member.dea["NY"], "NY", period={"end": "2020-12-31"})
    identifiers = [*practitioner["identifier"][:2], ended]
    name = [{"family": "Checkedson", "given": ["Kim"]}]
    clinic.write({**practitioner, "identifier": identifiers, "name": name})
    no_member = {"resourceType": "Practitioner", "name": [{"family": "Alone"}]}
    alone = clinic.sandbox.fhir.add_resource(clinic.project, no_member)
    screen.sign_in("admin/", ADMIN)
    screen.button("Check everybody's readiness").click()
    screen.expect_text("checked; the others have no account.")
    row = screen.row("Kim Checkedson")
    row.expect_verdicts(
        "✓Other medications: ready",
        "✓Controlled substances in IL: ready",
        "!Controlled substances in NY: not ready",
    )
    expect(row.locator).to_contain_text("Practitioner.identifier[2].period.end (2020-12-31)")
    screen.row("Dr. Sun Kim").expect_verdicts(*NOT_READY)
    screen.row("Alone").expect_verdicts()
    clinic.delete(f"Practitioner/{alone['id']}")


def test_what_could_not_be_checked_is_shown_as_not_ready(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Silent")
    clinic.enroll(person.member)
    path = f".*/api/clinicians/{clinic.clinician(person.member)['id']}"
    clinic.break_dosespot(method="GET", path=path, kind="empty")
    screen.page.set_viewport_size({"width": 400, "height": 800})
    screen.sign_in("admin/", ADMIN)
    row = screen.row(person.name)
    row.press("Check readiness")
    row.expect_verdicts(*NOT_READY)
    expect(row.locator).to_contain_text("This could not be checked")
    assert screen.overflow_px() == 0


def test_a_bot_that_fails_is_told_instead_of_a_verdict(screen: Screen, clinic: Clinic) -> None:
    name = named(clinic, "Failing").name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    with without_secrets(clinic, "DOSESPOT_BASE_URL"):
        row.press("Check readiness")
        expect(row.locator).to_contain_text("Readiness could not be checked.")
    expect(row.locator).to_contain_text("ePrescribing is not set up completely.")
    expect(row.locator.get_by_text("DOSESPOT_BASE_URL missing")).to_be_hidden()
    row.expect_verdicts()
