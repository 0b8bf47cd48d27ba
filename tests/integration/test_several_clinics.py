"""A project with two clinics: which one a call means, and that nothing gets from one to another."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.billed_prescriber import periods_of
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import EPCS_ENABLED, REGISTRATION_STATUS
from shared.access.authorize import NOT_ADMINISTRATOR
from shared.clinics.rules.meant import NOT_A_CLINIC, REFUSED, WHICH, WHICH_OF_THEIRS
from tests.integration.choosing import medication
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Member
from tests.integration.creating import setting
from tests.integration.inviting import BOT as INVITE
from tests.integration.inviting import mailing, outcomes
from tests.integration.self_service import add_patient, create, practitioner_role
from tests.integration.several import TwoClinics

SYNC, IFRAME = "dosespot-patient-sync-bot", "dosespot-iframe-bot"
SELF = "dosespot-self-enroll-prescriber-bot"


@pytest.fixture
def somebody(two: TwoClinics) -> Member:
    """A prescriber of both of DoseSpot's clinics, whom no PractitionerRole names."""
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.link(member)
    two.clinic.reset()
    return member


def sync(two: TwoClinics, member: Member, patient: str, **more: str) -> Answer:
    return two.clinic.execute(SYNC, {"patientId": patient, **more}, member.token)


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
    opened = two.clinic.execute(IFRAME, {"patientId": patient}, somebody.token)
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
        opened = two.clinic.execute(IFRAME, given, somebody.token)
        assert opened_at(opened)[1] == str(number)
        again = sync(two, somebody, patient, organizationId=organization)
        assert (again.body["doseSpotPatientId"], again.body["status"]) == (number, "unchanged")


def test_who_works_nowhere_or_at_both_has_to_say_which(two: TwoClinics, somebody: Member) -> None:
    patient = add_patient(two.clinic)["id"]
    two.clinic.reset()
    both = f"{two.own} (clinic {two.clinic.clinic_id}) or {two.north} (clinic {two.number})"
    for sentence in (WHICH, WHICH_OF_THEIRS):
        answer = sync(two, somebody, patient)
        expected = f"{REFUSED}organizationId: {sentence.format(choice=both)}."
        assert answer.refusal == ("InputRefused", expected)
        opened = two.clinic.execute(IFRAME, {"patientId": patient}, somebody.token)
        assert opened.error == expected
        assert two.clinic.writes() == []
        two.works_at(somebody, two.north, two.own)
    answer = sync(two, somebody, patient, organizationId="ward")
    assert answer.error == f"{REFUSED}organizationId: {NOT_A_CLINIC.format(choice=both)}."


def test_an_id_of_one_clinic_opens_nothing_at_another(two: TwoClinics, somebody: Member) -> None:
    patient = add_patient(two.clinic)["id"]
    sync(two, somebody, patient, organizationId=two.own)
    given = {"patientId": patient, "organizationId": two.north}
    opened = two.clinic.execute(IFRAME, given, somebody.token)
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


def epcs(two: TwoClinics, member: Member, organization: str) -> tuple[str, bool]:
    """What somebody's role at a clinic says of their status."""
    (role,) = two.roles(member, organization)
    told = {one["url"]: one for one in role.get("extension", [])}
    status = told.get(REGISTRATION_STATUS, {}).get("valueCode", "")
    return status, told.get(EPCS_ENABLED, {}).get("valueBoolean", False)


def test_a_prescriber_is_enrolled_at_two_clinics_each_with_a_status_of_its_own(
    two: TwoClinics,
) -> None:
    member = two.clinic.add_member(dea=DEA)
    two.works_at(member, two.own, two.north)
    answer = two.clinic.enroll(member)
    assert "organizationId" in answer.error
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    assert epcs(two, member, two.north) == ("", False)
    enrolled = two.clinic.enroll(member, organizationId=two.north)
    assert enrolled.status == 200, enrolled.body
    assert len(two.clinic.clinicians(member.npi)) == 1
    two.does(member, "sign-agreements")
    for flags, step in (({"initIdp": True}, "pass-idp"), ({"initTfa": True}, "activate-tfa")):
        two.clinic.enroll(member, organizationId=two.north, **flags)
        two.does(member, step)
    done = two.clinic.enroll(member, organizationId=two.north)
    assert done.body["registrationStatus"] == "TFAActivatedSuccess"
    own, north = str(two.clinic.clinic_id), str(two.number)
    assert two.status(member) == {own: "Pending", north: "TFAActivatedSuccess"}
    assert epcs(two, member, two.north) == ("TFAActivatedSuccess", True)
    assert epcs(two, member, two.own) == ("", False)
    practitioner = two.clinic.practitioner(member)
    assert registration_status(practitioner) == "Pending"
    assert not has_epcs_qualification(practitioner)


def test_somebody_new_is_created_at_the_only_clinic_where_they_work(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north)
    assert two.clinic.enroll(member).status == 200
    assert two.status(member) == {str(two.number): "Pending"}
    assert registration_status(two.clinic.practitioner(member)) is None
    two.clinic.reset()
    assert two.clinic.enroll(member).status == 200
    assert two.clinic.writes() == []


@pytest.mark.parametrize("by", ["an administrator", "themselves"])
def test_who_was_created_at_another_clinic_is_linked_to_the_own_one_to_enroll_there(
    two: TwoClinics, by: str
) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code="PrescribingClinician")
    assert two.clinic.enroll(member, organizationId=two.north).status == 200
    given = {"organizationId": two.own}
    if by == "themselves":
        answer = two.clinic.execute(SELF, given, member.token)
    else:
        answer = two.clinic.enroll(member, **given)
    assert (answer.status, answer.body["registrationStatus"]) == (200, "Pending"), answer.body
    assert two.status(member) == {str(two.clinic.clinic_id): "Pending", str(two.number): "Pending"}


def test_who_gave_themselves_a_role_at_the_own_clinic_is_not_linked_to_it(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north, code="PrescribingClinician")
    assert two.clinic.enroll(member).status == 200
    create(two.clinic, practitioner_role(member, "PrescribingClinician"), by=member)
    answer = two.clinic.execute(SELF, {"organizationId": two.own}, member.token)
    assert answer.body["errorType"] == "NotAuthorized"
    assert two.status(member) == {str(two.number): "Pending"}


def test_nobody_is_enrolled_at_a_clinic_where_no_role_says_that_they_work(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own)
    answer = two.clinic.enroll(member, organizationId=two.north)
    assert answer.body["errorType"] == "RecordsRefused"
    assert "PractitionerRole.organization: no active PractitionerRole" in answer.error
    assert two.clinic.clinicians(member.npi) == []


@pytest.mark.parametrize("bot", ["dosespot-self-enroll-prescriber-bot", IFRAME])
def test_a_role_granted_at_one_clinic_lets_nobody_enroll_at_another(
    two: TwoClinics, bot: str
) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north, code="PrescribingClinician")
    two.works_at(member, two.own)
    refused = two.clinic.execute(bot, {"organizationId": two.own}, member.token)
    assert refused.body["errorType"] == "NotAuthorized"
    assert two.clinic.clinicians(member.npi) == []
    done = two.clinic.execute(bot, {"organizationId": two.north}, member.token)
    assert done.status == 200, done.body
    assert two.status(member) == {str(two.number): "Pending"}
    assert epcs(two, member, two.north) == ("Pending", False)


@pytest.mark.parametrize("bot", ["dosespot-self-enroll-prescriber-bot", IFRAME])
def test_a_prescriber_of_one_clinic_joins_another_only_with_a_role_from_an_administrator(
    two: TwoClinics, bot: str
) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, code="PrescribingClinician")
    given = {"organizationId": two.own}
    assert two.clinic.execute(bot, given, member.token).status == 200
    take_role(two, member, two.north)
    answer = two.clinic.execute(bot, {"organizationId": two.north}, member.token)
    told = answer.error or str(answer.body["warnings"])
    assert "You are not authorized at this clinic yet." in told
    assert two.status(member) == {str(two.clinic.clinic_id): "Pending"}
    (role,) = two.roles(member, two.north)
    two.clinic.delete(f"PractitionerRole/{role['id']}")
    two.works_at(member, two.north, code="PrescribingClinician")
    assert two.clinic.execute(bot, {"organizationId": two.north}, member.token).status == 200
    assert two.status(member).keys() == {str(two.clinic.clinic_id), str(two.number)}


def take_role(two: TwoClinics, member: Member, organization: str) -> None:
    """Somebody gives themselves a role at a clinic."""
    where = {"organization": {"reference": f"Organization/{organization}"}}
    create(two.clinic, practitioner_role(member, "PrescribingClinician", **where), by=member)


def test_who_is_linked_to_a_clinic_goes_on_there_only_with_a_role_from_an_administrator(
    two: TwoClinics,
) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, code="PrescribingClinician")
    given = {"organizationId": two.own}
    assert two.clinic.execute(SELF, given, member.token).status == 200
    two.link(member)
    take_role(two, member, two.north)
    two.clinic.reset()
    refused = two.clinic.execute(SELF, {"organizationId": two.north}, member.token)
    assert refused.body["errorType"] == "NotAuthorized"
    assert epcs(two, member, two.north) == ("", False)


def at_both(two: TwoClinics) -> Member:
    """Somebody who is enrolled at both clinics, and has come further at the second one since."""
    member = two.clinic.add_member(dea=DEA)
    two.works_at(member, two.own, two.north)
    for organization in (two.own, two.north):
        assert two.clinic.enroll(member, organizationId=organization).status == 200
    two.does(member, "sign-agreements")
    two.clinic.reset()
    return member


def test_the_status_sync_compares_somebody_at_each_clinic_where_they_work(two: TwoClinics) -> None:
    member = at_both(two)
    (role,) = two.roles(member, two.north)
    given = {"practitionerId": member.id}
    answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert answer.status == 200, answer.body
    assert answer.body["checked"] == 2
    assert answer.body["differences"] == [
        {
            "practitioner": f"PractitionerRole/{role['id']}",
            "status": {"from": "Pending", "to": "RegistrationSuccess"},
            "epcs": {"from": False, "to": False},
        }
    ]
    assert epcs(two, member, two.north) == ("RegistrationSuccess", False)
    assert registration_status(two.clinic.practitioner(member)) == "Pending"
    two.clinic.reset()
    again = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert (again.body["changed"], again.body["unchanged"]) == (0, 2)
    assert two.clinic.writes() == []


def test_who_works_at_another_clinic_only_is_compared_there_only(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north)
    assert two.clinic.enroll(member).status == 200
    given = {"practitionerId": member.id}
    answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
    assert (answer.body["checked"], answer.body["unchanged"]) == (1, 1)
    assert registration_status(two.clinic.practitioner(member)) is None


def test_a_notification_updates_each_clinic(two: TwoClinics) -> None:
    member = at_both(two)
    data = {"ClinicianId": two.clinic.clinician(member)["id"]}
    answer = two.clinic.session.post(
        f"{two.clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": "https://www.medplum.com/bots|dosespot-notification-bot"},
        json={"EventType": "ClinicianConfirmed", "Data": data},
        headers={
            "Authorization": f"Bearer {two.clinic.admin.token}",
            "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}",
        },
        timeout=TIMEOUT_S,
    )
    assert (answer.status_code, answer.json()["handled"]) == (200, True), answer.json()
    assert epcs(two, member, two.north) == ("RegistrationSuccess", False)


def test_a_clinic_that_lets_nobody_in_yet_does_not_stop_the_others(two: TwoClinics) -> None:
    member = at_both(two)
    key = f"DOSESPOT_CLINIC_KEY_{two.number}"
    with setting(two.clinic, key, "wrong"):
        given = {"practitionerId": member.id}
        answer = two.clinic.execute("dosespot-sync-status-bot", given, two.clinic.admin.token)
        opened = two.clinic.execute(IFRAME, {"organizationId": two.own}, member.token)
    assert (answer.body["unchanged"], answer.body["failed"]) == (1, 1)
    assert key in answer.body["failures"][0]["error"]
    assert opened.status == 200


MEMBERS = "dosespot-clinician-clinics-bot"


def answers(answer: Answer) -> list[tuple[str, str]]:
    """What came of each clinic."""
    return [(one["organizationId"], one["status"]) for one in answer.body["clinics"]]


def numbers_of(two: TwoClinics, member: Member) -> set[int]:
    return {int(one) for one in two.status(member)}


def test_somebody_is_linked_to_a_clinic_and_taken_out_again_with_an_answer_for_each(
    two: TwoClinics,
) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    own, north = two.clinic.clinic_id, two.number
    for given, expected, linked in (
        ({"add": [two.own, two.north]}, ["unchanged", "added"], {own, north}),
        ({"add": [two.north, two.north]}, ["unchanged"], {own, north}),
        ({"remove": [two.own], "add": [two.north]}, ["unchanged", "removed"], {north}),
        ({"remove": [two.own]}, ["unchanged"], {north}),
    ):
        body = {"practitionerId": member.id, **given}
        answer = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
        assert answer.status == 200, answer.body
        assert [status for _, status in answers(answer)] == expected
        assert numbers_of(two, member) == linked
    kept = [one["outcomeDesc"] for one in two.clinic.events(f"Practitioner/{member.id}")]
    number = two.clinic.clinician(member)["id"]
    for clinic_id in (own, north):
        assert f"DoseSpot {number} at clinic {clinic_id}" in kept


def billed(two: TwoClinics, member: Member) -> dict[int, bool]:
    """By number of the clinic, whether the billing of somebody there goes on."""
    found = periods_of(two.clinic.sandbox.fhir.resources("Account"))
    theirs = [one for one in found if one.practitioner == f"Practitioner/{member.id}"]
    return {one.clinic: one.end is None for one in theirs}


def test_an_invitation_to_one_clinic_lets_nobody_enroll_at_another(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code="PrescribingClinician")
    with mailing(two.clinic, INVITATION_REQUIRED="true"):
        people = [{"practitionerId": member.id, "organizationId": two.north}]
        invited = two.clinic.execute(INVITE, {"practitioners": people}, two.clinic.admin.token)
        assert outcomes(invited) == ["invited"], invited.body
        at_own, at_north = (
            two.clinic.execute(SELF, {"organizationId": one}, member.token)
            for one in (two.own, two.north)
        )
        assert at_own.body["errorType"] == "NotAuthorized"
        assert at_north.status == 200, at_north.error


@pytest.fixture
def billing(two: TwoClinics) -> Iterator[TwoClinics]:
    """Clinics that bill; the reports of other tests are about one."""
    with setting(two.clinic, "BILLING_PRICE", "39.00"):
        yield two
    for one in two.clinic.sandbox.fhir.resources("Account"):
        two.clinic.delete(f"Account/{one['id']}")


def test_a_clinic_bills_for_itself_until_somebody_is_taken_out(billing: TwoClinics) -> None:
    member, number = at_both(billing), billing.number
    billing.clinic.enroll(member, organizationId=billing.north, initIdp=True)
    billing.does(member, "pass-idp")
    admin, given = billing.clinic.admin.token, {"practitionerId": member.id}
    billing.clinic.execute("dosespot-sync-status-bot", given, admin)
    assert billed(billing, member) == {number: True}
    for left, goes_on in ((billing.own, True), (billing.north, False)):
        answer = billing.clinic.execute(MEMBERS, {**given, "remove": [left]}, admin)
        assert answers(answer) == [(left, "removed")]
        assert billed(billing, member) == {number: goes_on}


def test_what_fails_at_one_clinic_says_nothing_of_the_other(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    number = two.clinic.clinician(member)["id"]
    refusal = {"Result": {"ResultCode": "ERROR", "ResultDescription": "Clinic not found"}}
    two.clinic.break_dosespot(
        method="POST",
        path=f"/webapi/v2/api/clinicians/{number}/clinics",
        kind="text",
        status=200,
        body=json.dumps([refusal]),
    )
    body = {"practitionerId": member.id, "add": [two.north], "remove": [two.own]}
    answer = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert answers(answer) == [(two.north, "failed"), (two.own, "removed")]
    assert answer.body["clinics"][0]["reason"].startswith("DoseSpot refused to link")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_about_a_link_is_looked_up(two: TwoClinics, when: str) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    path = f"/webapi/v2/api/clinicians/{two.clinic.clinician(member)['id']}/clinics"
    two.clinic.break_dosespot(method="POST", path=path, kind="drop", when=when)
    body = {"practitionerId": member.id, "add": [two.north]}
    first = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert answers(first) == [(two.north, "added" if when == "after" else "failed")]
    again = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert answers(again) == [(two.north, "unchanged" if when == "after" else "added")]


def test_a_delete_whose_body_got_lost_is_not_taken_for_done(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    done = [{"Result": {"ResultCode": "OK", "ResultDescription": ""}}]
    two.clinic.break_dosespot(
        method="DELETE",
        path=f"/webapi/v2/api/clinics/{two.clinic.clinic_id}/clinicians",
        kind="text",
        status=200,
        body=json.dumps(done),
    )
    body = {"practitionerId": member.id, "remove": [two.own]}
    answer = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert answers(answer) == [(two.own, "failed")]
    assert "still shows the clinician at the clinic" in answer.body["clinics"][0]["reason"]


def test_only_administrators_link_and_all_unknown_clinics_are_named(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.clinic.reset()
    body = {"practitionerId": member.id, "add": ["x", two.north], "remove": ["y"]}
    refused = two.clinic.execute(MEMBERS, body, member.token)
    assert refused.refusal == ("NotAuthorized", NOT_ADMINISTRATOR)
    unknown = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert unknown.body["errorType"] == "InputRefused"
    assert unknown.error.count("is not the Organization of one of this project's") == 2
    assert "add[0]: " in unknown.error
    assert "remove[0]: " in unknown.error
    nobody = two.clinic.add_member()
    two.clinic.reset()
    body = {"practitionerId": nobody.id, "add": [two.north]}
    answer = two.clinic.execute(MEMBERS, body, two.clinic.admin.token)
    assert answer.body["errorType"] == "RecordsRefused"
    assert two.clinic.writes() == []


def test_readiness_is_told_for_each_clinic(two: TwoClinics) -> None:
    member = at_both(two)
    bot = "dosespot-readiness-bot"

    def reasons(**given: str) -> dict[str, str]:
        answer = two.clinic.execute(
            bot, {"practitionerId": member.id, **given}, two.clinic.admin.token
        )
        (found,) = answer.body["prescribers"]
        return {one["code"]: one["evidence"]["path"] for one in found["reasons"]}

    assert "agreement-pending" in reasons(organizationId=two.own)
    north = reasons(organizationId=two.north)
    assert "agreement-pending" not in north
    assert north["status-outdated"] == "PractitionerRole.extension"
    everybody = two.clinic.execute(bot, {}, two.clinic.admin.token)
    assert "organizationId: is required, because this project has several" in everybody.error
    page = two.clinic.execute(bot, {"organizationId": two.north}, two.clinic.admin.token)
    assert page.status == 200


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
