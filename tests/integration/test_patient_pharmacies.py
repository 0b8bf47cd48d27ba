"""A patient's pharmacies over both systems: who may set them, and that they stay the same."""

from typing import Any

import pytest

from deploy.medplum.access_policy import access_policy
from fhir_profiles.systems import DOSESPOT_PATIENT, DOSESPOT_PHARMACY
from shared.access import authorize
from shared.members.caller import NOT_ENROLLED
from tests.integration.choosing import DEFAULT_BOT, PHARMACY_BOT, search, synced
from tests.integration.clinic import Answer, Clinic, Member
from tests.integration.self_service import add_patient, dosespot_writes, enrolled, writes

ELM, CORNER, NIGHT = 60001, 60002, 60003
FOREIGN = {"url": "https://example.org/kept", "valueString": "by somebody else"}


def prefers(
    clinic: Clinic, member: Member, patient: dict[str, Any], number: int, **given: Any
) -> Answer:
    whole = {"patientId": patient["id"], "pharmacyId": number, **given}
    return clinic.execute(PHARMACY_BOT, whole, member.token)


def said(clinic: Clinic, patient: dict[str, Any]) -> dict[int, str]:
    """What the Patient says: the kind of each pharmacy, by DoseSpot's id."""
    found = {}
    for one in clinic.read(f"Patient/{patient['id']}").get("extension", []):
        if one["url"] != FOREIGN["url"]:
            named, typed = one["extension"]
            stored = clinic.read(named["valueReference"]["reference"])
            code = typed["valueCodeableConcept"]["coding"][0]["code"]
            found[int(stored["identifier"][0]["value"])] = code
    return found


def known(clinic: Clinic, patient: dict[str, Any]) -> dict[int, str]:
    """The same, as DoseSpot has it."""
    (number,) = [i["value"] for i in patient["identifier"] if i["system"] == DOSESPOT_PATIENT]
    with clinic.sandbox.dosespot.behind() as backend:
        chosen = backend.cabinet.pharmacies.of(clinic.clinic_id, int(number))
    kinds = {True: "primary", False: "preferred"}
    return {one.record["PharmacyId"]: kinds[bool(one.record["IsDefault"])] for one in chosen}


def test_a_new_primary_pharmacy_is_the_only_one_on_both_sides(clinic: Clinic) -> None:
    member = enrolled(clinic)
    patient = synced(clinic, member, extension=[FOREIGN])
    found = clinic.execute("dosespot-search-pharmacy-bot", {"name": "Elm"}, member.token).body[0]
    given = {"patientId": patient["id"], "pharmacy": found, "setAsPrimary": True}
    first = clinic.execute(PHARMACY_BOT, given, member.token)
    assert (first.status, first.body["success"]) == (200, True)
    assert first.body["organization"]["identifier"] == found["identifier"]
    assert prefers(clinic, member, patient, CORNER).status == 200
    assert prefers(clinic, member, patient, NIGHT, setAsPrimary=True).status == 200
    kinds = {ELM: "preferred", CORNER: "preferred", NIGHT: "primary"}
    assert (said(clinic, patient), known(clinic, patient)) == (kinds, kinds)
    assert FOREIGN in clinic.read(f"Patient/{patient['id']}")["extension"]
    events = [one["subtype"][0]["code"] for one in clinic.events(f"Patient/{patient['id']}")]
    assert events.count("pharmacy-set") == 3


def test_the_second_time_nothing_is_written(clinic: Clinic) -> None:
    member = enrolled(clinic)
    patient = synced(clinic, member)
    prefers(clinic, member, patient, ELM, setAsPrimary=True)
    clinic.reset()
    assert prefers(clinic, member, patient, ELM, setAsPrimary=True).status == 200
    assert writes(clinic) == ["POST /fhir/R4/Organization"]
    query = f"Organization?identifier={DOSESPOT_PHARMACY}%7C{ELM}"
    assert len(search(clinic, member, query)) == 1


def test_silence_is_made_up_for(clinic: Clinic) -> None:
    member = enrolled(clinic)
    patient = synced(clinic, member)
    clinic.break_dosespot(method="POST", path=".*/pharmacies", kind="drop", when="after")
    assert prefers(clinic, member, patient, ELM, setAsPrimary=True).status == 200
    assert said(clinic, patient) == known(clinic, patient) == {ELM: "primary"}
    assert dosespot_writes(clinic) == ["pharmacies"]


def test_who_may_not_set_a_patients_pharmacies_changes_nothing(clinic: Clinic) -> None:
    patient = synced(clinic, enrolled(clinic))
    stranger = clinic.add_member()
    no_patients = {**access_policy(), "name": "no patients"}
    rules = [one for one in no_patients["resource"] if one["resourceType"] != "Patient"]
    blind = enrolled(clinic, access_policy={**no_patients, "resource": rules})
    clinic.reset()
    refused = [
        (prefers(clinic, stranger, patient, ELM), "NotAuthorized", NOT_ENROLLED),
        (prefers(clinic, blind, patient, ELM), "FhirDenied", ""),
    ]
    for answer, kind, sentence in refused:
        assert answer.body["errorType"] == kind
        assert answer.error.endswith(sentence)
    assert writes(clinic) == []


def test_an_id_of_somebody_else_is_not_believed(clinic: Clinic) -> None:
    member = enrolled(clinic)
    theirs = synced(clinic, member)["identifier"]
    mine = add_patient(clinic, identifier=theirs)
    unknown = [{"system": DOSESPOT_PATIENT, "value": "99999"}]
    nobody = add_patient(clinic, identifier=unknown)
    new = add_patient(clinic)
    clinic.reset()
    for patient, kind in (
        (mine, "RecordsDisagree"),
        (nobody, "RecordsDisagree"),
        (new, "RecordsRefused"),
    ):
        answer = prefers(clinic, member, patient, ELM, setAsPrimary=True)
        assert answer.body["errorType"] == kind
        assert answer.error.startswith("Patient.identifier: ")
    assert writes(clinic) == []


def test_an_administrator_gives_patients_a_default_pharmacy(clinic: Clinic) -> None:
    member = enrolled(clinic)
    patient, chosen = synced(clinic, member), synced(clinic, member)
    prefers(clinic, member, chosen, CORNER, setAsPrimary=True)
    ids = [patient["id"], chosen["id"]]
    clinic.reset()
    dry = clinic.execute(
        DEFAULT_BOT, {"pharmacyId": ELM, "patientIds": ids, "dryRun": True}, clinic.admin.token
    )
    assert (dry.body["successCount"], writes(clinic)) == (2, [])
    given = {"pharmacyId": ELM, "maxPatients": 1000}
    everybody = clinic.execute(DEFAULT_BOT, given, clinic.admin.token)
    assert everybody.body["processedCount"] > 0
    assert said(clinic, patient) == known(clinic, patient) == {ELM: "primary"}
    assert said(clinic, chosen) == {CORNER: "primary"}
    named = clinic.execute(DEFAULT_BOT, {"pharmacyId": ELM, "patientIds": ids}, clinic.admin.token)
    assert (named.body["processedCount"], named.body["successCount"]) == (2, 2)
    assert said(clinic, chosen) == {CORNER: "preferred", ELM: "primary"}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({}, authorize.NOT_ADMINISTRATOR),
        ({"admin": True}, authorize.NO_DOSESPOT_IDENTIFIER),
    ],
)
def test_nobody_else_gives_patients_a_default_pharmacy(
    clinic: Clinic, options: dict[str, Any], sentence: str
) -> None:
    member = clinic.add_member(**options)
    answer = clinic.execute(DEFAULT_BOT, {"pharmacyId": ELM}, member.token)
    assert answer.body["errorType"] == "NotAuthorized"
    assert sentence in answer.error
