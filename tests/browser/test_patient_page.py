"""The patient page: what was prescribed, and DoseSpot to prescribe more."""

from playwright.sync_api import Locator, Route, expect

from tests.browser.people import Named, named
from tests.browser.screen import Screen
from tests.browser.test_provider_page import add_patient
from tests.integration.clinic import DEA, Clinic
from tests.integration.prescribing import (
    add_reported,
    control,
    known_patient,
    take_step,
    write_prescription,
)

PRESCRIBING = ("PrescribingClinician",)
DIRECTIONS = "Take 1 tablet by mouth daily"


def test_a_patient_is_registered_and_what_is_prescribed_is_shown(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Charter", roles=PRESCRIBING)
    add_patient(clinic, "Nora", "Newpatient")
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    screen.page.get_by_role("link", name="Patient", exact=True).click()
    show(screen, "Nora Newpatient")
    expect(screen.page.get_by_text("Born Feb 3, 1990", exact=True)).to_be_visible()
    screen.expect_text("No active prescriptions.")

    screen.button("Request prescription").click()
    form = registration(screen)
    expect(form.get_by_label("Last name")).to_have_value("Newpatient")
    form.get_by_role("button", name="Create").click()
    screen.dosespot.prescribe("Metformin", DIRECTIONS)
    screen.button("Close DoseSpot").click()
    active = panel(screen, "Active (1)")
    expect(active.get_by_role("heading")).to_have_text("Metformin (oral - tablet) 500 mg")
    expect(active.locator(".pill")).to_contain_text("Sent")
    expect(active).to_contain_text(DIRECTIONS)
    expect(active).to_contain_text(f"Prescriber{person.name}")
    pharmacies = screen.page.get_by_role("region", name="Pharmacy")
    expect(pharmacies.locator(".pill")).to_contain_text("Default")
    expect(pharmacies).to_contain_text("Springfield, IL")


def test_a_controlled_drug_is_refused_until_the_second_factor_is_set_up(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Signing", roles=PRESCRIBING, dea=DEA)
    clinic.enroll(person.member)
    clinic.prescriber_does(person.member, "sign-agreements")
    clinic.enroll(person.member, initIdp=True)
    clinic.prescriber_does(person.member, "pass-idp")
    known_patient(clinic, person.member, name=[{"given": ["Con"], "family": "Trolled"}])
    screen.sign_in("patient/", person.login)
    show(screen, "Con Trolled")
    screen.button("Request prescription").click()
    dosespot = screen.dosespot
    dosespot.write("Alprazolam", DIRECTIONS)
    dosespot.press("Approve & send")
    refusal = "You do not have permission to send controlled substances"
    expect(dosespot.frame.get_by_role("alert")).to_have_text(refusal)
    dosespot.press("Save as pending prescription")
    dosespot.activate_second_factor()
    dosespot.press("Continue prescription (1 pending)")
    dosespot.frame.get_by_label("PIN").fill("1234")
    dosespot.frame.get_by_label("Six-digit code").fill("123456")
    dosespot.press("Approve & send")
    expect(dosespot.frame.get_by_text("1 prescription was sent.")).to_be_visible()
    screen.button("Close DoseSpot").click()
    expect(panel(screen, "Active (1)").locator(".pill")).to_contain_text("Sent")


def test_every_tab_has_its_own(screen: Screen, clinic: Clinic) -> None:
    person = enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Tab"], "family": "Keeper"}])
    filled = write_prescription(clinic, person.member, number, "Metformin")
    take_step(clinic, filled, "verify")
    take_step(clinic, filled, "fill")
    failed = write_prescription(clinic, person.member, number, "Lisinopril")
    take_step(clinic, failed, "fail")
    add_reported(clinic, number, "Ibuprofen")
    control(clinic, "POST", f"prescriptions/{failed}/renewal-requests")

    screen.sign_in("patient/", person.login)
    show(screen, "Tab Keeper")
    active = panel(screen, "Active (1)")
    expect(active.locator(".pill")).to_contain_text("Not sent: error")
    expect(active.get_by_role("heading")).to_contain_text("Lisinopril")
    screen.page.get_by_role("tab", name="Active (1)", exact=True).press("ArrowRight")
    inactive = panel(screen, "Inactive (1)")
    expect(inactive.locator(".pill")).to_contain_text("Filled")
    inactive.get_by_text("More").click()
    expect(inactive).to_contain_text("Pharmacy")
    screen.page.get_by_role("tab", name="Self-reported (1)").click()
    expect(panel(screen, "Self-reported (1)")).to_contain_text("Ibuprofen")
    screen.page.get_by_role("tab", name="Renewal requests (1)").click()
    renewals = panel(screen, "Renewal requests (1)")
    expect(renewals.get_by_role("heading")).to_contain_text("Renewal: Lisinopril")
    renewals.get_by_role("button", name="Answer in DoseSpot").click()
    expect(screen.page.get_by_role("dialog", name="DoseSpot")).to_be_visible()


def test_a_minor_is_registered_with_height_and_weight(screen: Screen, clinic: Clinic) -> None:
    def lose(route: Route) -> None:
        """Medplum's client sends a call again whose answer it did not get."""
        route.fetch()
        route.fulfill(status=503, json={"resourceType": "OperationOutcome", "issue": []})

    screen.page.route("**/fhir/R4/Observation", lose, times=1)
    person = enrolled(clinic)
    add_patient(clinic, "Mia", "Minor", birthDate="2020-02-03")
    screen.sign_in("patient/", person.login)
    show(screen, "Mia Minor")
    screen.button("Request prescription").click()
    form = registration(screen)
    form.get_by_label("Height (cm)").fill("108")
    form.get_by_label("Weight (kg)").fill("18.5")
    form.get_by_role("button", name="Create").click()
    screen.expect_text("Send the patient to DoseSpot: done")
    screen.button("Close DoseSpot").click()
    screen.expect_text("Up to date with DoseSpot.")
    (minor,) = clinic.read("Patient?family=Minor")["entry"]
    whose = {"reference": f"Patient/{minor['resource']['id']}"}
    measured = [
        one["valueQuantity"]["value"]
        for one in clinic.sandbox.fhir.resources("Observation")
        if one["subject"] == whose
    ]
    assert sorted(measured) == [18.5, 108]


def test_height_and_weight_are_asked_as_soon_as_the_date_of_birth_says_so(
    screen: Screen, clinic: Clinic
) -> None:
    add_patient(clinic, "Ben", "Birthless", birthDate=None)
    screen.sign_in("patient/", enrolled(clinic).login)
    show(screen, "Ben Birthless")
    screen.button("Request prescription").click()
    form = registration(screen)
    birth, height = form.get_by_label("Date of birth"), form.get_by_label("Height (cm)")
    expect(birth).to_be_visible()
    expect(height).to_have_count(0)
    birth.fill("2020-02-03")
    height.fill("108")
    birth.fill("1990-02-03")
    expect(height).to_have_count(0)
    birth.fill("2020-02-03")
    height.fill("108")
    form.get_by_label("Weight (kg)").fill("18.5")
    form.get_by_role("button", name="Create").click()
    screen.expect_text("Send the patient to DoseSpot: done")


def test_the_state_on_record_is_chosen_in_the_list_however_it_is_written(
    screen: Screen, clinic: Clinic
) -> None:
    place = {"line": ["4 Elm St"], "city": "Springfield", "postalCode": "62701"}
    add_patient(clinic, "Stan", "Statesman", address=[{**place, "state": "Illinois"}])
    screen.sign_in("patient/", enrolled(clinic).login)
    show(screen, "Stan Statesman")
    screen.button("Request prescription").click()
    form = registration(screen)
    expect(form.get_by_label("State")).to_have_value("IL")
    form.get_by_role("button", name="Create").click()
    screen.expect_text("Send the patient to DoseSpot: done")


def test_a_patient_is_shown_with_the_keyboard_alone(screen: Screen, clinic: Clinic) -> None:
    person = enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Key"], "family": "Boarder"}])
    write_prescription(clinic, person.member, number)
    screen.sign_in("patient/", person.login)
    search = screen.page.get_by_label("Search by name")
    search.fill("Boarder")
    search.press("Enter")
    screen.expect_text("1 patient found.")
    for _ in range(2):
        screen.page.keyboard.press("Tab")
    expect(screen.button("Show medications of Key Boarder")).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("heading", name="Key Boarder")).to_be_focused()
    screen.expect_text("Up to date with DoseSpot.")
    screen.page.keyboard.press("Tab")
    expect(screen.button("Request prescription")).to_be_focused()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_role("dialog", name="DoseSpot")).to_be_visible()
    screen.page.keyboard.press("Escape")
    expect(screen.button("Request prescription")).to_be_focused()


def test_what_the_form_does_not_show_stays_as_it_was(screen: Screen, clinic: Clinic) -> None:
    names = [
        {"use": "official", "given": ["Ann Marie", "Beth"], "family": "Keptson"},
        {"use": "maiden", "family": "Former"},
    ]
    add_patient(clinic, "", "", name=names)
    screen.sign_in("patient/", enrolled(clinic).login)
    show(screen, "Ann Marie Beth Keptson")
    screen.button("Request prescription").click()
    form = registration(screen)
    form.get_by_label("Street").fill("5 Oak St")
    form.get_by_role("button", name="Create").click()
    screen.expect_text("Send the patient to DoseSpot: done")
    (stored,) = [
        one
        for one in clinic.sandbox.fhir.resources("Patient")
        if one["name"][0].get("family") == "Keptson"
    ]
    assert stored["name"] == names
    assert stored["address"][0]["line"] == ["5 Oak St"]
    assert len(stored["telecom"]) == 1


def test_narrow_window_does_not_scroll_sideways(screen: Screen, clinic: Clinic) -> None:
    person = enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Slim"], "family": "Chart"}])
    write_prescription(clinic, person.member, number)
    screen.page.set_viewport_size({"width": 320, "height": 800})
    screen.sign_in("patient/", person.login)
    show(screen, "Slim Chart")
    expect(panel(screen, "Active (1)")).to_be_visible()
    assert screen.overflow_px() == 0


def enrolled(clinic: Clinic) -> Named:
    """Somebody who can prescribe already."""
    person = named(clinic, "Prescribing", roles=PRESCRIBING)
    assert clinic.enroll(person.member).status == 200
    return person


def show(screen: Screen, name: str) -> None:
    screen.page.get_by_label("Search by name").fill(name.rpartition(" ")[2])
    screen.button("Search").click()
    screen.button(f"Show medications of {name}").click()


def panel(screen: Screen, name: str) -> Locator:
    return screen.page.get_by_role("tabpanel", name=name, exact=True)


def registration(screen: Screen) -> Locator:
    return screen.page.get_by_role("dialog", name="Register the patient")
