"""DEA numbers and NADEANs of a location: each comes to DoseSpot at its own clinic, and no other."""

from typing import Any

import pytest

from fhir_profiles.practitioner_role import with_default_location
from fhir_profiles.prescriber_identifiers import with_state_number
from fhir_profiles.systems import DEA, NADEAN
from tests.builders import NOW
from tests.integration import dosespot_view
from tests.integration.clinic import Member, new_dea
from tests.integration.my_details import my_details, workplace
from tests.integration.several import TwoClinics

SELF, READINESS = "dosespot-self-enroll-prescriber-bot", "dosespot-readiness-bot"
PRESCRIBER = "PrescribingClinician"


def give(two: TwoClinics, member: Member, organization: str, **numbers: tuple[str, str]) -> None:
    """Somebody has these numbers, each with its state, at their location of a clinic."""
    (role,) = two.roles(member, organization)
    bare = {name: value for name, value in role.items() if name != "identifier"}
    for system, (number, state) in numbers.items():
        bare = with_state_number(bare, {"dea": DEA, "nadean": NADEAN}[system], number, state, NOW)
    two.clinic.write(bare)


def at_both(two: TwoClinics, **numbers: tuple[str, str]) -> Member:
    """Somebody who works at both clinics, with these numbers at the second one."""
    member = two.clinic.add_member()
    two.works_at(member, two.own, two.north, code=PRESCRIBER)
    give(two, member, two.north, **numbers)
    two.clinic.reset()
    return member


def shown(two: TwoClinics, member: Member, field: str, number: str) -> set[tuple[Any, ...]]:
    """Somebody's numbers in DoseSpot: clinic, number and state."""
    found = dosespot_view.shown(two.clinic, f"clinicians/{two.clinic.clinician(member)['id']}")
    return {(int(one["ClinicId"]), one[number], one["State"]) for one in found[field] or []}


def deas(two: TwoClinics, member: Member) -> set[tuple[Any, ...]]:
    return shown(two, member, "DEANumbers", "DEANumber")


@pytest.mark.parametrize("by", ["an administrator", "themselves"])
def test_numbers_of_a_location_come_to_its_clinic_alone(two: TwoClinics, by: str) -> None:
    number, nadean = new_dea(), "XS1234563"
    member = at_both(two, dea=(number, "IL"), nadean=(nadean, "IL"))
    for organization in (two.own, two.north):
        given = {"organizationId": organization}
        if by == "themselves":
            answer = two.clinic.execute(SELF, given, member.token)
        else:
            answer = two.clinic.enroll(member, organizationId=organization)
        assert (answer.status, answer.body.get("warnings", [])) == (200, []), answer.body
    assert deas(two, member) == {(two.number, number, "IL")}
    nadeans = shown(two, member, "NADEANumbers", "NADEANumber")
    assert nadeans == {(two.number, nadean, "IL")}


def test_running_again_writes_nothing_at_either_clinic(two: TwoClinics) -> None:
    member = at_both(two, dea=(new_dea(), "IL"))
    for organization in (two.own, two.north):
        assert two.clinic.enroll(member, organizationId=organization).status == 200
    two.clinic.reset()
    for organization in (two.own, two.north):
        assert two.clinic.enroll(member, organizationId=organization).status == 200
    assert two.clinic.writes() == []


def test_a_number_that_changes_is_replaced_at_its_clinic_and_nowhere_else(
    two: TwoClinics,
) -> None:
    at_own, before, after = new_dea(), new_dea(), new_dea()
    member = at_both(two, dea=(before, "IL"))
    give(two, member, two.own, dea=(at_own, "WI"))
    for organization in (two.own, two.north):
        two.clinic.enroll(member, organizationId=organization)
    kept = (two.clinic.clinic_id, at_own, "WI")
    assert deas(two, member) == {kept, (two.number, before, "IL")}
    give(two, member, two.north, dea=(after, "IL"))
    two.clinic.enroll(member, organizationId=two.north)
    assert deas(two, member) == {kept, (two.number, after, "IL")}
    give(two, member, two.north)
    two.clinic.enroll(member, organizationId=two.north)
    assert deas(two, member) == {kept}


def test_a_role_that_is_over_takes_its_number_away(two: TwoClinics) -> None:
    kept, gone = new_dea(), new_dea()
    member = at_both(two, dea=(kept, "IL"))
    two.works_at(member, two.north)
    other = next(one for one in two.roles(member, two.north) if "code" not in one)
    other = two.clinic.write(with_state_number(other, DEA, gone, "WI", NOW))
    two.clinic.enroll(member, organizationId=two.north)
    assert deas(two, member) == {(two.number, kept, "IL"), (two.number, gone, "WI")}
    two.clinic.write({**other, "active": False})
    two.clinic.enroll(member, organizationId=two.north)
    assert deas(two, member) == {(two.number, kept, "IL")}


def test_a_number_of_anothers_location_is_refused_and_changes_nothing(two: TwoClinics) -> None:
    number = new_dea()
    first = at_both(two, dea=(number, "IL"))
    second = at_both(two, dea=(number, "IL"))
    (role,) = two.roles(first, two.north)
    answer = two.clinic.enroll(second, organizationId=two.north)
    assert answer.body["errorType"] == "RecordsRefused"
    sentence = f"another Practitioner has the same DEA number: PractitionerRole/{role['id']}."
    assert sentence in answer.error
    assert two.clinic.clinicians(second.npi) == []
    assert two.clinic.enroll(second, organizationId=two.own).status == 200


def test_a_malformed_number_is_refused_where_it_stands(two: TwoClinics) -> None:
    member = at_both(two, dea=("AS12", "IL"))
    (role,) = two.roles(member, two.north)
    answer = two.clinic.enroll(member, organizationId=two.north)
    assert answer.body["errorType"] == "RecordsRefused"
    assert f"PractitionerRole/{role['id']}.identifier[0].value: " in answer.error
    assert two.clinic.clinicians(member.npi) == []
    assert two.clinic.enroll(member, organizationId=two.own).status == 200


def test_who_has_a_dea_number_at_one_location_may_sign_controlled_substances_there_only(
    two: TwoClinics,
) -> None:
    member = at_both(two, dea=(new_dea(), "IL"))
    refused = two.clinic.enroll(member, organizationId=two.own, initIdp=True, initTfa=True)
    assert refused.body["errorType"] == "StageRefused"
    for flags, step in (({}, "sign-agreements"), ({"initIdp": True}, "pass-idp")):
        assert two.clinic.enroll(member, organizationId=two.north, **flags).status == 200
        two.does(member, step)
    answer = two.clinic.enroll(member, organizationId=two.north, initTfa=True)
    assert (answer.status, answer.body["tfaInitialized"]) == (200, True), answer.body


@pytest.mark.parametrize("has_number", [True, False])
def test_opening_dosespot_goes_on_where_only_the_location_has_a_dea_number(
    two: TwoClinics, has_number: bool
) -> None:
    numbers = {"dea": (new_dea(), "IL")} if has_number else {}
    member = at_both(two, **numbers)
    given = {"organizationId": two.north}
    assert two.clinic.execute(SELF, given, member.token).status == 200
    two.does(member, "sign-agreements")
    sync = {"practitionerId": member.id}
    two.clinic.execute("dosespot-sync-status-bot", sync, two.clinic.admin.token)
    two.clinic.reset()
    assert two.clinic.execute("dosespot-iframe-bot", given, member.token).status == 200
    status = "IDPInitializeSuccess" if has_number else "RegistrationSuccess"
    assert two.status(member) == {str(two.number): status}
    assert bool(two.clinic.writes()) is has_number


def causes(two: TwoClinics, member: Member, organization: str) -> set[str]:
    """Why somebody can't prescribe at a clinic."""
    given = {"practitionerId": member.id, "organizationId": organization}
    answer = two.clinic.execute(READINESS, given, two.clinic.admin.token)
    assert answer.status == 200, answer.body
    (found,) = answer.body["prescribers"]
    return {reason["code"] for reason in found["reasons"]}


def test_readiness_counts_a_number_at_the_clinic_of_its_location(two: TwoClinics) -> None:
    member = at_both(two, dea=(new_dea(), "IL"))
    for organization in (two.own, two.north):
        two.clinic.enroll(member, organizationId=organization)
    assert "no-dea" in causes(two, member, two.own)
    assert not {"no-dea", "dea-not-in-dosespot"} & causes(two, member, two.north)
    give(two, member, two.north, dea=(new_dea(), "IL"))
    assert "dea-not-in-dosespot" in causes(two, member, two.north)


def test_the_status_stands_on_the_role_at_the_default_location(two: TwoClinics) -> None:
    member = at_both(two)
    two.works_at(member, two.north)
    second = next(one for one in two.roles(member, two.north) if "code" not in one)
    two.clinic.write(with_default_location(second, True))
    assert two.clinic.enroll(member, organizationId=two.north).status == 200
    told = {
        one["id"]: [e.get("valueCode") for e in one["extension"] if "valueCode" in e]
        for one in two.roles(member, two.north)
        if "extension" in one
    }
    assert told == {second["id"]: ["Pending"]}


def test_each_location_tells_the_organization_of_its_clinic(two: TwoClinics) -> None:
    member = at_both(two)
    workplace(two.clinic, member, "NY")
    two.clinic.reset()
    places = my_details(two.clinic, member).body["locations"]
    told = sorted((one["clinic"], one["organizationId"]) for one in places)
    own, north = (two.clinic.read(f"Organization/{one}")["name"] for one in (two.own, two.north))
    assert told == sorted([("", two.own), (own, two.own), (north, two.north)])
    assert two.clinic.writes() == []
