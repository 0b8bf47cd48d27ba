"""The DEA number and NADEAN of a location: where they stand, when they count, and what is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.clinic_status import with_epcs_enabled
from fhir_profiles.practitioner_role import new_role, roles_at
from fhir_profiles.prescriber_identifiers import with_state_number
from fhir_profiles.systems import DEA, NADEAN
from shared.records.practitioner import (
    DEA_ENDED_UNDER_EPCS,
    dea_warnings_of,
    read_practitioner,
)
from shared.records.prescriber import DeaRegistration
from tests.builders import NOW, PRACTITIONER_ID, dea, npi, practitioner, prescriber

ME = f"Practitioner/{PRACTITIONER_ID}"
NORTH = {"reference": "Organization/north"}


def role(**changes: Any) -> Resource:
    return {**new_role(ME, "Location/north"), "id": "r1", "organization": NORTH, **changes}


def anywhere(_role: Resource) -> bool:
    return True


def at(reference: str) -> Callable[[Resource], bool]:
    return lambda one: bool(one["organization"]["reference"] == reference)


@pytest.mark.parametrize("system", [DEA, NADEAN])
def test_number_is_written_on_a_role_as_on_a_practitioner(system: str) -> None:
    number = "FS1234563" if system == DEA else "XS1234561"
    written = with_state_number(role(), system, number, "IN", NOW)
    assert written["identifier"][0] == role()["identifier"][0]
    assert (
        written["identifier"][1:]
        == (with_state_number({}, system, number, "IN", NOW)["identifier"])
    )
    assert with_state_number(written, system, number, "IN", NOW) is written


def test_numbers_of_a_role_are_the_prescribers_there() -> None:
    there = with_state_number(role(), DEA, "FS1234563", "IN", NOW)
    there = with_state_number(there, NADEAN, "XS1234561", "IN", NOW)
    read, findings = read_practitioner(practitioner(), NOW, [there])
    assert read.dea == (*prescriber().dea, DeaRegistration("FS1234563", "IN"))
    assert read.nadean == (DeaRegistration("XS1234561", "IN"),)
    assert (findings.problems, findings.warnings) == ([], [])


def test_number_that_practitioner_and_role_carry_is_one() -> None:
    there = role(identifier=[dea("AS1234563", "IL")])
    read, findings = read_practitioner(practitioner(), NOW, [there])
    assert (read, findings.problems) == (prescriber(), [])


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        (dea("AS12", "IN"), "PractitionerRole/r1.identifier[0].value"),
        ({"system": DEA, "value": "FS1234563"}, "PractitionerRole/r1.identifier[0]."),
        (dea("FS1234563", "XX"), "PractitionerRole/r1.identifier[0].assigner.display"),
        (dea("AS1234563", "NY"), "PractitionerRole/r1.identifier[0]"),
    ],
)
def test_wrong_number_is_a_problem_at_the_roles_path(identifier: Resource, path: str) -> None:
    _, findings = read_practitioner(practitioner(), NOW, [role(identifier=[identifier])])
    assert [one.path[: len(path)] for one in findings.problems] == [path]


def test_ended_number_is_a_warning_at_the_roles_path() -> None:
    ended = {**dea("FS1234563", "IN"), "period": {"end": "2025-12-31"}}
    read, findings = read_practitioner(practitioner(), NOW, [role(identifier=[ended])])
    assert read == prescriber()
    assert [one.path for one in findings.warnings] == [
        "PractitionerRole/r1.identifier[0].period.end"
    ]


def test_check_digit_is_a_warning_at_the_roles_path() -> None:
    wrong = role(identifier=[dea("FS1234567", "IN")])
    _, findings = read_practitioner(practitioner(identifier=[npi()]), NOW, [wrong])
    assert [one.path for one in findings.warnings] == ["PractitionerRole/r1.identifier[0].value"]


def test_number_without_a_value_is_a_warning_at_the_roles_path() -> None:
    _, findings = read_practitioner(practitioner(), NOW, [role(identifier=[{"system": DEA}])])
    assert [one.path for one in findings.warnings] == ["PractitionerRole/r1.identifier[0].value"]


ENDED = {**dea("FS1234563", "IN"), "period": {"end": "2025-12-31"}}
SIGNS = with_epcs_enabled(role(identifier=[ENDED]), True)
AT_ROLE = ["PractitionerRole/r1.identifier[0].period.end"]
STATUS_CHECKS = {
    "signs there": (SIGNS, [npi()], AT_ROLE),
    "does not sign there": (role(identifier=[ENDED]), [npi()], []),
    "has another one of the state": (SIGNS, [npi(), dea("FS7654325", "IN")], []),
    "has one that ended on the Practitioner": (
        with_epcs_enabled(role(), True),
        [npi(), ENDED],
        ["Practitioner.identifier[1].period.end"],
    ),
}


@pytest.mark.parametrize(
    ("there", "identifiers", "paths"), STATUS_CHECKS.values(), ids=STATUS_CHECKS
)
def test_a_status_check_warns_who_signs_under_a_number_that_has_ended(
    there: Resource, identifiers: list[Resource], paths: list[str]
) -> None:
    found = dea_warnings_of(practitioner(identifier=identifiers), NOW, there)
    assert [(one.path, one.sentence) for one in found] == [
        (path, DEA_ENDED_UNDER_EPCS) for path in paths
    ]


COUNTING = {
    "the prescriber's, at the clinic": ({}, anywhere, True),
    "another clinic's": ({}, at("Organization/south"), False),
    "not active": ({"active": False}, anywhere, False),
    "does not say that it is active": ({"active": None}, anywhere, False),
    "over": ({"period": {"end": "2025-12-31"}}, anywhere, False),
    "somebody else's": ({"practitioner": {"reference": "Practitioner/other"}}, anywhere, False),
}


@pytest.mark.parametrize(("changes", "counts", "does"), COUNTING.values(), ids=COUNTING)
def test_only_ones_own_active_roles_at_the_clinic_count(
    changes: dict[str, Any], counts: Callable[[Resource], bool], does: bool
) -> None:
    one = role(**changes)
    assert roles_at([one], ME, counts, NOW) == ((one,) if does else ())
