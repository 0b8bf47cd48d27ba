"""What the chart shows is the newest that is known, and what could not be done is said."""

from playwright.sync_api import Browser, expect

from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.systems import PREFERRED_PHARMACY
from shared.members.caller import NOT_ENROLLED
from tests.browser.people import named
from tests.browser.screen import Complaints, HeldBack, Screen
from tests.browser.test_patient_page import PRESCRIBING, enrolled, panel, show
from tests.browser.test_provider_page import ask_now
from tests.integration.clinic import Clinic
from tests.integration.prescribing import (
    charted,
    control,
    known_patient,
    sync_prescriptions,
    take_step,
    write_prescription,
)
from tests.integration.self_service import add_patient
from tests.integration.test_notification import notify

REQUESTS = "**/fhir/R4/MedicationRequest?*"
NOTE_CHANGES = """tab => {
  globalThis.noted = [];
  const note = () => noted.push(tab.textContent);
  new MutationObserver(note).observe(tab, {childList: true, subtree: true, characterData: true});
}"""
UP_TO_DATE = "Up to date with DoseSpot."


def test_what_a_push_notification_brings_is_shown_without_a_reload(
    screen: Screen, clinic: Clinic
) -> None:
    person = enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Pia"], "family": "Pushed"}])
    written = write_prescription(clinic, person.member, number)
    screen.sign_in("patient/", person.login)
    show(screen, "Pia Pushed")
    screen.expect_text(UP_TO_DATE)
    active = panel(screen, "Active (1)")
    active.get_by_text("More").click()
    with screen.page.expect_response(REQUESTS):
        ask_now(screen)
    screen.page.wait_for_load_state("networkidle")
    expect(active.locator("details")).to_have_attribute("open", "")

    take_step(clinic, written, "fill")
    data = {"PatientId": number, "ClinicId": clinic.clinic_id, "PrescriptionId": written}
    pushed = {"EventType": "MedicationStatusUpdate", "Data": data}
    assert notify(clinic, clinic.admin.token, pushed).status == 200
    ask_now(screen)
    expect(screen.page.get_by_role("tab", name="Inactive (1)")).to_be_visible()
    expect(screen.page.get_by_role("tab", name="Active (0)", exact=True)).to_be_visible()


def test_what_was_read_earlier_and_comes_late_is_not_shown(screen: Screen, clinic: Clinic) -> None:
    person = enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Lara"], "family": "Late"}])
    screen.sign_in("patient/", person.login)
    expect(screen.button("Search")).to_be_visible()
    held = HeldBack(screen.page, REQUESTS, asks_at_once=True)
    show(screen, "Lara Late")
    while held.answer is None:
        screen.page.evaluate("null")
    write_prescription(clinic, person.member, number)
    screen.button("Request prescription").click()
    screen.button("Close DoseSpot").click()
    screen.expect_text(UP_TO_DATE)
    expect(panel(screen, "Active (1)")).to_contain_text("Lisinopril")
    screen.page.get_by_role("tab", name="Active (1)", exact=True).evaluate(NOTE_CHANGES)
    held.let_through()
    assert screen.page.evaluate("noted") == []


def test_what_could_not_be_updated_is_told_once(screen: Screen, clinic: Clinic) -> None:
    person = enrolled(clinic)
    known_patient(clinic, person.member, name=[{"given": ["Otto"], "family": "Outage"}])
    screen.sign_in("patient/", person.login)
    told = screen.page.locator(".error > p")
    sentence = "DoseSpot can't be reached right now. Try again in a few minutes."
    outage = {"kind": "status", "status": 503, "times": 999}
    clinic.break_dosespot(path=".*/selfReportedMedications", **outage)
    show(screen, "Otto Outage")
    expect(told).to_have_text([f"What the patient reported could not be updated. {sentence}"])
    clinic.break_dosespot(path=".*", **outage)
    screen.button("Update from DoseSpot").click()
    expect(told).to_have_text([f"The chart could not be updated. {sentence}"])
    expect(screen.page.get_by_text(UP_TO_DATE)).to_have_count(0)


def test_who_is_not_enrolled_is_told_what_to_do_and_nothing_else(
    screen: Screen, clinic: Clinic
) -> None:
    known_patient(clinic, enrolled(clinic).member, name=[{"given": ["Nia"], "family": "Notyet"}])
    screen.sign_in("patient/", named(clinic, "Newcomer", roles=PRESCRIBING).login)
    show(screen, "Nia Notyet")
    expect(screen.page.locator(".error > p")).to_have_text(
        [f"The chart could not be updated. {NOT_ENROLLED}"]
    )


def test_a_chart_that_could_not_be_read_is_not_called_up_to_date(
    screen: Screen, clinic: Clinic
) -> None:
    person = enrolled(clinic)
    known_patient(clinic, person.member, name=[{"given": ["Uma"], "family": "Unread"}])
    screen.sign_in("patient/", person.login)
    show(screen, "Uma Unread")
    screen.expect_text(UP_TO_DATE)
    screen.page.route(REQUESTS, lambda route: route.fulfill(status=403))
    screen.button("Update from DoseSpot").click()
    screen.expect_text("The chart could not be shown.")
    expect(screen.button("Update from DoseSpot")).not_to_have_attribute("aria-disabled", "true")
    expect(screen.page.get_by_text(UP_TO_DATE)).to_have_count(0)


def test_a_pharmacy_that_can_not_be_read_leaves_the_chart(screen: Screen, clinic: Clinic) -> None:
    gone = {"reference": "Organization/gone", "display": "Former Pharmacy"}
    preferred = {
        "url": PREFERRED_PHARMACY,
        "extension": [{"url": "pharmacy", "valueReference": gone}],
    }
    add_patient(clinic, name=[{"given": ["Gil"], "family": "Goneby"}], extension=[preferred])
    screen.sign_in("patient/", enrolled(clinic).login)
    show(screen, "Gil Goneby")
    pharmacies = screen.page.get_by_role("region", name="Pharmacy")
    expect(pharmacies.get_by_role("heading", level=3)).to_have_text("Former Pharmacy")
    expect(screen.page.locator(".error")).to_have_count(0)


def test_a_request_that_somebody_works_on_still_needs_an_answer(
    screen: Screen, clinic: Clinic
) -> None:
    person = enrolled(clinic)
    patient, number = known_patient(
        clinic, person.member, name=[{"given": ["Wes"], "family": "Worked"}]
    )
    original = write_prescription(clinic, person.member, number)
    control(clinic, "POST", f"prescriptions/{original}/renewal-requests")
    sync_prescriptions(clinic, person.member, patient)
    (task,) = charted(clinic, patient, "Task")
    clinic.write({**task, "status": "in-progress"})
    screen.sign_in("patient/", person.login)
    show(screen, "Wes Worked")
    screen.page.get_by_role("tab", name="Renewal requests (1)").click()
    request = panel(screen, "Renewal requests (1)")
    expect(request.locator(".pill")).to_contain_text("Needs an answer")
    expect(request).to_contain_text(f"Prescriber{person.name}")


def test_moments_are_days_where_the_reader_is(
    browser: Browser, sandbox: Sandbox, complaints: Complaints, clinic: Clinic
) -> None:
    person = enrolled(clinic)
    patient, number = known_patient(
        clinic, person.member, name=[{"given": ["Eve"], "family": "Ningson"}]
    )
    for written, effective in (
        ("2026-03-12T03:00:00Z", None),
        ("2026-03-12T23:00:00Z", "2026-03-15"),
    ):
        fields = {"EffectiveDate": effective}
        write_prescription(clinic, person.member, number, written_at=written, fields=fields)
    sync_prescriptions(clinic, person.member, patient)
    with browser.new_context(timezone_id="America/Chicago") as context:
        screen = Screen.open(context, complaints, sandbox.ready["pages"]["baseUrl"])
        screen.sign_in("patient/", person.login)
        show(screen, "Eve Ningson")
        days = panel(screen, "Active (2)").get_by_text(", 2026")
        expect(days).to_have_text(["Mar 15, 2026", "Mar 11, 2026"])


def test_who_signs_in_next_sees_nothing_of_the_one_before(screen: Screen, clinic: Clinic) -> None:
    person, other = enrolled(clinic), enrolled(clinic)
    _, number = known_patient(clinic, person.member, name=[{"given": ["Pam"], "family": "Private"}])
    write_prescription(clinic, person.member, number, "Metformin")
    screen.sign_in("patient/", person.login)
    show(screen, "Pam Private")
    screen.expect_text(UP_TO_DATE)
    screen.button("Request prescription").click()
    screen.dosespot.expect_heading("Legal agreements")
    screen.button("Close DoseSpot").click()
    screen.button("Sign out").click()
    screen.expect_text("You are signed out.")
    for text in ("Private", "Metformin", person.name):
        expect(screen.page.get_by_text(text)).to_have_count(0)
    screen.button("Sign in").click()
    screen.give_password(other.login)
    screen.expect_text("Choose a patient to see the medications.")
    screen.expect_text(other.name)
    for text in ("Metformin", person.name):
        expect(screen.page.get_by_text(text)).to_have_count(0)
