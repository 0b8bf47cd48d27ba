"""Signing in and out, the same on both pages."""

from playwright.sync_api import expect

from deploy.sandbox.people import PASSWORD
from tests.browser.people import ADMIN, named
from tests.browser.screen import Screen, end_session
from tests.integration.clinic import Clinic

ELSEWHERE = {"resourceType": "Practitioner", "name": [{"family": "Elsewhere"}]}


def test_start_page_leads_to_every_page(screen: Screen) -> None:
    screen.go_to("")
    screen.page.get_by_role("link", name="Provider page").click()
    expect(screen.page.get_by_role("heading", name="ePrescribing")).to_be_visible()
    screen.page.get_by_role("link", name="Administrator").click()
    expect(screen.page.get_by_role("heading", name="Prescriber enrollment")).to_be_visible()


def test_wrong_password_is_told_and_the_form_stays(screen: Screen) -> None:
    screen.sign_in("provider/", ADMIN, password="not-the-password")
    alert = screen.page.get_by_role("alert")
    expect(alert).to_have_text("The e-mail address or the password is wrong.")
    expect(screen.page.get_by_label("E-mail")).to_have_value(ADMIN)


def test_newcomer_signs_in_as_somebody_on_the_list(screen: Screen) -> None:
    screen.go_to("admin/?owner=Prescriber")
    screen.button("Sign in").click()
    screen.expect_text("Choose somebody to sign in as.")
    screen.page.get_by_role("button", name="Ada Quinn").click()
    screen.expect_text("Signed in as Dr. Ada Quinn, Sandbox clinic")
    assert screen.page.url == f"{screen.base_url}admin/?owner=Prescriber"


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


def test_expired_sign_in_leads_back_to_the_sign_in_page(screen: Screen) -> None:
    screen.sign_in("provider/", ADMIN)
    expect(screen.button("Open ePrescribing")).to_be_visible()
    end_session(screen)
    screen.button("Open ePrescribing").click()
    screen.expect_text("Your session has expired. Sign in again.")
    screen.button("Sign in").click()
    screen.give_password(ADMIN)
    expect(screen.button("Open ePrescribing")).to_be_visible()


def test_sign_in_that_was_not_begun_here_is_refused(screen: Screen) -> None:
    screen.go_to("?code=stolen&state=unknown")
    screen.expect_text("This sign-in was not begun here, or is too old. Sign in again.")
    assert screen.page.url == screen.base_url
    assert screen.page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_member_of_several_projects_signs_in_to_that_of_the_pages(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Twice")
    other = clinic.sandbox.fhir.add_project("Other clinic")
    clinic.sandbox.fhir.add_person(other, ELSEWHERE, person.login, PASSWORD)
    screen.sign_in("provider/", person.login)
    screen.expect_text(f"Signed in as {person.name}, Sandbox clinic")


def test_who_has_two_profiles_in_the_project_chooses_one(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Double")
    clinic.sandbox.fhir.add_person(clinic.project, ELSEWHERE, person.login, PASSWORD)
    screen.sign_in("provider/", person.login)
    screen.page.get_by_role("button", name="Elsewhere").click()
    screen.expect_text("Signed in as Elsewhere, Sandbox clinic")
