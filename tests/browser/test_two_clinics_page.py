"""The pages of a prescriber at two clinics: one is chosen, and all is about that one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Request, expect

from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.practitioner_role import with_default_location
from tests.browser.people import Named, named
from tests.browser.screen import Complaints, Screen, end_session
from tests.browser.test_accessible import require_no_finding
from tests.browser.test_patient_page import registration, show
from tests.browser.test_provider_page import add_patient, ask_now
from tests.integration.clinic import DEA, Clinic
from tests.integration.several import TwoClinics, two_clinics

PRESCRIBER, SELF = "PrescribingClinician", "dosespot-self-enroll-prescriber-bot"
NORTH = "North Clinic"


@pytest.fixture(scope="module")
def shared_two(shared_clinic: Clinic) -> Iterator[TwoClinics]:
    with two_clinics(shared_clinic) as two:
        yield two


@pytest.fixture
def two(shared_two: TwoClinics, clinic: Clinic) -> TwoClinics:
    assert clinic is shared_two.clinic
    return shared_two


def at_both(two: TwoClinics, family: str, dea: tuple[str, ...] = tuple(DEA)) -> Named:
    """Somebody with roles at both clinics, whose default location is at the project's own."""
    person = named(two.clinic, family, dea=dea)
    two.works_at(person.member, two.own, two.north, code=PRESCRIBER)
    (role,) = two.roles(person.member, two.own)
    two.clinic.write(with_default_location(role, True))
    return person


def own_name(two: TwoClinics) -> str:
    return str(two.clinic.read(f"Organization/{two.own}")["name"])


def choice(screen: Screen) -> Locator:
    return screen.page.get_by_label("Clinic", exact=True)


def recorded(screen: Screen) -> Locator:
    """What is told beside the choice."""
    return screen.page.locator(".clinic-choice").get_by_role("status")


class Asked:
    """The inputs with which a page runs bots."""

    def __init__(self, screen: Screen) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        screen.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        found = re.search(r"Bot/\$execute.*dosespot-([a-z-]+)-bot", request.url)
        if found and request.method == "POST":
            self.calls.append((found[1], request.post_data_json))

    def clinics(self) -> dict[str, set[str]]:
        """By bot, the Organizations that its calls named; "" for a call that named none."""
        names = {bot for bot, _ in self.calls}
        return {
            name: {given.get("organizationId", "") for bot, given in self.calls if bot == name}
            for name in names
        }


def test_a_prescriber_connects_at_each_clinic_and_sees_the_status_of_each(
    screen: Screen, two: TwoClinics
) -> None:
    person, own, asked = at_both(two, "Twofold"), own_name(two), Asked(screen)
    screen.sign_in("provider/", person.login)
    expect(choice(screen).locator("option")).to_have_text([own, NORTH])
    expect(choice(screen)).to_have_value(two.own)
    expect(recorded(screen)).to_have_text(f"○Not connected yetStill to connect: {NORTH}.")
    screen.button("Connect").click()
    screen.dosespot.sign_agreements()
    ask_now(screen)
    screen.expect_text("You are registered")
    screen.button("Continue").click()
    expect(recorded(screen)).to_contain_text("Waiting for identity proofing")
    expect(recorded(screen)).to_contain_text(f"Still to connect: {NORTH}.")
    assert asked.clinics() == {
        "my-details": {""},
        "self-enroll-prescriber": {two.own},
        "iframe": {two.own},
        "readiness": {two.own},
    }

    asked.calls.clear()
    choice(screen).select_option(NORTH)
    expect(recorded(screen)).to_have_text("○Not connected yet")
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
    expect(recorded(screen)).to_have_text("◔Waiting for the legal agreements")
    screen.expect_text("DoseSpot says now: →Agreements to sign")
    assert asked.clinics() == {
        "my-details": {""},
        "self-enroll-prescriber": {two.north},
        "iframe": {two.north},
        "readiness": {two.north},
    }
    frame = screen.page.get_by_title("DoseSpot").get_attribute("src") or ""
    assert f"SingleSignOnClinicId={two.number}&" in frame
    assert two.status(person.member).keys() == {str(two.clinic.clinic_id), str(two.number)}
    choice(screen).select_option(own)
    expect(recorded(screen)).to_contain_text("Waiting for identity proofing")
    expect(screen.button("Open ePrescribing")).to_be_visible()


def test_the_choice_lasts_through_a_reload_other_pages_and_an_expired_session(
    screen: Screen, two: TwoClinics
) -> None:
    person = at_both(two, "Lasting")
    screen.sign_in("provider/", person.login)
    choice(screen).select_option(NORTH)
    screen.page.reload()
    expect(choice(screen)).to_have_value(two.north)
    screen.page.get_by_role("link", name="Patient", exact=True).click()
    expect(screen.page.get_by_role("heading", name="Medications", level=1)).to_be_visible()
    expect(choice(screen)).to_have_value(two.north)
    end_session(screen)
    screen.button("Search").click()
    screen.button("Sign in").click()
    screen.give_password(person.login)
    expect(choice(screen)).to_have_value(two.north)


def test_a_patient_is_registered_and_updated_at_the_chosen_clinic(
    screen: Screen, two: TwoClinics
) -> None:
    person, asked = at_both(two, "Charting", dea=()), Asked(screen)
    for organization in (two.own, two.north):
        given = {"organizationId": organization}
        assert two.clinic.execute(SELF, given, person.member.token).status == 200
    two.does(person.member, "sign-agreements")
    add_patient(two.clinic, "Nell", "Northpatient")
    screen.sign_in("patient/", person.login)
    choice(screen).select_option(NORTH)
    show(screen, "Nell Northpatient")
    screen.button("Request prescription").click()
    registration(screen).get_by_role("button", name="Create").click()
    screen.dosespot.prescribe("Metformin", "Take 1 tablet by mouth daily")
    screen.button("Close DoseSpot").click()
    expect(screen.page.get_by_role("tabpanel", name="Active (1)")).to_contain_text("Metformin")
    screen.expect_text("Up to date with DoseSpot.")
    bots = ("patient-sync", "iframe", "prescriptions-sync", "self-reported-medications-sync")
    assert {name: asked.clinics()[name] for name in bots} == {name: {two.north} for name in bots}

    asked.calls.clear()
    choice(screen).select_option(own_name(two))
    show(screen, "Nell Northpatient")
    expect(screen.page.get_by_role("tabpanel", name="Active (1)")).to_contain_text("Metformin")
    screen.button("Request prescription").click()
    expect(registration(screen)).to_be_visible()
    assert asked.clinics() == {}


def test_who_works_at_one_of_the_clinics_chooses_nothing_and_names_nothing(
    screen: Screen, two: TwoClinics
) -> None:
    person, asked = named(two.clinic, "Single"), Asked(screen)
    two.works_at(person.member, two.north, code=PRESCRIBER)
    screen.sign_in("provider/", person.login)
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
    screen.expect_text("DoseSpot says now:")
    expect(choice(screen)).to_have_count(0)
    assert {one for found in asked.clinics().values() for one in found} == {""}
    assert two.status(person.member).keys() == {str(two.number)}


def test_clinics_that_can_not_be_loaded_are_told_and_leave_the_page(
    screen: Screen, two: TwoClinics
) -> None:
    screen.sign_in("patient/", named(two.clinic, "Roleless").login)
    screen.expect_text("Your clinics could not be loaded.")
    screen.expect_text("Ask an administrator of your clinic to give you the role for it.")
    expect(screen.button("Search")).to_be_visible()


def test_the_choice_has_no_finding(
    axe: str,
    looked_at: BrowserContext,
    complaints: Complaints,
    sandbox: Sandbox,
    two: TwoClinics,
) -> None:
    screen = Screen.open(looked_at, complaints, sandbox.ready["pages"]["baseUrl"])
    screen.sign_in("provider/", at_both(two, "Seen").login)
    for page in ("Provider", "Patient"):
        screen.page.get_by_role("link", name=page, exact=True).click()
        expect(recorded(screen)).to_contain_text("Not connected yet")
        require_no_finding(screen, axe)
