"""Whom a PractitionerRole lets enroll themselves, as what, and what the others are told."""

from datetime import date
from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.practitioner_role import granted_roles, is_of
from shared.errors import FhirDenied, Misconfigured, NotAuthorized
from shared.fhir.client import Answer
from shared.workflow.self_service import (
    ANOTHER_PERSON,
    NO_CREDENTIAL,
    NO_ROLE,
    NOT_A_PRACTITIONER,
    OWN_ROLE,
    authorized_roles,
    require_own_token,
    require_practitioner,
)
from tests.builders import ABSENT, ADMIN_ID, BOT_ID, PRACTITIONER_ID, TODAY, membership, meta

SYSTEM = "https://dosespot.com/practitionerrole-type"
JANE = f"Practitioner/{PRACTITIONER_ID}"
PRESCRIBING = ClinicianRole.PRESCRIBING_CLINICIAN
BY_JANE = meta(author={"reference": JANE})


def concept(*codes: Any, system: Any = SYSTEM) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for code in codes]}


def role(*codes: Any, **changes: Any) -> dict[str, Any]:
    """Jane's PractitionerRole, last written by an administrator."""
    record = {
        "resourceType": "PractitionerRole",
        "id": "6f0c2c55-5b0e-4a86-9d0b-1de0f2b3a4c5",
        "meta": meta(),
        "practitioner": {"reference": JANE, "display": "Jane Marie Smith"},
        "active": True,
        "code": [concept(*(codes or ("PrescribingClinician",)))],
        **changes,
    }
    return {name: value for name, value in record.items() if value is not ABSENT}


def found(*resources: dict[str, Any]) -> Answer:
    entry = [{"resource": resource} for resource in resources]
    return Answer("asked", 200, {"resourceType": "Bundle", "type": "searchset", "entry": entry})


def authorized(*roles: dict[str, Any], **changes: Any) -> frozenset[ClinicianRole]:
    return authorized_roles(found(*roles), found(membership(**changes)), JANE, TODAY)


def refused(*roles: dict[str, Any], **changes: Any) -> str:
    with pytest.raises(NotAuthorized) as caught:
        authorized(*roles, **changes)
    return str(caught.value)


@pytest.mark.parametrize("granted", ClinicianRole)
def test_each_code_grants_its_role(granted: ClinicianRole) -> None:
    assert granted_roles(role(granted.code), TODAY) == {granted}


def test_the_codes_are_those_of_the_guide() -> None:
    assert [known.code for known in ClinicianRole] == [
        "PrescribingClinician",
        "ReportingClinician",
        "EpcsCoordinator",
        "ClinicianAdmin",
        "PrescribingAgentClinician",
        "ProxyClinician",
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"active": ABSENT},
        {"active": False},
        {"active": None},
        {"active": "true"},
        {"active": 1},
        {"period": {"end": "2026-03-09"}},
        {"period": {"end": "2026-02"}},
        {"period": {"start": "2026-03-11"}},
        {"period": {"start": "2027"}},
        {"code": ABSENT},
        {"code": []},
        {"code": None},
        {"code": "PrescribingClinician"},
        {"code": concept("PrescribingClinician")},
        {"code": [{"text": "PrescribingClinician"}]},
        {"code": [{"coding": {"system": SYSTEM, "code": "PrescribingClinician"}}]},
        {"code": [{"coding": ["PrescribingClinician", None, 1]}, None, 7]},
        {"code": [concept("prescribingclinician", "Prescribing Clinician", "1", "", "Physician")]},
        {"code": [concept(1, None, True, ["PrescribingClinician"], {"code": "x"})]},
        {"code": [concept("PrescribingClinician", system="http://snomed.info/sct")]},
        {"code": [concept("PrescribingClinician", system=f"{SYSTEM}/")]},
        {"code": [concept("PrescribingClinician", system=None)]},
    ],
    ids=str,
)
def test_whatever_is_not_plainly_a_grant_of_today_grants_nothing(changes: dict[str, Any]) -> None:
    assert granted_roles(role(**changes), TODAY) == frozenset()
    assert refused(role(**changes)) == NO_ROLE


@pytest.mark.parametrize(
    "period",
    [
        {},
        None,
        {"start": "2026-03-10"},
        {"end": "2026-03-10"},
        {"start": "2020", "end": "2026-03"},
        {"start": "2026-03-10T00:00:00Z", "end": "2026-03-10T23:59:59Z"},
    ],
    ids=str,
)
def test_period_that_covers_the_day_grants(period: Any) -> None:
    assert granted_roles(role(period=period), TODAY) == {PRESCRIBING}


def test_last_day_of_the_period_is_the_last_day() -> None:
    ends = role(period={"end": "2026-03-10"})
    assert granted_roles(ends, date(2026, 3, 10)) == {PRESCRIBING}
    assert granted_roles(ends, date(2026, 3, 11)) == frozenset()


def test_several_codes_grant_several_roles_and_unknown_ones_none() -> None:
    codes = [
        concept("PrescribingClinician", "Physician", "EpcsCoordinator"),
        concept("PrescribingClinician"),
        concept("ClinicianAdmin", system="http://example.com/roles"),
        concept("ReportingClinician"),
    ]
    assert granted_roles(role(code=codes), TODAY) == {
        PRESCRIBING,
        ClinicianRole.EPCS_COORDINATOR,
        ClinicianRole.REPORTING_CLINICIAN,
    }


@pytest.mark.parametrize(
    "practitioner",
    [ABSENT, None, "x", {}, {"reference": None}, {"reference": f"Practitioner/{ADMIN_ID}"}, [JANE]],
    ids=str,
)
def test_role_of_somebody_else_is_not_the_prescribers(practitioner: Any) -> None:
    other = role(practitioner=practitioner)
    assert not is_of(other, JANE)
    assert refused(other) == NO_ROLE


def test_role_that_names_the_prescriber_is_theirs() -> None:
    assert is_of(role(), JANE)


def test_roles_of_several_practitioner_roles_are_united() -> None:
    roles = (
        role("PrescribingClinician"),
        role("EpcsCoordinator", "PrescribingClinician"),
        role("ClinicianAdmin", active=False),
        role("ProxyClinician", practitioner={"reference": f"Practitioner/{ADMIN_ID}"}),
    )
    assert authorized(*roles) == {PRESCRIBING, ClinicianRole.EPCS_COORDINATOR}


def test_without_any_role_the_sentence_names_what_to_set() -> None:
    assert refused() == NO_ROLE
    for named in ("PractitionerRole", "active", "period", SYSTEM, *(r.code for r in ClinicianRole)):
        assert named in NO_ROLE


def test_role_last_written_by_the_prescriber_themself_is_refused() -> None:
    assert refused(role(meta=BY_JANE)) == OWN_ROLE


def test_role_last_written_by_the_prescriber_adds_nothing_to_the_others() -> None:
    own = role("ClinicianAdmin", meta=BY_JANE)
    assert authorized(own, role("PrescribingClinician")) == {PRESCRIBING}


def test_own_role_that_grants_nothing_anyway_is_not_blamed() -> None:
    assert refused(role(meta=BY_JANE, active=False)) == NO_ROLE


def test_administrator_may_have_written_their_own_role() -> None:
    assert authorized(role(meta=BY_JANE), admin=True) == {PRESCRIBING}


@pytest.mark.parametrize("admin", [ABSENT, False, None, "true", 1], ids=str)
def test_only_a_true_makes_an_administrator(admin: Any) -> None:
    assert refused(role(meta=BY_JANE), admin=admin) == OWN_ROLE


@pytest.mark.parametrize("status", [401, 403])
def test_memberships_that_may_not_be_read_name_what_to_set_up(status: int) -> None:
    denied = Answer("ProjectMembership", status, None)
    with pytest.raises(Misconfigured) as caught:
        authorized_roles(found(role()), denied, JANE, TODAY)
    assert str(caught.value) == NO_CREDENTIAL
    for named in (
        "MEDPLUM_CLIENT_ID",
        "MEDPLUM_CLIENT_SECRET",
        "Bot.runAsUser",
        "ProjectMembership",
        "admin",
    ):
        assert named in NO_CREDENTIAL


def test_roles_that_may_not_be_read_are_not_taken_for_none() -> None:
    denied = Answer("PractitionerRole?practitioner=x", 403, None)
    with pytest.raises(FhirDenied, match="does not allow access to this PractitionerRole"):
        authorized_roles(denied, found(membership()), JANE, TODAY)


@pytest.mark.parametrize("requester", ["Patient/1", f"Bot/{BOT_ID}", "PractitionerRole/1", ""])
def test_only_a_practitioner_may_enroll(requester: str) -> None:
    with pytest.raises(NotAuthorized) as caught:
        require_practitioner(requester)
    assert str(caught.value) == NOT_A_PRACTITIONER


def test_a_practitioner_may_ask() -> None:
    require_practitioner(JANE)


@pytest.mark.parametrize(
    ("kind", "owner"),
    [("Practitioner", PRACTITIONER_ID), ("Bot", BOT_ID), ("ClientApplication", "c1")],
)
def test_token_is_the_callers_or_a_programs(kind: str, owner: str) -> None:
    require_own_token({"profile": {"resourceType": kind, "id": owner}}, JANE)


@pytest.mark.parametrize(
    "me",
    [
        {},
        {"profile": None},
        {"profile": {"resourceType": "Practitioner", "id": ADMIN_ID}},
        {"profile": {"resourceType": "Patient", "id": PRACTITIONER_ID}},
    ],
    ids=str,
)
def test_token_of_another_person_is_refused(me: dict[str, Any]) -> None:
    with pytest.raises(NotAuthorized) as caught:
        require_own_token(me, JANE)
    assert str(caught.value) == ANOTHER_PERSON
