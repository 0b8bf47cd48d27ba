"""Records that were once read wrong, through the bots: what DoseSpot then holds and is told."""

from typing import Any

from fhir_profiles.systems import PLAN_NET_QUALIFICATION
from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.dosespot_view import shown
from tests.integration.readiness import ready, told, verdicts
from tests.integration.self_service import add_patient, enrolled, patients, sync

FIVE = "2020-09-14"


def observation(clinic: Clinic, patient: dict[str, Any], code: str, **said: Any) -> None:
    clinic.sandbox.fhir.add_resource(
        clinic.project,
        {
            "resourceType": "Observation",
            "status": "final",
            "subject": {"reference": f"Patient/{patient['id']}"},
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            **said,
        },
    )


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def patient_of(clinic: Clinic, family: str) -> dict[str, Any]:
    (found,) = patients(clinic, family)
    return shown(clinic, f"patients/{found['id']}")


def clinician_of(clinic: Clinic, member: Member) -> dict[str, Any]:
    return shown(clinic, f"clinicians/{clinic.clinician(member)['id']}")


def test_weight_entered_in_error(clinic: Clinic) -> None:
    child = add_patient(clinic, name=[{"given": ["Ada"], "family": "Errorman"}], birthDate=FIVE)
    on = "effectiveDateTime"
    observation(clinic, child, "8306-3", **{on: "2026-05-01", "valueQuantity": quantity(1.08, "m")})
    right = {on: "2026-05-01", "valueQuantity": quantity(18000, "g")}
    observation(clinic, child, "29463-7", **right)
    wrong = {on: "2026-05-20", "valueQuantity": quantity(180, "kg"), "status": "entered-in-error"}
    observation(clinic, child, "29463-7", **wrong)
    assert sync(clinic, enrolled(clinic), child).status == 200
    stored = patient_of(clinic, "Errorman")
    assert (stored["Weight"], stored["Height"]) == (18, 108)


def test_second_line_after_a_move(clinic: Clinic) -> None:
    member = enrolled(clinic)
    name = {"given": ["Carl", "Ivar"], "family": "Fathersson", "prefix": ["Dr."], "suffix": ["Jr."]}
    home = {"line": ["9 Elm St", "Flat 2"], "city": "Chicago", "state": "IL", "postalCode": "60601"}
    patient = add_patient(clinic, name=[name], address=[home])
    assert sync(clinic, member, patient).status == 200
    stored = patient_of(clinic, "Fathersson")
    names = ("Prefix", "MiddleName", "Suffix", "Address2")
    assert [stored[one] for one in names] == ["Dr.", "Ivar", "Jr.", "Flat 2"]

    current = clinic.read(f"Patient/{patient['id']}")
    bare = {"given": ["Carl"], "family": "Fathersson"}
    clinic.write({**current, "name": [bare], "address": [{**home, "line": ["9 Oak Ave"]}]})
    answer = sync(clinic, member, patient, update=True)
    assert (answer.status, answer.body["status"]) == (200, "updated")
    moved = patient_of(clinic, "Fathersson")
    assert [moved[one] or "" for one in names] == ["", "", "", ""]
    assert sync(clinic, member, patient, update=True).body["status"] == "unchanged"


def test_second_line_after_a_move_of_a_prescriber(clinic: Clinic) -> None:
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    record = clinic.practitioner(member)
    moved = {**record["address"][0], "line": ["9 Oak Ave"], "city": "Chicago"}
    name = {"family": "Smith", "given": ["Jane"]}
    telecom = [one for one in record["telecom"] if one["system"] != "email"]
    clinic.write({**record, "address": [moved], "name": [name], "telecom": telecom})
    assert clinic.enroll(member).status == 200
    stored = clinician_of(clinic, member)
    assert (stored["Address1"], stored["Address2"] or "") == ("9 Oak Ave", "")
    assert [stored[one] or "" for one in ("Prefix", "MiddleName", "Suffix", "Email")] == [""] * 4
    clinic.reset()
    assert clinic.enroll(member).status == 200
    assert clinic.writes() == []


def test_deceased(clinic: Clinic) -> None:
    name = {"given": ["Otto"], "family": "Lateman"}
    patient = add_patient(clinic, name=[name], deceasedBoolean=True)
    answer = sync(clinic, enrolled(clinic), patient)
    assert answer.body["errorType"] == "RecordsRefused"
    assert "Patient.deceased: the patient is recorded as deceased" in answer.error
    assert patients(clinic, "Lateman") == []


def test_license_as_medplum_documents_it(clinic: Clinic) -> None:
    member = ready(clinic)
    state = {"coding": [{"system": "https://www.usps.com/", "code": "IL"}]}
    license_ = {
        "extension": [
            {
                "url": PLAN_NET_QUALIFICATION,
                "extension": [
                    {"url": "status", "valueCode": "active"},
                    {"url": "whereValid", "valueCodeableConcept": state},
                ],
            }
        ],
        "identifier": [{"value": "036987654"}],
        "code": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/v2-0360/2.7", "code": "MD"}
            ]
        },
        "period": {"end": "2024-01-01"},
        "issuer": {"display": "State of Illinois"},
    }
    record = clinic.practitioner(member)
    clinic.write({**record, "qualification": [*record["qualification"], license_]})
    found = told(clinic, member)
    assert verdicts(found) == (False, False)
    reasons = [one for one in found["reasons"] if one["code"] == "license-ended"]
    assert [one["blocks"] for one in reasons] == [["nonControlled", "controlled"]]


def test_dea_ended_after_epcs(clinic: Clinic) -> None:
    member = ready(clinic)
    record = clinic.practitioner(member)
    ended = [
        {**one, "period": {"end": "2025-12-31"}} if "USDEANumber" in one["system"] else one
        for one in record["identifier"]
    ]
    clinic.write({**record, "identifier": ended})
    assert "21 CFR 1311.125(d)" in str(told(clinic, member)["reasons"])
    assert clinic.enroll(member).status == 200
    stored = clinic.clinician(member)
    assert (stored["dea_numbers"], stored["epcs_requested"]) == ([], False)
    clinic.reset()
    assert clinic.enroll(member).status == 200
    assert clinic.writes() == []


def test_npi_without_value_and_direct_address_and_rank(clinic: Clinic) -> None:
    member = clinic.add_member()
    record = clinic.practitioner(member)
    npi = next(one for one in record["identifier"] if one["value"] == member.npi)
    reason = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason"}
    absent = {
        "system": npi["system"],
        "_value": {"extension": [{**reason, "valueCode": "unknown"}]},
    }
    direct = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-direct",
                "valueBoolean": True,
            }
        ],
        "system": "email",
        "use": "work",
        "rank": 1,
        "value": "x@direct.example",
    }
    second = {"system": "phone", "use": "work", "value": "345-123-0002", "rank": 2}
    first = {
        "extension": [
            {
                "url": "http://hl7.org/fhir/StructureDefinition/contactpoint-extension",
                "valueString": "4321",
            }
        ],
        **second,
        "value": "345-123-0001",
        "rank": 1,
    }
    others = [one for one in record["telecom"] if one["system"] != "phone"]
    telecom = [direct, second, first, *others]
    clinic.write({**record, "identifier": [absent, *record["identifier"]], "telecom": telecom})
    assert clinic.enroll(member).status == 200
    stored = clinician_of(clinic, member)
    assert "direct" not in stored["Email"]
    assert stored["PrimaryPhone"] == "3451230001x4321"
