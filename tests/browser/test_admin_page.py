"""The administrator page: what a person sees and can do there."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import ADMIN, SMITH, named
from tests.browser.screen import Screen
from tests.integration.clinic import DEA, Clinic

PRESCRIBING = "Prescribing Clinician"


def test_administrator_and_prescriber_walk_to_epcs_together(
    screen: Screen, second_screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("admin/", ADMIN)
    smith = screen.row("Dr. Jane Marie Smith")
    smith.expect("Status", "Not enrolled")
    smith.expect("Next action", "Administrator: Enroll")
    smith.expect("DoseSpot id", "None")

    smith.choose_roles(PRESCRIBING)
    smith.press("Enroll")
    smith.expect_result("Enroll: done. Status: Waiting for the legal agreements.")
    smith.expect("Status", "Waiting for the legal agreements")
    smith.expect("Next action", "Prescriber: Sign the legal agreements in the DoseSpot iFrame")

    second_screen.sign_in("provider/", SMITH)
    second_screen.button("Open ePrescribing").click()
    second_screen.dosespot.sign_agreements()

    smith.press("Initialize IDP")
    smith.expect_result("Identity proofing is initialized.")
    smith.expect("Status", "Waiting for identity proofing")

    second_screen.button("Open again").click()
    second_screen.dosespot.prove_identity()

    smith.choose_second_factor("Mobile")
    smith.press("Initialize TFA")
    smith.expect_result("Two-factor authentication is initialized.")
    smith.expect("EPCS", "Not enabled")

    second_screen.button("Open again").click()
    second_screen.dosespot.activate_second_factor()

    smith.press("Enroll")
    smith.expect("EPCS", "Enabled")
    smith.expect("Status", "Two-factor authentication is active")
    smith.expect("Next action", "No action needed")


@pytest.mark.usefixtures("both_ways")
def test_refusal_is_told_in_the_row_and_what_is_missing_as_a_list(
    screen: Screen, clinic: Clinic
) -> None:
    name = named(clinic, "Missing", practitioner={"birthDate": "", "address": []}).name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.choose_roles(PRESCRIBING)
    row.press("Enroll")
    row.expect_result("Enroll did not work.")
    problems = row.locator.get_by_role("listitem")
    expect(problems).not_to_have_count(0)
    expect(problems.filter(has_text="the date of birth is missing")).to_have_count(1)
    expect(problems.filter(has_text="the street address is missing")).to_have_count(1)
    expect(row.locator).not_to_contain_text("errorMessage")


def test_what_was_left_out_is_told_in_the_row_in_words(screen: Screen, clinic: Clinic) -> None:
    titled = {"family": "Longson", "given": ["Kim"], "suffix": ["M.D., Ph.D."]}
    named(clinic, "Long", practitioner={"name": [titled]})
    screen.sign_in("admin/", ADMIN)
    row = screen.row("Kim Longson")
    row.choose_roles(PRESCRIBING)
    row.press("Enroll")
    row.expect_result("Suffix: is not sent to DoseSpot: DoseSpot takes at most 10")
    status = row.locator.get_by_role("status")
    expect(status.get_by_role("listitem")).to_have_count(1)
    expect(status.get_by_text("Practitioner.name")).to_be_hidden()


@pytest.mark.usefixtures("both_ways")
def test_stage_that_can_not_be_taken_is_told_in_one_sentence(
    screen: Screen, clinic: Clinic
) -> None:
    name = named(clinic, "Early", dea=DEA).name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.choose_roles(PRESCRIBING)
    row.press("Initialize TFA")
    row.expect_result("Initialize TFA did not work. IDP has not been completed yet.")


def test_prescriber_is_enrolled_with_the_keyboard_alone(screen: Screen, clinic: Clinic) -> None:
    name = named(clinic, "Keys").name
    screen.sign_in("admin/", ADMIN)
    keyboard = screen.page.keyboard
    search = screen.page.get_by_label("Search by name")
    expect(screen.row(name).locator).to_be_visible()
    screen.page.get_by_text("Add a prescriber").focus()
    keyboard.press("Tab")
    expect(search).to_be_focused()
    keyboard.type("keys")
    expect(screen.page.get_by_role("rowheader")).to_have_count(1)
    enroll = screen.page.get_by_role("button", name=f"Enroll: {name}")
    for _ in range(6):
        keyboard.press("Tab")
    expect(enroll).to_be_focused()
    keyboard.press("Enter")
    screen.row(name).expect_result("Enroll: choose the roles in DoseSpot first.")
    first = screen.row(name).locator.get_by_role("checkbox", name=PRESCRIBING)
    expect(first).to_be_focused()
    expect(first).to_have_accessible_description("Choose at least one role.")
    keyboard.press("Space")
    expect(first).not_to_have_attribute("aria-invalid", "true")
    for _ in range(6):
        keyboard.press("Tab")
    expect(enroll).to_be_focused()
    keyboard.press("Enter")
    screen.row(name).expect_result("Enroll: done.")
    expect(enroll).to_be_focused()


def test_search_and_filters_narrow_the_table(screen: Screen, clinic: Clinic) -> None:
    enrolled, other = named(clinic, "Filtered"), named(clinic, "Filtered")
    clinic.enroll(enrolled.member)
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_label("Search by name").fill("filtered")
    headers = screen.page.get_by_role("rowheader")
    expect(headers).to_have_count(2)
    screen.page.get_by_label("Who acts next").select_option("Prescriber")
    expect(headers).to_have_text([enrolled.name])
    screen.page.get_by_label("Who acts next").select_option("Anybody")
    screen.page.get_by_label("Status", exact=True).select_option("Not enrolled")
    expect(headers).to_have_text([other.name])
    screen.expect_text("1 of ")


def test_everybody_is_shown_however_many_pages_the_server_makes(
    screen: Screen, clinic: Clinic
) -> None:
    stem = "Crowd"
    for number in range(210):
        practitioner = {"resourceType": "Practitioner", "name": [{"family": f"{stem}{number}"}]}
        clinic.sandbox.fhir.add_resource(clinic.project, practitioner)
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_label("Search by name").fill(stem)
    headers = screen.page.get_by_role("rowheader")
    expect(headers).to_have_count(100)
    screen.button("Show 100 more").click()
    screen.button("Show 100 more").click()
    expect(headers).to_have_count(210)
    screen.row("Crowd209").expect("Membership", "No")
    expect(screen.button("Show 100 more")).to_be_hidden()
    for one in clinic.sandbox.fhir.resources("Practitioner"):
        if one["name"][0]["family"].startswith(stem):
            clinic.delete(f"Practitioner/{one['id']}")


def test_roles_are_enrolled_as_they_were_chosen_and_none_is_assumed(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Roles", roles=("PrescribingClinician", "EpcsCoordinator"))
    screen.sign_in("admin/", ADMIN)
    row = screen.row(person.name)
    row.expect("DoseSpot roles", "Prescribing Clinician, EPCS Coordinator")
    expect(row.locator.get_by_role("checkbox", checked=True, include_hidden=True)).to_have_count(0)
    for action in ("Enroll", "Initialize IDP", "Initialize TFA"):
        row.press(action)
        row.expect_result(f"{action}: choose the roles in DoseSpot first.")
    assert clinic.clinicians(person.member.npi) == []
    summary = row.locator.locator(".role-choice > summary")
    expect(summary).to_have_text("Roles: choose first")
    row.choose_roles("Prescribing Agent Clinician", "Reporting Clinician")
    expect(summary).to_have_text("Roles: Reporting Clinician, Prescribing Agent Clinician")
    row.press("Enroll")
    row.expect_result("Enroll: done.")
    roles = clinic.clinician(person.member)["roles"]
    assert sorted(roles) == ["PrescribingAgentClinician", "ReportingClinician"]


def test_administrators_keep_their_own_role(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", ADMIN)
    row = screen.row("Dr. Ada Quinn")
    row.choose_roles("Clinician Admin")
    row.press("Enroll")
    row.expect_result("Enroll: done.")
    (ada,) = clinic.clinicians("1000000004")
    assert "ClinicianAdmin" in ada["roles"]


def test_when_a_record_last_changed_is_shown_in_local_time(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", ADMIN)
    moment = screen.row("Dr. Luis Lopez").locator.get_by_role("time")
    expect(moment).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
    expect(moment).not_to_have_text(re.compile("T"))


def test_who_is_no_administrator_is_told_so(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", named(clinic, "Plain").login)
    screen.expect_text("You are not an administrator of this project")
    expect(screen.page.get_by_role("table")).to_have_count(0)
    screen.page.get_by_role("link", name="provider page").click()
    expect(screen.button("Open ePrescribing")).to_be_visible()


def test_narrow_window_does_not_scroll_sideways(screen: Screen, clinic: Clinic) -> None:
    name = named(clinic, "Narrow", practitioner={"address": []}).name
    screen.page.set_viewport_size({"width": 400, "height": 800})
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.choose_roles(PRESCRIBING)
    assert screen.overflow_px() == 0
    row.press("Initialize IDP")
    row.expect_result("Initialize IDP did not work.")
    assert screen.overflow_px() == 0
