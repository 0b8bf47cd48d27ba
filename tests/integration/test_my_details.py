"""The bot with which prescribers look at and complete their own details."""

from typing import Any

import pytest

from bots.my_details.bot import NO_MEMBER
from deploy.sandbox.nppes.records import individual
from fhir_profiles.practitioner_role import is_default_location
from fhir_profiles.systems import DEA, MEDPLUM_BOTS, NADEAN, NPI
from shared.access.self_service import NOT_A_PRACTITIONER
from shared.prescriber_form import own_records
from shared.prescriber_form.rules import own_details, own_npi
from tests.integration.clinic import Answer, Clinic, Member, new_dea, new_npi
from tests.integration.my_details import BOT, CONTACT, as_itself, my_details, workplace
from tests.integration.self_service import (
    bot_as_itself,
    create,
    grant,
    invoke,
    practitioner_role,
    secrets,
    self_enroll,
    signed_in_patient,
    writes,
)

GIVEN_HERE = {"extension": [{"url": "urn:prescriber-bots:given-by-form", "valueCode": "form"}]}


def without_meta(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "meta"}


def test_what_is_on_record_is_shown_and_nothing_is_changed(clinic: Clinic) -> None:
    member = clinic.add_member(dea=["IL"])
    role, _ = workplace(clinic, member)
    clinic.reset()
    answer = my_details(clinic, member)
    assert answer.body == {
        "fName": "Jane",
        "lName": "Smith",
        "dateOfBirth": "1980-05-15",
        **CONTACT,
        "email": f"p{member.npi}@clinic.example",
        "details": {"npi": member.npi},
        "locations": [
            {
                "practitionerRoleId": role["id"],
                "name": "IL office",
                "clinic": "",
                "organizationId": "",
                "address": "4 Elm St, Springfield, IL 62701",
                "state": "IL",
                "useAsDefault": False,
                "deaNumber": member.dea["IL"],
                "naDeaNumber": "",
                "medicalLicenseNumber": "",
            }
        ],
        "fixed": [
            "fName",
            "lName",
            "dateOfBirth",
            "details.npi",
            "locations[0].state",
            "locations[0].deaNumber",
        ],
        "changed": False,
    }
    assert writes(clinic) == []


def test_details_and_numbers_of_each_location_are_completed_and_all_else_stays(
    clinic: Clinic,
) -> None:
    member = clinic.add_member()
    here, _ = workplace(clinic, member, "IL")
    there, _ = workplace(clinic, member, "NY")
    before, dea = clinic.practitioner(member), new_dea()
    answer = my_details(
        clinic,
        member,
        **{**CONTACT, "phone": "(345) 123-9999"},
        email="kim@clinic.example",
        locations=[
            {
                "practitionerRoleId": here["id"],
                "useAsDefault": True,
                "deaNumber": dea,
                "naDeaNumber": "XS1234563",
                "medicalLicenseNumber": "036-1",
            },
            {"practitionerRoleId": there["id"], "useAsDefault": False},
        ],
    )
    assert answer.status == 200
    assert answer.body["changed"]
    shown = {one["practitionerRoleId"]: one for one in answer.body["locations"]}
    assert shown[here["id"]]["deaNumber"] == dea
    assert (answer.body["phone"], shown[here["id"]]["useAsDefault"]) == ("3451239999", True)
    assert not shown[there["id"]]["useAsDefault"]

    values = {"phone": "3451239999", "email": "kim@clinic.example"}
    telecom = [
        {**one, "value": values.get(one["system"], one["value"])} for one in before["telecom"]
    ]
    license_ = {
        "identifier": [{**GIVEN_HERE, "value": "036-1", "assigner": {"display": "IL"}}],
        "code": {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MD"}]
        },
    }
    after = clinic.practitioner(member)
    assert without_meta(after) == without_meta(
        {**before, "telecom": telecom, "qualification": [license_]}
    )
    role = clinic.read(f"PractitionerRole/{here['id']}")
    numbers = {one["system"]: (one["value"], one["assigner"]) for one in role.pop("identifier")}
    assert numbers == {
        DEA: (dea, {"display": "IL"}),
        NADEAN: ("XS1234563", {"display": "IL"}),
    }
    assert is_default_location(role)
    role.pop("extension")
    assert without_meta(role) == without_meta(here)
    assert without_meta(clinic.read(f"PractitionerRole/{there['id']}")) == without_meta(there)


def test_sending_the_same_again_writes_nothing(clinic: Clinic) -> None:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    one = {"practitionerRoleId": role["id"], "useAsDefault": True, "deaNumber": new_dea()}
    assert my_details(clinic, member, **CONTACT, locations=[one]).body["changed"]
    clinic.reset()
    answer = my_details(
        clinic,
        member,
        **CONTACT,
        dateOfBirth="05/15/1980",
        details={"npi": member.npi},
        locations=[one],
    )
    assert not answer.body["changed"]
    assert writes(clinic) == []


def test_what_was_completed_is_what_enrollment_sends(clinic: Clinic) -> None:
    npi = new_npi()
    clinic.register(individual(npi, "Jane", "Smith"))
    member = clinic.add_member(practitioner={"identifier": [], "telecom": [], "address": []})
    workplace(clinic, member)
    assert my_details(clinic, member, **CONTACT, details={"npi": npi}).status == 200
    assert self_enroll(clinic, member).body["status"] == "created"
    assert len(clinic.clinicians(npi)) == 1


def test_each_problem_is_told_at_once_and_nothing_is_changed(clinic: Clinic) -> None:
    member, colleague = clinic.add_member(), clinic.add_member(dea=["IL"])
    role, _ = workplace(clinic, member)
    theirs, _ = workplace(clinic, colleague)
    before = clinic.practitioner(member), clinic.read(f"PractitionerRole/{role['id']}")
    dea = colleague.dea["IL"]
    answer = my_details(
        clinic,
        member,
        dateOfBirth="1981-01-01",
        phone="1",
        email="nobody",
        mailingAddress={**CONTACT["mailingAddress"], "zipCode": "1"},
        details={"npi": colleague.npi},
        locations=[
            {"practitionerRoleId": role["id"], "useAsDefault": True, "deaNumber": dea},
            {"practitionerRoleId": theirs["id"], "useAsDefault": True},
        ],
    )
    assert answer.status == 400
    assert answer.body["errorType"] == "InputRefused"
    for path, sentence in {
        "dateOfBirth": own_details.FIXED,
        "phone": "",
        "email": "",
        "fax": own_details.NO_FAX,
        "mailingAddress.zipCode": "",
        "details.npi": own_details.FIXED,
        "locations[0].deaNumber": own_records.OF_ANOTHER.format(what="DEA number"),
        "locations[1].practitionerRoleId": own_details.NOT_YOURS,
        "locations": "only one location can be the default",
    }.items():
        assert f"{path}: {sentence}" in answer.error
    after = clinic.practitioner(member), clinic.read(f"PractitionerRole/{role['id']}")
    assert after == before


def test_a_dea_number_that_a_colleague_has_at_a_location_is_refused(clinic: Clinic) -> None:
    member, colleague = clinic.add_member(), clinic.add_member()
    dea = new_dea()
    for person in (colleague, member):
        role, _ = workplace(clinic, person)
        one = {"practitionerRoleId": role["id"], "deaNumber": dea}
        answer = my_details(clinic, person, **CONTACT, locations=[one])
    sentence = own_records.OF_ANOTHER.format(what="DEA number")
    assert f"locations[0].deaNumber: {sentence}" in answer.error


def test_an_npi_of_a_colleague_is_refused(clinic: Clinic) -> None:
    colleague = clinic.add_member()
    clinic.register(individual(colleague.npi, "Jane", "Smith"))
    member = clinic.add_member(practitioner={"identifier": []})
    grant(clinic, member)
    answer = my_details(clinic, member, **CONTACT, details={"npi": colleague.npi})
    sentence = own_records.OF_ANOTHER.format(what="NPI")
    assert answer.error == f"{own_records.REFUSED}details.npi: {sentence}."


@pytest.mark.parametrize(
    ("holder", "is_there", "sentence"),
    [
        ("Jones", True, own_npi.NOT_YOURS),
        ("Smith", False, own_npi.NOT_CHECKED),
    ],
    ids=["another name", "out of reach"],
)
def test_an_npi_of_ones_own_giving_has_to_be_ones_own_in_the_registry(
    clinic: Clinic, holder: str, is_there: bool, sentence: str
) -> None:
    npi = new_npi()
    clinic.register(individual(npi, "Jane", holder))
    member = clinic.add_member(practitioner={"identifier": []})
    grant(clinic, member)
    if not is_there:
        clinic.break_registry(kind="text", path=".*", status=503, body="")
    answer = my_details(clinic, member, **CONTACT, details={"npi": npi})
    assert answer.error == f"{own_records.REFUSED}details.npi: {sentence}."
    assert "identifier" not in clinic.practitioner(member)


def test_others_edits_of_the_same_records_are_kept(clinic: Clinic) -> None:
    member = clinic.add_member()
    role, _ = workplace(clinic, member, specialty=[{"text": "Cardiology"}])
    clinic.write({**clinic.practitioner(member), "gender": "female"})
    one = {"practitionerRoleId": role["id"], "useAsDefault": True, "deaNumber": new_dea()}
    assert my_details(clinic, member, **{**CONTACT, "phone": "345-123-0000"}, locations=[one]).body
    assert clinic.practitioner(member)["gender"] == "female"
    assert clinic.read(f"PractitionerRole/{role['id']}")["specialty"] == [{"text": "Cardiology"}]


def test_each_change_leaves_an_audit_event(clinic: Clinic) -> None:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    one = {"practitionerRoleId": role["id"], "useAsDefault": True}
    assert my_details(clinic, member, **{**CONTACT, "phone": "345-123-0000"}, locations=[one]).body
    events = clinic.events(f"Practitioner/{member.id}")
    told = [(one["subtype"][0]["code"], one["outcomeDesc"]) for one in events]
    assert sorted(told) == [
        ("practitioner-changed", own_records.BY_THEMSELVES),
        ("role-changed", own_records.BY_THEMSELVES),
    ]
    assert {one["agent"][0]["who"]["reference"] for one in events} == {f"Practitioner/{member.id}"}


def test_a_role_stays_an_administrators_after_its_numbers_are_completed(clinic: Clinic) -> None:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    for phone in ("345-123-0001", "345-123-0002"):
        one = {"practitionerRoleId": role["id"], "useAsDefault": phone.endswith("1")}
        assert my_details(clinic, member, **{**CONTACT, "phone": phone}, locations=[one]).body
    assert self_enroll(clinic, member).body["status"] == "created"


def _of_their_own_making(clinic: Clinic, member: Member) -> Member:
    create(clinic, practitioner_role(member, "PrescribingClinician"), by=member)
    return member


def _deactivated(clinic: Clinic, member: Member) -> Member:
    grant(clinic, member)
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write({**membership, "active": False})
    return member


def _ended(clinic: Clinic, member: Member) -> Member:
    grant(clinic, member, period={"end": "2020-12-31"})
    return member


@pytest.mark.parametrize(
    "prepare", [lambda _c, member: member, _of_their_own_making, _ended, _deactivated]
)
def test_who_is_not_authorized_by_an_administrator_is_refused(clinic: Clinic, prepare: Any) -> None:
    member = prepare(clinic, clinic.add_member())
    clinic.reset()
    answer = my_details(clinic, member, **{**CONTACT, "phone": "345-123-0000"})
    assert answer.status in (400, 401)
    assert writes(clinic) == []


def test_nobody_else_is_ever_meant(clinic: Clinic) -> None:
    member, colleague = clinic.add_member(), clinic.add_member()
    grant(clinic, member)
    for name in ("practitionerId", "practitioner", "fName", "lName", "roles"):
        answer = my_details(clinic, member, **{**CONTACT, name: colleague.id})
        assert f"{name}: this bot has no such input; remove it." in answer.error


def test_an_administrator_without_a_role_has_no_details_here(clinic: Clinic) -> None:
    answer = clinic.execute(BOT, {}, clinic.admin.token)
    assert answer.body["errorType"] == "NotAuthorized"


def test_numbers_where_a_location_has_no_state_need_one(clinic: Clinic) -> None:
    member = clinic.add_member()
    role = grant(clinic, member)
    one = {"practitionerRoleId": role["id"], "deaNumber": new_dea()}
    answer = my_details(clinic, member, **CONTACT, locations=[one])
    assert answer.error == f"{own_records.REFUSED}locations[0].state: {own_details.NO_STATE}."
    answer = my_details(clinic, member, **CONTACT, locations=[{**one, "state": "IL"}])
    assert answer.status == 200


def test_the_npi_is_written_as_an_identifier(clinic: Clinic) -> None:
    npi = new_npi()
    clinic.register(individual(npi, "Jane", "Smith"))
    member = clinic.add_member(practitioner={"identifier": [], "birthDate": "1980-05-15"})
    grant(clinic, member)
    assert my_details(clinic, member, **CONTACT, details={"npi": npi}).status == 200
    assert clinic.practitioner(member)["identifier"] == [
        {**GIVEN_HERE, "system": NPI, "value": npi}
    ]


def test_a_bot_that_acts_as_its_caller_is_refused(clinic: Clinic) -> None:
    member = clinic.add_member()
    grant(clinic, member)
    with bot_as_itself(clinic, BOT, run_as_user=True) as bot:
        clinic.reset()
        answer = clinic.execute(bot, {**CONTACT, "phone": "345-123-0000"}, member.token)
        assert writes(clinic) == []
    assert answer.refusal == ("Misconfigured", own_records.NOT_KEPT)


def test_whose_account_is_not_active_is_refused_by_the_bot_itself(clinic: Clinic) -> None:
    member = _deactivated(clinic, clinic.add_member())
    clinic.reset()
    named = {"system": MEDPLUM_BOTS, "value": BOT}
    (bot,) = [one for one in clinic.sandbox.fhir.resources("Bot") if named in one["identifier"]]
    payload = {
        "bot": {"reference": f"Bot/{bot['id']}"},
        "baseUrl": clinic.fhir_url,
        "requester": {"reference": f"Practitioner/{member.id}"},
        "accessToken": as_itself(clinic, member).token,
        "input": {**CONTACT, "phone": "345-123-0000"},
        "contentType": "application/json",
        "secrets": secrets(clinic),
        "traceId": "00000000-0000-4000-8000-000000000000",
        "headers": {},
    }
    assert Answer(400, invoke(clinic, payload)).error == NO_MEMBER
    assert writes(clinic) == []


def test_a_location_of_ones_own_making_is_not_ones_own(clinic: Clinic) -> None:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    theirs = create(clinic, practitioner_role(member, "PrescribingClinician"), by=member)
    shown = my_details(clinic, member).body["locations"]
    assert [one["practitionerRoleId"] for one in shown] == [role["id"]]
    one = {"practitionerRoleId": theirs["id"], "useAsDefault": True}
    answer = my_details(clinic, member, **CONTACT, locations=[one])
    assert f"locations[0].practitionerRoleId: {own_details.NOT_YOURS}" in answer.error
    assert not is_default_location(clinic.read(f"PractitionerRole/{theirs['id']}"))


def test_a_signed_in_patient_has_no_details_here(clinic: Clinic) -> None:
    person = signed_in_patient(clinic)
    answer = clinic.execute(BOT, {}, person.token)
    assert answer.refusal == ("NotAuthorized", NOT_A_PRACTITIONER)
