"""What a PractitionerRole names, who granted it, and what the others are told."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.practitioner_role import granted_roles, is_of
from fhir_profiles.today import Today
from shared.access.rules.grants import granted_by, granting, introducers, named_roles
from shared.access.self_service import (
    ANOTHER_PERSON,
    NO_ROLE,
    NOT_A_PRACTITIONER,
    named_roles_of,
    require_own_token,
    require_practitioner,
)
from shared.errors import FhirDenied, NotAuthorized
from shared.fhir.answers import Answer
from shared.fhir.batch import FoundAll
from tests.builders import ABSENT, ADMIN_ID, BOT_ID, NOW, PRACTITIONER_ID, meta

SYSTEM = "https://dosespot.com/practitionerrole-type"
JANE = f"Practitioner/{PRACTITIONER_ID}"
ADMIN = f"Practitioner/{ADMIN_ID}"
CLIENT = "ClientApplication/c"
COLLEAGUE = "Practitioner/0b8c5e0e-1111-4000-8000-000000000002"
PRESCRIBING = ClinicianRole.PRESCRIBING_CLINICIAN
COORDINATOR = ClinicianRole.EPCS_COORDINATOR


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


def found(*resources: dict[str, Any]) -> FoundAll:
    entry = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entry}
    return FoundAll(Answer("asked", 200, bundle))


def named(*roles: dict[str, Any]) -> frozenset[ClinicianRole]:
    return named_roles_of(found(*roles), JANE, NOW)[1]


def refused(*roles: dict[str, Any]) -> str:
    with pytest.raises(NotAuthorized) as caught:
        named(*roles)
    return str(caught.value)


def by(author: str | None, *codes: str, **changes: Any) -> dict[str, Any]:
    """A version of Jane's PractitionerRole, by that author; None where the server does not say."""
    written = meta(author=ABSENT if author is None else {"reference": author})
    return role(*codes, meta=written, **changes)


@pytest.mark.parametrize("granted", ClinicianRole)
def test_each_code_grants_its_role(granted: ClinicianRole) -> None:
    assert granted_roles(role(granted.value), NOW) == {granted}


def test_the_codes_are_those_of_the_guide() -> None:
    assert [known.value for known in ClinicianRole] == [
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
    assert granted_roles(role(**changes), NOW) == frozenset()
    assert refused(role(**changes)) == NO_ROLE


@pytest.mark.parametrize(
    "period",
    [
        {},
        {"start": "2026-03-10"},
        {"end": "2026-03-10"},
        {"start": "2020", "end": "2026-03"},
        {"start": "2026-03-10T04:00:00Z", "end": "2026-03-11T03:59:59Z"},
    ],
    ids=str,
)
def test_period_that_covers_the_day_grants(period: Any) -> None:
    assert granted_roles(role(period=period), NOW) == {PRESCRIBING}


def test_last_day_of_the_period_is_the_last_day() -> None:
    ends = role(period={"end": "2026-03-10"})
    last_minute = datetime.fromisoformat("2026-03-10T23:59:00-04:00")
    assert granted_roles(ends, Today(last_minute)) == {PRESCRIBING}
    assert granted_roles(ends, Today(last_minute + timedelta(minutes=1))) == frozenset()


def test_several_codes_grant_several_roles_and_unknown_ones_none() -> None:
    codes = [
        concept("PrescribingClinician", "Physician", "EpcsCoordinator"),
        concept("PrescribingClinician"),
        concept("ClinicianAdmin", system="http://example.com/roles"),
        concept("ReportingClinician"),
    ]
    assert granted_roles(role(code=codes), NOW) == {
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
    assert named_roles(other, JANE, NOW) == frozenset()
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
    assert named(*roles) == {PRESCRIBING, COORDINATOR}
    assert granting(roles, JANE, NOW) == [roles[0], roles[1]]


def test_without_any_role_the_sentence_names_what_to_set() -> None:
    assert refused() == NO_ROLE
    for told in ("PractitionerRole", "active", "period", SYSTEM, *(r.value for r in ClinicianRole)):
        assert told in NO_ROLE


DELETED: dict[str, Any] = {}
UNREADABLE = None
BOTH = ("PrescribingClinician", "EpcsCoordinator")


@pytest.mark.parametrize(
    ("versions", "introduced"),
    [
        ([], {}),
        ([by(ADMIN)], {PRESCRIBING: {ADMIN}}),
        ([by(JANE)], {PRESCRIBING: {JANE}}),
        ([by(None)], {PRESCRIBING: {""}}),
        ([by(ADMIN, active=False)], {}),
        # Who saves a role later adds nothing to it.
        ([by(ADMIN), by(JANE)], {PRESCRIBING: {JANE}}),
        ([by(JANE), by(ADMIN)], {PRESCRIBING: {ADMIN}}),
        ([by(None), by(ADMIN)], {PRESCRIBING: {ADMIN}}),
        ([by(ADMIN), by(None)], {PRESCRIBING: {""}}),
        # Each code has its own history.
        (
            [by(ADMIN, *BOTH), by(JANE, *BOTH), by(ADMIN, "PrescribingClinician")],
            {PRESCRIBING: {ADMIN}, COORDINATOR: {JANE}},
        ),
        # A gap ends it: who brings a code back has introduced it, whoever had it there before.
        ([by(JANE), by(COLLEAGUE, "Physician"), by(ADMIN)], {PRESCRIBING: {JANE}}),
        ([by(ADMIN), by(JANE), by(ADMIN, "Physician"), by(ADMIN)], {PRESCRIBING: {JANE}}),
        ([by(ADMIN), by(JANE, "Physician"), by(ADMIN)], {PRESCRIBING: {ADMIN}}),
        ([by(JANE), by(ADMIN), by(COLLEAGUE, "Physician"), by(JANE)], {PRESCRIBING: {ADMIN}}),
        # Who puts a role into effect has introduced it as well as who added its code.
        ([by(JANE), by(ADMIN, active=False)], {PRESCRIBING: {ADMIN, JANE}}),
        ([by(JANE), by(ADMIN, active=False), by(ADMIN)], {PRESCRIBING: {ADMIN, JANE}}),
        ([by(ADMIN), by(JANE, active=False)], {PRESCRIBING: {ADMIN, JANE}}),
        ([by(ADMIN), by(JANE, active=False), by(ADMIN)], {PRESCRIBING: {ADMIN}}),
        ([by(ADMIN), by(JANE, "Physician")], {PRESCRIBING: {ADMIN}}),
        (
            [by(COLLEAGUE), by(ADMIN, period={"end": "2020"}), by(ADMIN)],
            {PRESCRIBING: {ADMIN, COLLEAGUE}},
        ),
        ([by(ADMIN), by(JANE, period={"end": "2020"})], {PRESCRIBING: {ADMIN, JANE}}),
        # A role that was another person's is introduced by who made it Jane's.
        ([by(JANE), by(ADMIN, practitioner={"reference": COLLEAGUE})], {PRESCRIBING: {JANE}}),
        (
            [
                by(ADMIN),
                by(JANE, active=False),
                by(ADMIN, active=False, practitioner={"reference": COLLEAGUE}),
            ],
            {PRESCRIBING: {ADMIN, JANE}},
        ),
        # A deletion is a gap.
        ([by(JANE), DELETED, by(ADMIN)], {PRESCRIBING: {JANE}}),
        ([by(ADMIN), DELETED, by(JANE)], {PRESCRIBING: {ADMIN}}),
        ([DELETED, by(ADMIN)], {}),
        # Who wrote what can't be read is not known, nor who wrote what stands since before.
        ([UNREADABLE], {}),
        ([UNREADABLE, by(ADMIN)], {}),
        ([by(ADMIN), UNREADABLE], {PRESCRIBING: {""}}),
        ([by(ADMIN), UNREADABLE, by(ADMIN)], {PRESCRIBING: {""}}),
        ([by(ADMIN), by(JANE, "Physician"), UNREADABLE], {PRESCRIBING: {ADMIN}}),
        ([by(ADMIN), by(ADMIN, active=False), UNREADABLE], {PRESCRIBING: {ADMIN, ""}}),
        ([by(JANE, *BOTH), by(ADMIN), UNREADABLE], {PRESCRIBING: {""}, COORDINATOR: {JANE}}),
    ],
)
def test_who_introduced_a_role_is_who_wrote_the_first_version_without_a_gap(
    versions: list[dict[str, Any] | None], introduced: dict[ClinicianRole, set[str]]
) -> None:
    assert introducers(versions, JANE, NOW) == introduced


@pytest.mark.parametrize(
    ("introduced", "granted"),
    [
        ([], set()),
        ([{PRESCRIBING: {ADMIN}}], {PRESCRIBING}),
        ([{PRESCRIBING: {COLLEAGUE}}], set()),
        ([{PRESCRIBING: {""}}], set()),
        ([{PRESCRIBING: {ADMIN, JANE}}], set()),
        ([{PRESCRIBING: {ADMIN, ""}}], set()),
        ([{PRESCRIBING: {ADMIN, CLIENT}}], {PRESCRIBING}),
        ([{PRESCRIBING: {JANE}, COORDINATOR: {ADMIN}}], {COORDINATOR}),
        ([{PRESCRIBING: {JANE}}, {PRESCRIBING: {ADMIN}}], {PRESCRIBING}),
        ([{PRESCRIBING: {ADMIN}}, {COORDINATOR: {ADMIN}}], {PRESCRIBING, COORDINATOR}),
    ],
)
def test_only_what_an_administrator_introduced_is_granted(
    introduced: list[dict[ClinicianRole, frozenset[str]]], granted: set[ClinicianRole]
) -> None:
    assert granted_by(introduced, {ADMIN, CLIENT}) == granted


def test_roles_that_may_not_be_read_are_not_taken_for_none() -> None:
    denied = FoundAll(Answer("PractitionerRole?practitioner=x", 403, None))
    with pytest.raises(FhirDenied, match="does not allow access to this PractitionerRole"):
        named_roles_of(denied, JANE, NOW)


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
