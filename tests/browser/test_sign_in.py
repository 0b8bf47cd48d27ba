"""Signing in and out, the same on both pages."""

from playwright.sync_api import expect

from tests.browser.people import ADMIN, named
from tests.browser.screen import Screen
from tests.integration.clinic import Clinic


def test_start_page_leads_to_both_pages(screen: Screen) -> None:
    screen.go_to("")
    screen.page.get_by_role("link", name="Provider page").click()
    expect(screen.page.get_by_role("heading", name="ePrescribing")).to_be_visible()
    screen.page.get_by_role("link", name="Administrator").click()
    expect(screen.page.get_by_role("heading", name="Prescriber enrollment")).to_be_visible()


def test_wrong_password_is_told_and_the_form_stays(screen: Screen) -> None:
    screen.sign_in("provider/", ADMIN, password="not-the-password")
    alert = screen.page.get_by_role("alert")
    expect(alert).to_have_text("You are not signed in. Email or password is invalid.")
    expect(screen.page.get_by_label("Password")).to_be_focused()
    expect(screen.page.get_by_label("E-mail")).to_have_value(ADMIN)


def test_page_says_who_is_signed_in_and_forgets_it_when_asked(screen: Screen) -> None:
    screen.sign_in("admin/", ADMIN)
    screen.expect_text("Signed in as Dr. Ada Quinn, Sandbox clinic")
    screen.page.reload()
    screen.expect_text("Signed in as Dr. Ada Quinn")
    screen.button("Sign out").click()
    screen.expect_text("You are signed out.")
    screen.page.reload()
    expect(screen.button("Sign in")).to_be_visible()
    assert screen.page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_expired_sign_in_leads_back_to_the_form(screen: Screen) -> None:
    screen.sign_in("provider/", ADMIN)
    expect(screen.button("Open ePrescribing")).to_be_visible()
    screen.page.evaluate("sessionStorage.setItem('accessToken', 'ended')")
    screen.button("Open ePrescribing").click()
    screen.expect_text("Your session has expired. Sign in again.")
    expect(screen.button("Sign in")).to_be_visible()


def test_member_of_several_projects_chooses_one(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Twice")
    other = clinic.sandbox.fhir.add_project("Other clinic")
    practitioner = {"resourceType": "Practitioner", "name": [{"family": "Elsewhere"}]}
    clinic.sandbox.fhir.add_person(other, practitioner, person.login, "sandbox-password")
    screen.sign_in("provider/", person.login)
    screen.page.get_by_role("button", name="Elsewhere").click()
    screen.expect_text("Signed in as Elsewhere, Other clinic")
