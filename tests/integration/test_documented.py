"""Every bot's answer to a real run is valid by the schema of its output, and so is its input."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from bots.catalog import BOTS
from deploy.reference.json_schema import json_schema
from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.systems import MEDPLUM_BOTS
from tests.integration.choosing import medication, synced
from tests.integration.clinic import DEA, TIMEOUT_S, Answer, Clinic, Member, new_dea
from tests.integration.creating import new_form, setting
from tests.integration.documented import require_documented
from tests.integration.inviting import prescriber
from tests.integration.my_details import complete, workplace
from tests.integration.prescribing import (
    ALWAYS,
    add_history,
    add_reported,
    known_patient,
    write_prescription,
)
from tests.integration.readiness import ready
from tests.integration.self_service import add_patient, enrolled

SCHEMA = json_schema(BOTS)
Run = tuple[dict[str, Any], str]
"""An input, and the token of the caller."""


def enroll(clinic: Clinic) -> Run:
    member = clinic.add_member(dea=DEA)
    license_number = {"LicenseNumber": "036-123456", "State": "IL"}
    given = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    return {**given, "medicalLicenseNumbers": [license_number]}, clinic.admin.token


def self_enroll(clinic: Clinic) -> Run:
    member = clinic.add_member(dea=DEA)
    clinic.authorize(member)
    return {"tfaType": "Mobile"}, member.token


def iframe(clinic: Clinic) -> Run:
    return {}, enrolled(clinic).token


def patient_sync(clinic: Clinic) -> Run:
    patient = add_patient(clinic, name=[{"given": ["Ada"], "family": "Schema"}])
    return {"patientId": patient["id"]}, enrolled(clinic).token


def prescriptions_sync(clinic: Clinic) -> Run:
    member = enrolled(clinic)
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    return {"patientId": patient["id"], **ALWAYS}, member.token


def medication_history(clinic: Clinic) -> Run:
    member = enrolled(clinic)
    patient, number = known_patient(clinic, member)
    add_history(clinic, number)
    return {"patientId": patient["id"], **ALWAYS}, member.token


def self_reported_medications_sync(clinic: Clinic) -> Run:
    member = enrolled(clinic)
    patient, number = known_patient(clinic, member)
    add_reported(clinic, number)
    return {"patientId": patient["id"]}, member.token


def sync_status(clinic: Clinic) -> Run:
    member = changed_since(clinic)
    return {"practitionerId": member.id, "dryRun": True}, clinic.admin.token


def notification(clinic: Clinic) -> Run:
    number = clinic.clinician(changed_since(clinic))["id"]
    client = clinic.sandbox.fhir.add_client(clinic.project, "documented")
    given = {"EventType": "ClinicianConfirmed", "Data": {"ClinicianId": number}}
    return given, clinic.sandbox.fhir.token_for(client.membership_id)


def readiness(clinic: Clinic) -> Run:
    return {"practitionerId": ready(clinic).id}, clinic.admin.token


def create(clinic: Clinic) -> Run:
    return new_form(clinic), clinic.admin.token


def invite_prescribers(clinic: Clinic) -> Run:
    members = prescriber(clinic), clinic.add_member()
    people = [{"practitionerId": one.id} for one in members]
    return {"practitioners": people, "action": "invite"}, clinic.admin.token


def billing_report(clinic: Clinic) -> Run:
    ready(clinic)
    return {"firstMonth": "2026-01", "lastMonth": "2026-03"}, clinic.admin.token


def setup_progress(clinic: Clinic) -> Run:
    prescriber(clinic)
    return {"pageSize": 5}, clinic.admin.token


def supervisor(clinic: Clinic) -> Run:
    agent, other = clinic.add_member(dea=DEA), clinic.add_member(dea=DEA)
    assert clinic.enroll(agent, practitionerRoleTypes=[5]).status == 200
    assert clinic.enroll(other).status == 200
    given = {"practitionerId": agent.id, "supervisorPractitionerId": other.id, "action": "add"}
    return given, clinic.admin.token


def counts(clinic: Clinic) -> Run:
    return {}, enrolled(clinic).token


def by_name(name: str) -> Callable[[Clinic], Run]:
    return lambda clinic: ({"name": name}, enrolled(clinic).token)


def pharmacies(clinic: Clinic) -> Run:
    return {"state": "IL", "specialty": [8, "EPCS"], "pageNumber": 1}, enrolled(clinic).token


def favorite(clinic: Clinic) -> Run:
    return medication(20002), enrolled(clinic).token


def pharmacy(clinic: Clinic) -> Run:
    member = enrolled(clinic)
    return {"patientId": synced(clinic, member)["id"], "pharmacyId": 60001}, member.token


def default_pharmacy(clinic: Clinic) -> Run:
    patient = synced(clinic, enrolled(clinic))
    return {"pharmacyId": 60002, "patientIds": [patient["id"], "nobody"]}, clinic.admin.token


def changed_since(clinic: Clinic) -> Member:
    """Somebody whose status in DoseSpot the FHIR server does not know yet."""
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    clinic.prescriber_does(member, "sign-agreements")
    return member


def register_clinic(clinic: Clinic) -> Run:
    return {"existingClinicId": clinic.clinic_id}, clinic.admin.token


def clinician_clinics(clinic: Clinic) -> Run:
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    own = {"existingClinicId": clinic.clinic_id}
    found = clinic.execute("dosespot-register-clinic-bot", own, clinic.admin.token).body
    given = {"practitionerId": member.id, "add": [found["organization"]["id"]]}
    return given, clinic.admin.token


def my_details(clinic: Clinic) -> Run:
    member = clinic.add_member()
    role, _ = workplace(clinic, member)
    return complete(role, new_dea()), member.token


RUNS: dict[str, Callable[[Clinic], Run]] = {
    "dosespot-enroll-prescriber-bot": enroll,
    "dosespot-self-enroll-prescriber-bot": self_enroll,
    "dosespot-iframe-bot": iframe,
    "dosespot-patient-sync-bot": patient_sync,
    "dosespot-prescriptions-sync-bot": prescriptions_sync,
    "dosespot-medication-history-bot": medication_history,
    "dosespot-self-reported-medications-sync-bot": self_reported_medications_sync,
    "dosespot-sync-status-bot": sync_status,
    "dosespot-notification-bot": notification,
    "dosespot-readiness-bot": readiness,
    "dosespot-create-prescriber-bot": create,
    "dosespot-set-supervising-prescriber": supervisor,
    "dosespot-notification-counts-bot": counts,
    "dosespot-search-medication-bot": by_name("lis"),
    "dosespot-search-allergen-bot": by_name("pen"),
    "dosespot-search-pharmacy-bot": pharmacies,
    "dosespot-add-favorite-medication-bot": favorite,
    "dosespot-add-patient-pharmacy-bot": pharmacy,
    "dosespot-default-pharmacy-bot": default_pharmacy,
    "dosespot-register-clinic-bot": register_clinic,
    "dosespot-clinician-clinics-bot": clinician_clinics,
    "dosespot-my-details-bot": my_details,
    "dosespot-invite-prescribers-bot": invite_prescribers,
    "dosespot-setup-progress-bot": setup_progress,
    "dosespot-billing-report-bot": billing_report,
}


def validator(bot: str, which: str) -> Draft202012Validator:
    part = SCHEMA["properties"][bot]["properties"][which]
    return Draft202012Validator({"$defs": SCHEMA["$defs"], **part})


def answer_of(clinic: Clinic, bot: str, given: dict[str, Any], token: str) -> Answer:
    """What the bot answers; DoseSpot's secret is with the call, which only one bot looks at."""
    reply = clinic.session.post(
        f"{clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
        json=given,
        headers={"Authorization": f"Bearer {token}", "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}"},
        timeout=TIMEOUT_S,
    )
    return Answer(reply.status_code, reply.json())


def test_every_bot_is_run() -> None:
    assert set(RUNS) == {bot.identifier for bot in BOTS}


@pytest.mark.parametrize("bot", RUNS)
def test_what_a_bot_is_given_and_answers_is_valid_by_its_schema(clinic: Clinic, bot: str) -> None:
    given, token = RUNS[bot](clinic)
    validator(bot, "input").validate(given)
    with setting(clinic, "BILLING_PRICE", "39.00"):
        answer = answer_of(clinic, bot, given, token)
    assert answer.status == 200, answer.body
    validator(bot, "output").validate(answer.body)
    known = SCHEMA["$defs"][validator(bot, "output").schema["$ref"].rpartition("/")[2]]
    if known["type"] == "array":
        assert answer.body
    elif known.get("additionalProperties") is not True:
        assert answer.body.keys() <= known["properties"].keys()


@pytest.mark.parametrize(
    ("bot", "status", "body", "found"),
    [
        ("dosespot-iframe-bot", 200, {}, ValidationError),
        ("dosespot-patient-sync-bot", 400, {"errorType": "ClinicUnsettled"}, AssertionError),
    ],
)
def test_an_answer_that_the_reference_does_not_tell_of_is_found(
    bot: str, status: int, body: dict[str, Any], found: type[Exception]
) -> None:
    require_documented("dosespot-iframe-bot", 200, {"url": "x"})
    require_documented("dosespot-iframe-bot", 400, {"errorType": "Misconfigured"})
    with pytest.raises(found):
        require_documented(bot, status, body)
