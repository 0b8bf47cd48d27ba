"""The provider page: what a prescriber sees and can do there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import named
from tests.browser.screen import HeldBack, Screen
from tests.builders import dea, npi
from tests.integration.clinic import DEA, Clinic, new_npi

PRESCRIBING = ("PrescribingClinician",)
READY = "You are ready to prescribe, including controlled substances. There is nothing left to do."


def test_prescriber_gets_to_epcs_without_closing_anything(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("provider/", named(clinic, "Self", dea=DEA, roles=PRESCRIBING).login)
    screen.button("Connect").click()
    screen.expect_text("Sign the legal agreements in DoseSpot")
    screen.expect_text("Check your enrollment: done")
    screen.expect_text("Open DoseSpot: done")
    screen.expect_text("DoseSpot says now: →Agreements to sign")
    screen.dosespot.sign_agreements()

    ask_now(screen)
    screen.expect_text("You are registered")
    screen.button("Continue").click()
    screen.expect_text("Identity to verify")
    screen.expect_text("have up to three attempts")
    screen.dosespot.prove_identity()

    ask_now(screen)
    screen.expect_text("Your identity is verified")
    screen.button("Continue").click()
    screen.expect_text("Second factor to set up")
    screen.expect_text("Controlled substances (EPCS): not enabled")
    screen.dosespot.activate_second_factor()

    ask_now(screen)
    screen.expect_text("DoseSpot says now: ✓Ready to prescribe")
    screen.button("Open again").click()
    screen.expect_text(READY)
    screen.expect_text("Controlled substances (EPCS): enabled")
    screen.dosespot.expect_heading("Ready to prescribe")


def test_after_three_failed_attempts_the_page_says_what_id_me_is(
    screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("provider/", named(clinic, "Thrice", dea=DEA, roles=PRESCRIBING).login)
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    ask_now(screen)
    screen.button("Continue").click()
    screen.expect_text("Identity to verify")
    ask_now(screen)
    for needed in ("mobile phone", "DEA number and state license", "debit cards are not accepted"):
        expect(screen.page.locator(".guide [aria-current]")).to_contain_text(needed)
    screen.dosespot.fail_identity()

    ask_now(screen)
    screen.expect_text("DoseSpot says now: !Identity not verified")
    told = screen.page.locator(".live")
    expect(told).to_contain_text("DoseSpot's page below shows a link to ID.me")
    expect(told).to_contain_text("It can take up to 24 hours.")
    screen.dosespot.verify_with_id_me()

    ask_now(screen)
    screen.expect_text("Your identity is verified")
    expect(told).not_to_contain_text("ID.me")


def test_who_is_locked_out_is_told_whom_to_ask(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Locked", dea=DEA, roles=PRESCRIBING)
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    screen.expect_text("Agreements to sign")
    clinic.set_clinician(person.member, locked=True)
    ask_now(screen)
    screen.expect_text("DoseSpot has locked your account. Ask your administrator")


def test_prescriber_without_dea_number_is_told_that_nothing_is_left(
    screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("provider/", named(clinic, "Basic", roles=PRESCRIBING).login)
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    screen.button("Open again").click()
    screen.expect_text("You are ready to prescribe non-controlled medications.")
    screen.expect_text("There is nothing left to do.")
    screen.expect_text("Controlled substances (EPCS): not enabled")


def test_an_answer_from_before_dosespot_was_opened_again_comes_too_late(
    screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("provider/", named(clinic, "Late", roles=PRESCRIBING).login)
    late = HeldBack(screen.page, re.compile("readiness-bot"), asks_at_once=True)
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    screen.button("Open again").click()
    screen.expect_text("Open DoseSpot: done")
    late.let_through()
    ask_now(screen)
    screen.expect_text("DoseSpot says now: ✓Ready to prescribe")
    screen.expect_text("There is nothing left to do.")


@pytest.mark.usefixtures("both_ways")
def test_what_the_profile_lacks_is_told_as_a_list(screen: Screen, clinic: Clinic) -> None:
    numbers = [npi(new_npi()), npi(new_npi()), dea("AS1", "IL")]
    person = named(clinic, "Lacking", roles=PRESCRIBING, practitioner={"identifier": numbers})
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    error = screen.page.get_by_role("alert").filter(has_text="could not be continued")
    expect(error.get_by_role("listitem").filter(has_text="more than one NPI")).to_be_visible()
    expect(error.get_by_role("listitem").filter(has_text="A DEA number is two")).to_be_visible()
    screen.expect_text("Check your enrollment: failed")
    screen.expect_text("Open DoseSpot: not done")
    expect(screen.page.get_by_title("DoseSpot")).to_have_count(0)


def test_what_was_left_out_is_told_in_words(screen: Screen, clinic: Clinic) -> None:
    name = {"family": "Middleson", "given": ["Kim", "Anna" * 10]}
    person = named(clinic, "Middle", roles=PRESCRIBING, practitioner={"name": [name]})
    titled = {"given": ["Ada"], "family": "Titleson", "suffix": ["Esquire of the Bar"]}
    add_patient(clinic, "Ada", "Titleson", name=[titled])
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    noted = screen.page.locator(".enrollment .warning").get_by_role("listitem")
    expect(noted).to_have_text(
        "First or middle name: is not sent to DoseSpot: DoseSpot takes at most 35 characters here;"
        " shorten it."
    )
    screen.dosespot.sign_agreements()
    screen.page.get_by_label("Search by name").fill("Titleson")
    screen.button("Search").click()
    screen.page.get_by_role("button", name="Open ePrescribing for Ada Titleson").click()
    expect(screen.page.locator(".notes > .warning")).to_contain_text(
        "Suffix: is not sent to DoseSpot"
    )


@pytest.mark.usefixtures("both_ways")
def test_who_is_not_authorized_is_told_what_an_administrator_must_do(
    screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("provider/", named(clinic, "Unknown").login)
    screen.button("Connect").click()
    error = screen.page.get_by_role("alert")
    expect(error).to_contain_text(
        "You are not authorized for DoseSpot yet. Ask an administrator of your clinic"
    )
    engineers = error.get_by_text("PractitionerRole")
    expect(engineers).to_be_hidden()
    error.get_by_text("Details for engineers").click()
    expect(engineers).to_be_visible()


def test_who_was_enrolled_by_an_administrator_opens_dosespot_all_the_same(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Invited")
    clinic.enroll(person.member)
    screen.sign_in("provider/", person.login)
    screen.button("Open ePrescribing").click()
    alert = screen.page.get_by_role("alert")
    expect(alert).to_contain_text("You are not authorized for DoseSpot yet.")
    screen.dosespot.expect_heading("Legal agreements")


def test_patient_is_found_and_opened_in_dosespot(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Opener", roles=PRESCRIBING)
    add_patient(clinic, "Alma", "Findable")
    add_patient(clinic, "Boris", "Other")
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    screen.page.get_by_label("Search by name").fill("findable")
    screen.button("Search").click()
    screen.expect_text("1 patient found.")
    screen.button("Open ePrescribing for Alma Findable").click()
    screen.expect_text("Send the patient to DoseSpot: done")
    expect(screen.page.get_by_role("heading", name="DoseSpot for Alma Findable")).to_be_visible()
    screen.dosespot.expect_heading("Alma Findable")


def test_patient_who_can_not_be_sent_leaves_the_notifications(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Careful", roles=PRESCRIBING)
    add_patient(clinic, "Carl", "Incomplete", address=[], birthDate="")
    screen.sign_in("provider/", person.login)
    screen.page.get_by_label("Search by name").fill("incomplete")
    screen.page.get_by_label("Search by name").press("Enter")
    screen.button("Open ePrescribing for Carl Incomplete").click()
    screen.expect_text("Carl Incomplete could not be sent to DoseSpot.")
    expect(screen.page.get_by_title("DoseSpot")).to_have_count(0)
    screen.button("Open notifications without a patient").click()
    screen.dosespot.expect_heading("Legal agreements")


def test_narrow_window_does_not_scroll_sideways(screen: Screen, clinic: Clinic) -> None:
    screen.page.set_viewport_size({"width": 400, "height": 800})
    screen.sign_in("provider/", named(clinic, "Slim", roles=PRESCRIBING).login)
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
    assert screen.overflow_px() == 0


def add_patient(clinic: Clinic, given: str, family: str, **changes: object) -> None:
    patient = {
        "resourceType": "Patient",
        "name": [{"given": [given], "family": family}],
        "birthDate": "1990-02-03",
        "gender": "female",
        "telecom": [{"system": "phone", "use": "home", "value": "217-523-4567"}],
        "address": [
            {"line": ["4 Elm St"], "city": "Springfield", "state": "IL", "postalCode": "62701"}
        ],
    }
    filled = {name: value for name, value in {**patient, **changes}.items() if value}
    clinic.sandbox.fhir.add_resource(clinic.project, filled)


def ask_now(screen: Screen) -> None:
    """Comes back to the page from DoseSpot's frame, upon which the page asks."""
    screen.page.evaluate("dispatchEvent(new Event('focus'))")
