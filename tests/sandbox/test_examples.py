"""What the sandbox's sign-in page offers to type is taken, and is called as the pages call it."""

from datetime import UTC, datetime

import pytest

from deploy.sandbox.examples import LOCATIONS, NEW_CLINIC, NEW_LICENSE, examples
from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.clinics.rules.details import RULES_OF_FIELDS, read_location
from shared.records.identifiers import parse_license
from tests.sandbox.page_scripts import tables

OF_DOSESPOT = {
    *(
        "ID.me",
        "Identity questions",
        "Six-digit code",
        "Patient",
        "Pharmacy name",
        "Medication name",
    ),
}
"""What DoseSpot's own page asks for."""
OF_A_STATE = {"License number in Illinois"}
"""What the form for a prescriber's own details asks for by the state of a location."""


@pytest.mark.parametrize("location", LOCATIONS, ids=lambda one: one["name"])
def test_a_clinic_can_be_registered_from_each_location(location: Resource) -> None:
    _, findings = read_location(location, Today(datetime.now(UTC)))
    assert [*findings.problems, *findings.warnings] == []


def test_a_new_clinic_breaks_no_rule() -> None:
    assert all(RULES_OF_FIELDS[name](value) for name, value in NEW_CLINIC.items())
    assert parse_license(NEW_LICENSE)


def test_labels_are_those_of_the_forms() -> None:
    labels = {label for one in examples() for label, _ in one.rows}
    assert labels - OF_DOSESPOT - OF_A_STATE - set(tables()["FIELDS"].values()) == set()
