"""Registering a clinic through `$execute`: once, with its key kept, whatever gets lost."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bots.register_clinic.bot import NO_KEY, NO_LOCATION, REFUSED
from fhir_profiles.systems import CLINIC_MADE_FROM, DOSESPOT_CLINIC
from shared.access import authorize
from shared.clinics.rules.order import NOT_BOTH, ONE_SOURCE, REQUIRED
from shared.clinics.rules.registration import NOTHING_OPEN
from shared.records.findings import Finding, listed
from shared.records.identifiers.phone_numbers import DIGITS
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic

BOT = "dosespot-register-clinic-bot"
ADDRESS = {
    "line": ["9 Lake Rd", "Suite 2"],
    "city": "Peoria",
    "state": "IL",
    "postalCode": "61602",
}
LOCATION = {
    "resourceType": "Location",
    "name": "North Clinic",
    "address": ADDRESS,
    "telecom": [
        {"system": "fax", "value": "309-234-5678"},
        {"system": "phone", "value": "(309) 234-5677", "use": "work"},
    ],
}
FIELDS = {
    "clinicName": "South Clinic",
    "address1": "1 River St",
    "city": "Cairo",
    "state": "Illinois",
    "zipCode": "629141234",
    "primaryPhone": "618-234-5678",
}
CREATE = "/webapi/v2/api/clinics"


@pytest.fixture
def project(clinic: Clinic) -> Iterator[Clinic]:
    """A project whose secrets, claim and clinics are as before when the test ends."""
    before = clinic.read(f"Project/{clinic.project}")["secret"]
    known = {one["id"] for one in clinic.sandbox.fhir.resources("Organization")}
    yield clinic
    clinic.reset()
    clinic.write({**clinic.read(f"Project/{clinic.project}"), "secret": before})
    for claim in claims(clinic):
        clinic.delete(f"Basic/{claim['id']}")
    for one in clinic.sandbox.fhir.resources("Organization"):
        if one["id"] not in known:
            clinic.delete(f"Organization/{one['id']}")


def claims(clinic: Clinic) -> list[dict[str, Any]]:
    found = clinic.sandbox.fhir.resources("Basic")
    return [one for one in found if one["identifier"][0]["value"] == "register-clinic"]


def location(clinic: Clinic, **changes: Any) -> str:
    added = clinic.sandbox.fhir.add_resource(clinic.project, {**LOCATION, **changes})
    clinic.reset()
    return str(added["id"])


def run(clinic: Clinic, by: Any = None, **given: Any) -> Answer:
    return clinic.execute(BOT, given, (by or clinic.admin).token)


def in_dosespot(clinic: Clinic, name: str) -> list[int]:
    """Numbers of DoseSpot's clinics of that name."""
    found = clinic.session.get(f"{clinic.control_url}clinics", timeout=TIMEOUT_S).json()
    return [int(one) for one, it in found.items() if it["record"]["ClinicName"] == name]


def secrets(clinic: Clinic) -> dict[str, str]:
    found = clinic.read(f"Project/{clinic.project}")["secret"]
    return {one["name"]: str(one.get("valueString", "")) for one in found}


def harmless(clinic: Clinic) -> bool:
    """Whether nothing but AuditEvents was written."""
    return clinic.writes() == []


def told(answer: Answer, problems: dict[str, str]) -> bool:
    """Whether the input was refused with exactly these problems, by path."""
    found = [Finding(path, sentence) for path, sentence in problems.items()]
    expected = ("InputRefused", listed(REFUSED, found))
    return answer.refusal == expected


def test_a_location_becomes_a_clinic_once(project: Clinic) -> None:
    where = location(project, name="Once Clinic")
    answer = run(project, locationId=where)
    assert answer.status == 200, answer.body
    (number,) = in_dosespot(project, "Once Clinic")
    organization = answer.body["organization"]
    assert answer.body == {
        "doseSpotClinicId": number,
        "organization": organization,
        "status": "created",
        "tellDoseSpot": f"Please set up our new clinic: Once Clinic, DoseSpot clinic id {number}."
        " Until you have, it lets nobody in.",
    }
    kept = {name: value for name, value in organization.items() if name not in ("id", "meta")}
    assert kept == {
        "resourceType": "Organization",
        "identifier": [
            {"system": DOSESPOT_CLINIC, "value": str(number)},
            {"system": CLINIC_MADE_FROM, "value": f"Location/{where}"},
        ],
        "active": True,
        "type": organization["type"],
        "name": "Once Clinic",
        "address": [ADDRESS],
        "telecom": [
            {"system": "phone", "value": "3092345677", "use": "work"},
            {"system": "fax", "value": "3092345678", "use": "work"},
        ],
    }
    managed = project.read(f"Location/{where}")["managingOrganization"]
    assert managed == {"reference": f"Organization/{organization['id']}"}
    assert len(secrets(project)[f"DOSESPOT_CLINIC_KEY_{number}"]) == 32
    project.reset()
    again = run(project, locationId=where)
    assert again.body == {**answer.body, "status": "unchanged", "tellDoseSpot": None}
    assert project.writes() == []
    assert in_dosespot(project, "Once Clinic") == [number]


def test_fields_become_a_clinic_once_however_they_are_spelled(project: Clinic) -> None:
    first = run(project, **FIELDS)
    assert (first.status, first.body.get("status")) == (200, "created"), first.body
    spelled = {**FIELDS, "clinicName": "south  CLINIC", "state": "IL", "zipCode": "62914"}
    again = run(project, **spelled)
    assert (again.body["status"], again.body["doseSpotClinicId"]) == (
        "unchanged",
        first.body["doseSpotClinicId"],
    )


def test_the_key_is_kept_and_shown_nowhere_else(project: Clinic) -> None:
    before = project.sandbox.fhir.resources("AuditEvent")
    where = location(project, name="Secret Clinic")
    answer = run(project, locationId=where)
    number = answer.body["doseSpotClinicId"]
    key = secrets(project)[f"DOSESPOT_CLINIC_KEY_{number}"]
    kinds = ("Basic", "Organization", "Location", "AuditEvent")
    everything = [project.sandbox.fhir.resources(kind) for kind in kinds]
    assert key not in f"{answer.body}{everything}"
    events = [e for e in project.sandbox.fhir.resources("AuditEvent") if e not in before]
    ours = [e["outcomeDesc"] for e in events if "subtype" in e]
    assert sorted(ours) == sorted(
        [
            f"DoseSpot clinic {number}, its key among the project's secrets",
            f"DoseSpot clinic {number}",
            f"managed by Organization/{answer.body['organization']['id']}",
        ]
    )


def test_all_problems_of_a_location_are_told_at_once_and_nothing_is_changed(
    project: Clinic,
) -> None:
    where = location(
        project,
        name=" ",
        address={**ADDRESS, "line": [], "state": "Ontario", "postalCode": "K1A"},
        telecom=[{"system": "phone", "value": "12"}],
    )
    answer = run(project, locationId=where, existingClinicId=999, noClinicCreated=True)
    assert told(
        answer,
        {
            "noClinicCreated": NOT_BOTH,
            "existingClinicId": NO_KEY,
        },
    )
    answer = run(project, locationId=where)
    assert told(
        answer,
        {
            "Location.name": "the name is missing; add it",
            "Location.address.line": "the street address is missing; add it",
            "Location.address.state": "the state must be a two-letter US abbreviation such as IL;"
            " correct it",
            "Location.address.postalCode": "the postal code must look like 62701 or 62701-1234;"
            " correct it",
            "Location.telecom[0].value": DIGITS,
        },
    ), answer.error
    assert harmless(project)


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (
            {},
            dict.fromkeys(
                ("clinicName", "address1", "city", "state", "zipCode", "primaryPhone"), REQUIRED
            ),
        ),
        ({"locationId": "none"}, {"locationId": NO_LOCATION}),
        (
            {"locationId": "none", "city": "Cairo"},
            {"city": ONE_SOURCE, "locationId": NO_LOCATION},
        ),
    ],
)
def test_what_is_wrong_with_the_input_is_told_by_field(
    project: Clinic, given: dict[str, Any], problems: dict[str, str]
) -> None:
    answer = run(project, **given)
    assert told(answer, problems), answer.error
    assert harmless(project) or "noClinicCreated" in given


def test_nobody_says_beforehand_that_no_clinic_was_created(project: Clinic) -> None:
    answer = run(project, **{**FIELDS, "clinicName": "Early Clinic"}, noClinicCreated=True)
    found = Finding("noClinicCreated", NOTHING_OPEN)
    assert answer.error == listed("The bot's input was refused. ", [found])
    assert harmless(project)


def test_only_administrators_who_are_clinician_admins_may(project: Clinic) -> None:
    where = location(project)
    member = project.add_member()
    project.enroll(member)
    without_id = project.add_member(admin=True)
    no_admin_there = project.add_member(admin=True)
    project.enroll(no_admin_there)
    project.reset()
    for caller, sentence in (
        (member, authorize.NOT_ADMINISTRATOR),
        (without_id, authorize.NO_DOSESPOT_IDENTIFIER),
        (no_admin_there, authorize.NOT_CLINICIAN_ADMIN),
    ):
        for given in ({"locationId": where}, {"locationId": "none", "city": "x"}):
            answer = run(project, caller, **given)
            assert answer.refusal == ("NotAuthorized", sentence)
    assert harmless(project)


def test_a_lost_answer_is_told_and_no_second_clinic_is_made_blindly(project: Clinic) -> None:
    where = location(project, name="Lost Clinic")
    project.break_dosespot(method="POST", path=CREATE, kind="drop", when="after")
    lost = run(project, locationId=where)
    assert lost.body["errorType"] == "ClinicUnsettled"
    assert re.search(r"the clinic of Location/\S+ and did not confirm it: .* may exist", lost.error)
    (number,) = in_dosespot(project, "Lost Clinic")
    for given in ({"locationId": where}, {**FIELDS, "clinicName": "Other Clinic"}):
        assert run(project, **given).error == lost.error
    assert in_dosespot(project, "Lost Clinic") == [number]


def test_who_knows_that_the_lost_clinic_exists_has_it_recorded(project: Clinic) -> None:
    where = location(project, name="Found Clinic")
    project.break_dosespot(method="POST", path=CREATE, kind="drop", when="after")
    run(project, locationId=where)
    (number,) = in_dosespot(project, "Found Clinic")
    name = f"DOSESPOT_CLINIC_KEY_{number}"
    refusal = {"existingClinicId": NO_KEY}
    assert told(run(project, existingClinicId=number), refusal)
    held = project.read(f"Project/{project.project}")
    key = {"name": name, "valueString": "as DoseSpot's staff said"}
    project.write({**held, "secret": [*held["secret"], key]})
    answer = run(project, existingClinicId=number, locationId=where)
    assert (answer.status, answer.body["status"]) == (200, "linked"), answer.body
    assert (answer.body["doseSpotClinicId"], answer.body["tellDoseSpot"]) == (number, None)
    assert run(project, locationId=where).body["status"] == "unchanged"
    assert in_dosespot(project, "Found Clinic") == [number]
    assert run(project, **FIELDS).status == 200


def test_who_knows_that_there_is_none_has_it_created(project: Clinic) -> None:
    where = location(project, name="Never Clinic")
    project.break_dosespot(method="POST", path=CREATE, kind="drop", when="before")
    assert run(project, locationId=where).body["errorType"] == "ClinicUnsettled"
    answer = run(project, locationId=where, noClinicCreated=True)
    assert (answer.status, answer.body["status"]) == (200, "created")
    assert len(in_dosespot(project, "Never Clinic")) == 1


def test_the_own_clinic_gets_its_organization_too(project: Clinic) -> None:
    own = project.clinic_id
    number = {"system": DOSESPOT_CLINIC, "value": str(own)}
    for one in project.sandbox.fhir.resources("Organization"):
        if number in one.get("identifier", []):
            project.delete(f"Organization/{one['id']}")
    answer = run(project, existingClinicId=own)
    assert (answer.status, answer.body["status"]) == (200, "linked")
    assert answer.body["organization"]["identifier"] == [number]
    assert run(project, existingClinicId=own).body["status"] == "unchanged"


def test_what_dosespot_refuses_is_told_and_can_be_tried_again(project: Clinic) -> None:
    where = location(project, name="Refused Clinic")
    refusal = {"Result": {"ResultCode": "ERROR", "ResultDescription": "City is required"}}
    project.break_dosespot(method="POST", path=CREATE, kind="text", status=200, body=refusal)
    assert run(project, locationId=where).body["errorType"] == "DoseSpotRefused"
    assert run(project, locationId=where).body["status"] == "created"


def test_nothing_is_asked_of_dosespot_where_the_key_could_not_be_kept(project: Clinic) -> None:
    where = location(project, name="Keyless Clinic")
    project.break_fhir(
        method="PUT", path=f"/fhir/R4/Project/{project.project}", kind="status", status=403
    )
    answer = run(project, locationId=where)
    assert answer.body["errorType"] == "Misconfigured"
    assert in_dosespot(project, "Keyless Clinic") == []
    assert run(project, locationId=where).body["status"] == "created"


def test_other_peoples_edits_of_the_project_are_kept(project: Clinic) -> None:
    where = location(project, name="Busy Clinic")
    project.break_fhir(
        method="PUT",
        path=f"/fhir/R4/Project/{project.project}",
        kind="status",
        status=412,
        skip=1,
        times=2,
    )
    before = secrets(project)
    number = run(project, locationId=where).body["doseSpotClinicId"]
    after = secrets(project)
    assert after.pop(f"DOSESPOT_CLINIC_KEY_{number}")
    assert after == before


def test_a_location_of_somebody_elses_keeps_its_manager_above_the_clinic(project: Clinic) -> None:
    group = {"resourceType": "Organization", "name": "The group"}
    added = project.sandbox.fhir.add_resource(project.project, group)
    former = {"reference": f"Organization/{added['id']}"}
    where = location(project, name="Group Clinic", managingOrganization=former)
    answer = run(project, locationId=where)
    assert answer.body["organization"]["partOf"] == former
    assert [one["path"] for one in answer.body["warnings"]] == ["Location.managingOrganization"]
    assert run(project, locationId=where).body["status"] == "unchanged"
