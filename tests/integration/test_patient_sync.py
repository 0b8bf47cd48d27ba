"""The patient sync bot through `$execute`: found or created once, never taken for another."""

from typing import Any

import pytest

from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.systems import CLAIM, LOINC
from shared.members.caller import NOT_ENROLLED, RUN_AS_USER
from shared.patients import lookup as sentences
from shared.patients.rules import next_step
from shared.records.measures import HEIGHT, WEIGHT
from tests.integration.clinic import Answer, Clinic, Member
from tests.integration.dosespot_view import shown
from tests.integration.self_service import (
    SYNC_BOT,
    add_patient,
    bot_as_itself,
    dosespot_writes,
    enrolled,
    patients,
    sync,
    writes,
)

CHILD = "2020-09-14"


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody who is enrolled."""
    return enrolled(clinic)


def _named(family: str, **changes: Any) -> dict[str, Any]:
    return {"name": [{"given": ["Maria", "Elena"], "family": family}], **changes}


def _address(postal_code: str) -> list[dict[str, Any]]:
    line = {"line": ["9 Elm St"], "city": "Springfield", "state": "IL"}
    return [{**line, "postalCode": postal_code}]


def _measure(clinic: Clinic, patient: dict[str, Any], code: str, value: float, unit: str) -> None:
    observation = {
        "resourceType": "Observation",
        "status": "final",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }
    clinic.sandbox.fhir.add_resource(clinic.project, observation)


def claim_to(clinic: Clinic, patient_id: int) -> str:
    """The write that gives back the claim to a patient's record."""
    key = f"patient.{clinic.clinic_id}.{patient_id}"
    (found,) = clinic.read(f"Basic?identifier={CLAIM}|{key}")["entry"]
    return f"PUT /fhir/R4/Basic/{found['resource']['id']}"


def _answered(answer: Answer, status: str) -> int:
    """DoseSpot's id, of an answer that says just this status."""
    assert answer.status == 200, answer.error
    assert answer.body == {
        "doseSpotPatientId": answer.body["doseSpotPatientId"],
        "status": status,
    }
    return int(answer.body["doseSpotPatientId"])


def test_a_new_patient_is_created_and_then_left_alone(clinic: Clinic, member: Member) -> None:
    patient = add_patient(clinic, **_named("Newman"))
    number = _answered(sync(clinic, member, patient), "created")
    (created,) = patients(clinic, "Newman")
    assert created["id"] == number
    assert (created["first_name"], created["middle_name"]) == ("Maria", "Elena")
    assert (created["birth_date"], created["gender"]) == ("1961-03-02", "Female")
    written = clinic.read(f"Patient/{patient['id']}")
    assert written["identifier"] == [
        {"system": "https://dosespot.com/patient-id", "value": str(number)}
    ]
    clinic.reset()
    assert _answered(sync(clinic, member, patient), "unchanged") == number
    assert _answered(sync(clinic, member, patient, update=True), "unchanged") == number
    assert writes(clinic) == []


def test_a_patient_whom_dosespot_has_is_linked(clinic: Clinic, member: Member) -> None:
    first = add_patient(clinic, **_named("Linkman"))
    number = _answered(sync(clinic, member, first), "created")
    again = add_patient(
        clinic, name=[{"given": ["MARIA"], "family": "linkman"}], address=_address("62704-1234")
    )
    clinic.reset()
    assert _answered(sync(clinic, member, again), "linked") == number
    assert writes(clinic) == [f"PUT /fhir/R4/Patient/{again['id']}"]
    assert dosespot_patient_id(clinic.read(f"Patient/{again['id']}")) == number


@pytest.mark.parametrize(
    ("family", "other"),
    [
        ("Zipman", {"address": _address("60601")}),
        ("Dayman", {"birthDate": "1961-03-03"}),
        ("Genman", {"gender": "male"}),
        ("Firstman", {"name": [{"given": ["Marian"], "family": "Firstman"}]}),
        ("Lastman", {"name": [{"given": ["Maria"], "family": "Lastmann"}]}),
    ],
    ids=["ZIP code", "birthday", "gender", "longer first name", "longer last name"],
)
def test_who_differs_in_one_thing_is_created_not_linked(
    clinic: Clinic, member: Member, family: str, other: dict[str, Any]
) -> None:
    known = sync(clinic, member, add_patient(clinic, **_named(family)))
    different = sync(clinic, member, add_patient(clinic, **{**_named(family), **other}))
    assert _answered(known, "created") != _answered(different, "created")


def test_several_same_patients_are_told_and_none_is_linked(clinic: Clinic, member: Member) -> None:
    near = add_patient(clinic, **_named("Twinman"))
    far = add_patient(clinic, **_named("Twinman"), address=_address("60601"))
    numbers = [_answered(sync(clinic, member, one), "created") for one in (near, far)]
    moved = clinic.read(f"Patient/{far['id']}")
    clinic.write({**moved, "address": _address("62704")})
    _answered(sync(clinic, member, far, update=True), "updated")
    third = add_patient(clinic, **_named("Twinman"))
    clinic.reset()
    answer = sync(clinic, member, third)
    assert answer.refusal == ("RecordsDisagree", next_step.SEVERAL)
    assert writes(clinic) == []
    assert [one["id"] for one in patients(clinic, "Twinman")] == numbers


def test_changed_demographics_are_sent_only_where_asked(clinic: Clinic, member: Member) -> None:
    patient = add_patient(clinic, **_named("Moveman"))
    number = _answered(sync(clinic, member, patient), "created")
    before = shown(clinic, f"patients/{number}")
    current = clinic.read(f"Patient/{patient['id']}")
    clinic.write({**current, "address": _address("60601"), "active": False})
    clinic.reset()
    assert _answered(sync(clinic, member, patient), "unchanged") == number
    assert writes(clinic) == []
    assert _answered(sync(clinic, member, patient, update=True), "updated") == number
    assert dosespot_writes(clinic) == [str(number)]
    assert [call for call in writes(clinic) if "/webapi/" not in call] == [
        "POST /fhir/R4/Basic",
        claim_to(clinic, number),
    ]
    assert shown(clinic, f"patients/{number}") == {**before, "ZipCode": "60601", "Active": False}
    clinic.reset()
    assert _answered(sync(clinic, member, patient, update=True), "unchanged") == number
    assert writes(clinic) == []


def test_an_id_that_dosespot_does_not_know_is_told(clinic: Clinic, member: Member) -> None:
    identifier = {"system": "https://dosespot.com/patient-id", "value": "99999999"}
    patient = add_patient(clinic, **_named("Lostman"), identifier=[identifier])
    answer = sync(clinic, member, patient, update=True)
    assert answer.refusal == ("RecordsDisagree", sentences.UNKNOWN_ID)
    assert writes(clinic) == []


def test_a_minor_needs_height_and_weight(clinic: Clinic, member: Member) -> None:
    patient = add_patient(clinic, **_named("Youngman"), birthDate=CHILD)
    _measure(clinic, patient, HEIGHT, 131, "cm")
    answer = sync(clinic, member, patient)
    assert answer.body["errorType"] == "RecordsRefused"
    assert answer.error == (
        "The patient can't be sent to DoseSpot until these records are corrected."
        " Observation(29463-7): the"
        " weight of a patient under 18 is missing; record an Observation with LOINC 29463-7,"
        " status final and a valueQuantity in kg."
    )
    assert dosespot_writes(clinic) == []
    _measure(clinic, patient, WEIGHT, 62.5, "[lb_av]")
    number = _answered(sync(clinic, member, patient), "created")
    stored = shown(clinic, f"patients/{number}")
    names = ("Height", "HeightMetric", "Weight", "WeightMetric")
    assert {name: stored[name] for name in names} == {
        "Height": 131,
        "HeightMetric": "cm",
        "Weight": 62.5,
        "WeightMetric": "lb",
    }
    clinic.reset()
    assert _answered(sync(clinic, member, patient, update=True), "unchanged") == number
    assert writes(clinic) == []


def test_everything_that_a_patient_lacks_is_told_at_once(clinic: Clinic, member: Member) -> None:
    patient = add_patient(
        clinic, **_named("Bareman"), birthDate=None, gender=None, telecom=None, address=None
    )
    answer = sync(clinic, member, patient)
    assert answer.body["errorType"] == "RecordsRefused"
    for path in ("birthDate", "gender", "telecom", "address.city", "address.postalCode"):
        assert f"Patient.{path}: " in answer.error
    assert "Bareman" not in str(answer.body)
    assert writes(clinic) == []


def test_who_is_not_enrolled_cannot_sync(clinic: Clinic) -> None:
    answer = sync(clinic, clinic.add_member(), add_patient(clinic, **_named("Noman")))
    assert answer.refusal == ("NotAuthorized", NOT_ENROLLED)
    assert writes(clinic) == []


def test_a_caller_whose_account_is_deactivated_is_not_sent_for_an_admin_role(
    clinic: Clinic, member: Member
) -> None:
    clinic.set_clinician(member, active=False)
    answer = sync(clinic, member, add_patient(clinic, **_named("Offman")))
    assert answer.body["errorType"] == "NotAuthorized"
    assert "ClinicianAdmin" not in answer.error
    assert writes(clinic) == []


def test_a_patient_who_is_not_there_is_told(clinic: Clinic, member: Member) -> None:
    answer = sync(clinic, member, {"id": "00000000-0000-4000-8000-000000000000"})
    assert answer.body["errorType"] == "FhirNotFound"
    assert writes(clinic) == []


def test_a_bot_that_runs_as_itself_syncs_nobody(clinic: Clinic, member: Member) -> None:
    patient = add_patient(clinic, **_named("Botman"))
    with bot_as_itself(clinic, SYNC_BOT, admin=True) as bot:
        clinic.reset()
        answer = clinic.execute(bot, {"patientId": patient["id"]}, member.token)
        assert writes(clinic) == []
    assert answer.refusal == ("Misconfigured", RUN_AS_USER)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_without_an_answer_makes_no_second_patient(
    clinic: Clinic, member: Member, when: str
) -> None:
    family = f"Crash{when}"
    patient = add_patient(clinic, **_named(family))
    create = {"method": "POST", "path": "/webapi/v2/api/patients"}
    clinic.break_dosespot(**create, kind="drop", when=when)
    first = sync(clinic, member, patient)
    if when == "after":
        _answered(first, "created")
    else:
        assert first.refusal == (
            "LookUpFirst",
            next_step.CREATE_UNANSWERED,
        )
    _answered(sync(clinic, member, patient), "unchanged" if when == "after" else "created")
    assert len(patients(clinic, family)) == 1
