"""From a form to FHIR records: made once, matched, changed only where something differs."""

from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.practitioner_role import granted_roles, is_default_location
from fhir_profiles.systems import (
    AUTHORIZING_PRACTITIONER_ROLE,
    ENROLLABLE_PRACTITIONER,
    NPI,
    USERNAME,
)
from shared.access import authorize
from shared.prescriber_form import invitation, known_records, matching
from shared.prescriber_form.rules.sentences import FormSentence
from tests.builders import NOW
from tests.integration.clinic import Clinic, Member, new_dea, new_npi
from tests.integration.creating import (
    at_once,
    create,
    created,
    new_form,
    practitioners,
    records,
    search,
)

EXTENSION = {"url": "https://example.org/kept", "valueString": "by somebody else"}
ALL = {"PractitionerRole": 1, "Consent": 3, "ProjectMembership": 1}


def location(clinic: Clinic, name: str, state: str = "IL", **more: Any) -> dict[str, Any]:
    address = {"line": ["1 Elm St"], "city": "Springfield", "state": state}
    resource = {"resourceType": "Location", "name": name, "address": address, **more}
    return clinic.sandbox.fhir.add_resource(clinic.project, resource)


def refused(clinic: Clinic, body: Any) -> str:
    """The refusal's problems; nothing may have been written."""
    clinic.reset()
    answer = create(clinic, body)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused"), answer.body
    assert answer.error.startswith("The form was refused. ")
    assert clinic.writes() == []
    return answer.error.removeprefix("The form was refused. ")


def test_a_form_becomes_a_prescriber_who_can_be_enrolled(clinic: Clinic) -> None:
    body = new_form(clinic, invite=True)
    answer = created(clinic, body)
    assert (answer["created"], answer["invited"], answer["ready"]) == (True, True, True)
    assert (answer["npiCheck"], answer["missing"]) == ("passed", [])
    assert answer["warnings"] == [{"path": "invite", "sentence": invitation.NO_MAIL}]
    practitioner = answer["practitioner"]
    assert practitioners(clinic, body["details"]["npi"]) == [practitioner]
    assert records(clinic, practitioner) == ALL
    assert answer["projectMembership"]["profile"]["reference"] == (
        f"Practitioner/{practitioner['id']}"
    )
    npi = body["details"]["npi"]
    member = Member(practitioner["id"], answer["projectMembership"]["id"], "", npi)
    assert clinic.enroll(member).status == 200
    assert clinic.clinician(member)["dea_numbers"] == [body["details"]["dea"]]


def test_what_is_made_meets_the_profiles(clinic: Clinic) -> None:
    answer = created(clinic, new_form(clinic))
    profiles = {
        f"Practitioner/{answer['practitioner']['id']}": ENROLLABLE_PRACTITIONER,
        answer["practitionerRoles"][0]: AUTHORIZING_PRACTITIONER_ROLE,
    }
    for reference, profile in profiles.items():
        resource = clinic.read(reference)
        meta = {**resource["meta"], "profile": [profile]}
        assert clinic.write({**resource, "meta": meta})["meta"]["profile"] == [profile]


def test_the_same_form_again_writes_nothing(clinic: Clinic) -> None:
    place = location(clinic, "Again")
    numbers = {"deaNumber": new_dea(), "naDeaNumber": "XS1234563", "medicalLicenseNumber": "1"}
    body = new_form(clinic, invite=True, locations=[{"locationId": place["id"], **numbers}])
    first = created(clinic, body)
    audits = len(clinic.sandbox.fhir.resources("AuditEvent"))
    clinic.reset()
    second = created(clinic, body)
    assert clinic.writes() == []
    # $execute leaves one of its own; the bot adds none.
    assert len(clinic.sandbox.fhir.resources("AuditEvent")) == audits + 1
    changes = {"created": False, "invited": False}
    warnings = [one for one in first["warnings"] if one["path"] != "invite"]
    assert second == {**first, **changes, "warnings": warnings}


def test_twenty_forms_at_once_make_one_prescriber(clinic: Clinic) -> None:
    body = new_form(clinic, invite=True)
    answers = at_once(clinic, body, 20)
    assert [answer.status for answer in answers] == [200] * 20
    assert sum(answer.body["created"] for answer in answers) == 1
    (practitioner,) = practitioners(clinic, body["details"]["npi"])
    assert {answer.body["practitioner"]["id"] for answer in answers} == {practitioner["id"]}
    assert records(clinic, practitioner) == ALL
    assert all(answer.body["ready"] for answer in answers)


def test_a_practitioner_made_by_hand_is_matched_and_keeps_everything(clinic: Clinic) -> None:
    maiden = {"use": "maiden", "family": "Smith"}
    now = {"use": "official", "family": "Jones", "given": ["Jane", "Marie"]}
    member = clinic.add_member(practitioner={"extension": [EXTENSION], "name": [maiden, now]})
    before = clinic.practitioner(member)
    body = new_form(clinic, details={"npi": member.npi}, fName="Janet", lName="SMITH", invite=True)
    answer = created(clinic, body)
    assert (answer["created"], answer["invited"]) == (False, False)
    after = clinic.practitioner(member)
    assert answer["practitioner"] == after
    assert after["extension"] == [EXTENSION]
    assert after["name"] == [maiden, {**now, "family": "SMITH", "given": ["Janet", "Marie"]}]
    assert after["identifier"][: len(before["identifier"])] == before["identifier"]
    assert answer["projectMembership"]["id"] == member.membership_id


def test_a_changed_form_writes_only_the_practitioner_and_only_what_differs(clinic: Clinic) -> None:
    body = new_form(clinic)
    before = created(clinic, body)["practitioner"]
    clinic.reset()
    after = created(clinic, {**body, "phone": "345-987-6543"})["practitioner"]
    assert clinic.writes() == [f"PUT /fhir/R4/Practitioner/{before['id']}"]
    unchanged = {name: value for name, value in before.items() if name not in ("meta", "telecom")}
    assert {name: after[name] for name in unchanged} == unchanged
    assert [one["value"] for one in after["telecom"]] == [
        *(body["email"], "3459876543", "5671234568")
    ]


def test_locations_get_a_role_each_and_their_numbers_their_state(clinic: Clinic) -> None:
    organization = {"reference": "Organization/00000000-0000-4000-8000-000000000000"}
    first = location(clinic, "North clinic", managingOrganization=organization)
    second = location(clinic, "South clinic", "NY")
    location(clinic, "South clinic annex")
    illinois, new_york = new_dea(), new_dea("CS")
    body = new_form(
        clinic,
        details={"dea": None},
        practitionerRoleTypes=[1, 3],
        locations=[
            {"locationId": first["id"], "useAsDefault": True, "deaNumber": illinois},
            {"locationName": "south CLINIC", "deaNumber": new_york, "naDeaNumber": "XS1234563"},
        ],
    )
    answer = created(clinic, body)
    roles = [clinic.read(reference) for reference in answer["practitionerRoles"]]
    assert [role["location"] for role in roles] == [
        [{"reference": f"Location/{place['id']}"}] for place in (first, second)
    ]
    assert [is_default_location(role) for role in roles] == [True, False]
    granted = frozenset({ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.EPCS_COORDINATOR})
    assert {granted_roles(role, NOW) for role in roles} == {granted}
    assert roles[0]["organization"] == organization
    assert roles[0]["specialty"] == [{"text": "Family Medicine"}]
    assert {"text": "MD"} in roles[0]["code"]
    numbers = answer["practitioner"]["identifier"][2:]
    assert [(one["value"], one["assigner"]["display"]) for one in numbers] == [
        (illinois, "IL"),
        (new_york, "NY"),
        ("XS1234563", "NY"),
    ]
    assert len(search(clinic, "PractitionerRole?practitioner=" + answer["practitioner"]["id"])) == 2


def test_a_location_that_is_not_there_or_not_clear_is_refused(clinic: Clinic) -> None:
    place = location(clinic, "Twin")
    location(clinic, "Twin")
    stateless, dea = location(clinic, "Nowhere", "Atlantis"), new_dea("CS")
    told = refused(
        clinic,
        new_form(
            clinic,
            locations=[
                {"locationId": "00000000-0000-4000-8000-000000000000"},
                {"locationName": "Atlantis"},
                {"locationName": "Twin"},
                {"locationId": stateless["id"], "medicalLicenseNumber": "1"},
                {"locationId": place["id"], "deaNumber": dea, "state": "NY"},
                {"locationId": place["id"], "deaNumber": dea, "state": "IL"},
            ],
        ),
    )
    assert told.split("; locations")[1:] == [
        f"[1].locationName: {known_records.NO_LOCATION}",
        f"[2].locationName: {known_records.SEVERAL_LOCATIONS}",
        f"[5]: {known_records.SAME_LOCATION}",
        f"[3].state: {known_records.NO_STATE}",
        f"[5].deaNumber: {known_records.TWO_STATES}.",
    ]
    assert told.startswith(f"locations[0].locationId: {known_records.NO_LOCATION}; ")


def test_a_role_that_an_administrator_gave_is_not_given_again(clinic: Clinic) -> None:
    member = clinic.add_member()
    clinic.authorize(member)
    body = new_form(clinic, details={"npi": member.npi, "providerType": None, "speciality": None})
    answer = created(clinic, body)
    assert records(clinic, answer["practitioner"])["PractitionerRole"] == 1


def test_a_consent_is_changed_where_it_is_withdrawn(clinic: Clinic) -> None:
    body = new_form(clinic, dataRatesSmsConsent=None)
    answer = created(clinic, body)
    statuses = [clinic.read(one)["status"] for one in answer["consents"]]
    assert statuses == ["active", "active", "proposed"]
    clinic.reset()
    withdrawn = {**body, "smsConsent": False, "dataRatesSmsConsent": True}
    assert created(clinic, withdrawn)["consents"] == answer["consents"]
    assert len(clinic.writes()) == 2
    statuses = [clinic.read(one)["status"] for one in answer["consents"]]
    assert statuses == ["active", "rejected", "active"]
    clinic.reset()
    presumed = {**withdrawn, "dataRatesSmsConsent": None}
    created(clinic, presumed)
    assert clinic.writes() == []


def test_every_violation_is_told_at_once_also_those_that_only_servers_know(clinic: Clinic) -> None:
    taken = new_form(clinic)
    created(clinic, taken)
    body = new_form(
        clinic,
        username=taken["username"],
        dateOfBirth="1980",
        mailingAddress={"zipCode": "1"},
        locations=[{"locationName": "Atlantis"}],
        unknown=1,
    )
    clinic.deactivate(body["details"]["npi"])
    told = refused(clinic, body)
    paths = ("mailingAddress.zipCode", "dateOfBirth", "unknown", "locations[0]", "username")
    assert all(f"{path}" in told for path in (*paths, "details.npi: NPI Registry"))
    assert practitioners(clinic, body["details"]["npi"]) == []


def test_strict_refuses_what_lenient_takes(clinic: Clinic) -> None:
    body = new_form(clinic, lName="O'Brien", details={"dea": "AO1234563"})
    assert refused(clinic, {**body, "strict": True}) == f"lName: {FormSentence.LAST_NAME}"
    assert created(clinic, body)["created"]


@pytest.mark.parametrize("body", [[], [{}], "x", 7], ids=repr)
def test_one_prescriber_per_call(clinic: Clinic, body: Any) -> None:
    clinic.reset()
    answer = create(clinic, body)
    assert answer.status == 400
    assert "must be a JSON object, one per call" in answer.error
    assert clinic.writes() == []


def test_row_username_of_another_npi(clinic: Clinic) -> None:
    taken = new_form(clinic)
    created(clinic, taken)
    told = refused(clinic, new_form(clinic, username=taken["username"], fName="Rosa"))
    assert told.startswith(f"username: {FormSentence.USERNAME_OF_ANOTHER}")


def test_row_another_username_of_the_npi(clinic: Clinic) -> None:
    body = new_form(clinic)
    created(clinic, body)
    told = refused(clinic, {**body, "username": "somebody-else"})
    assert told.startswith(f"username: {FormSentence.ANOTHER_USERNAME}")


def test_a_practitioner_without_username_gets_the_forms(clinic: Clinic) -> None:
    member = clinic.add_member()
    body = new_form(clinic, details={"npi": member.npi})
    identifiers = created(clinic, body)["practitioner"]["identifier"]
    assert {"system": USERNAME, "value": body["username"]} in identifiers


def test_several_practitioners_with_the_npi_are_refused(clinic: Clinic) -> None:
    npi = new_npi()
    identifier = [{"system": NPI, "value": npi}]
    both = [clinic.add_member(practitioner={"identifier": identifier}) for _ in range(2)]
    told = refused(clinic, new_form(clinic, details={"npi": npi}))
    named = ", ".join(f"Practitioner/{one.id}" for one in both)
    assert told == f"details.npi: {matching.SEVERAL_PRACTITIONERS} ({named})."


def test_row_authentication_failed_only_administrators_may(clinic: Clinic) -> None:
    body, member = new_form(clinic), clinic.add_member()
    clinic.reset()
    answer = create(clinic, body, by=member)
    assert answer.refusal == (
        "NotAuthorized",
        authorize.NOT_ADMINISTRATOR,
    )
    assert clinic.registry_calls() == 0
    assert create(clinic, {}, by=member).body["errorType"] == "NotAuthorized"
    assert create(clinic, body, by=Member("", "", "no-token")).status == 401
    assert practitioners(clinic, body["details"]["npi"]) == []
    without_dosespot = clinic.add_member(admin=True)
    assert create(clinic, body, by=without_dosespot).status == 200


def test_what_enrollment_lacks_is_told(clinic: Clinic) -> None:
    answer = created(clinic, new_form(clinic, fax=None))
    assert answer["ready"] is False
    assert [one["path"] for one in answer["missing"]] == [
        *("Practitioner.telecom", "ProjectMembership.profile")
    ]


def test_an_invitation_is_for_the_practitioner_of_the_form(clinic: Clinic) -> None:
    body = new_form(clinic, invite=True)
    telecom = [{"system": "email", "value": body["email"]}]
    namesake = {"resourceType": "Practitioner", "telecom": telecom}
    clinic.sandbox.fhir.add_resource(clinic.project, namesake)
    answer = created(clinic, body)
    reference = f"Practitioner/{answer['practitioner']['id']}"
    assert answer["projectMembership"]["profile"]["reference"] == reference
    everybody = search(clinic, f"Practitioner?email={body['email']}")
    assert len(everybody) == 2


def test_an_email_address_of_another_member_invites_nobody(clinic: Clinic) -> None:
    member = clinic.add_member()
    (email,) = [
        one["value"] for one in clinic.practitioner(member)["telecom"] if one["system"] == "email"
    ]
    body = new_form(clinic, email=email, invite=True)
    answer = created(clinic, body)
    assert answer["projectMembership"] is None
    assert {"path": "invite", "sentence": invitation.MEMBER_ALREADY} in answer["warnings"]
    assert answer["missing"][-1]["path"] == "ProjectMembership.profile"
    assert records(clinic, answer["practitioner"])["ProjectMembership"] == 0


@pytest.mark.parametrize(
    ("fault", "invited"),
    [
        ({"kind": "status", "status": 503}, False),
        ({"kind": "drop", "when": "after"}, True),
        ({"kind": "status", "status": 403}, False),
    ],
)
def test_a_failed_invitation_loses_nothing_and_is_made_up_for(
    clinic: Clinic, fault: dict[str, Any], invited: bool
) -> None:
    body = new_form(clinic, invite=True)
    clinic.break_fhir(method="POST", path=".*/invite", **fault)
    answer = created(clinic, body)
    assert (answer["created"], answer["invited"], answer["ready"]) == (True, invited, invited)
    assert any(one["path"] == "invite" for one in answer["warnings"]) is not invited
    again = created(clinic, body)
    assert (again["created"], again["invited"], again["ready"]) == (False, not invited, True)
    assert records(clinic, again["practitioner"]) == ALL


EVENTS = [*["consent-recorded"] * 3, "member-invited", "practitioner-created", "role-granted"]


def events_about(clinic: Clinic, practitioner: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        event
        for event in clinic.sandbox.fhir.resources("AuditEvent")
        if event.get("entity", [{}])[0].get("what", {}).get("reference")
        == f"Practitioner/{practitioner['id']}"
    ]


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return sorted(event["subtype"][0]["code"] for event in events)


@pytest.mark.parametrize(
    "lost",
    [{"path": "/fhir/R4/Practitioner"}, {"path": "/fhir/R4/", "skip": 3}],
    ids=["the Practitioner", "roles and consents"],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_made_is_told_though_its_answer_was_lost(
    clinic: Clinic, lost: dict[str, Any], when: str
) -> None:
    body = new_form(clinic, invite=True)
    clinic.break_fhir(method="POST", kind="drop", when=when, **lost)
    answer = created(clinic, body)
    assert answer["created"] is True
    assert records(clinic, answer["practitioner"]) == ALL
    assert kinds(events_about(clinic, answer["practitioner"])) == EVENTS


def test_changes_leave_audit_events_without_personal_data(clinic: Clinic) -> None:
    body = new_form(clinic, invite=True)
    practitioner = created(clinic, body)["practitioner"]
    events = events_about(clinic, practitioner)
    assert kinds(events) == EVENTS
    told = str([event["outcomeDesc"] for event in events])
    assert not [word for word in ("Jane", "Smith", body["details"]["npi"]) if word in told]
