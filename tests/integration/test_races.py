"""Many runs at once for one prescriber end as one undisturbed run would."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.patient_identifier import dosespot_patient_id
from tests.integration.clinic import DEA, Answer, Clinic, Member
from tests.integration.self_service import add_patient, enrolled, patients, sync

RUNS = 50
FEWER = 16
SELF_BOT = "dosespot-self-enroll-prescriber-bot"


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    """A sandbox of its own, with the times of real use, whose DoseSpot makes duplicates."""
    with Sandbox() as sandbox:
        clinic = Clinic(sandbox)
        clinic.reset()
        clinic.switch(second_create_same_npi="duplicate", lookup_lag_s=3.0, repeated_init="accept")
        yield clinic


def _authorized(clinic: Clinic) -> Member:
    member = clinic.add_member(dea=DEA)
    clinic.authorize(member)
    return member


def _run_all(clinic: Clinic, member: Member, runs: int = RUNS) -> list[Answer]:
    def run(number: int) -> Answer:
        if number % 2:
            return clinic.execute(SELF_BOT, {}, member.token)
        return clinic.enroll(member)

    with ThreadPoolExecutor(runs) as pool:
        return list(pool.map(run, range(runs)))


def test_fifty_first_runs_make_one_clinician_and_nobody_sees_an_error(clinic: Clinic) -> None:
    member = _authorized(clinic)
    answers = _run_all(clinic, member)
    assert Counter(answer.status for answer in answers) == {200: RUNS}, answers
    (clinician,) = clinic.clinicians(member.npi)
    assert {answer.body["doseSpotClinicianId"] for answer in answers} == {clinician["id"]}
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    assert clinician_ids(membership).numbers == (clinician["id"],)
    claim = clinic.claim(member)
    assert (claim.holder, claim.announced) == (None, None)
    created = [a for a in answers if a.body.get("status") == "created"]
    assert len(created) <= 1
    events = clinic.events(f"Practitioner/{member.id}")
    assert Counter(event["subtype"][0]["code"] for event in events) == {
        "clinician-created": 1,
        "clinician-linked": 1,
        "status-recorded": 1,
    }


def test_fifty_runs_initialize_a_stage_once(clinic: Clinic) -> None:
    member = _authorized(clinic)
    clinic.enroll(member)
    clinic.prescriber_does(member, "sign-agreements")
    answers = _run_all(clinic, member)
    assert Counter(answer.status for answer in answers) == {200: RUNS}, answers
    assert clinic.clinician(member)["idp_inits"] == 1
    assert clinic.practitioner(member)["extension"][0]["valueCode"] == "IDPInitializeSuccess"
    by_self = [a for a in answers if a.body.get("status") == "advanced"]
    by_admin = [a for a in answers if a.body.get("idpInitialized") is True]
    assert len(by_self) + len(by_admin) == 1


def test_what_others_write_meanwhile_is_kept(clinic: Clinic) -> None:
    member = _authorized(clinic)

    def edit(number: int) -> None:
        for _ in range(20):
            practitioner = clinic.practitioner(member)
            photo = [*practitioner.get("photo", []), {"title": str(number)}]
            if clinic.write_if_unchanged({**practitioner, "photo": photo}):
                return

    with ThreadPoolExecutor(5) as pool:
        edits = [pool.submit(edit, number) for number in range(5)]
        answers = _run_all(clinic, member, FEWER)
        for edited in edits:
            edited.result()
    assert {answer.status for answer in answers} == {200}
    after = clinic.practitioner(member)
    assert sorted(photo["title"] for photo in after["photo"]) == ["0", "1", "2", "3", "4"]
    assert after["extension"][0]["valueCode"] == "Pending"


def test_two_practitioners_with_one_npi_make_no_second_clinician(clinic: Clinic) -> None:
    """The second Practitioner gets the number while runs for the first are under way."""
    first, second = _authorized(clinic), _authorized(clinic)
    practitioner = clinic.practitioner(second)
    number, *others = practitioner["identifier"]
    shared = {**practitioner, "identifier": [{**number, "value": first.npi}, *others]}

    def run(turn: int) -> Answer | None:
        if turn == FEWER // 4:
            clinic.write(shared)
        return clinic.enroll(first if turn % 2 else second)

    with ThreadPoolExecutor(FEWER) as pool:
        answers = list(pool.map(run, range(FEWER)))
    assert {answer.body.get("errorType") for answer in answers} <= {None, "RecordsRefused"}
    assert len(clinic.clinicians(first.npi)) <= 1
    clinic.write({**clinic.practitioner(second), "identifier": [{**number, "use": "old"}, *others]})
    assert clinic.enroll(first).status == 200
    assert len(clinic.clinicians(first.npi)) == 1


def test_twenty_syncs_of_a_patient_make_one_and_answer_the_same(clinic: Clinic) -> None:
    member = enrolled(clinic)
    clinic.switch(patient_search_lag_s=3.0)
    name = [{"given": ["Maria"], "family": "Manyman"}]
    twins = [add_patient(clinic, name=name) for _ in range(2)]
    with ThreadPoolExecutor(20) as pool:
        turns = pool.map(lambda turn: sync(clinic, member, twins[turn % 2]), range(20))
        answers = list(turns)
    assert {answer.status for answer in answers} == {200}, answers
    (patient,) = patients(clinic, "Manyman")
    assert {answer.body["doseSpotPatientId"] for answer in answers} == {patient["id"]}
    stored = [clinic.read(f"Patient/{twin['id']}") for twin in twins]
    assert {dosespot_patient_id(one) for one in stored} == {patient["id"]}


def test_licenses_that_many_administrators_add_at_once_are_all_there(clinic: Clinic) -> None:
    member = _authorized(clinic)
    clinic.enroll(member)
    licenses = [{"licenseNumber": f"036-12345{number}", "state": "IL"} for number in range(8)]
    with ThreadPoolExecutor(len(licenses)) as pool:
        answers = list(
            pool.map(lambda one: clinic.enroll(member, medicalLicenseNumbers=[one]), licenses)
        )
    assert {answer.status for answer in answers} == {200}, answers
    stored = clinic.clinician(member)["licenses"]
    assert sorted(one["number"] for one in stored) == [one["licenseNumber"] for one in licenses]
