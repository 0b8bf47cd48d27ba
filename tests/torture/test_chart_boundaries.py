"""Whichever call of a run that fills a chart breaks, and however: a later run completes it."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.errors import BotError
from shared.prescriptions.pushed import CHART_UNCHANGED
from tests.integration.clinic import Clinic, Member
from tests.integration.prescribing import (
    ALWAYS,
    add_history,
    add_reported,
    charted,
    control,
    known_patient,
    sync_prescriptions,
    take_step,
    write_prescription,
)
from tests.integration.self_service import enrolled
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import LETTERS, Flow, payload

RUNS = 4
_numbers = itertools.count(1)
BOTS = ("prescriptions_sync", "medication_history", "self_reported_medications_sync")
BOTS += ("notification",)
QUICK = {("medication_history", "crash after")}
CASES = [
    pytest.param(bot, way, marks=() if (bot, way) in QUICK else pytest.mark.torture)
    for bot in BOTS
    for way in WAYS
]

CHARTS: dict[str, Any] = {
    "prescriptions_sync": {
        "MedicationRequest": ["active", "completed", "draft", "on-hold"],
        "MedicationDispense": ["completed"],
        "Task": ["renewal-request requested", "transmission-error requested"],
    },
    "medication_history": {"MedicationRequest": ["unknown", "unknown"]},
    "self_reported_medications_sync": {"MedicationRequest": ["active", "active"]},
    "notification": {"MedicationRequest": ["completed"], "MedicationDispense": ["completed"]},
}
"""By bot, what its run makes of the chart."""

NOTHING_LEFT = {"notification": {"handled": True, "reason": CHART_UNCHANGED}}
"""What a run answers that has nothing left to do; of the others, no resource."""


@pytest.mark.parametrize(("bot", "way"), CASES)
def test_a_later_run_completes_a_broken_one(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    bot: str,
    way: str,
) -> None:
    member = enrolled(clinic)
    patient = _patient(clinic, member, bot)
    _, calls = runner.run(bot, _sent(clinic, member, patient, bot))
    assert _chart(clinic, patient) == CHARTS[bot]
    record_property("broken_calls", calls)
    for at in range(calls):
        patient = _patient(clinic, member, bot)
        with suppress(Crash, BotError):
            runner.run(bot, _sent(clinic, member, patient, bot), at, way)
        case = f"{way} at call {at} of {calls}"
        left = _completed(runner, bot, _sent(clinic, member, patient, bot))
        assert left == NOTHING_LEFT.get(bot, []), case
        assert _chart(clinic, patient) == CHARTS[bot], case


def _patient(clinic: Clinic, member: Member, bot: str) -> dict[str, Any]:
    """A patient new to DoseSpot, whose chart is behind in everything that the bot writes."""
    family = f"Known{str(next(_numbers)).translate(LETTERS)}"
    patient, number = known_patient(clinic, member, name=[{"given": ["Ada"], "family": family}])
    if bot == "medication_history":
        add_history(clinic, number)
        add_history(clinic, number)
        return patient
    if bot == "self_reported_medications_sync":
        add_reported(clinic, number)
        add_reported(clinic, number)
        return patient
    if bot == "notification":
        take_step(clinic, write_prescription(clinic, member, number), "fill")
        return patient
    filled, original = (write_prescription(clinic, member, number) for _ in range(2))
    sync_prescriptions(clinic, member, patient)
    take_step(clinic, filled, "fill")
    take_step(clinic, write_prescription(clinic, member, number), "fail")
    write_prescription(clinic, member, number, status="Entered")
    control(clinic, "POST", f"prescriptions/{original}/renewal-requests", {})
    return patient


def _sent(clinic: Clinic, member: Member, patient: dict[str, Any], bot: str) -> dict[str, Any]:
    flow = Flow("", {}, lambda _clinic, _member: None, "", (0, 0))
    if bot != "notification":
        given = {"patientId": patient["id"], **ALWAYS}
        return {**payload(clinic, flow, member), "input": given}
    number = dosespot_patient_id(patient)
    (written,) = control(clinic, "GET", f"patients/{number}/prescriptions")
    data = {"PatientId": number, "PrescriptionId": written["id"], "ClinicId": clinic.clinic_id}
    return {
        **payload(clinic, flow, clinic.admin),
        "input": {"EventType": "MedicationStatusUpdate", "Data": data},
        "headers": {"x-dosespot-secret": f"Secret {PUSH_SECRET}"},
    }


def _completed(runner: Runner, bot: str, run: dict[str, Any]) -> Any:
    """What the run after the one that ends answers: it should have nothing left to do."""
    for _ in range(RUNS):
        with suppress(BotError):
            runner.run(bot, run)
            return runner.run(bot, run)[0]
    raise AssertionError(f"{RUNS} runs did not complete the chart")


def _chart(clinic: Clinic, patient: dict[str, Any]) -> dict[str, list[str]]:
    """What stands in the chart, of each type in some order."""
    told = {}
    for kind in ("MedicationRequest", "MedicationDispense", "Task"):
        found = sorted(_told(one) for one in charted(clinic, patient, kind))
        if found:
            told[kind] = found
    return told


def _told(resource: dict[str, Any]) -> str:
    """What a resource says in a word or two."""
    code = resource["code"]["coding"][0]["code"] if resource["resourceType"] == "Task" else ""
    return f"{code} {resource['status']}".strip()
