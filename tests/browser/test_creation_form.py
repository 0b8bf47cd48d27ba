"""The administrator's form: from what is typed to a prescriber, or to a sentence beside a field."""

import re

import pytest
from playwright.sync_api import expect

from deploy.sandbox.nppes.records import individual
from tests.browser.people import ADMIN
from tests.browser.screen import Screen
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
    "State, two letters": "IL",
    "ZIP code": "62701",
}


def _open(screen: Screen) -> None:
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_text("Add a prescriber").click()


def _fill(screen: Screen, **changes: str) -> None:
    form = screen.page.locator("form")
    for label, text in {**FILLED, **changes}.items():
        form.get_by_label(label, exact=True).first.fill(text)
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
    location.get_by_label("State, two letters").fill("IL")
    location.get_by_label("Medical license number").fill("036-123456")
    screen.page.get_by_label("Invite the prescriber to the project by e-mail").check()
    screen.button("Create").click()
    told = screen.page.locator("form").get_by_role("status")
    expect(told).to_contain_text("The prescriber was created")
    expect(told).to_contain_text("Ready to be enrolled.")

    row = screen.row("Siobhán O'Brien-Formica")
    row.expect("Membership", "Yes")
    row.choose_roles("Prescribing Clinician")
    row.press("Enroll")
    row.expect_result("Enroll: done.")
    (clinician,) = clinic.clinicians(npi)
    assert clinician["last_name"] == "O'Brien-Formica"


@pytest.mark.usefixtures("both_ways")
def test_every_problem_stands_beside_its_field(screen: Screen, clinic: Clinic) -> None:
    _open(screen)
    _fill(screen, NPI="1234567890", **{"ZIP code": "627", "Street": "PO Box 12", "First name": ""})
    screen.button("Create").click()
    form = screen.page.locator("form")
    for label, sentence in (
        ("First name", "the first name is missing"),
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
    expect(told).to_contain_text("Create: choose the roles in DoseSpot first.")
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
