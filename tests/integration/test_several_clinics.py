"""A project with two clinics: which one a call means, and that nothing gets from one to another."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.clinics.rules.meant import NOT_A_CLINIC, WHICH, WHICH_OF_THEIRS
from shared.records.findings import INPUT_REFUSED
from tests.integration.choosing import medication
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Member
from tests.integration.self_service import IFRAME_BOT, SYNC_BOT, add_patient
from tests.integration.several import TwoClinics


@pytest.fixture
def somebody(two: TwoClinics) -> Member:
    """A prescriber of both of DoseSpot's clinics, whom no PractitionerRole names."""
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.link(member)
    two.clinic.reset()
    return member


def sync(two: TwoClinics, member: Member, patient: str, **more: str) -> Answer:
    return two.clinic.execute(SYNC_BOT, {"patientId": patient, **more}, member.token)


def opened_at(answer: Answer) -> tuple[str, str]:
    """The clinic and the patient of a link."""
    query = parse_qs(urlsplit(answer.body["url"]).query)
    return query["SingleSignOnClinicId"][0], query.get("PatientId", [""])[0]


def in_dosespot(two: TwoClinics, *numbers: int) -> list[int]:
    """The clinics of DoseSpot's patients with these numbers."""
    url = f"{two.clinic.control_url}patients"
    found = {one["id"]: one for one in two.clinic.session.get(url, timeout=TIMEOUT_S).json()}
    return [found[one]["clinic_id"] for one in numbers]


def test_the_only_clinic_where_somebody_works_is_meant(two: TwoClinics, somebody: Member) -> None:
    two.works_at(somebody, two.north)
    patient = add_patient(two.clinic)["id"]
    number = sync(two, somebody, patient).body["doseSpotPatientId"]
    assert in_dosespot(two, number) == [two.number]
    opened = two.clinic.execute(IFRAME_BOT, {"patientId": patient}, somebody.token)
    assert opened_at(opened) == (str(two.number), str(number))


def test_the_clinic_that_is_named_is_meant_wherever_somebody_works(
    two: TwoClinics, somebody: Member
) -> None:
    two.works_at(somebody, two.north, two.own)
    patient = add_patient(two.clinic)["id"]
    own = sync(two, somebody, patient, organizationId=two.own).body["doseSpotPatientId"]
    north = sync(two, somebody, patient, organizationId=two.north).body["doseSpotPatientId"]
    assert in_dosespot(two, own, north) == [two.clinic.clinic_id, two.number]
    for organization, number in ((two.own, own), (two.north, north)):
        given = {"patientId": patient, "organizationId": organization}
        opened = two.clinic.execute(IFRAME_BOT, given, somebody.token)
        assert opened_at(opened)[1] == str(number)
        again = sync(two, somebody, patient, organizationId=organization)
        assert (again.body["doseSpotPatientId"], again.body["status"]) == (number, "unchanged")


def test_who_works_nowhere_or_at_both_has_to_say_which(two: TwoClinics, somebody: Member) -> None:
    patient = add_patient(two.clinic)["id"]
    two.clinic.reset()
    both = f"{two.own} (clinic {two.clinic.clinic_id}) or {two.north} (clinic {two.number})"
    for sentence in (WHICH, WHICH_OF_THEIRS):
        answer = sync(two, somebody, patient)
        expected = f"{INPUT_REFUSED}organizationId: {sentence.format(choice=both)}."
        assert answer.refusal == ("InputRefused", expected)
        opened = two.clinic.execute(IFRAME_BOT, {"patientId": patient}, somebody.token)
        assert opened.error == expected
        assert two.clinic.writes() == []
        two.works_at(somebody, two.north, two.own)
    answer = sync(two, somebody, patient, organizationId="ward")
    assert answer.error == f"{INPUT_REFUSED}organizationId: {NOT_A_CLINIC.format(choice=both)}."


def test_an_id_of_one_clinic_opens_nothing_at_another(two: TwoClinics, somebody: Member) -> None:
    patient = add_patient(two.clinic)["id"]
    sync(two, somebody, patient, organizationId=two.own)
    given = {"patientId": patient, "organizationId": two.north}
    opened = two.clinic.execute(IFRAME_BOT, given, somebody.token)
    assert opened.body["errorType"] == "RecordsRefused"
    assert "the patient has no DoseSpot id yet" in opened.error


def test_who_does_not_belong_to_a_clinic_in_dosespot_gets_nothing_there(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.works_at(member, two.north)
    patient = add_patient(two.clinic)["id"]
    answer = sync(two, member, patient)
    assert answer.body["errorType"] == "Misconfigured"
    assert f"DOSESPOT_CLINIC_KEY_{two.number}" in answer.error


ABOUT_NOBODY = [
    ("dosespot-notification-counts-bot", {}),
    ("dosespot-search-medication-bot", {"name": "lis"}),
    ("dosespot-search-allergen-bot", {"name": "pen"}),
    ("dosespot-search-pharmacy-bot", {"name": "Elm"}),
    ("dosespot-add-favorite-medication-bot", medication(20001)),
]


@pytest.mark.parametrize(("bot", "given"), ABOUT_NOBODY, ids=[bot for bot, _ in ABOUT_NOBODY])
def test_whatever_is_asked_is_asked_at_the_clinic_that_is_meant(
    two: TwoClinics, bot: str, given: dict[str, Any]
) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.works_at(member, two.own, two.north)
    unsaid = two.clinic.execute(bot, given, member.token)
    assert "organizationId" in unsaid.error
    own = two.clinic.execute(bot, {**given, "organizationId": two.own}, member.token)
    assert own.status == 200, own.error
    north = two.clinic.execute(bot, {**given, "organizationId": two.north}, member.token)
    assert f"DOSESPOT_CLINIC_KEY_{two.number}" in north.error


HISTORY, REPORTED = "dosespot-medication-history-bot", "dosespot-self-reported-medications-sync-bot"
PHARMACY, DEFAULT = "dosespot-add-patient-pharmacy-bot", "dosespot-default-pharmacy-bot"


def test_a_patient_has_history_and_pharmacies_at_each_clinic(
    two: TwoClinics, somebody: Member
) -> None:
    two.works_at(somebody, two.north)
    patient = add_patient(two.clinic)["id"]
    days = {"start": "2026-03-10", "end": "2026-03-10"}
    asked = [
        (HISTORY, {"patientId": patient, **days}),
        (REPORTED, {"patientId": patient}),
        (PHARMACY, {"patientId": patient, "pharmacyId": 60001}),
    ]
    sync(two, somebody, patient, organizationId=two.own)
    for bot, given in asked:
        answer = two.clinic.execute(bot, given, somebody.token)
        assert answer.body["errorType"] == "RecordsRefused", bot
    sync(two, somebody, patient)
    for bot, given in asked:
        assert two.clinic.execute(bot, given, somebody.token).status == 200, bot
    everybody = {"pharmacyId": 60002, "patientIds": [patient], "dryRun": False}
    for organization in (two.own, two.north):
        given = {**everybody, "organizationId": organization}
        answer = two.clinic.execute(DEFAULT, given, two.clinic.admin.token)
        assert answer.body["successCount"] == 1, answer.body


def test_somebody_is_supervised_at_the_clinic_that_is_meant(two: TwoClinics) -> None:
    agent, other = two.clinic.add_member(dea=DEA), two.clinic.add_member(dea=DEA)
    for one, roles in ((agent, [5]), (other, [1])):
        two.works_at(one, two.north)
        assert two.clinic.enroll(one, practitionerRoleTypes=roles).status == 200
    given = {"practitionerId": agent.id, "supervisorPractitionerId": other.id, "action": "add"}
    answer = two.clinic.execute(
        "dosespot-set-supervising-prescriber", given, two.clinic.admin.token
    )
    assert answer.status == 200, answer.body
    supervisor = two.clinic.clinician(other)["id"]
    assert two.clinic.clinician(agent)["supervisor"] == {str(two.number): supervisor}
