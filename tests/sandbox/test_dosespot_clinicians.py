"""The clinicians' records in DoseSpot's stand-in: what is refused, changed, and found."""

from typing import Any

import pytest
import requests

from deploy.sandbox.dosespot import rules
from deploy.sandbox.dosespot.app import create_app
from tests.sandbox.served_dosespot import JANE, RECORD, Sandbox


@pytest.mark.parametrize(
    "npi", ["1234567893", "1558598797", "1993999998", "2000000002", "1000000004"]
)
def test_npis(npi: str) -> None:
    assert rules.is_npi(npi)


@pytest.mark.parametrize(
    "npi", ["1234567890", "2000000006", "3000000000", "0234567893", "123456789", "1234567893x"]
)
def test_not_npis(npi: str) -> None:
    assert not rules.is_npi(npi)


@pytest.mark.parametrize(
    ("phone", "fits"),
    [
        ("3451234567", True),
        ("13451234567", False),
        ("5551234567", False),
        ("0451234567", False),
        ("1451234567", False),
        ("3452222222", False),
        ("3452222223", True),
        ("345-123-4567", False),
    ],
)
def test_phones(phone: str, fits: bool) -> None:
    assert rules.is_phone(phone) is fits


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"FirstName": " "}, "Property: FirstName Details: FirstName is required"),
        (
            {"NPINumber": "1234567890"},
            "Property: NPINumber Details: NPI is not in the correct format",
        ),
        ({"Email": "A@Example.com"}, "Property: Email Details: Email Address already exists"),
        ({"Address1": "1 Main\nSt"}, "Property: Address1 Details: Address1 must not contain"),
        ({"ClinicianRoleType": []}, "Property: ClinicianRoleType Details: "),
        ({"ClinicianRoleType": "ClinicianAdmin"}, "Property: ClinicianRoleType Details: "),
        ({"ClinicianRoleType": [1]}, "Property: ClinicianRoleType Details: "),
        ({"State": "Illinois"}, "Property: State Details: "),
        ({"ZipCode": "627011234"}, "Property: ZipCode Details: "),
        ({"PrimaryPhone": "(345) 123-4567"}, "Property: PrimaryPhone Details: "),
        ({"PrimaryFax": "5671234568x1"}, "Property: PrimaryFax Details: "),
        ({"PhoneAdditional1": "5551234567"}, "Property: PhoneAdditional1 Details: "),
        ({"DEANumber": "A1"}, "Property: DEANumber Details: "),
        ({"DEANumbers": [{"DEANumber": "A1"}]}, "Property: DEANumbers Details: "),
        ({"DEANumbers": [{"State": "IL"}]}, "Property: DEANumber Details: "),
        ({"DEANumbers": [{"DEANumber": "AB1234563"}]}, "Property: DEANumbers Details: State"),
        ({"NADEANumbers": [{"NADEANumber": "1"}]}, "Property: NADEANumbers Details: "),
        (
            {"MedicalLicenseNumbers": [{"LicenseNumber": "1", "State": "XX"}]},
            "Property: MedicalLicenseNumbers Details: State",
        ),
    ],
)
def test_a_record_that_is_refused(
    sandbox: Sandbox, changes: dict[str, Any], description: str
) -> None:
    reply = sandbox.call("POST", "clinicians", {**JANE, **changes})
    assert (reply["Id"], reply["Result"]["ResultCode"]) == (0, "ERROR")
    assert reply["Result"]["ResultDescription"].startswith(description)
    assert len(sandbox.control("GET", "clinicians").json()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"Address1": "x" * 36},
        {"MedicalLicenseNumbers": [{"LicenseNumber": "x" * 36, "State": "IL"}]},
        {"PrimaryPhoneType": "Office"},
        {"FirstName": 1},
        {"EPCSRequested": "yes"},
        {"DateOfBirth": "15.5.1980"},
        {"DateOfBirth": "1980-02-30"},
        {"DEANumbers": {"DEANumber": "AB1234563"}},
    ],
)
def test_a_malformed_body_is_a_400_that_repeats_no_value(
    sandbox: Sandbox, changes: dict[str, Any]
) -> None:
    answer = sandbox.send("POST", "clinicians", json={**JANE, **changes})
    assert answer.status_code == 400
    field = f"request.{next(iter(changes))}"
    assert next(iter(answer.json()["ModelState"])).startswith(field)
    assert "xxx" not in answer.text


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"null", b"\xff"])
def test_what_is_no_json_object_is_a_400(sandbox: Sandbox, body: bytes) -> None:
    assert sandbox.send("POST", "clinicians", data=body).status_code == 400


def test_strings_are_stripped_and_unknown_fields_ignored(sandbox: Sandbox) -> None:
    jane = sandbox.create(LastName="  O'Brien ", Nickname="J")
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert (item["LastName"], "Nickname" in item) == ("O'Brien", False)


@pytest.mark.parametrize("path", ["nothing", "clinicians/x", "clinicians/1/nothing"])
def test_a_route_that_does_not_exist_is_a_404(sandbox: Sandbox, path: str) -> None:
    assert sandbox.send("GET", path).status_code == 404


@pytest.mark.parametrize("path", ["", "/registrationStatus", "/legalAgreements"])
def test_an_unknown_clinician_is_an_error(sandbox: Sandbox, path: str) -> None:
    description = sandbox.error("GET", f"clinicians/99999{path}")
    assert description == "Property: ClinicianId Details: Clinician not found"


def test_a_put_keeps_its_own_npi_and_email(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.call("PUT", f"clinicians/{jane}", {**JANE, "City": "Peoria"})
    assert sandbox.call("GET", f"clinicians/{jane}")["Item"]["City"] == "Peoria"
    taken = {**JANE, "Email": "a@example.com"}
    assert "already exists" in sandbox.error("PUT", f"clinicians/{jane}", taken)


def test_what_a_put_leaves_out_is_emptied_or_stays(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    short = {**RECORD, "ClinicianRoleType": ["ReportingClinician"]}
    fields = ("Email", "NPINumber", "DEANumbers", "MedicalLicenseNumbers", "EpcsRequested")

    sandbox.switch(put_semantics="merge")
    before = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    sandbox.call("PUT", f"clinicians/{jane}", short)
    merged = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert [merged[name] for name in fields] == [before[name] for name in fields]
    assert (merged["FirstName"], merged["Roles"]) == ("Ada", ["ReportingClinician"])

    sandbox.call("PUT", f"clinicians/{jane}", {**short, "Email": " ", "DEANumbers": []})
    emptied = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert [emptied[name] for name in fields[:3]] == [None, before["NPINumber"], []]

    sandbox.switch(put_semantics="overwrite")
    sandbox.call("PUT", f"clinicians/{jane}", short)
    emptied = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert [emptied[name] for name in fields] == [None, None, [], [], None]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("zero_id", (0, "OK")), ("null_id", (None, "OK")), ("error", (0, "ERROR"))],
)
def test_a_lookup_that_finds_nobody(
    sandbox: Sandbox, reading: str, expected: tuple[int | None, str]
) -> None:
    sandbox.switch(lookup_not_found=reading)
    reply = sandbox.call("GET", "clinician?npi=1558598797")
    assert (reply["Id"], reply["Result"]["ResultCode"]) == expected


def test_a_lookup_without_a_number_is_an_error(sandbox: Sandbox) -> None:
    assert sandbox.error("GET", "clinician?npi=") == (
        "Property: Npi Details: Either Npi or Dea is required"
    )


def test_a_lookup_may_lag_behind(sandbox: Sandbox) -> None:
    sandbox.switch(lookup_lag_s=5)
    jane = sandbox.create()
    assert sandbox.call("GET", "clinician?npi=1234567893")["Id"] == 0
    sandbox.clock.advance(5)
    assert sandbox.call("GET", "clinician?npi=1234567893")["Id"] == jane
    assert sandbox.call("GET", "clinician?dea=AB1234563")["Id"] == jane


def test_a_lookup_lags_also_for_somebody_whose_creation_was_not_answered(
    sandbox: Sandbox,
) -> None:
    sandbox.switch(lookup_lag_s=5)
    lost = {"path": ".*/clinicians", "method": "POST", "kind": "drop", "when": "after"}
    assert sandbox.control("POST", "faults", lost).status_code == 200
    with pytest.raises(requests.ConnectionError):
        sandbox.create()
    assert sandbox.call("GET", "clinician?npi=1234567893")["Id"] == 0
    sandbox.clock.advance(5)
    found = sandbox.call("GET", "clinician?npi=1234567893")["Id"]
    assert sandbox.seen(found)["npi"] == "1234567893"


def test_a_second_create_is_refused_or_makes_another_person(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    again = {**JANE, "Email": "other@example.com"}
    assert sandbox.error("POST", "clinicians", again) == (
        "Property: NPINumber Details: NPI already exists"
    )
    sandbox.switch(second_create_same_npi="duplicate")
    others = [sandbox.create(Email="other@example.com"), sandbox.create()]
    assert len({jane, *others}) == 3
    assert {sandbox.seen(each)["npi"] for each in (jane, *others)} == {JANE["NPINumber"]}
    sandbox.call("PUT", f"clinicians/{jane}", JANE)
    assert "Email Address already exists" in sandbox.error(
        "POST", "clinicians", {**JANE, "NPINumber": "1558598797"}
    )
    sandbox.switch(second_create_same_npi="refuse")
    assert "Email Address already exists" in sandbox.error("POST", "clinicians", JANE)


def test_an_administrator_with_a_wrong_record_is_an_error() -> None:
    app = create_app()
    with pytest.raises(ValueError, match="Property: City Details: City is required"):
        app.add_clinician({**RECORD, "City": ""}, ["ClinicianAdmin"])
    app.close()
