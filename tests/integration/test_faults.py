"""Servers that fail: the error says which and what to do, and a later run ends well."""

import pytest

from shared.enrollment.rules import trouble
from tests.integration.clinic import Clinic, Member

CREATE = {"method": "POST", "path": "/webapi/v2/api/clinicians"}
LOOK_UP = {"method": "GET", "path": "/webapi/v2/api/clinician"}
TOKEN = {"method": "POST", "path": "/webapi/v2/connect/token"}
NOT_REACHED = "DoseSpot could not be reached or is unavailable."


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 503},
        {"kind": "html", "status": 200},
        {"kind": "html", "status": 502},
        {"kind": "empty"},
        {"kind": "drop"},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
@pytest.mark.parametrize("call", [LOOK_UP], ids=["lookup"])
def test_a_failed_read_says_that_dosespot_is_out_of_order(
    clinic: Clinic, prescriber: Member, call: dict[str, str], fault: dict[str, object]
) -> None:
    clinic.break_dosespot(**call, **fault, times=3)
    answer = clinic.enroll(prescriber)
    assert answer.body["errorType"] == "RemoteUnavailable"
    assert answer.error.startswith(NOT_REACHED)
    assert clinic.writes() == []
    clinic.reset()
    assert clinic.enroll(prescriber).status == 200
    assert len(clinic.clinicians(prescriber.npi)) == 1


def test_a_read_that_fails_once_is_tried_again(clinic: Clinic, prescriber: Member) -> None:
    clinic.break_dosespot(**LOOK_UP, kind="status", status=503)
    assert clinic.enroll(prescriber).status == 200


SILENT = [
    {"kind": "status", "status": 500},
    {"kind": "html", "status": 200},
    {"kind": "empty"},
    {"kind": "drop"},
]


@pytest.mark.parametrize("fault", SILENT, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_create_that_took_effect_without_an_answer_is_found_at_once(
    clinic: Clinic, prescriber: Member, fault: dict[str, object]
) -> None:
    clinic.switch(second_create_same_npi="duplicate")
    clinic.break_dosespot(**CREATE, **fault, when="after")
    answer = clinic.enroll(prescriber)
    assert answer.body["doseSpotClinicianId"] == clinic.clinician(prescriber)["id"]


def test_a_create_whose_outcome_is_open_is_waited_for_while_the_look_up_lags(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.switch(second_create_same_npi="duplicate", lookup_lag_s=2.0)
    clinic.break_dosespot(**CREATE, kind="drop", when="after")
    answer = clinic.enroll(prescriber)
    assert answer.body["doseSpotClinicianId"] == clinic.clinician(prescriber)["id"]


def test_a_create_that_had_no_effect_is_sent_again_by_the_next_run(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.switch(second_create_same_npi="duplicate", lookup_lag_s=2.0)
    clinic.break_dosespot(**CREATE, kind="drop", when="before")
    answer = clinic.enroll(prescriber)
    assert answer.refusal == ("LookUpFirst", trouble.CREATE_UNANSWERED)
    assert clinic.clinicians(prescriber.npi) == []
    assert clinic.enroll(prescriber).status == 200
    assert len(clinic.clinicians(prescriber.npi)) == 1


def test_429_is_waited_out(clinic: Clinic, prescriber: Member) -> None:
    clinic.break_dosespot(**CREATE, kind="status", status=429, retry_after="0", times=1)
    clinic.break_fhir(method="PUT", path=".*", kind="status", status=429, retry_after="0")
    assert clinic.enroll(prescriber).status == 200
    assert len(clinic.clinicians(prescriber.npi)) == 1


def test_429_for_longer_than_the_run_has_says_when_to_try_again(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.break_dosespot(**CREATE, kind="status", status=429, retry_after="90")
    assert "Try again in 90 seconds" in clinic.enroll(prescriber).error
    assert clinic.clinicians(prescriber.npi) == []
    assert clinic.enroll(prescriber).status == 200


def test_an_expired_token_is_replaced_once_unnoticed(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.break_dosespot(method="GET", path=".*/registrationStatus", kind="status", status=401)
    assert clinic.enroll(prescriber).status == 200


def test_refused_secrets_are_named(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.break_dosespot(method="GET", path=".*", kind="status", status=401, times=20)
    answer = clinic.enroll(prescriber)
    assert answer.body["errorType"] == "Misconfigured"
    assert "DOSESPOT_CLINIC_KEY" in answer.error


def test_dosespots_own_words_are_passed_on_without_what_was_sent(clinic: Clinic) -> None:
    member = clinic.add_member()
    clinic.enroll(member)
    telecom = clinic.practitioner(member)["telecom"]
    same_email = clinic.add_member(practitioner={"telecom": telecom})
    answer = clinic.enroll(same_email)
    assert answer.body["errorType"] == "DoseSpotRefused"
    assert "Email Address already exists" in answer.error
    assert telecom[0]["value"] not in answer.error
    assert clinic.clinicians(same_email.npi) == []


@pytest.mark.parametrize("status", [412, 409])
def test_a_membership_that_others_write_to_gets_the_id_all_the_same(
    clinic: Clinic, prescriber: Member, status: int
) -> None:
    clinic.break_fhir(method="PUT", path=".*/ProjectMembership/.*", kind="status", status=status)
    answer = clinic.enroll(prescriber)
    assert answer.status == 200
    assert answer.body["projectMembership"] == clinic.read(
        f"ProjectMembership/{prescriber.membership_id}"
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_of_the_fhir_server_is_made_up_for(
    clinic: Clinic, prescriber: Member, when: str
) -> None:
    clinic.break_fhir(method="PUT", path=".*/Practitioner/.*", kind="drop", when=when)
    answer = clinic.enroll(prescriber)
    assert answer.status == 200
    assert answer.body["practitioner"] == clinic.practitioner(prescriber)


def test_dosespot_that_is_not_there_is_said_so(clinic: Clinic, prescriber: Member) -> None:
    project = clinic.read(f"Project/{clinic.project}")
    nowhere = [
        {**secret, "valueString": "http://127.0.0.1:9/webapi/v2/"}
        if secret["name"] == "DOSESPOT_BASE_URL"
        else secret
        for secret in project["secret"]
    ]
    clinic.write({**project, "secret": nowhere})
    answer = clinic.enroll(prescriber)
    clinic.write({**clinic.read(f"Project/{clinic.project}"), "secret": project["secret"]})
    assert answer.body["errorType"] == "RemoteUnavailable"
    assert answer.error.startswith(NOT_REACHED)


def test_a_missing_secret_is_named_and_its_neighbours_are_not_shown(
    clinic: Clinic, prescriber: Member
) -> None:
    project = clinic.read(f"Project/{clinic.project}")
    left = [s for s in project["secret"] if s["name"] != "DOSESPOT_SUBSCRIPTION_KEY"]
    clinic.write({**project, "secret": left})
    answer = clinic.enroll(prescriber)
    clinic.write({**clinic.read(f"Project/{clinic.project}"), "secret": project["secret"]})
    assert answer.error == (
        "Project secrets must be corrected: DOSESPOT_SUBSCRIPTION_KEY missing."
        " Set them in Project.secret."
    )
    assert not any(secret["valueString"] in str(answer.body) for secret in left)


def test_a_status_that_lags_does_not_initialize_twice(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.switch(status_lag_reads=2)
    assert clinic.enroll(prescriber, initIdp=True).body["idpInitialized"]
    again = clinic.enroll(prescriber, initIdp=True)
    assert (again.status, again.body["idpInitialized"]) == (200, False)
    clinic.prescriber_does(prescriber, "pass-idp")
    clinic.switch(status_lag_reads=2)
    assert clinic.enroll(prescriber, initTfa=True).body["tfaInitialized"]
    assert "TFA activation is already in progress" in clinic.enroll(prescriber, initTfa=True).error
    clinician = clinic.clinician(prescriber)
    assert (clinician["idp_inits"], clinician["tfa_inits"]) == (1, 1)
