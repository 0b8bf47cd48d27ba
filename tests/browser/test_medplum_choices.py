"""The unmodified hooks of @medplum/dosespot-react by which drugs and pharmacies are chosen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, write
from fhir_profiles.patient_identifier import dosespot_patient_id
from tests.browser.medplum_app import Tab
from tests.browser.people import Named, named
from tests.integration.choosing import synced
from tests.integration.clinic import Clinic
from tests.integration.creating import setting

PRESCRIBING = ("PrescribingClinician",)
AMOXICILLIN = "Amoxicillin (oral - capsule) 500 mg"


@pytest.fixture
def person(clinic: Clinic) -> Named:
    """Somebody who is enrolled before they sign in, as the counts' hook wants."""
    person = named(clinic, "Choosing", roles=PRESCRIBING)
    assert clinic.enroll(person.member).status == 200
    return person


def test_what_a_prescriber_chooses_is_on_the_page_and_on_the_chart(
    tab: Callable[[], Tab], clinic: Clinic, person: Named
) -> None:
    patient = synced(clinic, person.member)
    one = tab()
    one.screen.go_to(f"choices.html?patient={patient['id']}")
    one.sign_in(person.login)
    page = one.screen.page
    one.screen.expect_text("Waiting: 0")

    favorites = page.get_by_role("region", name="Favorites")
    favorites.get_by_label("Drug").fill("amox")
    favorites.get_by_role("button", name=AMOXICILLIN).click()
    favorites.get_by_label("Directions").fill("One for the browser")
    favorites.get_by_role("button", name="Save favorite").click()
    expect(favorites.get_by_text(f"Saved: {AMOXICILLIN}")).to_be_visible()
    expect(favorites.get_by_role("listitem").filter(has_text="One for the browser")).to_have_count(
        1
    )

    pharmacies = page.get_by_role("region", name="Pharmacies")
    pharmacies.get_by_role("button", name="Open all night").click()
    night = pharmacies.get_by_role("article", name="Nightlight Pharmacy")
    expect(night.get_by_text("5 Lakeshore Dr, 3125550111")).to_be_visible()
    night.get_by_role("button", name="Choose").click()
    pharmacies.get_by_role("button", name="Primary").click()
    pharmacies.get_by_role("button", name="Save pharmacy").click()
    expect(
        pharmacies.get_by_text("Answer: The pharmacy is now the patient's primary")
    ).to_be_visible()
    pharmacies.get_by_label("Store").fill("Corner")
    corner = pharmacies.get_by_role("article", name="Corner Drug Store")
    corner.get_by_role("button", name="Add").click()
    expect(pharmacies.get_by_text("Preferred: primary, preferred")).to_be_visible()
    expect(one.errors).to_have_count(0)

    order = {"clinician_id": clinic.clinician(person.member)["id"], "drug_id": 20001}
    with clinic.sandbox.dosespot.behind() as backend:
        whole = PrescriptionOrder.model_validate({**order, "pharmacy_id": 60001})
        write(backend, dosespot_patient_id(patient) or 0, whole)
    one.screen.expect_text("Waiting: 1")


def test_a_refusal_is_a_sentence_on_the_page(
    tab: Callable[[], Tab], clinic: Clinic, person: Named
) -> None:
    one = tab()
    one.screen.go_to("choices.html?patient=nobody")
    with setting(clinic, "MEDPLUM_BOT_ERRORS", "returned"):
        one.sign_in(person.login)
        favorites = one.screen.page.get_by_role("region", name="Favorites")
        favorites.get_by_label("Drug").fill("am")
        expect(one.errors).to_have_text(["Must have at least 3 characters (name)"])
