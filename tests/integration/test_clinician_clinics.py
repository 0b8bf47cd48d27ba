"""The bot that adds somebody to clinics and takes them out, with an answer for each clinic."""

import json
from collections.abc import Iterator

import pytest

from fhir_profiles.billed_prescriber import periods_of
from shared.access.authorize import NOT_ADMINISTRATOR
from tests.integration.clinic import Answer, Member
from tests.integration.creating import setting
from tests.integration.several import CLINICIAN_CLINICS, TwoClinics, enrolled_at_both


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
        answer = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
        assert answer.status == 200, answer.body
        assert [status for _, status in answers(answer)] == expected
        assert numbers_of(two, member) == linked
    kept = [one["outcomeDesc"] for one in two.clinic.events(f"Practitioner/{member.id}")]
    number = two.clinic.clinician(member)["id"]
    for clinic_id in (own, north):
        assert f"DoseSpot {number} at clinic {clinic_id}" in kept


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
    answer = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
    assert answers(answer) == [(two.north, "failed"), (two.own, "removed")]
    assert answer.body["clinics"][0]["reason"].startswith("DoseSpot refused to link")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_about_a_link_is_looked_up(two: TwoClinics, when: str) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    path = f"/webapi/v2/api/clinicians/{two.clinic.clinician(member)['id']}/clinics"
    two.clinic.break_dosespot(method="POST", path=path, kind="drop", when=when)
    body = {"practitionerId": member.id, "add": [two.north]}
    first = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
    assert answers(first) == [(two.north, "added" if when == "after" else "failed")]
    again = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
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
    answer = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
    assert answers(answer) == [(two.own, "failed")]
    assert "still shows the clinician at the clinic" in answer.body["clinics"][0]["reason"]


def test_only_administrators_link_and_all_unknown_clinics_are_named(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.clinic.reset()
    body = {"practitionerId": member.id, "add": ["x", two.north], "remove": ["y"]}
    refused = two.clinic.execute(CLINICIAN_CLINICS, body, member.token)
    assert refused.refusal == ("NotAuthorized", NOT_ADMINISTRATOR)
    unknown = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
    assert unknown.body["errorType"] == "InputRefused"
    assert unknown.error.count("is not the Organization of one of this project's") == 2
    assert "add[0]: " in unknown.error
    assert "remove[0]: " in unknown.error
    nobody = two.clinic.add_member()
    two.clinic.reset()
    body = {"practitionerId": nobody.id, "add": [two.north]}
    answer = two.clinic.execute(CLINICIAN_CLINICS, body, two.clinic.admin.token)
    assert answer.body["errorType"] == "RecordsRefused"
    assert two.clinic.writes() == []


def billed(two: TwoClinics, member: Member) -> dict[int, bool]:
    """By number of the clinic, whether the billing of somebody there goes on."""
    found = periods_of(two.clinic.sandbox.fhir.resources("Account"))
    theirs = [one for one in found if one.practitioner == f"Practitioner/{member.id}"]
    return {one.clinic: one.end is None for one in theirs}


@pytest.fixture
def billing(two: TwoClinics) -> Iterator[TwoClinics]:
    """Clinics that bill; the reports of other tests are about one."""
    with setting(two.clinic, "BILLING_PRICE", "39.00"):
        yield two
    for one in two.clinic.sandbox.fhir.resources("Account"):
        two.clinic.delete(f"Account/{one['id']}")


def test_a_clinic_bills_for_itself_until_somebody_is_taken_out(billing: TwoClinics) -> None:
    member, number = enrolled_at_both(billing), billing.number
    billing.clinic.enroll(member, organizationId=billing.north, initIdp=True)
    billing.does(member, "pass-idp")
    admin, given = billing.clinic.admin.token, {"practitionerId": member.id}
    billing.clinic.execute("dosespot-sync-status-bot", given, admin)
    assert billed(billing, member) == {number: True}
    for left, goes_on in ((billing.own, True), (billing.north, False)):
        answer = billing.clinic.execute(CLINICIAN_CLINICS, {**given, "remove": [left]}, admin)
        assert answers(answer) == [(left, "removed")]
        assert billed(billing, member) == {number: goes_on}
