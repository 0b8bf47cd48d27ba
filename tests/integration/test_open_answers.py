"""What DoseSpot did and answered oddly is done once: an answer that is no known refusal is open."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.patient_identifier import dosespot_patient_id
from tests.integration.clinic import DEA, Answer, Clinic
from tests.integration.self_service import add_patient, enrolled, grant, patients, self_enroll, sync

RUNS = 4
STATUSES = (201, 202, 204, 302, 400, 403, 404, 408, 409, 422, 499)
ALWAYS = 404
"""The answer that is tried in the short half too."""
TIMEOUT = {"Result": {"ResultCode": "ERROR", "ResultDescription": "Timeout expired"}}
ANSWERS = [
    *({"kind": "status", "status": status} for status in STATUSES),
    {"kind": "text", "status": 200, "body": TIMEOUT},
]
EFFECTS = {"after": "took effect", "before": "took none"}


def _param(answer: dict[str, Any]) -> Any:
    marks = () if answer["status"] == ALWAYS else pytest.mark.torture
    return pytest.param(answer, marks=marks, id=f"{answer['kind']}-{answer['status']}")


@pytest.fixture(params=map(_param, ANSWERS))
def odd(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What DoseSpot answers."""
    return dict(request.param)


@pytest.fixture(params=EFFECTS, ids=EFFECTS.get)
def when(request: pytest.FixtureRequest) -> str:
    """Whether it did what it was asked."""
    return str(request.param)


@pytest.fixture
def unkind(clinic: Clinic) -> Clinic:
    """DoseSpot does twice what it is asked twice, and its lookups lag."""
    clinic.switch(
        second_create_same_npi="duplicate",
        repeated_init="accept",
        lookup_lag_s=1.0,
        patient_search_lag_s=1.0,
    )
    return clinic


def run_until_done(run: Callable[[], Answer]) -> Answer:
    for _ in range(RUNS):
        answer = run()
        if answer.status == 200:
            return answer
    raise AssertionError(answer.body)


@pytest.mark.parametrize("bot", ["admin", "self"])
def test_one_clinician(unkind: Clinic, odd: dict[str, Any], when: str, bot: str) -> None:
    clinic = unkind
    member = clinic.add_member(dea=DEA)
    grant(clinic, member)
    path = "/webapi/v2/api/clinicians"
    clinic.break_dosespot(method="POST", path=path, when=when, **odd)
    by_admin = bot == "admin"
    answer = run_until_done(
        lambda: clinic.enroll(member) if by_admin else self_enroll(clinic, member)
    )
    (clinician,) = clinic.clinicians(member.npi)
    assert answer.body["doseSpotClinicianId"] == clinician["id"]
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    assert clinician_ids(membership).numbers == (clinician["id"],)


def test_one_patient(unkind: Clinic, odd: dict[str, Any], when: str) -> None:
    clinic = unkind
    member = enrolled(clinic)
    clinic.switch(patient_search_lag_s=1.0)
    family = f"Odd{odd['kind']}{odd['status']}{when}"
    patient = add_patient(clinic, name=[{"given": ["Maria"], "family": family}])
    path = "/webapi/v2/api/patients"
    clinic.break_dosespot(method="POST", path=path, when=when, **odd)
    answer = run_until_done(lambda: sync(clinic, member, patient))
    (found,) = patients(clinic, family)
    assert answer.body["doseSpotPatientId"] == found["id"]
    assert dosespot_patient_id(clinic.read(f"Patient/{patient['id']}")) == found["id"]


def test_a_stage_begins_once(unkind: Clinic, odd: dict[str, Any]) -> None:
    clinic = unkind
    member = clinic.add_member(dea=DEA)
    clinic.enroll(member)
    clinic.prescriber_does(member, "sign-agreements")
    clinic.switch(status_lag_s=1.0)
    clinic.break_dosespot(method="POST", path=".*/idpInit", when="after", **odd)
    run_until_done(lambda: clinic.enroll(member, initIdp=True))
    clinic.enroll(member, initIdp=True)
    assert clinic.clinician(member)["idp_inits"] == 1


def test_a_change_is_made(unkind: Clinic, odd: dict[str, Any], when: str) -> None:
    clinic = unkind
    member = clinic.add_member(dea=DEA)
    clinic.enroll(member)
    path = "/webapi/v2/api/clinicians/.*"
    clinic.break_dosespot(method="PUT", path=path, when=when, **odd)
    run_until_done(lambda: clinic.enroll(member, practitionerRoleTypes=[3]))
    assert clinic.clinician(member)["roles"] == ["EpcsCoordinator", "PrescribingClinician"]
