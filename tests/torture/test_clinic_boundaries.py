"""Whichever call breaks while a clinic is registered, or somebody added to one: never two clinics.

A clinic whose answer was lost can't be looked up, so a run may end with the question whether it
exists; then no later run creates another one by itself.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fhir_profiles.systems import DOSESPOT_CLINIC
from shared.errors import BotError, ClinicUnsettled
from tests.integration.clinic import Clinic, Member
from tests.integration.self_service import without_secrets
from tests.integration.several import TwoClinics, two_clinics
from tests.integration.test_register_clinic import FIELDS, claims, in_dosespot, secrets
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import Flow, payload

REGISTER = Flow("register_clinic", {}, lambda _clinic, _member: None, "", (0, 0))
MEMBERS = Flow("clinician_clinics", {}, lambda _clinic, _member: None, "", (0, 0))
RUNS = 4
QUICK_WAYS = ("crash after", "no answer, effect")
READINGS = ("as it is", "at its worst")
CASES = [
    pytest.param(
        way,
        reading,
        marks=() if way in QUICK_WAYS and reading == READINGS[0] else pytest.mark.torture,
        id=f"{way}, DoseSpot {reading}",
    )
    for way in WAYS
    for reading in READINGS
]
LAG_S = 0.2
UNSETTLED = "a person has to ask DoseSpot"


@pytest.mark.parametrize(("way", "reading"), CASES)
def test_a_clinic_is_never_created_twice_and_its_key_is_kept_or_missed(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    way: str,
    reading: str,
) -> None:
    _read(clinic, reading)
    with without_secrets(clinic):
        _, calls = runner.run(REGISTER.bot, _new(clinic, f"Whole {way}"))
        record_property("broken_calls", calls)
        ends = set()
        for at in range(calls):
            name, case = f"Broken {way} {at}", f"{way} at call {at} of {calls}"
            with suppress(Crash, BotError):
                runner.run(REGISTER.bot, _new(clinic, name), at, way)
            ended = _ended(clinic, runner, name)
            ends.add(ended == UNSETTLED)
            numbers = in_dosespot(clinic, name)
            if ended == UNSETTLED:
                assert len(numbers) <= 1, case
            else:
                assert [str(one) for one in numbers] == [ended], case
                assert secrets(clinic)[f"DOSESPOT_CLINIC_KEY_{ended}"], case
            assert _organizations(clinic, name) == ([] if ended == UNSETTLED else [ended]), case
            for claim in claims(clinic):
                clinic.delete(f"Basic/{claim['id']}")
        assert False in ends


@pytest.mark.parametrize(("way", "reading"), CASES)
def test_a_later_run_adds_whom_a_broken_one_did_not(
    clinic: Clinic, runner: Runner, way: str, reading: str
) -> None:
    with two_clinics(clinic) as two:  # which resets the switches
        _read(clinic, reading)
        _, calls = runner.run(MEMBERS.bot, _joining(two, _enrolled(two)))
        for at in range(calls):
            member, case = _enrolled(two), f"{way} at call {at} of {calls}"
            joining = _joining(two, member)
            with suppress(Crash, BotError):
                runner.run(MEMBERS.bot, joining, at, way)
            _complete(runner, joining)
            number = clinic.clinician(member)["id"]
            assert two.dosespot.clinics_of(number) == {clinic.clinic_id, two.number}, case


def _read(clinic: Clinic, reading: str) -> None:
    """DoseSpot does twice what it is asked twice, and is read so; its lags are real, and short."""
    clinic.switch(second_create_same_npi="duplicate", repeated_init="accept")
    if reading == READINGS[1]:
        clinic.switch_worst(lookup_lag_s=LAG_S, status_lag_s=LAG_S, patient_search_lag_s=LAG_S)


def _new(clinic: Clinic, name: str) -> dict[str, Any]:
    given = {**FIELDS, "clinicName": name}
    return {**payload(clinic, REGISTER, clinic.admin), "input": given}


def _ended(clinic: Clinic, runner: Runner, name: str) -> str:
    """DoseSpot's number of the clinic after some runs, or that a person has to ask."""
    for _ in range(RUNS):
        try:
            answer, _ = runner.run(REGISTER.bot, _new(clinic, name))
        except ClinicUnsettled:
            return UNSETTLED
        except BotError:
            continue
        return str(answer["doseSpotClinicId"])
    raise AssertionError(f"{RUNS} runs did not settle the clinic")


def _organizations(clinic: Clinic, name: str) -> list[str]:
    return [
        identifier["value"]
        for one in clinic.sandbox.fhir.resources("Organization")
        if one.get("name") == name
        for identifier in one["identifier"]
        if identifier["system"] == DOSESPOT_CLINIC
    ]


def _enrolled(two: TwoClinics) -> Member:
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    return member


def _joining(two: TwoClinics, member: Member) -> dict[str, Any]:
    given = {"practitionerId": member.id, "add": [two.north]}
    return {**payload(two.clinic, MEMBERS, two.clinic.admin), "input": given}


def _complete(runner: Runner, run: dict[str, Any]) -> None:
    for _ in range(RUNS):
        with suppress(BotError):
            answer, _ = runner.run(MEMBERS.bot, run)
            if all(one["status"] != "failed" for one in answer["clinics"]):
                return
    raise AssertionError(f"{RUNS} runs did not add anybody")
