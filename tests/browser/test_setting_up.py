"""Setting a clinic up: the four steps, a new clinic, and invitations, as an administrator does."""

from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.browser.people import ADMIN, named
from tests.browser.screen import Screen
from tests.integration.clinic import Clinic
from tests.integration.self_service import without_secrets

LOCATIONS = "**/fhir/R4/Location"


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
    (location,) = named_locations(clinic, "North clinic")
    organization = clinic.read(location["managingOrganization"]["reference"])
    assert organization["name"] == "North clinic"
    assert location["address"] == {
        "use": "work",
        "line": ["1 Main St"],
        "city": "Springfield",
        "state": "IL",
        "postalCode": "62701",
    }


def test_a_location_that_could_not_be_saved_is_told_and_saved_by_another_try(
    screen: Screen, clinic: Clinic
) -> None:
    refusal = {"resourceType": "OperationOutcome", "issue": []}
    with without_secrets(clinic):
        screen.page.route(LOCATIONS, lambda route: route.fulfill(status=403, json=refusal), times=1)
        window = typed_in(screen, "Lost clinic")
        expect(window).to_contain_text("The clinic was created in DoseSpot.")
        expect(window).to_contain_text("Now e-mail DoseSpot:")
        expect(window).to_contain_text("Its location could not be saved. Choose “Create” again.")
        assert named_locations(clinic, "Lost clinic") == []
        window.get_by_role("button", name="Create").click()
        expect(window).to_contain_text("The clinic was set up already; nothing was changed.")
    assert len(named_locations(clinic, "Lost clinic")) == 1


def test_a_location_whose_answer_gets_lost_is_saved_once(screen: Screen, clinic: Clinic) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.fulfill(status=503, json={"resourceType": "OperationOutcome", "issue": []})

    with without_secrets(clinic):
        screen.page.route(LOCATIONS, lose, times=1)
        window = typed_in(screen, "Twice clinic")
        expect(window.get_by_role("button", name="Close")).to_be_visible()
        expect(window).to_contain_text("The clinic was created in DoseSpot.")
    assert len(named_locations(clinic, "Twice clinic")) == 1


def named_locations(clinic: Clinic, name: str) -> list[dict[str, Any]]:
    found = clinic.sandbox.fhir.resources("Location")
    return [one for one in found if one.get("name") == name]


def set_up(screen: Screen) -> None:
    window = typed_in(screen, "North clinic")
    expect(window).to_contain_text("The clinic was created in DoseSpot.")
    expect(window).to_contain_text("Now e-mail DoseSpot:")
    window.get_by_role("button", name="Close").click()
    expect(window).to_have_count(0)


def typed_in(screen: Screen, name: str) -> Locator:
    """The window in which a clinic was typed in, and Create pressed."""
    screen.sign_in("admin/", ADMIN)
    screen.button("Set up a clinic").click()
    window = screen.page.get_by_role("dialog", name="Set up a clinic in DoseSpot")
    window.get_by_label("Location").select_option("+ New location")
    window.get_by_label("DoseSpot knows this clinic already, as number 1001").uncheck()
    window.get_by_role("button", name="Create").click()
    expect(window.get_by_label("Clinic name")).to_be_focused()
    expect(window.get_by_label("Clinic name")).to_have_accessible_description("This is required.")
    typed = {
        "Clinic name": name,
        "Street": "1 Main St",
        "City": "Springfield",
        "ZIP code": "62701",
        "Phone": "345-123-4567",
    }
    for label, text in typed.items():
        window.get_by_label(label).fill(text)
    window.get_by_label("State").select_option("Illinois")
    window.get_by_role("button", name="Create").click()
    return window
