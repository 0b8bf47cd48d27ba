"""The prescriber's own form: prefilled, completed, told what is wrong, and out of the way then."""

import re

import pytest
from playwright.sync_api import Locator, expect

from deploy.sandbox.nppes.records import individual
from fhir_profiles.practitioner_role import is_default_location
from tests.browser.people import Named, named
from tests.browser.screen import HeldBack, Screen, end_session
from tests.integration.clinic import Clinic, new_dea, new_npi
from tests.integration.my_details import workplace

PRESCRIBING = ("PrescribingClinician",)
BOT = re.compile("my-details-bot")
NO_FAX = [{"system": "phone", "use": "work", "value": "345-123-4567"}]


def signed_in(screen: Screen, clinic: Clinic, family: str, **changes: object) -> Named:
    """Somebody who is authorized at an office in Illinois and one in New York."""
    person = named(clinic, family, practitioner=changes)
    for state in ("IL", "NY"):
        workplace(clinic, person.member, state)
    screen.sign_in("provider/", person.login)
    expect(screen.button("Connect")).to_be_visible()
    return person


def place(screen: Screen, name: str) -> Locator:
    """A location, opened."""
    found = screen.page.locator("details.place").filter(has_text=name)
    if found.get_attribute("open") is None:
        found.locator("summary").click()
    return found


def roles_of(clinic: Clinic, person: Named) -> dict[str, dict[str, object]]:
    """The person's PractitionerRoles by the state of their office."""
    everything = clinic.sandbox.fhir.resources("PractitionerRole")
    own = [
        one
        for one in everything
        if one["practitioner"]["reference"] == f"Practitioner/{person.member.id}"
    ]
    locations = (clinic.read(one["location"][0]["reference"]) for one in own)
    return {place["address"]["state"]: one for place, one in zip(locations, own, strict=True)}


def test_details_and_the_numbers_of_a_location_are_saved_before_connecting(
    screen: Screen, clinic: Clinic
) -> None:
    person = signed_in(screen, clinic, "Complete", telecom=NO_FAX)
    form = screen.page.locator("form.details")
    given, family = person.name.split()
    for label, value in (
        ("First name", given),
        ("Last name", family),
        ("Date of birth", "1980-05-15"),
        ("NPI", person.member.npi),
    ):
        expect(form.locator("dt", has_text=label).locator("+ dd")).to_have_text(value)
    expect(form.get_by_label("Phone")).to_have_value("345-123-4567")
    expect(form.get_by_label("Street")).to_have_value("123 Main St")
    expect(form.get_by_label("State", exact=True)).to_have_value("IL")
    form.get_by_label("Fax").fill("567-123-4568")
    office, dea = place(screen, "NY office"), new_dea()
    office.get_by_label("Use as default").check()
    office.get_by_label("DEA number").fill(dea)
    office.get_by_label("License number in New York").fill("NY-1")
    screen.button("Connect").click()
    screen.expect_text("Save your details: done")
    screen.expect_text("DoseSpot says now: →Agreements to sign")
    screen.dosespot.expect_heading("Legal agreements")

    found = clinic.practitioner(person.member)
    assert {one["system"]: one["value"] for one in found["telecom"]} == {
        "phone": "345-123-4567",
        "fax": "5671234568",
    }
    (license_,) = found["qualification"]
    assert license_["identifier"][0]["value"] == "NY-1"
    roles = roles_of(clinic, person)
    assert [one["value"] for one in roles["NY"]["identifier"]] == [dea]
    assert {state: is_default_location(one) for state, one in roles.items()} == {
        "IL": False,
        "NY": True,
    }
    assert "identifier" not in roles["IL"]


@pytest.mark.usefixtures("both_ways")
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_changed(
    screen: Screen, clinic: Clinic
) -> None:
    person = signed_in(screen, clinic, "Mistaken")
    before = clinic.practitioner(person.member)
    form = screen.page.locator("form.details")
    form.get_by_label("Phone").fill("1")
    place(screen, "NY office").get_by_label("DEA number").fill("AB1")
    screen.page.locator("details.place", has_text="NY office").locator("summary").click()
    screen.button("Connect").click()
    phone = form.get_by_label("Phone")
    expect(phone).to_be_focused()
    expect(phone).to_have_accessible_description(
        "The number must have 10 digits (a leading 1 is not counted); correct it."
    )
    dea = form.get_by_label("DEA number").nth(1)
    expect(dea).to_be_visible()
    expect(dea).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("status")).to_contain_text("Your details were not saved.")
    assert clinic.practitioner(person.member) == before


def test_what_is_required_is_asked_for_without_asking_the_server(
    screen: Screen, clinic: Clinic
) -> None:
    signed_in(screen, clinic, "Hasty", telecom=NO_FAX, identifier=[], birthDate="")
    form = screen.page.locator("form.details")
    screen.button("Connect").click()
    born = form.get_by_label("Date of birth")
    expect(born).to_be_focused()
    for field in (born, form.get_by_label("NPI"), form.get_by_label("Fax")):
        expect(field).to_have_accessible_description("This is required.")


def test_somebody_elses_number_is_refused_in_words(screen: Screen, clinic: Clinic) -> None:
    colleague = clinic.add_member(dea=["IL"])
    signed_in(screen, clinic, "Borrowing")
    office = place(screen, "IL office")
    office.get_by_label("DEA number").fill(colleague.dea["IL"])
    screen.button("Connect").click()
    expect(office.get_by_label("DEA number")).to_have_accessible_description(
        "Somebody else in this project has this DEA number; correct it, or ask an administrator."
    )


def test_what_was_typed_survives_a_reload_and_an_expired_session(
    screen: Screen, clinic: Clinic
) -> None:
    person = signed_in(screen, clinic, "Patient", telecom=NO_FAX)
    form = screen.page.locator("form.details")
    form.get_by_label("Fax").fill("567-123-4568")
    place(screen, "NY office").get_by_label("License number").fill("NY-7")
    place(screen, "NY office").get_by_label("Use as default").check()
    screen.page.reload()
    expect(form.get_by_label("Fax")).to_have_value("567-123-4568")
    end_session(screen)
    screen.button("Connect").click()
    screen.expect_text("Your session has expired. Sign in again.")
    screen.button("Sign in").click()
    screen.give_password(person.login)
    expect(form.get_by_label("Fax")).to_have_value("567-123-4568")
    office = place(screen, "NY office")
    expect(office.get_by_label("License number")).to_have_value("NY-7")
    expect(office.get_by_label("Use as default")).to_be_checked()
    screen.button("Connect").click()
    screen.expect_text("Save your details: done")
    assert not screen.page.evaluate(
        "Object.keys(sessionStorage).some((key) => key.startsWith('draft:'))"
    )


def test_who_is_connected_opens_the_details_and_dosespot_gets_the_change(
    screen: Screen, clinic: Clinic
) -> None:
    person = signed_in(screen, clinic, "Moving")
    screen.button("Connect").click()
    screen.dosespot.expect_heading("Legal agreements")
    screen.page.reload()
    expect(screen.button("Open ePrescribing")).to_be_visible()
    expect(screen.page.locator("form.details")).to_have_count(0)
    screen.button("Your details").click()
    window = screen.page.get_by_role("dialog", name="Your details")
    window.get_by_label("Street").fill("9 New Rd")
    window.get_by_label("E-mail").fill("moving@clinic.example")
    window.get_by_role("button", name="Save").click()
    screen.expect_text("Save your details: done")
    screen.expect_text("Check your enrollment: done")
    expect(window).to_have_count(0)
    (address,) = clinic.practitioner(person.member)["address"]
    assert address["line"] == ["9 New Rd", "Suite 100"]
    assert clinic.clinician(person.member)["email"] == "moving@clinic.example"


def test_a_double_click_saves_once(screen: Screen, clinic: Clinic) -> None:
    signed_in(screen, clinic, "Quick")
    late = HeldBack(screen.page, BOT, asks_at_once=True)
    sent: list[str] = []
    screen.page.on("request", lambda one: sent.append(one.url))
    screen.button("Connect").dblclick()
    screen.expect_text("Saving your details …")
    late.let_through()
    screen.expect_text("Save your details: done")
    assert len(list(filter(BOT.search, sent))) == 1


def test_who_has_no_role_is_told_whom_to_ask(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("provider/", named(clinic, "Unasked").login)
    screen.expect_text("Your details could not be shown.")
    screen.expect_text("Ask an administrator of your clinic to give you the role for it.")


def test_where_the_role_names_no_location_the_state_is_asked(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Placeless", roles=PRESCRIBING)
    screen.sign_in("provider/", person.login)
    office = place(screen, "Your clinic")
    office.get_by_label("DEA number").fill(new_dea())
    screen.button("Connect").click()
    state = office.get_by_label("State of these numbers")
    expect(state).to_have_accessible_description(
        "The state of this location is not on record; enter the state that the numbers are for."
    )
    state.select_option("Illinois")
    screen.button("Connect").click()
    screen.expect_text("Save your details: done")


def test_an_npi_that_is_missing_is_added(screen: Screen, clinic: Clinic) -> None:
    npi = new_npi()
    person = signed_in(screen, clinic, "Numberless", identifier=[])
    given, family = person.name.split()
    clinic.register(individual(npi, given, family))
    screen.page.get_by_label("NPI").fill(npi)
    screen.button("Connect").click()
    screen.expect_text("Save your details: done")
    screen.expect_text("Agreements to sign")
