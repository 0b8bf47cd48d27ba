"""What bots answer beside their outcome: what was left out, looks wrong, or stays in DoseSpot."""

from typing import Any

import pytest

from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.patient_identifier import with_dosespot_patient_id
from fhir_profiles.systems import DEA
from shared.dosespot.left_over import ANOTHER, KEPT, LACKING
from shared.records.patient import DECEASED
from shared.records.practitioner import DEA_ENDED_UNDER_EPCS
from tests.integration.clinic import Answer, Clinic, Member, new_dea
from tests.integration.dosespot_view import shown
from tests.integration.readiness import ready
from tests.integration.self_service import (
    add_patient,
    dosespot_writes,
    enrolled,
    grant,
    patients,
    self_enroll,
    sync,
    writes,
)

SECOND_LINE = KEPT.format(words="second address line")
SWALLOWED = {"method": "PUT", "kind": "text", "status": 200, "times": 9}
TAKEN = {"Result": {"ResultCode": "OK", "ResultDescription": ""}}


def told(answer: Answer) -> list[tuple[str, str]]:
    assert answer.status == 200, answer.error
    return [(one["path"], one["sentence"]) for one in answer.body.get("warnings", [])]


def swallow_edits(clinic: Clinic, what: str, number: int) -> None:
    """DoseSpot answers that it took an edit, and changes nothing."""
    path = f"/webapi/v2/api/{what}/{number}"
    clinic.break_dosespot(path=path, body={**TAKEN, "Id": number}, **SWALLOWED)


def moved(record: dict[str, Any]) -> dict[str, Any]:
    """The record in another city, at an address of one line, and without an e-mail."""
    address = {**record["address"][0], "line": ["9 Oak Ave"], "city": "Chicago"}
    telecom = [one for one in record["telecom"] if one["system"] != "email"]
    return {**record, "address": [address], "telecom": telecom}


@pytest.mark.parametrize("semantics", ["overwrite", "merge"])
def test_what_a_prescriber_no_longer_has_goes_or_is_told(clinic: Clinic, semantics: str) -> None:
    clinic.switch(put_semantics=semantics)
    member = clinic.add_member(dea=("IL",))
    assert told(clinic.enroll(member)) == []
    clinic.write(moved(clinic.practitioner(member)))
    number = clinic.clinician(member)["id"]
    swallow_edits(clinic, "clinicians", number)
    kept = [
        ("Practitioner.telecom", KEPT.format(words="e-mail address")),
        ("Practitioner.address.line", ANOTHER.format(words="first address line")),
        ("Practitioner.address.line", SECOND_LINE),
        ("Practitioner.address.city", ANOTHER.format(words="city")),
    ]
    assert [one for one in told(clinic.enroll(member)) if "DoseSpot" in one[1]][1:] == kept
    clinic.reset()
    clinic.switch(put_semantics=semantics)
    again = told(clinic.enroll(member))
    assert [one for one in again if "DoseSpot" in one[1]][1:] == kept
    assert writes(clinic) == []

    record = clinic.practitioner(member)
    clinic.write({**record, "name": [{"family": "Smith", "given": ["Jane"]}]})
    assert [path for path, _ in told(clinic.enroll(member))] == ["Practitioner.telecom"]
    stored = shown(clinic, f"clinicians/{number}")
    gone = ("Email", "Address2", "MiddleName", "Prefix", "Suffix")
    assert [stored[name] or "" for name in gone] == [""] * 5
    assert (stored["Address1"], stored["City"]) == ("9 Oak Ave", "Chicago")


@pytest.mark.parametrize("semantics", ["overwrite", "merge"])
def test_what_a_patient_no_longer_has_goes_or_is_told(clinic: Clinic, semantics: str) -> None:
    clinic.switch(put_semantics=semantics)
    member, family = enrolled(clinic), f"Moveman{semantics}"
    home = {"line": ["9 Elm St", "Flat 2"], "city": "Chicago", "state": "IL", "postalCode": "60601"}
    patient = add_patient(clinic, name=[{"given": ["Ada"], "family": family}], address=[home])
    assert told(sync(clinic, member, patient)) == []
    (stored,) = patients(clinic, family)
    current = clinic.read(f"Patient/{patient['id']}")
    clinic.write({**current, "address": [{**home, "line": ["9 Oak Ave"]}]})
    swallow_edits(clinic, "patients", stored["id"])
    kept = [
        ("Patient.address.line", ANOTHER.format(words="first address line")),
        ("Patient.address.line", SECOND_LINE),
    ]
    assert told(sync(clinic, member, patient, update=True)) == kept
    clinic.reset()
    clinic.switch(put_semantics=semantics)
    assert told(sync(clinic, member, patient, update=True)) == kept
    assert writes(clinic) == []


def test_a_number_that_dosespot_took_and_does_not_show_is_told(clinic: Clinic) -> None:
    member = clinic.add_member()
    assert told(clinic.enroll(member)) == []
    record = clinic.practitioner(member)
    dea = {"system": DEA, "value": new_dea(), "assigner": {"display": "Illinois"}}
    clinic.write({**record, "identifier": [*record["identifier"], dea]})
    swallow_edits(clinic, "clinicians", clinic.clinician(member)["id"])
    assert told(clinic.enroll(member)) == [
        ("Practitioner.identifier", LACKING.format(words="DEA number with its state")),
        ("Practitioner.identifier", LACKING.format(words="request for controlled substances")),
    ]


def test_a_prescriber_who_enrolls_themselves_is_told_too(clinic: Clinic) -> None:
    member = clinic.add_member()
    grant(clinic, member)
    assert told(self_enroll(clinic, member)) == []
    clinic.write(moved(clinic.practitioner(member)))
    swallow_edits(clinic, "clinicians", clinic.clinician(member)["id"])
    assert ("Practitioner.address.line", SECOND_LINE) in told(self_enroll(clinic, member))


def test_what_is_left_out_of_a_patient_is_told(clinic: Clinic) -> None:
    name = {"given": ["Ada"], "family": "Suffixman", "suffix": ["Esquire of the Bar"]}
    patient = add_patient(clinic, name=[name])
    member = enrolled(clinic)
    first = sync(clinic, member, patient)
    assert first.body["status"] == "created"
    (warning,) = told(first)
    assert warning[0] == "Patient.name[0].suffix"
    assert told(sync(clinic, member, patient, update=True)) == [warning]
    assert "warnings" not in sync(clinic, member, patient).body


def test_deceased_is_refused_for_a_patient_whom_dosespot_has(clinic: Clinic) -> None:
    patient = add_patient(clinic, name=[{"given": ["Ada"], "family": "Lately"}])
    member = enrolled(clinic)
    assert sync(clinic, member, patient).status == 200
    current = clinic.read(f"Patient/{patient['id']}")
    clinic.write({**current, "deceasedDateTime": "2026-05-01"})
    clinic.reset()
    for given in ({}, {"update": True}):
        answer = sync(clinic, member, patient, **given)
        assert answer.body["errorType"] == "RecordsRefused"
        assert str(DECEASED) in answer.error
    assert dosespot_writes(clinic) == []


def ended(clinic: Clinic, member: Member) -> list[str]:
    """Ends all DEA registrations; their paths."""
    record = clinic.practitioner(member)
    over = [
        {**one, "period": {"end": "2025-12-31"}} if one["system"] == DEA else one
        for one in record["identifier"]
    ]
    clinic.write({**record, "identifier": over})
    paths = enumerate(over)
    return [f"Practitioner.identifier[{at}].period.end" for at, one in paths if "period" in one]


def test_dea_ended_after_epcs_is_told_by_whoever_looks(clinic: Clinic) -> None:
    member = ready(clinic)
    looked = {"practitionerId": member.id}
    bot = "dosespot-sync-status-bot"
    assert "warnings" not in clinic.execute(bot, looked, clinic.admin.token).body
    paths = ended(clinic, member)
    assert len(paths) == 2
    expected = [
        {
            "practitioner": f"Practitioner/{member.id}",
            "path": path,
            "sentence": DEA_ENDED_UNDER_EPCS,
        }
        for path in paths
    ]
    for dry in (False, True):
        answer = clinic.execute(bot, {**looked, "dryRun": dry}, clinic.admin.token)
        assert answer.body["warnings"] == expected
        assert answer.body["unchanged"] == 1

    event = {
        "EventType": "ClinicianTfaActivateSuccess",
        "Data": {"ClinicianId": clinic.clinician(member)["id"]},
    }
    answer = clinic.session.post(
        f"{clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": "https://www.medplum.com/bots|dosespot-notification-bot"},
        json=event,
        headers={
            "Authorization": f"Bearer {clinic.admin.token}",
            "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}",
        },
        timeout=30,
    ).json()
    del expected[0]["practitioner"], expected[1]["practitioner"]
    assert answer["warnings"] == expected


def test_a_number_of_patients_is_not_told_as_it_is(clinic: Clinic) -> None:
    member = enrolled(clinic)
    name = {"given": ["Ada"], "family": "Unknownid", "suffix": ["Quorblefitzhugh"]}
    patient = add_patient(clinic, name=[name])
    clinic.write(with_dosespot_patient_id(clinic.read(f"Patient/{patient['id']}"), 999999))
    answer = sync(clinic, member, patient, update=True)
    assert answer.status == 400
    assert "Quorble" not in answer.error
