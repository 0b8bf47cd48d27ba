"""Favorites and pharmacies, whichever call of a run breaks, and how: one of each, on both sides.

An undisturbed run is counted, then each of its calls is broken in each way. The quick part is part
of every test run, all of it is `make torture`.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from fhir_profiles.systems import DOSESPOT_FAVORITE, DOSESPOT_PATIENT
from shared.errors import BotError
from tests.integration.choosing import medication, search, synced
from tests.integration.clinic import Clinic, Member
from tests.integration.self_service import enrolled
from tests.torture.breaking import SELDOM, WAYS, Crash, Runner
from tests.torture.flows import Flow, payload

RUNS = 4
QUICK = ("crash after", "no answer, effect")
_numbers = itertools.count(1)

CASES = [
    pytest.param(what, way, marks=() if way in QUICK else pytest.mark.torture)
    for what in ("favorite", "pharmacy", "default pharmacy")
    for way in WAYS
]


class Choice:
    """Something that is chosen once, and how it has to be then."""

    def __init__(self, clinic: Clinic, member: Member, what: str) -> None:
        self.clinic, self.member = clinic, member
        self.directions = f"Take {next(_numbers)} a day"
        by = member
        if what == "favorite":
            self.bot, given = "add_favorite_medication", medication(20001, self.directions)
        else:
            self.patient = synced(clinic, member)
            named = self.patient["id"]
            self.bot = "add_patient_pharmacy"
            given = {"patientId": named, "pharmacyId": 60001, "setAsPrimary": True}
            if what == "default pharmacy":
                self.bot, by = "default_pharmacy", clinic.admin
                given = {"pharmacyId": 60001, "patientIds": [named], "dryRun": False}
        made = payload(clinic, Flow("", {}, lambda _c, _m: None, "", (0, 0)), by)
        self.run = {**made, "input": given}

    def check(self, case: str) -> None:
        """Makes sure that it is there once, on both sides."""
        if self.bot == "add_favorite_medication":
            self._check_favorite(case)
        else:
            self._check_pharmacy(case)

    def _check_favorite(self, case: str) -> None:
        with self.clinic.sandbox.dosespot.behind() as backend:
            every = backend.cabinet.favorites.of(self.clinic.clinic_id, 0)
        (entry,) = [one for one in every if one.record["Directions"] == self.directions]
        query = f"MedicationKnowledge?code={DOSESPOT_FAVORITE}%7C{entry.id}"
        assert len(search(self.clinic, self.member, query)) == 1, case
        detail = f"DoseSpot favorite {entry.id}"
        events = self.clinic.sandbox.fhir.resources("AuditEvent")
        assert [one["outcomeDesc"] for one in events].count(detail) == 1, case

    def _check_pharmacy(self, case: str) -> None:
        (number,) = [
            one["value"] for one in self.patient["identifier"] if one["system"] == DOSESPOT_PATIENT
        ]
        with self.clinic.sandbox.dosespot.behind() as backend:
            (entry,) = backend.cabinet.pharmacies.of(self.clinic.clinic_id, int(number))
        assert (entry.record["PharmacyId"], entry.record["IsDefault"]) == (60001, True), case
        (extension,) = self.clinic.read(f"Patient/{self.patient['id']}")["extension"]
        named, typed = extension["extension"]
        stored = self.clinic.read(named["valueReference"]["reference"])
        assert stored["identifier"][0]["value"] == "60001", case
        assert typed["valueCodeableConcept"]["coding"][0]["code"] == "primary", case
        events = self.clinic.events(f"Patient/{self.patient['id']}")
        assert "pharmacy-set" in [one["subtype"][0]["code"] for one in events], case


def run_until_done(runner: Runner, choice: Choice) -> None:
    """Runs until a run ends well."""
    for _ in range(RUNS):
        with suppress(BotError):
            answer, _ = runner.run(choice.bot, choice.run)
            if not answer.get("errorCount"):  # of many patients, each has an error of its own
                return
        runner.let_pass(SELDOM.claim_s)
    raise AssertionError(f"{RUNS} runs did not end")


@pytest.mark.parametrize(("what", "way"), CASES)
def test_a_later_run_makes_up_for_a_broken_call(
    clinic: Clinic,
    runner: Runner,
    record_property: Callable[[str, object], None],
    what: str,
    way: str,
) -> None:
    member = enrolled(clinic)
    undisturbed = Choice(clinic, member, what)
    _, calls = runner.run(undisturbed.bot, undisturbed.run)
    undisturbed.check("undisturbed")
    record_property("broken_calls", calls)
    for at in range(calls):
        choice: Any = Choice(clinic, member, what)
        with suppress(Crash, BotError):
            runner.run(choice.bot, choice.run, at, way)
        run_until_done(runner, choice)
        choice.check(f"{way} at call {at} of {calls}")
