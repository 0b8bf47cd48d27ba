"""Enrollment at two clinics: a role or an invitation at one opens nothing at the other."""

import pytest

from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from tests.integration.clinic import DEA, Member
from tests.integration.inviting import BOT as INVITE
from tests.integration.inviting import mailing, outcomes
from tests.integration.self_service import IFRAME_BOT, SELF_BOT, create, practitioner_role
from tests.integration.several import TwoClinics, epcs


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
        answer = two.clinic.execute(SELF_BOT, given, member.token)
    else:
        answer = two.clinic.enroll(member, **given)
    assert (answer.status, answer.body["registrationStatus"]) == (200, "Pending"), answer.body
    assert two.status(member) == {str(two.clinic.clinic_id): "Pending", str(two.number): "Pending"}


def test_who_gave_themselves_a_role_at_the_own_clinic_is_not_linked_to_it(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.north, code="PrescribingClinician")
    assert two.clinic.enroll(member).status == 200
    create(two.clinic, practitioner_role(member, "PrescribingClinician"), by=member)
    answer = two.clinic.execute(SELF_BOT, {"organizationId": two.own}, member.token)
    assert answer.body["errorType"] == "NotAuthorized"
    assert two.status(member) == {str(two.number): "Pending"}


def test_nobody_is_enrolled_at_a_clinic_where_no_role_says_that_they_work(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own)
    answer = two.clinic.enroll(member, organizationId=two.north)
    assert answer.body["errorType"] == "RecordsRefused"
    assert "PractitionerRole.organization: no active PractitionerRole" in answer.error
    assert two.clinic.clinicians(member.npi) == []


@pytest.mark.parametrize("bot", [SELF_BOT, IFRAME_BOT])
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


@pytest.mark.parametrize("bot", [SELF_BOT, IFRAME_BOT])
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
    assert two.clinic.execute(SELF_BOT, given, member.token).status == 200
    two.link(member)
    take_role(two, member, two.north)
    two.clinic.reset()
    refused = two.clinic.execute(SELF_BOT, {"organizationId": two.north}, member.token)
    assert refused.body["errorType"] == "NotAuthorized"
    assert epcs(two, member, two.north) == ("", False)


def test_an_invitation_to_one_clinic_lets_nobody_enroll_at_another(two: TwoClinics) -> None:
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code="PrescribingClinician")
    with mailing(two.clinic, INVITATION_REQUIRED="true"):
        people = [{"practitionerId": member.id, "organizationId": two.north}]
        invited = two.clinic.execute(INVITE, {"practitioners": people}, two.clinic.admin.token)
        assert outcomes(invited) == ["invited"], invited.body
        at_own, at_north = (
            two.clinic.execute(SELF_BOT, {"organizationId": one}, member.token)
            for one in (two.own, two.north)
        )
        assert at_own.body["errorType"] == "NotAuthorized"
        assert at_north.status == 200, at_north.error
