"""What the bots own on FHIR resources: written once, read in every spelling, all else kept."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.extension import Extension
from fhir.resources.R4B.identifier import Identifier
from fhir.resources.R4B.practitioner import Practitioner, PractitionerQualification

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.clinician_identifier import ClinicianIds, clinician_ids, with_clinician_id
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import has_epcs_qualification, with_epcs_qualification
from fhir_profiles.project_settings import max_clinicians
from fhir_profiles.registration_status import registration_status, with_registration_status
from fhir_profiles.today import Today
from shared.dosespot.codes import ROLE_NUMBERS, TfaType
from tests.builders import ABSENT, membership, meta, practitioner, project

NOW = datetime(2026, 3, 10, 15, 30, 12, 345678, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

STATUS_URL = "https://dosespot.com/registration-status"
PENDING = {"url": STATUS_URL, "valueCode": "Pending"}
FOREIGN = {"url": "https://example.com/other", "valueString": "kept"}

EPCS = {
    "code": {
        "coding": [
            {"system": "https://dosespot.com/qualification", "code": "epcs", "display": "EPCS"}
        ]
    },
    "period": {"start": "2026-03-10T15:30:12+00:00"},
}
ENDED = {**EPCS, "period": {**EPCS["period"], "end": "2026-06-01T08:00:00+00:00"}}
DEGREE = {"code": {"text": "Doctor of Medicine"}, "period": {"start": "2008"}}

ID = {"system": "https://dosespot.com/clinician-identifier", "value": "4711"}
OTHER_ID = {"system": "https://example.com/staff", "value": "99"}


def with_status(practitioner_: Resource) -> Resource:
    return with_registration_status(practitioner_, "Pending")


def with_epcs(practitioner_: Resource) -> Resource:
    return with_epcs_qualification(practitioner_, True, NOW)


def with_id(membership_: Resource) -> Resource:
    return with_clinician_id(membership_, 4711)


def without_extras(resource: Resource) -> Resource:
    """The resource without what Medplum adds to R4's meta."""
    own = {name: resource["meta"][name] for name in ("versionId", "lastUpdated")}
    return {**resource, "meta": own}


@pytest.mark.parametrize(
    ("change", "resource"),
    [
        (with_status, practitioner(extension=[FOREIGN, PENDING])),
        (with_status, practitioner(extension=[{"url": STATUS_URL, "valueString": "Pending"}])),
        (with_epcs, practitioner(qualification=[DEGREE, EPCS])),
        (lambda p: with_epcs_qualification(p, False, NOW), practitioner()),
        (lambda p: with_epcs_qualification(p, False, NOW), practitioner(qualification=[ENDED])),
        (with_id, membership(identifier=[OTHER_ID, ID])),
        (with_id, membership(identifier=[{**ID, "system": "https://dosespot.com/clinician-id"}])),
    ],
    ids=["status", "status as string", "EPCS", "no EPCS", "EPCS ended", "id", "id elsewhere"],
)
def test_the_same_object_comes_back_where_nothing_changes(
    change: Callable[[Resource], Resource], resource: Resource
) -> None:
    assert change(resource) is resource


@pytest.mark.parametrize(
    ("change", "resource", "element"),
    [
        (with_status, practitioner(extension=[FOREIGN], odd={"x": [1]}), "extension"),
        (with_epcs, practitioner(qualification=[DEGREE], odd={"x": [1]}), "qualification"),
        (with_id, membership(identifier=[OTHER_ID], odd={"x": [1]}), "identifier"),
    ],
    ids=["status", "EPCS", "id"],
)
def test_a_change_leaves_all_else_in_its_place(
    change: Callable[[Resource], Resource], resource: Resource, element: str
) -> None:
    before = repr(resource)
    changed = change(resource)
    assert repr(resource) == before
    assert list(changed) == list(resource)
    assert {k: v for k, v in changed.items() if k != element} == {
        k: v for k, v in resource.items() if k != element
    }
    assert changed[element][:-1] == resource[element]


@pytest.mark.parametrize("change", [with_status, with_epcs, with_id])
def test_second_change_changes_nothing(change: Callable[[Resource], Resource]) -> None:
    once = change(practitioner())
    assert change(once) is once


def test_first_status_comes_last_among_the_extensions() -> None:
    changed = with_status(practitioner(extension=[FOREIGN]))
    assert changed == practitioner(extension=[FOREIGN, PENDING])
    assert with_status(practitioner()) == practitioner(extension=[PENDING])


def test_new_status_replaces_the_old_one_where_it_stands() -> None:
    old = {"url": STATUS_URL, "valueString": "IDPSuccess"}
    assert with_status(practitioner(extension=[old, FOREIGN]))["extension"] == [PENDING, FOREIGN]


def test_several_statuses_collapse_to_one() -> None:
    many = practitioner(extension=[PENDING, FOREIGN, PENDING, {"url": STATUS_URL}])
    assert with_status(many)["extension"] == [PENDING, FOREIGN]


@pytest.mark.parametrize(
    ("extension", "status"),
    [
        ([PENDING], "Pending"),
        ([{"url": STATUS_URL, "valueString": "IDPSuccess"}], "IDPSuccess"),
        ([{**PENDING, "valueString": "IDPSuccess"}], "Pending"),
        ([{"url": STATUS_URL, "valueCode": 7}], None),
        ([FOREIGN], None),
        (ABSENT, None),
        ("Pending", None),
    ],
    ids=["code", "string", "both", "number", "other", "none", "no list"],
)
def test_status_is_read_as_code_or_string(extension: Any, status: str | None) -> None:
    assert registration_status(practitioner(extension=extension)) == status


def test_epcs_is_added_ended_and_added_again() -> None:
    enabled = with_epcs_qualification(practitioner(qualification=[DEGREE]), True, NOW)
    assert enabled["qualification"] == [DEGREE, EPCS]
    assert has_epcs_qualification(enabled)
    ended = with_epcs_qualification(enabled, False, LATER)
    assert ended["qualification"] == [DEGREE, ENDED]
    assert not has_epcs_qualification(ended)
    again = with_epcs_qualification(ended, True, NOW)
    assert again["qualification"] == [DEGREE, ENDED, EPCS]


def test_every_epcs_entry_in_force_is_ended() -> None:
    bare = {"code": EPCS["code"]}
    ended = with_epcs_qualification(practitioner(qualification=[bare, EPCS]), False, LATER)
    assert ended["qualification"] == [
        {**bare, "period": {"end": "2026-06-01T08:00:00+00:00"}},
        ENDED,
    ]


@pytest.mark.parametrize(
    "qualification",
    [
        [{"code": {"coding": [{"system": "https://example.com", "code": "epcs"}]}}],
        [{"code": {"coding": [{"system": "https://dosespot.com/qualification", "code": "x"}]}}],
        [{"code": None}, {}, "epcs", None],
        None,
    ],
    ids=["other system", "other code", "no code", "null"],
)
def test_other_qualification_is_no_epcs(qualification: Any) -> None:
    assert not has_epcs_qualification(practitioner(qualification=qualification))


@pytest.mark.parametrize(
    "entry",
    [{"code": "epcs"}, {**EPCS, "period": "2026"}, {**EPCS, "period": None}],
    ids=["code as text", "period as text", "period null"],
)
@pytest.mark.parametrize("enabled", [True, False])
def test_malformed_qualification_does_not_raise(entry: Resource, enabled: bool) -> None:
    changed = with_epcs_qualification(practitioner(qualification=[entry]), enabled, NOW)
    assert has_epcs_qualification(changed) is enabled


@pytest.mark.parametrize(
    "system",
    [
        "https://dosespot.com/clinician-identifier",
        "https://dosespot.com/clinician-id",
        "https://my.staging.dosespot.com/webapi/v2/",
        "https://my.DoseSpot.com/webapi/v2",
    ],
)
def test_id_is_read_under_every_documented_system(system: str) -> None:
    found = membership(identifier=[OTHER_ID, {"system": system, "value": " 4711 "}])
    assert clinician_ids(found) == ClinicianIds(numbers=(4711,), unreadable=())


def test_different_ids_are_told_in_their_order_and_equal_ones_once() -> None:
    values = ("12", "7", "12", "007")
    found = membership(identifier=[{**ID, "value": value} for value in values])
    assert clinician_ids(found) == ClinicianIds(numbers=(12, 7), unreadable=())


@pytest.mark.parametrize("value", ["", "abc", "0", "-1", "4.0", "٤", 4711, None, ABSENT])
def test_dosespot_identifier_without_a_positive_number_is_unreadable(value: Any) -> None:
    entry = {k: v for k, v in {**ID, "value": value}.items() if v is not ABSENT}
    assert clinician_ids(membership(identifier=[OTHER_ID, entry])) == ClinicianIds(
        numbers=(), unreadable=("ProjectMembership.identifier[1].value",)
    )


def test_id_is_written_behind_the_others_under_the_first_system() -> None:
    assert with_id(membership()) == membership(identifier=[ID])
    assert with_id(membership(identifier=[OTHER_ID])) == membership(identifier=[OTHER_ID, ID])


@pytest.mark.parametrize(
    ("value", "limit"),
    [(2, 2), (1, 1), (0, None), (-1, None), (None, None), ("2", None), (2.0, None), (True, None)],
    ids=repr,
)
def test_limit_is_a_positive_whole_number_or_none(value: Any, limit: int | None) -> None:
    setting = {"name": "dosespotMaxClinicians", "valueInteger": value}
    assert max_clinicians(project(setting)) == limit


@pytest.mark.parametrize(
    "found",
    [
        project(),
        project(systemSetting=ABSENT),
        project({"name": "otherSetting", "valueInteger": 2}),
        project({"name": "dosespotMaxClinicians", "valueString": "2"}),
        project(systemSetting=None),
    ],
    ids=["empty", "absent", "another", "as string", "null"],
)
def test_without_the_setting_there_is_no_limit(found: Resource) -> None:
    assert max_clinicians(found) is None


@pytest.mark.parametrize("status", RegistrationStatus)
def test_written_status_is_a_valid_extension(status: RegistrationStatus) -> None:
    written = with_registration_status(practitioner(), status.value)["extension"]
    assert [Extension.model_validate(one).model_dump() for one in written] == written


def test_written_qualification_and_identifier_are_valid_r4() -> None:
    (qualification,) = with_epcs(practitioner())["qualification"]
    PractitionerQualification.model_validate(qualification)
    (identifier,) = with_id(membership())["identifier"]
    assert Identifier.model_validate(identifier).model_dump() == identifier


def test_whole_changed_practitioner_is_valid_r4() -> None:
    changed = with_epcs_qualification(with_epcs(with_status(practitioner())), False, LATER)
    Practitioner.model_validate(without_extras(changed))
    assert changed["meta"] == meta()


def test_role_codes_are_dosespots_names_by_number() -> None:
    assert {number: role.value for role, number in ROLE_NUMBERS.items()} == {
        1: "PrescribingClinician",
        2: "ReportingClinician",
        3: "EpcsCoordinator",
        4: "ClinicianAdmin",
        5: "PrescribingAgentClinician",
        6: "ProxyClinician",
    }
    assert [str(kind) for kind in TfaType] == ["Mobile", "Token"]


@pytest.mark.parametrize(
    ("element", "counts"),
    [
        ({}, True),
        ({"use": "official"}, True),
        ({"use": "old"}, False),
        ({"use": "old", "period": {"end": "2030"}}, False),
        ({"period": {}}, True),
        ({"period": {"start": "2026-03-10"}}, True),
        ({"period": {"start": "2026-03-11"}}, False),
        ({"period": {"start": "2026-03"}}, True),
        ({"period": {"start": "2026-04"}}, False),
        ({"period": {"end": "2026-03-10"}}, True),
        ({"period": {"end": "2026-03-10T00:00:00Z"}}, False),
        ({"period": {"end": "2026-03-10T04:00:00Z"}}, True),
        ({"use": "temp"}, False),
        ({"period": {"end": "2026-03-09T23:59:59Z"}}, False),
        ({"period": {"end": "2026-03"}}, True),
        ({"period": {"end": "2026"}}, True),
        ({"period": {"end": "2025"}}, False),
        ({"period": {"start": "2026-03-11", "end": "2026-03-12"}}, False),
        ({"period": "2020"}, False),
        ({"period": {"start": 7, "end": None}}, False),
    ],
    ids=str,
)
def test_element_counts_while_its_use_and_period_say_so(element: Resource, counts: bool) -> None:
    assert in_force(element, Today(NOW)) is counts
