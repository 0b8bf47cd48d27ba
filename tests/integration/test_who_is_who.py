"""Nobody becomes somebody else: a number alone links nobody, and changes nobody's record."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.claim import Announced, Claim, claim_resource
from fhir_profiles.systems import DEA as DEA_SYSTEM
from fhir_profiles.systems import NPI
from shared.enrollment.rules import trouble
from shared.enrollment.rules.situation import CREATED_FOR
from tests.integration.clinic import DEA, Answer, Clinic, Member
from tests.integration.self_service import (
    IFRAME_BOT,
    add_patient,
    create,
    dosespot_writes,
    enrolled,
    grant,
    linked,
    self_enroll,
    sync,
    writes,
)

COLLEAGUE = {
    "name": [{"family": "Mazur", "given": ["Alicja"]}],
    "birthDate": "1969-04-01",
}
BOTS = ["admin", "self"]


def colleague(clinic: Clinic, **changes: Any) -> Member:
    """Somebody whom DoseSpot knows and nobody of the project is any more."""
    member = clinic.add_member(dea=DEA, practitioner={**COLLEAGUE, **changes})
    assert clinic.enroll(member, practitionerRoleTypes=[1, 4]).status == 200
    clinic.set_clinician(member, status="TFAActivatedSuccess")
    clinic.delete(f"ProjectMembership/{member.membership_id}")
    clinic.delete(f"Practitioner/{member.id}")
    clinic.reset()
    return member


def with_number_of(clinic: Clinic, member: Member, other: Member, **changes: Any) -> Member:
    """The member, whose Practitioner now has the NPI of another one."""
    practitioner = clinic.practitioner(member)
    kept = [one for one in practitioner["identifier"] if one["system"] != NPI]
    identifier = [{"system": NPI, "value": other.npi}, *kept]
    clinic.write({**practitioner, "identifier": identifier, **changes})
    clinic.reset()
    return replace(member, npi=other.npi)


def run(clinic: Clinic, bot: str, member: Member) -> Answer:
    return clinic.enroll(member) if bot == "admin" else self_enroll(clinic, member)


@pytest.mark.parametrize(
    ("changes", "differs", "paths"),
    [
        ({}, "birth date and family name", "Practitioner.birthDate, Practitioner.name"),
        ({"name": COLLEAGUE["name"]}, "birth date", "Practitioner.birthDate"),
        ({"birthDate": COLLEAGUE["birthDate"]}, "family name", "Practitioner.name"),
    ],
    ids=["another person", "another birth date", "another family name"],
)
@pytest.mark.parametrize("bot", BOTS)
def test_nobody_takes_over_whom_dosespot_knows_by_a_number(
    clinic: Clinic, bot: str, changes: Resource, differs: str, paths: str
) -> None:
    known, taker = colleague(clinic), clinic.add_member(dea=DEA)
    grant(clinic, taker)
    before = clinic.clinician(known)
    taker = with_number_of(clinic, taker, known, **changes)
    answer = run(clinic, bot, taker)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert answer.error == (
        f"{paths}: DoseSpot's lookup by NPI finds a clinician who has another {differs}, so nobody"
        " was linked and nothing was changed. Check that the NPI is this person's. If DoseSpot's"
        " record is wrong, have DoseSpot support correct it."
    )
    assert writes(clinic) == []
    assert (linked(clinic, taker), clinic.clinician(known)) == ((), before)
    opened = clinic.execute(IFRAME_BOT, {}, taker.token)
    assert (opened.body["errorType"], "url" in opened.body) == ("RecordsDisagree", False)


@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize(
    ("field", "trait"), [("DateOfBirth", "birth date"), ("LastName", "family name")]
)
def test_what_dosespot_does_not_show_proves_nothing(
    clinic: Clinic, bot: str, field: str, trait: str
) -> None:
    known, taker = colleague(clinic), clinic.add_member(dea=DEA)
    grant(clinic, taker)
    number = clinic.clinician(known)["id"]
    shown = {
        "ClinicianId": number,
        "FirstName": "Alicja",
        "LastName": "Mazur",
        "DateOfBirth": "1969-04-01T00:00:00",
        "NPINumber": known.npi,
        field: None,
    }
    taker = with_number_of(clinic, taker, known, **COLLEAGUE)
    answered = {"kind": "text", "status": 200}
    body = {"Item": shown, "Result": {"ResultCode": "OK"}}
    path = f".*/api/clinicians/{number}"
    clinic.break_dosespot(method="GET", path=path, body=body, times=9, **answered)
    answer = run(clinic, bot, taker)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert f"does not show the {trait}, so nobody was linked" in answer.error
    assert writes(clinic) == []


def test_an_administrator_links_who_is_the_same_person_and_they_themselves_do_not(
    clinic: Clinic,
) -> None:
    known, member = colleague(clinic), clinic.add_member()
    grant(clinic, member)
    member = with_number_of(clinic, member, known, **COLLEAGUE)
    before = clinic.clinician(known)
    answer = self_enroll(clinic, member)
    assert answer.refusal == (
        "RecordsDisagree",
        trouble.ASK_ADMINISTRATOR,
    )
    assert (writes(clinic), linked(clinic, member)) == ([], ())
    assert clinic.enroll(member).status == 200
    assert linked(clinic, member) == (before["id"],)
    assert self_enroll(clinic, member).status == 200


@pytest.mark.parametrize(
    "names",
    [
        [{"family": "MAZUR"}],
        [{"family": "Mažur"}],
        [{"family": "Nowak"}, {"use": "old", "family": "Ma-zur"}],
    ],
    ids=["case", "accent", "former name"],
)
def test_a_family_name_agrees_however_it_is_written(clinic: Clinic, names: list[Resource]) -> None:
    known, member = colleague(clinic), clinic.add_member()
    names = [{**name, "given": ["Alicja"]} for name in names]
    member = with_number_of(clinic, member, known, **{**COLLEAGUE, "name": names})
    assert clinic.enroll(member).status == 200
    assert linked(clinic, member) == (clinic.clinician(known)["id"],)


def test_a_prescriber_whose_own_run_died_is_linked_by_the_next(clinic: Clinic) -> None:
    member = clinic.add_member(dea=DEA)
    grant(clinic, member)
    assert self_enroll(clinic, member).body["status"] == "created"
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write({name: value for name, value in membership.items() if name != "identifier"})
    assert self_enroll(clinic, member).status == 200
    assert linked(clinic, member) == (clinic.clinician(member)["id"],)


@pytest.mark.parametrize("trace", ["memory", "announced"])
def test_a_claim_that_the_prescriber_wrote_is_not_believed(clinic: Clinic, trace: str) -> None:
    known, member = colleague(clinic), clinic.add_member()
    grant(clinic, member)
    member = with_number_of(clinic, member, known, **COLLEAGUE)
    claim = clinic.claim(known)
    clinic.delete(f"Basic/{(claim.resource or {})['id']}")
    own = f"ProjectMembership/{member.membership_id}"
    announced = Announced("create", "made up", own, "", datetime.now(UTC))
    forged = Claim(claim.key, memory={CREATED_FOR: own})
    if trace == "announced":
        forged = Claim(claim.key, announced=announced)
    create(clinic, claim_resource(forged), by=member)
    clinic.reset()
    answer = self_enroll(clinic, member)
    assert answer.error == trouble.ASK_ADMINISTRATOR
    assert (writes(clinic), linked(clinic, member)) == ([], ())


@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"birthDate": "1971-01-02"}, "birth date"),
        ({"birthDate": "1971-01-02", "name": COLLEAGUE["name"]}, "birth date"),
    ],
    ids=["birth date", "birth date and name"],
)
def test_who_is_linked_and_becomes_somebody_else_is_refused_to_everybody(
    clinic: Clinic, bot: str, changes: Resource, differs: str
) -> None:
    member = enrolled(clinic, dea=DEA)
    clinic.write({**clinic.practitioner(member), **changes})
    before = clinic.clinician(member)
    clinic.reset()
    answer = run(clinic, bot, member)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert f"has another {differs} than the Practitioner, so nothing was changed" in answer.error
    assert (writes(clinic), clinic.clinician(member)) == ([], before)


@pytest.mark.parametrize("bot", BOTS)
def test_who_is_linked_and_gets_another_npi_is_refused_to_everybody(
    clinic: Clinic, bot: str
) -> None:
    member, other = enrolled(clinic, dea=DEA), clinic.add_member()
    clinic.delete(f"Practitioner/{other.id}")
    before = clinic.clinician(member)
    with_number_of(clinic, member, other)
    answer = run(clinic, bot, member)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "has another NPI than the Practitioner, so nothing was changed" in answer.error
    assert (writes(clinic), clinic.clinician(member)) == ([], before)


def test_a_new_family_name_is_passed_on_by_an_administrator_with_a_warning(clinic: Clinic) -> None:
    member = enrolled(clinic)
    name = [{"family": "Smith-Jones", "given": ["Jane", "Marie"]}]
    clinic.write({**clinic.practitioner(member), "name": name})
    clinic.reset()
    assert self_enroll(clinic, member).status == 200
    assert (dosespot_writes(clinic), clinic.clinician(member)["last_name"]) == ([], "Smith")
    (warning,) = clinic.enroll(member).body["warnings"]
    assert warning == {
        "path": "Practitioner.name",
        "sentence": "the family name differs from the one in DoseSpot; it was sent, so make sure"
        " that this is the same person",
    }
    assert clinic.clinician(member)["last_name"] == "Smith-Jones"
    assert "warnings" not in clinic.enroll(member).body


def number_of(clinic: Clinic, member: Member, system: str) -> Resource:
    identifiers = clinic.practitioner(member)["identifier"]
    return dict(next(one for one in identifiers if one["system"] == system))


def carry(clinic: Clinic, member: Member, *identifiers: Resource, **changes: Any) -> None:
    """The Practitioner carries these numbers too."""
    practitioner = clinic.practitioner(member)
    identifiers = (*practitioner["identifier"], *identifiers)
    clinic.write({**practitioner, "identifier": list(identifiers), **changes})


@pytest.mark.parametrize("bot", BOTS)
@pytest.mark.parametrize("is_enrolled", [False, True], ids=["new", "enrolled"])
def test_a_dea_number_that_another_practitioner_carries_is_refused(
    clinic: Clinic, bot: str, is_enrolled: bool
) -> None:
    member, other = clinic.add_member(), clinic.add_member(dea=("IL",))
    grant(clinic, member)
    if is_enrolled:
        assert clinic.enroll(member).status == 200
    carry(clinic, member, number_of(clinic, other, DEA_SYSTEM))
    clinic.reset()
    answer = run(clinic, bot, member)
    assert answer.refusal == (
        "RecordsRefused",
        "Practitioner.identifier: another Practitioner has the same DEA number:"
        f" Practitioner/{other.id}. Remove the number from the one it does not belong to, or set"
        " its use to old; if both are the same person, keep one.",
    )
    assert writes(clinic) == []


@pytest.mark.parametrize("bot", BOTS)
def test_an_npi_that_another_practitioner_carries_is_refused(clinic: Clinic, bot: str) -> None:
    member, other = clinic.add_member(), clinic.add_member()
    grant(clinic, member)
    with_number_of(clinic, member, other)
    answer = run(clinic, bot, member)
    assert answer.body["errorType"] == "RecordsRefused"
    assert f"another Practitioner has the same NPI: Practitioner/{other.id}. " in answer.error
    assert (writes(clinic), clinic.clinicians(other.npi)) == ([], [])


@pytest.mark.parametrize(
    ("use", "changes"),
    [({"use": "old"}, {}), ({"period": {"end": "2020-01-01"}}, {}), ({}, {"active": False})],
    ids=["old", "ended", "inactive"],
)
def test_a_number_that_is_not_in_force_elsewhere_is_ones_own(
    clinic: Clinic, use: Resource, changes: Resource
) -> None:
    member, other = clinic.add_member(dea=("IL",)), clinic.add_member()
    number = number_of(clinic, member, DEA_SYSTEM)
    carry(clinic, other, {**number, **use}, **changes)
    assert clinic.enroll(member).status == 200


def test_a_patient_id_of_somebody_else_changes_nobody(clinic: Clinic) -> None:
    member = enrolled(clinic)
    mine = add_patient(clinic, name=[{"given": ["Ola"], "family": "Idman"}])
    other = add_patient(
        clinic, name=[{"given": ["Piotr"], "family": "Otherman"}], birthDate="1950-07-07"
    )
    for patient in (mine, other):
        assert sync(clinic, member, patient).status == 200
    others = clinic.read(f"Patient/{other['id']}")["identifier"]
    clinic.write({**clinic.read(f"Patient/{mine['id']}"), "identifier": others})
    clinic.reset()
    answer = sync(clinic, member, mine, update=True)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "DoseSpot's patient with this id has another" in answer.error
    for value in ("Idman", "Otherman", "Piotr", "1950"):
        assert value not in answer.error
    assert dosespot_writes(clinic) == []


def answer_creates_with(clinic: Clinic, what: str, number: int) -> None:
    """DoseSpot answers that it created somebody, with an id that somebody else has."""
    body = {"Id": number, "Result": {"ResultCode": "OK", "ResultDescription": ""}}
    path = f"/webapi/v2/api/{what}"
    clinic.break_dosespot(method="POST", path=path, kind="text", status=200, body=body)


@pytest.mark.parametrize("bot", BOTS)
def test_nobody_is_linked_to_somebody_else_with_whose_id_a_create_is_answered(
    clinic: Clinic, bot: str
) -> None:
    other, member = colleague(clinic), clinic.add_member(dea=DEA)
    grant(clinic, member)
    before = clinic.clinician(other)
    answer_creates_with(clinic, "clinicians", before["id"])
    answer = run(clinic, bot, member)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "who has another NPI, birth date and family name than the Practitioner" in answer.error
    assert (linked(clinic, member), clinic.clinician(other)) == ((), before)
    assert run(clinic, bot, member).status == 200
    assert linked(clinic, member) == (clinic.clinician(member)["id"],)


def test_no_patient_is_linked_to_somebody_else_with_whose_id_a_create_is_answered(
    clinic: Clinic,
) -> None:
    member = enrolled(clinic)
    other = add_patient(
        clinic, name=[{"given": ["Ewa"], "family": "Elseman"}], birthDate="1950-07-07"
    )
    number = sync(clinic, member, other).body["doseSpotPatientId"]
    mine = add_patient(clinic, name=[{"given": ["Jan"], "family": "Mineman"}])
    answer_creates_with(clinic, "patients", number)
    answer = sync(clinic, member, mine)
    assert answer.body["errorType"] == "RecordsDisagree"
    assert "who has another birth date, family name, first name than the Patient" in answer.error
    assert "identifier" not in clinic.read(f"Patient/{mine['id']}")
    assert sync(clinic, member, mine).body["status"] == "created"
