"""From an empty project to two prescribers in two clinics and a prescription, as people do it.

Only the administrator is there at first. Everything is done on the pages and in DoseSpot's frame;
the NPI Registry, which is outside of all this, learns of one more number.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from deploy.sandbox.examples import LOCATIONS
from deploy.sandbox.nppes.records import individual
from deploy.sandbox.sandbox import Sandbox
from tests.browser.people import ADMIN
from tests.browser.screen import Screen
from tests.browser.test_patient_page import panel, registration, show
from tests.browser.test_provider_page import ask_now
from tests.integration.clinic import Clinic, new_dea, new_npi, opened, undisturbed
from tests.integration.inviting import mailing

OWN, FURTHER = (str(one["name"]) for one in LOCATIONS)


@dataclass(frozen=True)
class Newcomer:
    """Somebody whom only the NPI Registry knows."""

    given: str
    family: str
    npi: str
    location: str
    dea: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        return f"{self.given.lower()}@newcomers.example"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own, because here a project has to be empty."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    with opened(sandbox) as opened_clinic, undisturbed(opened_clinic) as clinic:
        empty(clinic)
        with mailing(clinic, INVITATION_REQUIRED="true", BILLING_PRICE="39.00"):
            yield clinic


def empty(clinic: Clinic) -> None:
    """Nobody but the administrator is a member."""
    admin = clinic.admin
    kept = {f"Practitioner/{admin.id}", f"ProjectMembership/{admin.membership_id}"}
    for kind in ("PractitionerRole", "ProjectMembership", "Practitioner"):
        for one in clinic.sandbox.fhir.resources(kind):
            profile = one.get("profile", {}).get("reference", "Practitioner/")
            reference = f"{kind}/{one['id']}"
            if reference not in kept and profile.startswith("Practitioner/"):
                clinic.delete(reference)


def newcomer(
    clinic: Clinic, given: str, family: str, location: str, *, controlled: bool = False
) -> Newcomer:
    npi = new_npi()
    clinic.register(individual(npi, given, family))
    dea = new_dea(f"A{family[0]}") if controlled else ""
    return Newcomer(given, family, npi, location, dea)


def test_empty_project_comes_to_two_prescribers_in_two_clinics_and_a_prescription(
    clinic: Clinic, screen: Screen, second_screen: Screen
) -> None:
    controlled = newcomer(clinic, "Nadia", "Controlson", OWN, controlled=True)
    other = newcomer(clinic, "Oscar", "Plainson", FURTHER)
    screen.sign_in("admin/", ADMIN)

    set_up_clinic(screen, OWN, known=True)
    set_up_clinic(screen, FURTHER, known=False)
    for person in (controlled, other):
        add_prescriber(screen, person)
    invite(screen, controlled, other)

    enroll_themselves(second_screen, controlled)
    verify(second_screen)
    set_up_second_factor(second_screen)
    sign_out(second_screen)
    enroll_themselves(second_screen, other)
    prescribe(second_screen, other)

    screen.button("Update everybody's status").click()
    screen.expect_text("checked with DoseSpot,")
    row = screen.row(controlled.name)
    row.expect("Where they stand", "Two-factor authentication is active")
    expect(row.locator).to_contain_text("Sandbox Clinic")
    row = screen.row(other.name)
    row.expect("Where they stand", "Ready, without controlled substances")
    expect(row.locator).to_contain_text(FURTHER)

    screen.page.reload()
    clinics = screen.page.locator(".clinic")
    expect(clinics.get_by_role("heading")).to_contain_text(["Sandbox Clinic", FURTHER])
    expect(clinics.first).to_contain_text("This month: $39.00 for 1 prescriber.")


def set_up_clinic(screen: Screen, location: str, *, known: bool) -> None:
    screen.button("Set up a clinic").click()
    window = screen.page.get_by_role("dialog", name="Set up a clinic in DoseSpot")
    choice = window.get_by_label("Location")
    choice.select_option(choice.get_by_text(location).get_attribute("value"))
    if known:
        expect(window.get_by_label("DoseSpot knows this clinic already")).to_be_checked()
    window.get_by_role("button", name="Create").click()
    told = "The clinic is connected now." if known else "The clinic was created in DoseSpot."
    expect(window).to_contain_text(told)
    window.get_by_role("button", name="Close").click()
    expect(window).to_have_count(0)


def add_prescriber(screen: Screen, person: Newcomer) -> None:
    form = screen.page.locator(".creation form")
    if not form.is_visible():
        screen.page.get_by_text("Add a prescriber").click()
    screen.button("Fill in an example").click()
    texts = {
        "First name": person.given,
        "Last name": person.family,
        "Username": person.given,
        "E-mail": person.email,
        "NPI": person.npi,
        "DEA number": person.dea,
    }
    for label, text in texts.items():
        form.get_by_label(label, exact=True).first.fill(text)
    form.get_by_label("Prescribing Clinician", exact=True).check()
    place = place_of_work(screen)
    place.get_by_label("Location", exact=True).select_option(person.location)
    form.get_by_label("Invite the prescriber to the project by e-mail").check()
    form.get_by_role("button", name="Create").click()
    told = form.get_by_role("status")
    expect(told).to_contain_text(f"The prescriber was created: {person.name}.")


def place_of_work(screen: Screen) -> Locator:
    place = screen.page.get_by_role("group", name="Location 1")
    if not place.is_visible():
        screen.button("Add a location").click()
    return place


def invite(screen: Screen, *people: Newcomer) -> None:
    screen.button("Invite clinicians").click()
    window = screen.page.get_by_role("dialog", name="Invite clinicians")
    expect(window).to_contain_text("$39.00 a month is due for each")
    for person in people:
        window.get_by_label(person.name).check()
    expect(window).to_contain_text("2 clinicians selected — total: $78.00 a month.")
    window.get_by_role("button", name="Invite clinicians").click()
    screen.page.get_by_role("dialog", name="Send invitations").get_by_role(
        "button", name="Send invitations"
    ).click()
    for person in people:
        expect(window).to_contain_text(f"{person.name}: invited.")
    window.get_by_role("button", name="Cancel").click()


def enroll_themselves(screen: Screen, person: Newcomer) -> None:
    screen.sign_in("provider/", person.email)
    details = screen.page.locator("form.details")
    expect(details.get_by_text(person.npi)).to_be_visible()
    details.get_by_label("License number in Illinois").fill(f"036-{person.npi[:6]}")
    screen.button("Connect").click()
    screen.expect_text("Save your details: done")
    screen.dosespot.sign_agreements()
    ask_now(screen)


def verify(screen: Screen) -> None:
    screen.button("Continue").click()
    screen.dosespot.prove_identity()
    ask_now(screen)


def set_up_second_factor(screen: Screen) -> None:
    screen.button("Continue").click()
    screen.dosespot.activate_second_factor()
    ask_now(screen)
    screen.expect_text("DoseSpot says now: ✓Ready to prescribe")


def sign_out(screen: Screen) -> None:
    screen.button("Sign out").click()
    screen.expect_text("You are signed out.")


def prescribe(screen: Screen, person: Newcomer) -> None:
    screen.page.get_by_role("link", name="Patient", exact=True).click()
    show(screen, "Maria Rossi")
    screen.button("Request prescription").click()
    registration(screen).get_by_role("button", name="Create").click()
    screen.dosespot.prescribe("Metformin", "Take 1 tablet by mouth daily")
    screen.button("Close DoseSpot").click()
    active = panel(screen, "Active (1)")
    expect(active.get_by_role("heading")).to_have_text("Metformin (oral - tablet) 500 mg")
    expect(active.locator(".pill")).to_contain_text("Sent")
    expect(active).to_contain_text(f"Prescriber{person.name}")
