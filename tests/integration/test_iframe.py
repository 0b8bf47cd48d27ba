"""The iframe bot through `$execute`: its links open DoseSpot, once, as the caller and nobody else.

Whether a link is right is for the DoseSpot stand-in to say, which checks it with code of its own.
"""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from bots.iframe.bot import NOT_SYNCED
from shared.members.caller import NOT_ENROLLED, RUN_AS_USER
from shared.records.findings import INPUT_REFUSED
from tests.integration.clinic import DEA, Answer, Clinic, Member
from tests.integration.self_service import (
    IFRAME_BOT,
    add_patient,
    bot_as_itself,
    enrolled,
    grant,
    open_page,
    self_enroll,
    sync,
    without_secrets,
    writes,
)

pytestmark = pytest.mark.usefixtures("both_ways")

USED = "The link was used before. Each link opens one session."


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody who can prescribe, but no controlled substances."""
    return enrolled(clinic)


def _iframe(clinic: Clinic, member: Member, patient_id: str | None = None) -> Answer:
    given = {} if patient_id is None else {"patientId": patient_id}
    return clinic.execute(IFRAME_BOT, given, member.token)


def _url(clinic: Clinic, member: Member, patient_id: str | None = None) -> str:
    answer = _iframe(clinic, member, patient_id)
    assert answer.status == 200
    assert set(answer.body) == {"url"}
    return str(answer.body["url"])


def _heading(page: str) -> str:
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page)
    return str(heading)


def _phrase(url: str) -> str:
    return parse_qs(urlsplit(url).query)["SingleSignOnCode"][0][:32]


def test_the_hooks_order_opens_dosespot_for_the_patient(clinic: Clinic, prescriber: Member) -> None:
    grant(clinic, prescriber)
    patient = add_patient(clinic, name=[{"given": ["Ines"], "family": "Hook"}])
    assert self_enroll(clinic, prescriber).body["status"] == "created"
    first = open_page(clinic, _url(clinic, prescriber))
    assert (first.status_code, _heading(first.text)) == (200, "Legal agreements")
    for step, heading in (
        ("sign-agreements", "Identity proofing"),
        ("pass-idp", "Two-factor authentication"),
        ("activate-tfa", "Ready to prescribe"),
    ):
        clinic.prescriber_does(prescriber, step)
        assert self_enroll(clinic, prescriber).status == 200
        assert sync(clinic, prescriber, patient).status == 200
        page = open_page(clinic, _url(clinic, prescriber, patient["id"]))
        assert (page.status_code, _heading(page.text)) == (200, heading)
        assert "Signed in: Jane Smith." in page.text
    assert "Ines Hook" in page.text


def test_the_link_carries_the_clinic_the_caller_and_the_patient(
    clinic: Clinic, member: Member
) -> None:
    patient = add_patient(clinic, name=[{"given": ["Ida"], "family": "Carried"}])
    patient_id = sync(clinic, member, patient).body["doseSpotPatientId"]
    sandbox = clinic.sandbox
    expected = {
        "SingleSignOnClinicId": [str(sandbox.dosespot.clinic_id)],
        "SingleSignOnUserId": [str(clinic.clinician(member)["id"])],
        "SingleSignOnPhraseLength": ["32"],
    }
    for asked, page in (
        (patient["id"], {"PatientId": [str(patient_id)]}),
        (None, {"RefillsErrors": ["1"]}),
    ):
        query = parse_qs(urlsplit(_url(clinic, member, asked)).query)
        assert query.pop("SingleSignOnCode")
        assert query.pop("SingleSignOnUserIdVerify")
        assert query == {**expected, **page}


def test_each_link_has_its_own_phrase_and_opens_one_session(clinic: Clinic, member: Member) -> None:
    urls = [_url(clinic, member) for _ in range(3)]
    assert len({_phrase(url) for url in urls}) == 3
    for url in urls:
        assert open_page(clinic, url).status_code == 200
        again = open_page(clinic, url)
        assert (again.status_code, _heading(again.text)) == (403, "Sign-in refused")
        assert USED in again.text


def test_a_link_writes_nothing_where_nothing_is_due(clinic: Clinic, member: Member) -> None:
    self_enroll(clinic, member)
    clinic.reset()
    _url(clinic, member)
    assert writes(clinic) == []


def test_a_patient_whom_the_caller_does_not_have_is_refused(clinic: Clinic, member: Member) -> None:
    answer = _iframe(clinic, member, "00000000-0000-4000-8000-000000000000")
    assert answer.body["errorType"] == "FhirNotFound"
    assert answer.error == ("The FHIR server has no such Patient. Check the id.")


def test_a_patient_whom_the_callers_access_policy_hides_is_refused(clinic: Clinic) -> None:
    visible = ("Bot", "Practitioner", "PractitionerRole")
    rules = [{"resourceType": name} for name in visible]
    member = enrolled(
        clinic, dea=DEA, access_policy={"resourceType": "AccessPolicy", "resource": rules}
    )
    patient = add_patient(clinic)
    answer = _iframe(clinic, member, patient["id"])
    assert answer.body["errorType"] == "FhirDenied"
    assert answer.error == "The FHIR server does not allow access to this Patient."


@pytest.mark.parametrize("given", ["../Bot/1", "a b", "", "x" * 65, 7])
def test_what_is_no_id_is_refused(clinic: Clinic, member: Member, given: object) -> None:
    answer = clinic.execute(IFRAME_BOT, {"patientId": given}, member.token)
    assert answer.body["errorType"] == "InputRefused"
    assert answer.error.removeprefix(INPUT_REFUSED).startswith("patientId: ")


def test_a_patient_who_is_not_in_dosespot_is_to_be_synced_first(
    clinic: Clinic, member: Member
) -> None:
    answer = _iframe(clinic, member, add_patient(clinic)["id"])
    assert answer.refusal == ("RecordsRefused", NOT_SYNCED)
    assert "dosespot-patient-sync-bot" in answer.error


def test_who_is_not_enrolled_gets_no_link(clinic: Clinic) -> None:
    answer = _iframe(clinic, clinic.add_member())
    assert answer.refusal == ("NotAuthorized", NOT_ENROLLED)


def test_a_bot_that_runs_as_itself_gives_no_link(clinic: Clinic, member: Member) -> None:
    with bot_as_itself(clinic, IFRAME_BOT, admin=True) as bot:
        answer = clinic.execute(bot, {}, member.token)
    assert answer.refusal == ("Misconfigured", RUN_AS_USER)


def test_all_missing_secrets_are_named(clinic: Clinic, member: Member) -> None:
    with without_secrets(clinic, "DOSESPOT_IFRAME_URL", "DOSESPOT_CLINIC_KEY"):
        answer = _iframe(clinic, member)
    assert answer.body["errorType"] == "Misconfigured"
    assert answer.error == (
        "Project secrets must be corrected: DOSESPOT_IFRAME_URL, DOSESPOT_CLINIC_KEY missing."
        " Set them in Project.secret."
    )
