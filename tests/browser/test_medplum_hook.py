"""The unmodified `useDoseSpotIFrame` of npm's @medplum/dosespot-react, in StrictMode.

Its version knows no self-enrollment: that enrollment goes on is the iFrame bot's work alone.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from fhir_profiles.registration_status import registration_status
from shared.members.caller import NOT_ENROLLED
from tests.browser.medplum_app import Tab
from tests.browser.people import named
from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.creating import setting
from tests.integration.self_service import add_patient

PRESCRIBING = ("PrescribingClinician",)


@pytest.fixture
def returned(clinic: Clinic) -> Iterator[None]:
    """The bots return their errors, as `register` sets where the server answers them as such."""
    with setting(clinic, "MEDPLUM_BOT_ERRORS", "returned"):
        yield


def test_hook_alone_takes_a_prescriber_to_epcs_in_two_tabs_with_reloads(
    tab: Callable[[], Tab], clinic: Clinic
) -> None:
    person = named(clinic, "Hooked", dea=DEA, roles=PRESCRIBING)
    tabs = (tab(), tab())
    tabs[0].sign_in(person.login)  # which the other tab notices
    expect_opened(tabs)
    assert enrollment(clinic, person.member) == ("Pending", 0, 0)
    tabs[0].dosespot.sign_agreements()

    reload_at_once(tabs)
    assert enrollment(clinic, person.member) == ("IDPInitializeSuccess", 1, 0)
    tabs[1].dosespot.prove_identity()

    reload_at_once(tabs)
    assert enrollment(clinic, person.member) == ("TFAActivateInit", 1, 1)
    tabs[0].dosespot.activate_second_factor()

    reload_at_once(tabs)
    assert enrollment(clinic, person.member) == ("TFAActivatedSuccess", 1, 1)
    for one in tabs:
        one.dosespot.expect_heading("Ready to prescribe")


@pytest.mark.parametrize(
    ("roles", "practitioner", "sentence"),
    [
        ((), {}, NOT_ENROLLED),
        (
            PRESCRIBING,
            {"active": False},
            "The prescriber is not active."
            " Set Practitioner.active to true, then run the bot again.",
        ),
        (
            PRESCRIBING,
            {"birthDate": ""},
            "The date of birth is missing; add it (Practitioner.birthDate)",
        ),
    ],
    ids=["no role", "not active", "records lack something"],
)
@pytest.mark.usefixtures("returned")
def test_refusal_is_a_sentence_on_the_page(
    tab: Callable[[], Tab], clinic: Clinic, roles: tuple[str, ...], practitioner: Any, sentence: str
) -> None:
    person = named(clinic, "Refused", roles=roles, practitioner=practitioner)
    one = tab()
    one.sign_in(person.login)
    one.expect_refused(sentence)
    assert clinic.clinicians(person.member.npi) == []


@pytest.mark.usefixtures("returned")
def test_dosespot_out_of_reach_is_a_sentence_on_the_page(
    tab: Callable[[], Tab], clinic: Clinic
) -> None:
    person = named(clinic, "Waiting", roles=PRESCRIBING)
    look_up = {"method": "GET", "path": "/webapi/v2/api/clinician"}
    clinic.break_dosespot(**look_up, kind="status", status=503, times=99)
    one = tab()
    one.sign_in(person.login)
    one.expect_refused(
        "DoseSpot could not be reached or is unavailable. Try again in a few minutes."
    )


def test_first_opening_of_all_may_be_with_a_patient(tab: Callable[[], Tab], clinic: Clinic) -> None:
    person = named(clinic, "Hurried", roles=PRESCRIBING)
    patient = add_patient(clinic, name=[{"given": ["Eve"], "family": "Waiting"}])
    one = tab()
    one.open_patient(patient)
    one.sign_in(person.login)
    one.expect_opened()
    assert enrollment(clinic, person.member) == ("Pending", 0, 0)
    one.dosespot.sign_agreements()

    one.reload()
    one.expect_opened()
    one.dosespot.expect_heading("Eve Waiting")


@pytest.mark.usefixtures("returned")
def test_patient_opens_once_the_patient_is_complete(tab: Callable[[], Tab], clinic: Clinic) -> None:
    person = named(clinic, "Treating", roles=PRESCRIBING)
    patient = add_patient(clinic, name=[{"given": ["Ann"], "family": "Shown"}], birthDate=None)
    one = tab()
    one.open_patient(patient)
    one.sign_in(person.login)
    one.expect_refused("The date of birth is missing; add it (Patient.birthDate)")
    assert enrollment(clinic, person.member) == ("Pending", 0, 0)

    clinic.write({**clinic.read(f"Patient/{patient['id']}"), "birthDate": "1990-02-03"})
    one.reload()
    one.expect_opened()
    one.dosespot.sign_agreements()
    one.reload()
    one.expect_opened()
    one.dosespot.expect_heading("Ann Shown")


@pytest.mark.usefixtures("returned")
def test_who_has_no_role_is_told_so_with_a_patient_too(
    tab: Callable[[], Tab], clinic: Clinic
) -> None:
    person = named(clinic, "Unknown")
    one = tab()
    one.open_patient(add_patient(clinic))
    one.sign_in(person.login)
    one.expect_refused(NOT_ENROLLED)
    assert clinic.clinicians(person.member.npi) == []


def expect_opened(tabs: Sequence[Tab]) -> None:
    for one in tabs:
        one.expect_opened()


def reload_at_once(tabs: Sequence[Tab]) -> None:
    """Loads all tabs again, and waits until each has opened DoseSpot."""
    for one in tabs:
        one.reload()
    expect_opened(tabs)


def enrollment(clinic: Clinic, member: Member) -> tuple[str | None, int, int]:
    """The Practitioner's status, and how often DoseSpot's only clinician began either stage."""
    clinician = clinic.clinician(member)
    status = registration_status(clinic.practitioner(member))
    return status, clinician["idp_inits"], clinician["tfa_inits"]
