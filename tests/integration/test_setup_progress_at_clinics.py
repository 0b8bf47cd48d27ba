"""The four steps of each clinic: who is where there, and what is next for whom."""

from typing import Any

from tests.integration.clinic import Member
from tests.integration.inviting import BOT as INVITE
from tests.integration.inviting import outcomes
from tests.integration.several import TwoClinics

BOT, SELF = "dosespot-setup-progress-bot", "dosespot-self-enroll-prescriber-bot"
PRESCRIBER = "PrescribingClinician"
INVITED = ("cliniciansVerify", "Open ePrescribing and enroll.")
UNINVITED = ("inviteClinicians", "Invite this person.")
TO_SIGN = ("cliniciansVerify", "Sign the legal agreements in DoseSpot.")


def pages(two: TwoClinics, **given: Any) -> list[dict[str, Any]]:
    found, cursor = [], {}
    while True:
        answer = two.clinic.execute(BOT, {**given, **cursor}, two.clinic.admin.token)
        assert answer.status == 200, answer.error
        found.append(answer.body)
        if answer.body["nextCursor"] is None:
            return found
        cursor = {"cursor": answer.body["nextCursor"]}


def places(
    two: TwoClinics, member: Member, **given: Any
) -> dict[str | None, tuple[str, str | None]]:
    """Where somebody is, by Organization of the clinic."""
    people = [one for page in pages(two, **given) for one in page["people"]]
    theirs = [one for one in people if one["practitioner"] == f"Practitioner/{member.id}"]
    assert len({one["organizationId"] for one in theirs}) == len(theirs)
    return {one["organizationId"]: (one["step"], one["next"]) for one in theirs}


def counts(two: TwoClinics, organization: str) -> dict[str, int]:
    """How many people are at each step of a clinic."""
    sums: dict[str, int] = {}
    for page in pages(two):
        (clinic,) = [one for one in page["clinics"] if one["organizationId"] == organization]
        for one in clinic["steps"]:
            sums[one["step"]] = sums.get(one["step"], 0) + one["people"]
    return sums


def invite(two: TwoClinics, member: Member, organization: str) -> None:
    people = [{"practitionerId": member.id, "organizationId": organization}]
    answer = two.clinic.execute(INVITE, {"practitioners": people}, two.clinic.admin.token)
    assert outcomes(answer) == ["invited"], answer.body


def test_somebody_is_somewhere_else_at_each_clinic_where_they_work(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code=PRESCRIBER)
    assert places(two, member) == {two.own: UNINVITED, two.north: UNINVITED}
    invite(two, member, two.north)
    assert places(two, member) == {two.own: UNINVITED, two.north: INVITED}
    given = {"organizationId": two.north}
    assert two.clinic.execute(SELF, given, member.token).status == 200
    # Who is enrolled somewhere needs no invitation to another clinic.
    assert places(two, member) == {two.own: INVITED, two.north: TO_SIGN}
    assert places(two, member, organizationId=two.north) == {two.north: TO_SIGN}
    assert places(two, member, organizationId=two.own) == {two.own: INVITED}
    assert two.clinic.execute(SELF, {"organizationId": two.own}, member.token).status == 200
    assert places(two, member) == {two.own: TO_SIGN, two.north: TO_SIGN}


def test_who_works_at_one_clinic_only_is_counted_there_only(two: TwoClinics) -> None:
    own, north = counts(two, two.own), counts(two, two.north)
    member = two.clinic.add_member()
    two.works_at(member, two.north, code=PRESCRIBER)
    assert places(two, member) == {two.north: UNINVITED}
    assert counts(two, two.own) == own
    more = {**north, "inviteClinicians": north["inviteClinicians"] + 1}
    assert counts(two, two.north) == more


def test_who_left_a_clinic_is_counted_there_no_more(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code=PRESCRIBER)
    assert two.clinic.execute(SELF, {"organizationId": two.own}, member.token).status == 200
    assert places(two, member) == {two.own: TO_SIGN, two.north: INVITED}
    (role,) = two.roles(member, two.own)
    two.clinic.write({**role, "active": False})
    assert places(two, member) == {two.north: INVITED}


def test_who_works_nowhere_is_told_of_at_the_own_clinic(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    assert places(two, member) == {two.own: TO_SIGN}


def test_a_clinic_that_is_named_is_the_only_one_told_of(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, code=PRESCRIBER)
    (page, *_) = pages(two, organizationId=two.north)
    assert [(one["organizationId"], one["doseSpotClinicId"]) for one in page["clinics"]] == [
        (two.north, two.number)
    ]
    assert places(two, member, organizationId=two.north) == {}
    every = [one["organizationId"] for one in pages(two)[0]["clinics"]]
    assert every == [two.own, two.north]


def test_an_organization_that_is_no_clinic_is_refused(two: TwoClinics) -> None:
    answer = two.clinic.execute(BOT, {"organizationId": "ward"}, two.clinic.admin.token)
    assert answer.body["errorType"] == "InputRefused"
    assert f"{two.north} (clinic {two.number})" in answer.error


def test_nothing_is_written(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code=PRESCRIBER)
    pages(two)
    assert two.clinic.writes() == []
