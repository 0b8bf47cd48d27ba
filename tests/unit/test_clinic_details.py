"""What a Location, or an administrator, says of a clinic: read, checked, and told to DoseSpot."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.clinic_status import role_with_status, says_epcs, with_epcs_enabled
from fhir_profiles.systems import DEFAULT_LOCATION
from fhir_profiles.today import Today
from shared.clinics.dosespot_details import details_shown
from shared.clinics.rules.details import ClinicDetails, read_location
from shared.clinics.rules.order import NOT_BOTH, OF_ITS_OWN, ONE_SOURCE, ClinicOrder, read_order
from shared.dosespot.clinic_wire import ClinicItem
from shared.records.prescriber import StreetAddress

TODAY = Today(datetime(2026, 3, 10, 12, tzinfo=UTC))
NORTH = ClinicDetails("North", StreetAddress("1 A St", "", "Cairo", "IL", "62914"), "6182345678")
RECORD = {
    "ClinicName": "North",
    "Address1": "1 A St",
    "City": "Cairo",
    "State": "IL",
    "ZipCode": "62914",
    "PrimaryPhone": "6182345678",
    "PrimaryPhoneType": "Work",
    "Active": True,
}
ADDRESS = {"line": ["1 A St"], "city": "Cairo", "state": "Illinois", "postalCode": "62914"}


def location(**changes: Any) -> dict[str, Any]:
    phone = {"system": "phone", "value": "(618) 234-5678"}
    whole = {"resourceType": "Location", "name": " North ", "address": ADDRESS, "telecom": [phone]}
    return {**whole, **changes}


def test_a_location_says_what_dosespot_is_told() -> None:
    details, findings = read_location(location(), TODAY)
    assert (details, findings.problems, findings.warnings) == (NORTH, [], [])
    assert details.record() == RECORD
    assert details_shown(ClinicItem.model_validate(RECORD)) == NORTH


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"name": None}, ["Location.name"]),
        ({"name": "x" * 251}, ["Location.name"]),
        ({"name": "a\x00b"}, ["Location.name"]),
        (
            {"address": None},
            [f"Location.address.{one}" for one in ("line", "city", "state", "postalCode")],
        ),
        ({"address": [ADDRESS]}, ["Location.address.line"]),
        ({"address": {**ADDRESS, "country": "Canada"}}, ["Location.address.country"]),
        ({"address": {**ADDRESS, "line": ["x" * 36]}}, ["Location.address.line[0]"]),
        ({"telecom": None}, ["Location.telecom"]),
        ({"telecom": 5}, ["Location.telecom"]),
        ({"telecom": [{"system": "phone", "value": "555"}]}, ["Location.telecom[0].value"]),
    ],
    ids=str,
)
def test_what_a_location_lacks_is_told_with_its_path(
    changes: dict[str, Any], paths: list[str]
) -> None:
    _, findings = read_location(location(**changes), TODAY)
    assert {one.path for one in findings.problems} >= set(paths)


def test_a_fax_that_dosespot_does_not_take_is_left_out_with_a_warning() -> None:
    phone = location()["telecom"][0]
    fax = {"system": "fax", "value": "12"}
    details, findings = read_location(location(telecom=[fax, phone]), TODAY)
    assert (details, findings.problems) == (NORTH, [])
    assert [one.path for one in findings.warnings] == ["Location.telecom[0].value"]


@pytest.mark.parametrize(
    "same",
    [
        {"ClinicName": "NORTH"},
        {"ZipCode": "62914-1234"},
        {"PrimaryPhone": "(618) 234-5678"},
        {"Address1": "1  a st"},
        {"State": "il"},
        {"Active": None, "PrimaryFax": "6182345679", "Address2": "Suite 2"},
    ],
    ids=str,
)
def test_one_clinic_has_one_fingerprint_however_it_is_spelled(same: dict[str, Any]) -> None:
    shown = details_shown(ClinicItem.model_validate({**RECORD, **same}))
    assert shown.fingerprint == NORTH.fingerprint


@pytest.mark.parametrize("name", ["ClinicName", "Address1", "City", "State", "ZipCode"])
def test_another_clinic_has_another_one(name: str) -> None:
    shown = details_shown(ClinicItem.model_validate({**RECORD, name: None}))
    assert shown.fingerprint != NORTH.fingerprint


@pytest.mark.parametrize(
    ("given", "order", "problems"),
    [
        ({"locationId": "l"}, ClinicOrder("l"), {}),
        ({"existingClinicId": 8}, ClinicOrder(existing=8), {}),
        ({"existingClinicId": 8, "locationId": "l"}, ClinicOrder("l", None, 8), {}),
        ({"locationId": "l", "noClinicCreated": True}, ClinicOrder("l", None, None, True), {}),
        ({"locationId": "l", "noClinicCreated": False}, ClinicOrder("l"), {}),
        ({"locationId": "l", "city": "x"}, None, {"city": ONE_SOURCE}),
        ({"existingClinicId": 8, "city": "x"}, None, {"city": OF_ITS_OWN}),
        (
            {"existingClinicId": 8, "noClinicCreated": True},
            None,
            {"noClinicCreated": NOT_BOTH},
        ),
    ],
    ids=str,
)
def test_what_is_asked_for_is_read_field_by_field(
    given: dict[str, Any], order: ClinicOrder | None, problems: dict[str, str]
) -> None:
    found, findings = read_order(given)
    assert {one.path: one.sentence for one in findings.problems} == problems
    assert order is None or found == order


@pytest.mark.parametrize("number", [0, -1, 2**31, True, "x", 1.5])
def test_what_is_no_number_of_a_clinic_is_refused(number: Any) -> None:
    _, findings = read_order({"existingClinicId": number})
    assert [one.path for one in findings.problems] == ["existingClinicId"]


def role(at: str, id: str, **more: Any) -> dict[str, Any]:  # noqa: A002 - FHIR's name
    whose = {"practitioner": {"reference": "Practitioner/p"}, "active": True, "id": id}
    where = {"organization": {"reference": at}}
    return {"resourceType": "PractitionerRole", **whose, **where, **more}


DEFAULT = {"extension": [{"url": DEFAULT_LOCATION, "valueBoolean": True}]}


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        ([], None),
        ([role("Organization/x", "1")], None),
        ([role("Organization/o", "2"), role("Organization/o", "1")], "1"),
        ([role("Organization/o", "1"), role("Organization/o", "2", **DEFAULT)], "2"),
        ([role("Organization/o", "1", active=False), role("Organization/again", "2")], "2"),
        ([role("Organization/o", "1", period={"end": "2026-01-01"})], None),
    ],
)
def test_the_role_at_the_default_location_says_the_status(
    roles: list[dict[str, Any]], found: str | None
) -> None:
    clinic = ("Organization/again", "Organization/o")
    said = role_with_status(roles, "Practitioner/p", clinic, TODAY)
    assert (said or {}).get("id") == found


def test_epcs_stands_on_the_role_once_and_only_where_it_was_ever_enabled() -> None:
    plain = role("Organization/o", "1", **DEFAULT)
    assert with_epcs_enabled(plain, enabled=False) is plain
    enabled = with_epcs_enabled(plain, enabled=True)
    assert (says_epcs(plain), says_epcs(enabled)) == (False, True)
    assert with_epcs_enabled(enabled, enabled=True) is enabled
    ended = with_epcs_enabled(enabled, enabled=False)
    assert [one.get("valueBoolean") for one in ended["extension"]] == [True, False]
    assert not says_epcs(ended)
