"""Setting a clinic up: the four steps, a new clinic, and invitations, as an administrator does."""

from playwright.sync_api import expect

from tests.browser.people import ADMIN, named
from tests.browser.screen import Screen
from tests.integration.clinic import Clinic
from tests.integration.self_service import without_secrets


def test_clinicians_are_invited_after_a_question_and_their_invitation_is_taken_back(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Asked", roles=("PrescribingClinician",))
    screen.sign_in("admin/", ADMIN)
    steps = screen.page.locator(".stepper li")
    expect(steps).to_have_count(4)
    expect(steps.nth(1)).to_contain_text("Invite clinicians")
    screen.button("Invite clinicians").click()
    window = screen.page.get_by_role("dialog", name="Invite clinicians")
    window.get_by_label("Search by name").fill("askedson")
    window.get_by_role("button", name="Invite clinicians").click()
    expect(window).to_contain_text("Select at least one clinician.")
    window.get_by_label(person.name).check()
    expect(window).to_contain_text("1 clinician selected")
    window.get_by_role("button", name="Invite clinicians").click()
    question = screen.page.get_by_role("dialog", name="Send invitations")
    expect(question).to_contain_text(person.name)
    assert "entry" not in clinic.read("Task?code=urn:prescriber-bots:invitation|enroll")
    question.get_by_role("button", name="Send invitations").dblclick()
    expect(window).to_contain_text(f"{person.name}: invited.")
    expect(window.locator(".pill")).to_contain_text("Invited")
    tasks = clinic.read("Task?code=urn:prescriber-bots:invitation|enroll")["entry"]
    assert len(tasks) == 1
    window.get_by_role("button", name=f"Invitation of {person.name}").click()
    window.get_by_role("button", name="Cancel invitation").click()
    expect(window.locator(".pill")).to_contain_text("Cancelled")


def test_clinic_is_set_up_from_what_is_typed(screen: Screen, clinic: Clinic) -> None:
    with without_secrets(clinic):  # a key that is kept is put away again
        set_up(screen)
    (location,) = [
        one for one in clinic.sandbox.fhir.resources("Location") if one["name"] == "North clinic"
    ]
    organization = clinic.read(location["managingOrganization"]["reference"])
    assert organization["name"] == "North clinic"
    assert location["address"] == {
        "use": "work",
        "line": ["1 Main St"],
        "city": "Springfield",
        "state": "IL",
        "postalCode": "62701",
    }


def set_up(screen: Screen) -> None:
    screen.sign_in("admin/", ADMIN)
    screen.button("Set up a clinic").click()
    window = screen.page.get_by_role("dialog", name="Set up a clinic in DoseSpot")
    window.get_by_label("Location").select_option("+ New location")
    window.get_by_label("DoseSpot knows this clinic already, as number 1001").uncheck()
    window.get_by_role("button", name="Create").click()
    expect(window.get_by_label("Clinic name")).to_be_focused()
    expect(window.get_by_label("Clinic name")).to_have_accessible_description("This is required.")
    typed = {
        "Clinic name": "North clinic",
        "Street": "1 Main St",
        "City": "Springfield",
        "ZIP code": "62701",
        "Phone": "345-123-4567",
    }
    for label, text in typed.items():
        window.get_by_label(label).fill(text)
    window.get_by_label("State").select_option("Illinois")
    window.get_by_role("button", name="Create").click()
    expect(window).to_contain_text("The clinic was created in DoseSpot.")
    expect(window).to_contain_text("Now e-mail DoseSpot:")
    window.get_by_role("button", name="Close").click()
    expect(window).to_have_count(0)
