"""Whichever call of a creation breaks, and however: a later run completes it, nothing is twice."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fhir_profiles.check_due import is_check_due
from shared.errors import BotError
from tests.integration.clinic import Clinic
from tests.integration.creating import new_form, practitioners, records
from tests.torture.breaking import WAYS, Crash, Runner
from tests.torture.flows import Flow, payload

FLOW = Flow("create_prescriber", {}, lambda _clinic, _member: None, "", (0, 0))
RUNS = 4
QUICK_WAYS = ("crash after", "no answer, effect")
CASES = [pytest.param(way, marks=() if way in QUICK_WAYS else pytest.mark.torture) for way in WAYS]


@pytest.fixture(scope="module")
def _location(shared_clinic: Clinic) -> None:
    """The one that the forms name."""
    shared_clinic.sandbox.fhir.add_resource(
        shared_clinic.project,
        {"resourceType": "Location", "name": "Main", "address": {"state": "IL"}},
    )


@pytest.mark.usefixtures("_location")
@pytest.mark.parametrize("way", CASES)
def test_a_later_run_completes_a_broken_creation(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    way: str,
) -> None:
    _, calls = runner.run(FLOW.bot, _sent(clinic, _form(clinic)))
    record_property("broken_calls", calls)
    for at in range(calls):
        body = _form(clinic)
        with suppress(Crash, BotError):
            runner.run(FLOW.bot, _sent(clinic, body), at, way)
        answer = _completed(runner, _sent(clinic, body))
        case = f"{way} at call {at} of {calls}"
        (practitioner,) = practitioners(clinic, body["details"]["npi"])
        assert answer["ready"], case
        assert not is_check_due(practitioner), case
        assert records(clinic, practitioner) == {
            "PractitionerRole": 1,
            "Consent": 3,
            "ProjectMembership": 1,
        }, case


def _form(clinic: Clinic) -> dict[str, Any]:
    numbers = {"naDeaNumber": "XS1234563", "medicalLicenseNumber": "036-123456"}
    return new_form(clinic, invite=True, locations=[{"locationName": "Main", **numbers}])


def _sent(clinic: Clinic, body: dict[str, Any]) -> dict[str, Any]:
    return {**payload(clinic, FLOW, clinic.admin), "input": body}


def _completed(runner: Runner, run: dict[str, Any]) -> dict[str, Any]:
    for _ in range(RUNS):
        with suppress(BotError):
            return runner.run(FLOW.bot, run)[0]
    raise AssertionError(f"{RUNS} runs did not complete the creation")
