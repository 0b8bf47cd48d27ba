"""The administrator's form: from what is typed to a prescriber, or to a sentence beside a field."""

import re

import pytest
from playwright.sync_api import expect

from deploy.sandbox.nppes.records import individual
from tests.browser.people import ADMIN, named
from tests.browser.screen import HeldBack, Screen, end_session
from tests.integration.clinic import Clinic, new_npi

FILLED = {
    "First name": "Siobhán",
    "Last name": "O'Brien",
    "Date of birth": "1984-02-29",
    "Username": "sobrien",
    "E-mail": "sobrien@clinic.example",
    "Phone": "(345) 123-4567",
    "Fax": "567-123-4568",
    "Street": "123 Main St",
    "City": "Springfield",
    "ZIP code": "62701",
}


def _open(screen: Screen) -> None:
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_text("Add a prescriber").click()


def _fill(screen: Screen, **changes: str) -> None:
    form = screen.page.locator("form")
    for label, text in {**FILLED, **changes}.items():
        form.get_by_label(label, exact=True).first.fill(text)
    form.get_by_label("State", exact=True).first.select_option("Illinois")
    form.get_by_label("Prescribing Clinician", exact=True).check()
    form.get_by_label("Agrees to receive sign-in codes by text message").select_option("true")


def test_what_is_typed_becomes_a_prescriber_who_can_be_enrolled(
    screen: Screen, clinic: Clinic
) -> None:
    npi = new_npi()
    clinic.register(individual(npi, "Siobhán", "O'Brien"))
    clinic.sandbox.fhir.add_resource(
        clinic.project, {"resourceType": "Location", "name": "North office"}
    )
    _open(screen)
    _fill(screen, NPI=npi, **{"Last name": "O'Brien-Formica"})
    screen.button("Add a location").click()
    location = screen.page.get_by_role("group", name="Location 1")
    location.get_by_label("Location", exact=True).select_option("North office")
    location.get_by_label("State", exact=True).select_option("Illinois")
    location.get_by_label("Medical license number").fill("036-123456")
    screen.page.get_by_label("Invite the prescriber to the project by e-mail").check()
    screen.button("Create").click()
    told = screen.page.locator("form").get_by_role("status")
    expect(told).to_contain_text("The prescriber was created")
    expect(told).to_contain_text("Ready to be enrolled.")

    row = screen.row("Siobhán O'Brien-Formica")
    row.decide("Enroll", "Prescribing Clinician")
    row.expect_result("Enroll: done.")
    (clinician,) = clinic.clinicians(npi)
    assert clinician["last_name"] == "O'Brien-Formica"


@pytest.mark.usefixtures("both_ways")
def test_every_problem_stands_beside_its_field(screen: Screen, clinic: Clinic) -> None:
    _open(screen)
    _fill(screen, NPI="1234567890", **{"ZIP code": "627", "Street": "PO Box 12", "First name": "5"})
    screen.button("Create").click()
    form = screen.page.locator("form")
    for label, sentence in (
        ("First name", "A name has letters"),
        ("NPI", "check digit"),
        ("Street", "Enter a street address, not a PO box"),
        ("ZIP code", "must look like 62701 or 62701-1234"),
    ):
        field = form.get_by_label(label, exact=True).first
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(sentence, re.IGNORECASE))
    expect(form.locator("[aria-invalid]")).to_have_count(4)
    expect(form.get_by_label("First name")).to_be_focused()

    form.get_by_label("First name").fill("Ada")
    screen.button("Create").click()
    expect(form.locator("[aria-invalid]")).to_have_count(3)


@pytest.mark.usefixtures("both_ways")
def test_what_belongs_to_no_field_is_told_above_the_button(screen: Screen, clinic: Clinic) -> None:
    clinic.sandbox.fhir.add_resource(
        clinic.project, {"resourceType": "Location", "name": "South office"}
    )
    _open(screen)
    _fill(screen, NPI=new_npi())
    for number in (1, 2):
        screen.button("Add a location").click()
        location = screen.page.get_by_role("group", name=f"Location {number}")
        location.get_by_label("Location", exact=True).select_option("South office")
        location.get_by_label("Use as default").check()
    screen.button("Create").click()
    told = screen.page.locator("form").get_by_role("status")
    expect(told).to_contain_text("The prescriber was not created.")
    expect(told).to_contain_text(re.compile("only one location can be the default", re.I))


def test_an_npi_that_the_registry_does_not_know_is_told_beside_it(
    screen: Screen, clinic: Clinic
) -> None:
    npi = new_npi()
    _open(screen)
    _fill(screen, NPI=npi)
    screen.button("Create").click()
    field = screen.page.locator("form").get_by_label("NPI", exact=True)
    expect(field).to_have_accessible_description(re.compile("NPI Registry"))
    assert "entry" not in clinic.read(f"Practitioner?identifier={npi}")


def test_roles_are_asked_for_and_none_is_assumed(screen: Screen, clinic: Clinic) -> None:
    npi = new_npi()
    clinic.register(individual(npi, "Siobhán", "O'Brien"))
    _open(screen)
    _fill(screen, NPI=npi, Username=f"u{npi}")
    form = screen.page.locator("form")
    prescribing = form.get_by_label("Prescribing Clinician", exact=True)
    prescribing.uncheck()
    screen.button("Create").click()
    told = form.get_by_role("status")
    expect(told).to_contain_text("Choose the roles in DoseSpot first.")
    expect(prescribing).to_be_focused()
    expect(prescribing).to_have_accessible_description("Choose at least one role.")
    assert "entry" not in clinic.read(f"Practitioner?identifier={npi}")
    form.get_by_label("Proxy Clinician").check()
    screen.button("Create").click()
    expect(told).to_contain_text("The prescriber was created")
    (found,) = clinic.read(f"Practitioner?identifier={npi}")["entry"]
    role = clinic.read(f"PractitionerRole?practitioner=Practitioner/{found['resource']['id']}")
    codes = [code for code in role["entry"][0]["resource"]["code"] if "coding" in code]
    assert [code["coding"][0]["code"] for code in codes] == ["ProxyClinician"]


def test_what_is_required_is_marked_and_asked_for_before_anything_is_sent(
    screen: Screen, clinic: Clinic
) -> None:
    _open(screen)
    form = screen.page.locator("form")
    form.get_by_label("Prescribing Clinician", exact=True).check()
    screen.button("Create").click()
    first = form.get_by_label("First name", exact=True)
    expect(first).to_have_attribute("aria-required", "true")
    expect(first).to_be_focused()
    expect(first).to_have_accessible_description("This is required.")
    expect(form.get_by_label("Middle name")).not_to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("status")).to_contain_text("Fill in what is required.")


def test_what_was_typed_survives_a_reload_and_an_expired_session(
    screen: Screen, clinic: Clinic
) -> None:
    clinic.sandbox.fhir.add_resource(
        clinic.project, {"resourceType": "Location", "name": "Draft office"}
    )
    _open(screen)
    _fill(screen, NPI=new_npi())
    screen.button("Add a location").click()
    location = screen.page.get_by_role("group", name="Location 1")
    location.get_by_label("Medical license number").fill("036-1")
    screen.page.reload()
    form = screen.page.locator("form")
    expect(form.get_by_label("Last name")).to_have_value("O'Brien")
    expect(location.get_by_label("Medical license number")).to_have_value("036-1")
    expect(form.get_by_label("Prescribing Clinician", exact=True)).to_be_checked()
    end_session(screen)
    screen.button("Refresh").click()
    screen.expect_text("Your session has expired. Sign in again.")
    screen.button("Sign in").click()
    screen.give_password(ADMIN)
    expect(form.get_by_label("Last name")).to_have_value("O'Brien")
    screen.button("Sign out").click()
    screen.expect_text("You are signed out.")
    assert screen.page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("asks_at_once", [False, True], ids=["refused", "answered"])
def test_what_is_answered_after_signing_out_changes_nothing(
    screen: Screen, clinic: Clinic, asks_at_once: bool
) -> None:
    _open(screen)
    _fill(screen, NPI=named(clinic, "Late").member.npi)
    late = HeldBack(screen.page, "**/Practitioner?identifier=*", asks_at_once)
    screen.button("Create").click()
    screen.expect_text("Creating …")
    screen.button("Sign out").click()
    screen.expect_text("You are signed out.")
    late.let_through()
    expect(screen.page.get_by_role("alert")).to_have_text("You are signed out.")
    expect(screen.page.get_by_role("dialog")).to_have_count(0)
    assert screen.page.evaluate("sessionStorage.length") == 0


def test_who_exists_already_is_compared_before_anything_is_changed(
    screen: Screen, clinic: Clinic
) -> None:
    given, family = "Nina", "Existingson"
    called = {"name": [{"given": [given], "family": family}]}
    person = named(clinic, "Existing", practitioner=called)
    record = clinic.practitioner(person.member)
    clinic.register(individual(person.member.npi, given, family))
    _open(screen)
    names = {"First name": given, "Last name": family, "Date of birth": record["birthDate"]}
    _fill(screen, NPI=person.member.npi, Fax="567-123-9999", Username=person.login, **names)
    screen.button("Create").click()
    window = screen.page.get_by_role("dialog", name="This NPI is on record already")
    expect(window).to_contain_text("Nina Existingson has this NPI.")
    fax = window.get_by_role("row").filter(has_text="Fax")
    expect(fax.get_by_role("deletion")).to_be_visible()
    expect(fax.get_by_role("insertion")).to_have_text("567-123-9999")
    expect(window.get_by_role("row").filter(has_text="Name")).to_have_count(0)
    window.get_by_role("button", name="Cancel").click()
    assert clinic.practitioner(person.member) == record
    screen.button("Create").click()
    window.get_by_role("button", name="Update this prescriber").click()
    expect(screen.page.locator("form").get_by_role("status")).to_contain_text(
        "This prescriber was updated: Nina Existingson."
    )


def test_example_of_the_sandbox_becomes_a_prescriber(screen: Screen, clinic: Clinic) -> None:
    _open(screen)
    screen.button("Fill in an example").click()
    form = screen.page.locator("form")
    form.get_by_label("Prescribing Clinician", exact=True).check()
    screen.button("Create").click()
    expect(form.get_by_role("status")).to_contain_text("The prescriber was created: Priya")
