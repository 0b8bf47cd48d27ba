"""Who is known to be an administrator, and which roles one of them granted."""

from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from shared.access.authorship import (
    administrators,
    as_administrators_wrote,
    verified_roles,
)
from shared.access.rules.grants import introducers
from shared.errors import FhirDenied
from tests.builders import NOW, PRACTITIONER_ID
from tests.core.fhir_in_memory import FhirServer, paths

JANE = f"Practitioner/{PRACTITIONER_ID}"
ADMIN, COLLEAGUE, CLIENT = "Practitioner/admin", "Practitioner/colleague", "ClientApplication/c"
PRESCRIBING, COORDINATOR = ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.EPCS_COORDINATOR


def member(profile: str, **more: Any) -> dict[str, Any]:
    name = profile.replace("/", "-")
    reference = {"reference": profile}
    return {"resourceType": "ProjectMembership", "id": name, "profile": reference, **more}


def role(author: str | None, *roles: ClinicianRole, id_: str = "r1", **more: Any) -> dict[str, Any]:
    coding = [{"system": PRACTITIONER_ROLE_TYPE, "code": one.value} for one in roles]
    wrote = {} if author is None else {"author": {"reference": author}}
    return {
        "resourceType": "PractitionerRole",
        "id": id_,
        "meta": wrote,
        "active": True,
        "practitioner": {"reference": JANE},
        "code": [{"coding": coding}],
        **more,
    }


MEMBERS = (
    member(ADMIN, admin=True),
    member(COLLEAGUE),
    member(CLIENT, admin=True, active=True),
    member("Practitioner/no", admin=False),
    member("Practitioner/text", admin="true"),
    member("Practitioner/gone", admin=True, active=False),
)


def test_an_administrator_has_a_membership_that_says_so_and_is_active() -> None:
    server = FhirServer(*MEMBERS)
    everybody = [one["profile"]["reference"] for one in MEMBERS]
    assert administrators(server.client, [*everybody, "Practitioner/9"]) == {ADMIN, CLIENT}
    assert administrators(server.client, [COLLEAGUE]) == frozenset()


@pytest.mark.parametrize("authors", [[], [""], ["system"], ["", "system"]])
def test_who_is_no_member_is_not_asked_about(authors: list[str]) -> None:
    server = FhirServer(*MEMBERS)
    assert administrators(server.client, authors) == frozenset()
    assert server.asked == []


def test_each_is_asked_about_once_and_only_those_asked_about_are_answered() -> None:
    server = FhirServer(*MEMBERS)
    assert administrators(server.client, {COLLEAGUE, ADMIN, "system"}) == {ADMIN}
    assert paths(server) == [
        f"GET ProjectMembership?profile={ADMIN}",
        f"GET ProjectMembership?profile={COLLEAGUE}",
    ]
    server._found = lambda *_asked: list(MEMBERS)  # type: ignore[method-assign] # answers too much
    assert administrators(server.client, [COLLEAGUE]) == frozenset()


@pytest.mark.parametrize(
    ("versions", "granted"),
    [
        ([role(ADMIN, PRESCRIBING)], {PRESCRIBING}),
        ([role(CLIENT, PRESCRIBING)], {PRESCRIBING}),
        ([role(COLLEAGUE, PRESCRIBING)], set()),
        ([role(JANE, PRESCRIBING)], set()),
        ([role(None, PRESCRIBING)], set()),
        ([role(JANE, PRESCRIBING), role(ADMIN, PRESCRIBING)], set()),
        ([role(ADMIN, PRESCRIBING), role(JANE, PRESCRIBING, COORDINATOR)], {PRESCRIBING}),
        (
            [role(ADMIN), role(JANE, COORDINATOR), role(ADMIN, COORDINATOR, PRESCRIBING)],
            {PRESCRIBING},
        ),
        ([role(ADMIN, PRESCRIBING), role(ADMIN, PRESCRIBING, active=False)], set()),
        ([role(ADMIN, PRESCRIBING), role(COLLEAGUE), role(JANE, PRESCRIBING)], set()),
        ([role(ADMIN, PRESCRIBING, active=False), role(JANE, PRESCRIBING)], set()),
        ([role(JANE, PRESCRIBING, active=False), role(ADMIN, PRESCRIBING)], set()),
        ([role(CLIENT, PRESCRIBING, active=False), role(ADMIN, PRESCRIBING)], {PRESCRIBING}),
        ([role(JANE), role(ADMIN, PRESCRIBING)], {PRESCRIBING}),
    ],
)
def test_a_role_counts_by_who_introduced_it(
    versions: list[dict[str, Any]], granted: set[ClinicianRole]
) -> None:
    server = FhirServer(*MEMBERS, *versions)
    now = [server.resources["PractitionerRole/r1"]]
    assert verified_roles(server.client, now, JANE, NOW) == granted


def test_roles_of_several_resources_are_added_and_those_that_name_none_are_not_asked_about() -> (
    None
):
    server = FhirServer(
        *MEMBERS,
        role(ADMIN, PRESCRIBING, id_="r1"),
        role(CLIENT, COORDINATOR, id_="r2"),
        role(ADMIN, id_="r3"),
        role(ADMIN, PRESCRIBING, id_="r4", practitioner={"reference": COLLEAGUE}),
    )
    roles = [server.resources[f"PractitionerRole/r{number}"] for number in (1, 2, 3, 4)]
    assert verified_roles(server.client, roles, JANE, NOW) == {PRESCRIBING, COORDINATOR}
    assert paths(server)[:2] == [
        "GET PractitionerRole/r1/_history",
        "GET PractitionerRole/r2/_history",
    ]
    assert len(server.asked) == 4
    silent = FhirServer()
    assert verified_roles(silent.client, roles[2:], JANE, NOW) == frozenset()
    assert silent.asked == []


@pytest.mark.parametrize(("author", "granted"), [(JANE, set()), (ADMIN, {PRESCRIBING})])
def test_who_brings_back_a_role_that_was_deleted_introduces_it(
    author: str, granted: set[ClinicianRole]
) -> None:
    server = FhirServer(*MEMBERS, role(ADMIN, PRESCRIBING))
    server.delete("PractitionerRole/r1")
    now = [server.put(role(author, PRESCRIBING))]
    assert verified_roles(server.client, now, JANE, NOW) == granted
    server.delete("PractitionerRole/r1")
    assert verified_roles(server.client, now, JANE, NOW) == frozenset()


def test_a_history_that_may_not_be_read_is_not_taken_for_a_grant() -> None:
    server = FhirServer(*MEMBERS, role(ADMIN, PRESCRIBING))
    roles = [server.resources["PractitionerRole/r1"]]
    server.denied = {"PractitionerRole"}
    with pytest.raises(FhirDenied):
        verified_roles(server.client, roles, JANE, NOW)


def history(length: int, *newest: dict[str, Any]) -> list[dict[str, Any]]:
    """So many versions, the newest first; all but the named ones are an administrator's."""
    oldest = [role(ADMIN, PRESCRIBING)] * (length - len(newest))
    return [*newest, *oldest]


BOTH = role(COLLEAGUE, PRESCRIBING, COORDINATOR)


@pytest.mark.parametrize(
    ("versions", "introduced"),
    [
        (history(99), {PRESCRIBING: {ADMIN}}),
        (history(100), {PRESCRIBING: {""}}),
        (history(101), {PRESCRIBING: {""}}),
        (history(100, BOTH), {PRESCRIBING: {""}, COORDINATOR: {COLLEAGUE}}),
        (history(100, BOTH, role(ADMIN)), {PRESCRIBING: {COLLEAGUE}, COORDINATOR: {COLLEAGUE}}),
        (
            history(100, BOTH, role(ADMIN, PRESCRIBING, active=False)),
            {PRESCRIBING: {"", COLLEAGUE}, COORDINATOR: {COLLEAGUE}},
        ),
    ],
)
def test_who_introduced_what_all_versions_that_are_shown_grant_is_not_known(
    versions: list[dict[str, Any]], introduced: dict[ClinicianRole, set[str]]
) -> None:
    assert introducers(versions, JANE, NOW) == introduced


NORTH, SOUTH = ({"organization": {"reference": f"Organization/{name}"}} for name in "ns")


def at_north(practitioner_role: dict[str, Any]) -> bool:
    """Whether a version of a role is about the clinic in the north."""
    return practitioner_role.get("organization") == NORTH["organization"]


@pytest.mark.parametrize(
    ("versions", "granted"),
    [
        ([role(ADMIN, PRESCRIBING, **NORTH)], {PRESCRIBING}),
        ([role(ADMIN, PRESCRIBING, **SOUTH)], set()),
        ([role(ADMIN, PRESCRIBING)], set()),
        ([role(ADMIN, PRESCRIBING, **SOUTH), role(JANE, PRESCRIBING, **NORTH)], set()),
        ([role(JANE, PRESCRIBING, **SOUTH), role(ADMIN, PRESCRIBING, **NORTH)], {PRESCRIBING}),
        (
            [
                role(ADMIN, PRESCRIBING, **SOUTH),
                role(JANE, PRESCRIBING, active=False, **NORTH),
                role(ADMIN, PRESCRIBING, **NORTH),
            ],
            set(),
        ),
    ],
)
def test_a_role_counts_at_the_clinic_for_which_an_administrator_gave_it(
    versions: list[dict[str, Any]], granted: set[ClinicianRole]
) -> None:
    server = FhirServer(*MEMBERS, *versions)
    now = [server.resources["PractitionerRole/r1"]]
    assert verified_roles(server.client, now, JANE, NOW, at_north) == granted


def test_where_no_role_is_about_the_clinic_no_history_is_asked_for() -> None:
    server = FhirServer(*MEMBERS, role(ADMIN, PRESCRIBING, **SOUTH))
    now = [server.resources["PractitionerRole/r1"]]
    assert verified_roles(server.client, now, JANE, NOW, at_north) == frozenset()
    assert server.asked == []


def test_what_an_administrator_wrote_comes_with_what_a_write_needs() -> None:
    server = FhirServer(*MEMBERS, role(ADMIN, PRESCRIBING), role(JANE, COORDINATOR))
    now = server.resources["PractitionerRole/r1"]
    (theirs,) = as_administrators_wrote(server.client, [now])
    assert theirs == {**role(ADMIN, PRESCRIBING), "meta": now["meta"]}
    assert theirs["meta"] == {"author": {"reference": JANE}, "versionId": "2"}


def test_what_no_administrator_ever_wrote_is_left_out() -> None:
    server = FhirServer(*MEMBERS, role(JANE, PRESCRIBING), role(COLLEAGUE, COORDINATOR))
    now = server.resources["PractitionerRole/r1"]
    assert as_administrators_wrote(server.client, [now]) == []


def test_what_an_administrator_wrote_last_is_not_asked_for_again() -> None:
    server = FhirServer(*MEMBERS, role(JANE), role(ADMIN, PRESCRIBING))
    now = server.resources["PractitionerRole/r1"]
    assert as_administrators_wrote(server.client, [now]) == [now]
    assert paths(server) == [f"GET ProjectMembership?profile={ADMIN}"]


def test_what_was_deleted_comes_with_the_version_that_is_left() -> None:
    server = FhirServer(*MEMBERS, role(ADMIN, PRESCRIBING), role(JANE, COORDINATOR))
    now = server.resources["PractitionerRole/r1"]
    server.delete("PractitionerRole/r1")
    (theirs,) = as_administrators_wrote(server.client, [now])
    meta = {"author": {"reference": ADMIN}, "versionId": "1"}
    assert theirs == {**role(ADMIN, PRESCRIBING), "meta": meta}
