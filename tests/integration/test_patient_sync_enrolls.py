"""A prescriber's first opening may give a patient: the patient sync enrolls them first."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.registration_status import registration_status
from shared.enrollment.fhir_members import NO_CREDENTIAL
from shared.enrollment.rules.trouble import CREATE_UNANSWERED, NOT_GRANTED
from shared.members.caller import NOT_ENROLLED
from tests.integration.clinic import Clinic, Member
from tests.integration.creating import setting
from tests.integration.self_service import (
    IFRAME_BOT,
    IFRAME_ENROLLS,
    SERVICE_SECRETS,
    add_patient,
    create,
    dosespot_writes,
    grant,
    linked,
    open_page,
    practitioner_role,
    self_enroll,
    signed_in_patient,
    sync,
    without_secrets,
    writes,
)


def in_dosespot(clinic: Clinic, patient: dict[str, Any]) -> int | None:
    """The DoseSpot id on the Patient."""
    return dosespot_patient_id(clinic.read(f"Patient/{patient['id']}"), ())


def kept(clinic: Clinic, reference: str) -> list[str]:
    """What AuditEvents say was done to somebody."""
    return sorted(one["subtype"][0]["code"] for one in clinic.events(reference))


@pytest.fixture
def patient(clinic: Clinic, prescriber: Member) -> dict[str, Any]:
    """A patient whom DoseSpot does not have."""
    return add_patient(clinic, name=[{"given": ["Ann"], "family": f"First{prescriber.npi}"}])


def test_a_first_opening_with_a_patient_enrolls_and_then_sends_the_patient(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    answer = sync(clinic, granted, patient)
    assert answer.status == 200, answer.body
    assert answer.body == {
        "doseSpotPatientId": in_dosespot(clinic, patient),
        "status": "created",
    }
    assert dosespot_writes(clinic) == ["clinicians", "patients"]
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)
    assert registration_status(clinic.practitioner(granted)) == "Pending"
    opened = clinic.execute(IFRAME_BOT, {"patientId": patient["id"]}, granted.token)
    assert opened.status == 200, opened.body
    assert open_page(clinic, opened.body["url"]).status_code == 200


def test_each_change_is_kept_of_whom_it_was_made(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    assert sync(clinic, granted, patient).status == 200
    assert kept(clinic, f"Patient/{patient['id']}") == ["patient-created", "patient-linked"]
    assert {"clinician-created", "clinician-linked"} <= {
        *kept(clinic, f"Practitioner/{granted.id}")
    }


def test_who_is_enrolled_is_taken_no_stage_further(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    assert self_enroll(clinic, granted).body["status"] == "created"
    clinic.prescriber_does(granted, "sign-agreements")
    clinic.reset()
    assert sync(clinic, granted, patient).status == 200
    assert dosespot_writes(clinic) == ["patients"]


def test_first_openings_at_once_make_one_clinician_and_one_patient(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = [*pool.map(lambda _: sync(clinic, granted, patient), range(4))]
    assert [answer.status for answer in answers] == [200] * 4, answers
    numbers = {answer.body["doseSpotPatientId"] for answer in answers}
    assert numbers == {in_dosespot(clinic, patient)}
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)
    assert dosespot_writes(clinic) == ["clinicians", "patients"]


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ((), None),
        (("PrescribingClinician",), {"active": False}),
        (("PrescribingClinician",), {"period": {"end": "2020-12-31"}}),
        (("Physician",), {}),
    ],
    ids=["no role", "inactive", "ended", "unknown code"],
)
def test_without_a_role_today_nobody_is_enrolled(
    clinic: Clinic,
    prescriber: Member,
    patient: dict[str, Any],
    codes: tuple[str, ...],
    changes: Any,
) -> None:
    if changes is not None:
        grant(clinic, prescriber, *codes, **changes)
    clinic.reset()
    assert sync(clinic, prescriber, patient).refusal == ("NotAuthorized", NOT_ENROLLED)
    assert writes(clinic) == []


def test_a_role_of_ones_own_making_enrolls_nobody(
    clinic: Clinic, prescriber: Member, patient: dict[str, Any]
) -> None:
    create(clinic, practitioner_role(prescriber, "ClinicianAdmin"), by=prescriber)
    clinic.reset()
    assert sync(clinic, prescriber, patient).refusal == ("NotAuthorized", NOT_GRANTED)
    assert writes(clinic) == []


def test_a_signed_in_patient_is_not_enrolled(clinic: Clinic, patient: dict[str, Any]) -> None:
    person = signed_in_patient(clinic)
    clinic.reset()
    assert sync(clinic, person, patient).refusal == ("NotAuthorized", NOT_ENROLLED)
    assert writes(clinic) == []


def test_a_deactivated_member_is_not_enrolled(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    membership = clinic.read(f"ProjectMembership/{granted.membership_id}")
    clinic.write({**membership, "active": False})
    clinic.reset()
    assert sync(clinic, granted, patient).status != 200
    assert writes(clinic) == []


def test_the_project_may_keep_enrollment_out_of_openings(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    with setting(clinic, IFRAME_ENROLLS, "false"):
        clinic.reset()
        assert sync(clinic, granted, patient).refusal == ("NotAuthorized", NOT_ENROLLED)
        assert writes(clinic) == []
    with setting(clinic, IFRAME_ENROLLS, "no"):
        kind, sentence = sync(clinic, granted, patient).refusal
    assert kind == "Misconfigured"
    assert f"{IFRAME_ENROLLS} must be true or false" in sentence


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"birthDate": None}, "RecordsRefused"), ({"active": False}, "StageRefused")],
)
def test_what_stands_in_the_way_of_enrollment_is_told_as_self_enrollment_tells_it(
    clinic: Clinic, granted: Member, patient: dict[str, Any], changes: dict[str, Any], kind: str
) -> None:
    changed = {**clinic.practitioner(granted), **changes}
    clinic.write({name: value for name, value in changed.items() if value is not None})
    clinic.reset()
    told = sync(clinic, granted, patient).refusal
    assert told[0] == kind
    assert told == self_enroll(clinic, granted).refusal
    assert writes(clinic) == []


def test_without_the_bots_own_credential_nobody_is_enrolled(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    with without_secrets(clinic, *SERVICE_SECRETS):
        clinic.reset()
        assert sync(clinic, granted, patient).refusal == ("Misconfigured", NO_CREDENTIAL)
    assert dosespot_writes(clinic) == []


def test_a_create_that_nobody_answers_is_open_and_made_up_for(
    clinic: Clinic, granted: Member, patient: dict[str, Any]
) -> None:
    clinic.switch(lookup_lag_s=60.0)
    fault = {"method": "POST", "path": "/webapi/v2/api/clinicians", "kind": "drop"}
    clinic.break_dosespot(**fault, when="after")
    assert sync(clinic, granted, patient).refusal == ("LookUpFirst", CREATE_UNANSWERED)
    clinic.reset()
    assert sync(clinic, granted, patient).status == 200
    assert dosespot_writes(clinic) == ["patients"]
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)


def test_a_patient_who_can_not_be_read_is_refused_before_anything_is_begun(
    clinic: Clinic, granted: Member
) -> None:
    nobody = {"id": "00000000-0000-4000-8000-000000000000"}
    assert sync(clinic, granted, nobody).refusal[0] == "FhirNotFound"
    assert writes(clinic) == []


def test_a_patient_who_lacks_something_does_not_keep_enrollment_back(
    clinic: Clinic, granted: Member
) -> None:
    patient = add_patient(clinic, birthDate=None)
    kind, sentence = sync(clinic, granted, patient).refusal
    assert (kind, "Patient.birthDate" in sentence) == ("RecordsRefused", True)
    assert linked(clinic, granted) == (clinic.clinician(granted)["id"],)
