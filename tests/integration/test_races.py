"""Many runs at once for one prescriber end as one undisturbed run would."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.local.sandbox import Sandbox
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.enrollment_claim import enrollment_claim
from tests.integration.clinic import DEA, Answer, Clinic, Member

RUNS = 50
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


def _run_all(clinic: Clinic, member: Member) -> list[Answer]:
    def run(number: int) -> Answer:
        if number % 2:
            return clinic.execute(SELF_BOT, {}, member.token)
        return clinic.enroll(member)

    with ThreadPoolExecutor(RUNS) as pool:
        return list(pool.map(run, range(RUNS)))


def test_fifty_first_runs_make_one_clinician_and_nobody_sees_an_error(clinic: Clinic) -> None:
    member = _authorized(clinic)
    answers = _run_all(clinic, member)
    assert Counter(answer.status for answer in answers) == {200: RUNS}, answers
    (clinician,) = clinic.clinicians(member.npi)
    assert {answer.body["doseSpotClinicianId"] for answer in answers} == {clinician["id"]}
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    assert clinician_ids(membership).numbers == (clinician["id"],)
    assert enrollment_claim(membership) is None
    created = [a for a in answers if a.body.get("status") == "created"]
    assert len(created) <= 1


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

    with ThreadPoolExecutor(RUNS) as pool:
        edits = [pool.submit(edit, number) for number in range(5)]
        answers = _run_all(clinic, member)
        for edited in edits:
            edited.result()
    assert {answer.status for answer in answers} == {200}
    after = clinic.practitioner(member)
    assert sorted(photo["title"] for photo in after["photo"]) == ["0", "1", "2", "3", "4"]
    assert after["extension"][0]["valueCode"] == "Pending"
