"""The administrator page: what a person sees and can do there."""

import re

import pytest
from playwright.sync_api import expect

from fhir_profiles import systems
from fhir_profiles.prescriber_identifiers import with_state_number
from tests.browser.people import ADMIN, SMITH, named
from tests.browser.screen import PrescriberRow, Screen
from tests.builders import NOW
from tests.integration.clinic import DEA, Clinic, new_dea
from tests.integration.self_service import create, practitioner_role

PRESCRIBING = "Prescribing Clinician"
STAND, NEXT = "Where they stand", "What is next"
IDP, TFA = "Start identity proofing", "Start two-factor authentication"
UPDATE = "Update status"


def test_administrator_and_prescriber_walk_to_epcs_together(
    screen: Screen, second_screen: Screen, clinic: Clinic
) -> None:
    screen.sign_in("admin/", ADMIN)
    smith = screen.row("Dr. Jane Marie Smith")
    smith.expect(STAND, "Not enrolled")
    smith.expect(NEXT, "Administrator: Enroll")

    smith.decide("Enroll", PRESCRIBING)
    smith.expect_result("Enroll: done. Waiting for the legal agreements.")
    smith.expect(STAND, "Waiting for the legal agreements")
    smith.expect(NEXT, "Prescriber: Sign the legal agreements in DoseSpot")

    second_screen.sign_in("provider/", SMITH)
    second_screen.button("Open ePrescribing").click()
    second_screen.dosespot.sign_agreements()

    smith.press(UPDATE)
    smith.expect_result("Update status: done. 1 checked with DoseSpot, 1 changed.")
    smith.expect(STAND, "Registered")
    smith.decide(IDP, PRESCRIBING)
    smith.expect(STAND, "Waiting for identity proofing")

    second_screen.button("Open ePrescribing").click()
    second_screen.dosespot.prove_identity()

    smith.press(UPDATE)
    smith.expect(STAND, "Identity proven")
    smith.decide(TFA, PRESCRIBING, factor="Mobile")
    smith.expect(STAND, "Waiting for two-factor authentication")

    second_screen.button("Open ePrescribing").click()
    second_screen.dosespot.activate_second_factor()

    smith.press(UPDATE)
    smith.expect(STAND, "Controlled substances")
    smith.expect(STAND, "Two-factor authentication is active")
    smith.expect(NEXT, "No action needed")

    smith.press("Details and history")
    history = screen.page.get_by_role("dialog", name="Dr. Jane Marie Smith")
    expect(history).to_contain_text("Enrolled in DoseSpot")
    expect(history).to_contain_text("Identity proofing started")
    expect(history).to_contain_text("Two-factor authentication started")


@pytest.mark.usefixtures("both_ways")
def test_refusal_is_told_in_the_row_and_what_is_missing_as_a_list(
    screen: Screen, clinic: Clinic
) -> None:
    name = named(clinic, "Missing", practitioner={"birthDate": "", "address": []}).name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.decide("Enroll", PRESCRIBING)
    row.expect_result("Enroll did not work.")
    problems = row.locator.get_by_role("listitem")
    expect(problems).not_to_have_count(0)
    expect(problems.filter(has_text="the date of birth is missing")).to_have_count(1)
    expect(problems.filter(has_text="the street address is missing")).to_have_count(1)
    visible = row.locator.inner_text()
    assert "Practitioner" not in visible
    assert "errorMessage" not in visible


def test_what_was_left_out_is_told_in_the_row_in_words(screen: Screen, clinic: Clinic) -> None:
    titled = {"family": "Longson", "given": ["Kim"], "suffix": ["M.D., Ph.D."]}
    named(clinic, "Long", practitioner={"name": [titled]})
    screen.sign_in("admin/", ADMIN)
    row = screen.row("Kim Longson")
    row.decide("Enroll", PRESCRIBING)
    row.expect_result("Suffix: is not sent to DoseSpot: DoseSpot takes at most 10")
    status = row.locator.get_by_role("status")
    expect(status.get_by_role("listitem")).to_have_count(1)
    expect(status.get_by_text("Practitioner.name")).to_be_hidden()


@pytest.mark.usefixtures("both_ways")
def test_stage_that_can_not_be_taken_is_told_in_one_sentence(
    screen: Screen, clinic: Clinic
) -> None:
    name = named(clinic, "Early", dea=DEA).name
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.decide(TFA, PRESCRIBING)
    row.expect_result(f"{TFA} did not work. Identity proofing is not completed yet.")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (429, "Too many requests at once."),
        (403, "You are not allowed to see or do this."),
        (409, "Somebody else is changing the same record."),
        (503, "Something went wrong. Try again later"),
    ],
)
def test_faults_of_the_server_are_told_apart(
    screen: Screen, clinic: Clinic, status: int, told: str
) -> None:
    screen.sign_in("admin/", ADMIN)
    row = screen.row("Dr. Luis Lopez")
    expect(row.locator).to_be_visible()
    screen.page.route("**/Bot/$execute*", lambda route: route.fulfill(status=status, json={}))
    row.press(UPDATE)
    row.expect_result(told)


def test_prescriber_is_enrolled_with_the_keyboard_alone(screen: Screen, clinic: Clinic) -> None:
    name = named(clinic, "Keys").name
    screen.sign_in("admin/", ADMIN)
    keyboard = screen.page.keyboard
    expect(screen.row(name).locator).to_be_visible()
    screen.page.get_by_label("Search by name").focus()
    keyboard.type("keys")
    expect(screen.page.get_by_role("rowheader")).to_have_count(1)
    enroll = screen.page.get_by_role("button", name=f"Enroll: {name}")
    for _ in range(7):
        keyboard.press("Tab")
    expect(enroll).to_be_focused()
    keyboard.press("Enter")
    window = screen.row(name).window("Enroll")
    first = window.get_by_role("checkbox", name=PRESCRIBING)
    expect(first).to_be_focused()
    for _ in range(7):
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(first).to_be_focused()
    expect(first).to_have_accessible_description("Choose at least one role.")
    keyboard.press("Space")
    expect(first).not_to_have_attribute("aria-invalid", "true")
    for _ in range(7):
        keyboard.press("Tab")
    keyboard.press("Enter")
    screen.row(name).expect_result("Enroll: done.")
    more = screen.page.get_by_role("button", name=f"More for {name}")
    more.focus()
    keyboard.press("Enter")
    expect(screen.row(name).locator.locator(".menu ul")).to_be_visible()
    keyboard.press("Escape")
    expect(screen.row(name).locator.locator(".menu ul")).to_be_hidden()
    expect(more).to_be_focused()


def test_double_clicks_enroll_once(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Twofold")
    screen.sign_in("admin/", ADMIN)
    calls: list[str] = []
    screen.page.on(
        "request", lambda sent: calls.append(sent.url) if "execute" in sent.url else None
    )
    row = screen.row(person.name)
    row.press("Enroll")
    window = row.window("Enroll")
    window.get_by_label(PRESCRIBING, exact=True).check()
    window.get_by_role("button", name="Enroll").dblclick()
    row.expect_result("Enroll: done.")
    assert len([url for url in calls if "enroll-prescriber" in url]) == 1


def test_search_filters_and_order_stand_in_the_address(screen: Screen, clinic: Clinic) -> None:
    enrolled, other = named(clinic, "Filtered"), named(clinic, "Filtered")
    clinic.enroll(enrolled.member)
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_label("Search by name").fill("filtered")
    headers = screen.page.get_by_role("rowheader")
    expect(headers).to_have_count(2)
    screen.page.get_by_label("Who acts next").select_option("Prescriber")
    expect(headers).to_have_count(1)
    expect(headers).to_contain_text(enrolled.name)
    assert screen.page.url.endswith("admin/?q=filtered&owner=Prescriber")
    screen.page.reload()
    expect(headers).to_have_count(1)
    expect(screen.page.get_by_label("Who acts next")).to_have_value("Prescriber")
    screen.page.get_by_label("Who acts next").select_option("Anybody")
    screen.page.get_by_label(STAND, exact=True).select_option("Not enrolled")
    expect(headers).to_contain_text(other.name)
    screen.expect_text("1 of ")
    screen.page.get_by_label(STAND, exact=True).select_option("Anywhere")
    by_state = screen.page.get_by_role("columnheader", name=STAND)
    by_state.get_by_role("button").click()
    expect(by_state).to_have_attribute("aria-sort", "ascending")
    expect(headers.first).to_contain_text(other.name)
    by_state.get_by_role("button").click()
    expect(headers.first).to_contain_text(enrolled.name)
    assert screen.page.url.endswith("admin/?q=filtered&sort=state&dir=down")
    screen.page.get_by_label("Search by name").fill("nobody has this name")
    screen.expect_text("Nobody matches. Change the search or the filters.")


def test_a_bar_of_the_chart_shows_who_is_there(screen: Screen, clinic: Clinic) -> None:
    enrolled = named(clinic, "Barred")
    clinic.enroll(enrolled.member)
    screen.sign_in("admin/", ADMIN)
    bar = screen.page.get_by_role("button", name=re.compile("^Waiting for the legal agreements"))
    bar.click()
    expect(screen.row(enrolled.name).locator).to_be_visible()
    expect(screen.row("Dr. Luis Lopez").locator).to_have_count(0)
    expect(bar).to_have_attribute("aria-pressed", "true")
    bar.click()
    expect(screen.row("Dr. Luis Lopez").locator).to_be_visible()


def test_what_is_shown_is_exported_as_csv(screen: Screen, clinic: Clinic) -> None:
    formula = {"name": [{"family": "Exportson", "given": ["=1+1"]}]}
    named(clinic, "Export", practitioner=formula)
    screen.sign_in("admin/", ADMIN)
    screen.page.get_by_label("Search by name").fill("exportson")
    expect(screen.page.get_by_role("rowheader")).to_have_count(1)
    with screen.page.expect_download() as saved:
        screen.button("Export as CSV").click()
    lines = saved.value.path().read_bytes().decode().split("\r\n")
    assert saved.value.suggested_filename == "prescribers.csv"
    assert lines[0].startswith("Name,E-mail,Clinic,Roles,Where they stand,Since,Who acts next")
    assert len(lines) == 2
    assert lines[1].startswith("'=1+1 Exportson,")
    assert ",Administrator,Enroll,Not enabled" in lines[1]


def test_everybodys_status_is_updated_at_once(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Everyone")
    clinic.enroll(person.member)
    clinic.prescriber_does(person.member, "sign-agreements")
    screen.sign_in("admin/", ADMIN)
    row = screen.row(person.name)
    row.expect(STAND, "Waiting for the legal agreements")
    screen.button("Update everybody's status").click()
    screen.expect_text("checked with DoseSpot,")
    row.expect(STAND, "Ready, without controlled substances")


def test_500_people_are_shown_fifty_at_a_time(screen: Screen, clinic: Clinic) -> None:
    added = [
        clinic.sandbox.fhir.add_resource(
            clinic.project,
            {"resourceType": "Practitioner", "name": [{"family": f"Crowd{number:03}"}]},
        )
        for number in range(500)
    ]
    screen.sign_in("admin/", ADMIN)
    headers = screen.page.get_by_role("rowheader")
    expect(headers).to_have_count(50)
    screen.page.get_by_label("Search by name").fill("Crowd")
    expect(headers).to_have_count(50)
    screen.button("Show 50 more").click()
    expect(headers).to_have_count(100)
    screen.expect_text("100 of ")
    for one in added:
        clinic.delete(f"Practitioner/{one['id']}")


def test_roles_are_enrolled_as_they_were_chosen_and_none_is_assumed(
    screen: Screen, clinic: Clinic
) -> None:
    person = named(clinic, "Roles", roles=("PrescribingClinician", "EpcsCoordinator"))
    screen.sign_in("admin/", ADMIN)
    row = screen.row(person.name)
    expect(row.locator).to_contain_text("Prescribing Clinician, EPCS Coordinator")
    row.press("Enroll")
    window = row.window("Enroll")
    expect(window.get_by_role("checkbox", checked=True)).to_have_count(0)
    window.get_by_role("button", name="Enroll").click()
    expect(window).to_contain_text("Choose at least one role.")
    assert clinic.clinicians(person.member.npi) == []
    window.get_by_role("button", name="Cancel").click()
    row.decide("Enroll", "Prescribing Agent Clinician", "Reporting Clinician")
    row.expect_result("Enroll: done.")
    roles = clinic.clinician(person.member)["roles"]
    assert sorted(roles) == ["PrescribingAgentClinician", "ReportingClinician"]


def test_somebody_at_two_clinics_has_a_row_for_each(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Both", dea=DEA)
    clinic.enroll(person.member)
    fhir, project = clinic.sandbox.fhir, clinic.project
    status = {"url": "https://dosespot.com/registration-status", "valueCode": "IDPSuccess"}
    added = []
    for number, name, extension in ((1001, "Main", []), (1002, "North", [status])):
        identifier = {"system": "https://dosespot.com/clinic-id", "value": str(number)}
        organization = fhir.add_resource(
            project, {"resourceType": "Organization", "name": name, "identifier": [identifier]}
        )
        role = {
            "resourceType": "PractitionerRole",
            "active": True,
            "practitioner": {"reference": f"Practitioner/{person.member.id}"},
            "organization": {"reference": f"Organization/{organization['id']}"},
            "extension": extension,
        }
        added += [fhir.add_resource(project, role), organization]
    screen.sign_in("admin/", ADMIN)
    rows = screen.page.get_by_role("row").filter(has_text=person.name)
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Main")).to_contain_text("Waiting for the legal agreements")
    expect(rows.filter(has_text="North")).to_contain_text("Identity proven")
    north = PrescriberRow(rows.filter(has_text="North"), person.name)
    with screen.page.expect_request("**/Bot/$execute*") as asked:
        north.press("Check readiness")
    assert asked.value.post_data_json == {
        "practitionerId": person.member.id,
        "organizationId": added[-1]["id"],
    }
    expect(north.locator.locator(".verdicts .pill")).to_have_count(3)
    north.press("Enroll")
    expect(north.window("Enroll")).to_contain_text("This is about the clinic North.")
    north.window("Enroll").get_by_role("button", name="Cancel").click()
    north.press("Details and history")
    history = screen.page.get_by_role("dialog", name=person.name)
    expect(history).to_contain_text("Enrolled in DoseSpot")
    expect(history).not_to_contain_text("Status updated from DoseSpot")
    history.get_by_role("button", name="Close").click()
    PrescriberRow(rows.filter(has_text="Main"), person.name).press("Details and history")
    expect(history).to_contain_text(
        "Status updated from DoseSpot: Waiting for the legal agreements"
    )
    for one in added:
        clinic.delete(f"{one['resourceType']}/{one['id']}")


def test_a_dea_number_of_a_location_is_one_of_the_persons(screen: Screen, clinic: Clinic) -> None:
    person = named(clinic, "Locum")
    role = practitioner_role(person.member, "PrescribingClinician")
    create(clinic, with_state_number(role, systems.DEA, new_dea(), "IL", NOW), clinic.admin)
    clinic.enroll(person.member)
    clinic.prescriber_does(person.member, "sign-agreements")
    clinic.enroll(person.member)
    screen.sign_in("admin/", ADMIN)
    row = screen.row(person.name)
    row.expect(NEXT, f"Administrator: {IDP}")
    row.press("Details and history")
    history = screen.page.get_by_role("dialog", name=person.name)
    expect(history.locator("dt", has_text="DEA number").locator("+ dd")).to_have_text("On record")


def test_administrators_keep_their_own_role(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", ADMIN)
    row = screen.row("Dr. Ada Quinn")
    row.decide("Enroll", "Clinician Admin")
    row.expect_result("Enroll: done.")
    (ada,) = clinic.clinicians("1000000004")
    assert "ClinicianAdmin" in ada["roles"]


def test_since_when_somebody_stands_there_is_told(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", ADMIN)
    moment = screen.row("Dr. Luis Lopez").locator.get_by_role("time")
    expect(moment).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
    expect(moment).to_have_text(re.compile("ago|now"))


def test_who_is_no_administrator_is_told_so(screen: Screen, clinic: Clinic) -> None:
    screen.sign_in("admin/", named(clinic, "Plain").login)
    screen.expect_text("You are not an administrator of this project")
    expect(screen.page.get_by_role("table")).to_have_count(0)
    screen.page.get_by_role("link", name="provider page").click()
    expect(screen.button("Connect")).to_be_visible()


@pytest.mark.parametrize("width", [320, 400, 768])
def test_narrow_window_does_not_scroll_sideways(screen: Screen, clinic: Clinic, width: int) -> None:
    name = named(clinic, "Narrow", practitioner={"address": []}).name
    screen.page.set_viewport_size({"width": width, "height": 800})
    screen.sign_in("admin/", ADMIN)
    row = screen.row(name)
    row.press("Enroll")
    assert screen.overflow_px() == 0
    window = row.window("Enroll")
    window.get_by_label(PRESCRIBING, exact=True).check()
    window.get_by_role("button", name="Enroll").click()
    row.expect_result("Enroll did not work.")
    assert screen.overflow_px() == 0
