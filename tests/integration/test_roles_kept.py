"""Enrolling adds roles in DoseSpot and never takes one away, whoever enrolls whom."""

import pytest

from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.self_service import (
    dosespot_writes,
    grant,
    secrets,
    self_enroll,
    writes,
)


def roles(clinic: Clinic, member: Member) -> list[str]:
    return list(clinic.clinician(member)["roles"])


@pytest.mark.parametrize(
    ("before", "added", "after"),
    [
        ([1, 4], [1], ["ClinicianAdmin", "PrescribingClinician"]),
        ([5], [1], ["PrescribingAgentClinician", "PrescribingClinician"]),
        ([2], [3, 6], ["EpcsCoordinator", "ProxyClinician", "ReportingClinician"]),
    ],
    ids=str,
)
def test_an_administrator_adds_roles(
    clinic: Clinic, prescriber: Member, before: list[int], added: list[int], after: list[str]
) -> None:
    clinic.enroll(prescriber, practitionerRoleTypes=before)
    assert clinic.enroll(prescriber, practitionerRoleTypes=added).status == 200
    assert roles(clinic, prescriber) == after
    clinic.reset()
    clinic.enroll(prescriber, practitionerRoleTypes=added)
    assert writes(clinic) == []


def test_who_has_the_roles_already_is_not_changed(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber, practitionerRoleTypes=[1, 4])
    clinic.reset()
    assert clinic.enroll(prescriber).status == 200
    assert writes(clinic) == []


def test_a_prescribers_own_run_keeps_what_administrators_gave(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.enroll(prescriber, practitionerRoleTypes=[1, 4])
    grant(clinic, prescriber, "PrescribingClinician", "EpcsCoordinator")
    assert self_enroll(clinic, prescriber).status == 200
    assert roles(clinic, prescriber) == [
        "ClinicianAdmin",
        "EpcsCoordinator",
        "PrescribingClinician",
    ]


def test_the_clinician_of_the_secrets_may_enroll_others_after_being_enrolled(
    clinic: Clinic, prescriber: Member
) -> None:
    number = secrets(clinic)["DOSESPOT_USER_ID"]["valueString"]
    admin = clinic.admin
    membership = clinic.read(f"ProjectMembership/{admin.membership_id}")
    assert {"system": CLINICIAN_IDENTIFIER, "value": number} in membership["identifier"]
    assert clinic.enroll(admin).status == 200
    assert clinic.enroll(prescriber).status == 200
    grant(clinic, other := clinic.add_member())
    assert self_enroll(clinic, other).body["status"] == "created"


def test_roles_that_dosespot_does_not_show_are_not_replaced(
    clinic: Clinic, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    self_enroll(clinic, prescriber)
    practitioner = clinic.practitioner(prescriber)
    address = [{**practitioner["address"][0], "city": "Chicago"}]
    clinic.write({**practitioner, "address": address})
    clinic.reset()
    clinic.switch(omit_optional_fields_as_null=True, administrators_keep_roles=True)
    for answer in (self_enroll(clinic, prescriber), clinic.enroll(prescriber)):
        assert [one["path"] for one in answer.body["warnings"]] == ["DoseSpot.Roles"]
    assert dosespot_writes(clinic) == []
    clinic.switch(omit_optional_fields_as_null=False, administrators_keep_roles=False)
    assert roles(clinic, prescriber) == ["PrescribingClinician"]


def test_a_run_for_a_clinician_with_dea_numbers_changes_only_what_differs(clinic: Clinic) -> None:
    member = clinic.add_member(dea=DEA)
    clinic.enroll(member, practitionerRoleTypes=[4])
    before = clinic.clinician(member)
    clinic.enroll(member, practitionerRoleTypes=[1])
    expected = {**before, "roles": ["ClinicianAdmin", "PrescribingClinician"]}
    assert clinic.clinician(member) == expected
