"""Clinics of DoseSpot's stand-in: made, changed, set up by its staff, and who works at them."""

from typing import Any

import pytest
import requests

from tests.sandbox.served_dosespot import CONTACT, Sandbox

CLINIC = {**CONTACT, "ClinicName": "North", "PrimaryPhoneType": "Work"}
NOT_AUTHORIZED = "Property: ClinicianID Details: User is not authorized to do this action."
DONE = {"ResultCode": "OK", "ResultDescription": ""}


def results(reply: Any) -> list[str]:
    """What each answer of an array says; "" for one that is good."""
    assert all(one["Result"] == DONE or one["Result"]["ResultCode"] == "ERROR" for one in reply)
    return [str(one["Result"]["ResultDescription"]) for one in reply]


def made(sandbox: Sandbox) -> tuple[int, dict[str, str]]:
    """A new clinic's number, and a token of its administrator there."""
    clinic = sandbox.call("POST", "clinics", CLINIC)
    keys = {"client_id": str(clinic["ClinicId"]), "client_secret": clinic["ClinicKey"]}
    return clinic["ClinicId"], sandbox.bearer(sandbox.admin_id, **keys)


def numbers(sandbox: Sandbox, clinician_id: int, query: str = "") -> list[int]:
    items = sandbox.call("GET", f"clinicians/{clinician_id}/clinicIds{query}")["Items"]
    return [one["ClinicId"] for one in items]


def test_a_clinic_is_shown_without_its_key_and_can_be_changed(sandbox: Sandbox) -> None:
    number, _ = made(sandbox)
    shown = sandbox.call("GET", f"clinics/{number}")["Clinic"]
    assert {name: shown[name] for name in CLINIC} == CLINIC
    assert (shown["ClinicId"], "ClinicKey" in shown) == (number, False)
    changed = {**CLINIC, "ClinicName": "Far North", "Active": False}
    assert sandbox.call("PUT", f"clinics/{number}", changed)["Result"] == DONE
    shown = sandbox.call("GET", f"clinics/{number}")["Clinic"]
    assert (shown["ClinicName"], shown["Active"]) == ("Far North", False)
    refused = sandbox.error("PUT", f"clinics/{number}", {**CLINIC, "ZipCode": "1"})
    assert refused.startswith("Property: ZipCode Details: ")


def test_a_clinic_is_for_its_own_administrators(sandbox: Sandbox) -> None:
    number, there = made(sandbox)
    jane = sandbox.bearer(sandbox.create())
    assert sandbox.error("GET", f"clinics/{number}", None, jane) == NOT_AUTHORIZED
    assert sandbox.error("PUT", f"clinics/{number}", CLINIC, jane) == NOT_AUTHORIZED
    assert sandbox.error("GET", "clinics/9", None, there).endswith("Clinic not found")
    other = sandbox.create(
        ClinicianRoleType=["ClinicianAdmin"], NPINumber=None, Email="other@example.com"
    )
    assert sandbox.error("GET", f"clinics/{number}", None, sandbox.bearer(other)) == NOT_AUTHORIZED


def test_a_clinician_is_linked_to_clinics_each_with_an_answer_of_its_own(sandbox: Sandbox) -> None:
    number, there = made(sandbox)
    jane = sandbox.create()
    body = {"ClinicIds": [number, sandbox.app.clinic_id, 9]}
    assert results(sandbox.call("POST", f"clinicians/{jane}/clinics", body)) == [
        "",
        "Property: ClinicId Details: Clinician is already linked to this clinic",
        "Property: ClinicId Details: Clinic not found",
    ]
    assert numbers(sandbox, jane) == [sandbox.app.clinic_id, number]
    status = f"clinicians/{jane}/registrationStatus"
    assert sandbox.call("GET", status, headers=there)["Item"] == "Pending"


def test_clinicians_are_taken_out_of_a_clinic(sandbox: Sandbox) -> None:
    number, _ = made(sandbox)
    jane = sandbox.create()
    sandbox.call("POST", f"clinicians/{jane}/clinics", {"ClinicIds": [number]})
    body = {"ClinicianIds": [jane, 1]}
    assert results(sandbox.call("DELETE", f"clinics/{number}/clinicians", body)) == [
        "",
        "Property: ClinicianId Details: Clinician not found",
    ]
    assert results(sandbox.call("DELETE", f"clinics/{number}/clinicians", body))[0] == (
        "Property: ClinicId Details: Clinician is not linked to this clinic"
    )
    assert numbers(sandbox, jane) == [sandbox.app.clinic_id]


def test_nobody_else_links_or_takes_out(sandbox: Sandbox) -> None:
    number, _ = made(sandbox)
    jane = sandbox.create()
    own = sandbox.bearer(jane)
    link, out = {"ClinicIds": [number]}, {"ClinicianIds": [sandbox.admin_id]}
    assert results(sandbox.call("POST", f"clinicians/{jane}/clinics", link, own)) == [
        NOT_AUTHORIZED
    ]
    assert results(sandbox.call("DELETE", f"clinics/{number}/clinicians", out, own)) == [
        NOT_AUTHORIZED
    ]
    assert numbers(sandbox, sandbox.admin_id) == [sandbox.app.clinic_id, number]


def test_clinics_are_listed_by_whether_they_are_active(sandbox: Sandbox) -> None:
    number, _ = made(sandbox)
    sandbox.call("PUT", f"clinics/{number}", {**CLINIC, "Active": False})
    first = sandbox.app.clinic_id
    found = {
        one: numbers(sandbox, sandbox.admin_id, f"?clinicStatus={one}")
        for one in ("Active", "Inactive", "All")
    }
    assert found == {"Active": [first], "Inactive": [number], "All": [first, number]}


def test_a_new_clinic_lets_nobody_in_before_the_staff_acted(sandbox: Sandbox) -> None:
    sandbox.switch(new_clinics="after_staff_act")
    clinic = sandbox.call("POST", "clinics", CLINIC)
    number, key = clinic["ClinicId"], clinic["ClinicKey"]
    keys = {"client_id": str(number), "client_secret": key}
    refused = sandbox.token(sandbox.admin_id, **keys)
    assert (refused.status_code, refused.json()) == (400, {"error": "invalid_client"})
    assert sandbox.call("GET", f"clinics/{number}")["Clinic"]["ClinicName"] == "North"
    shown = sandbox.control("GET", "clinics").json()
    assert {number: one["live"] for number, one in shown.items()} == {
        str(sandbox.app.clinic_id): True,
        str(number): False,
    }
    assert key not in str(shown)
    assert sandbox.control("POST", f"clinics/{number}/live").json() == {"live": True}
    assert sandbox.token(sandbox.admin_id, **keys).status_code == 200
    assert sandbox.control("POST", "clinics/9/live").status_code == 404


@pytest.mark.parametrize("path", ["clinicians/{}/clinics", "clinics/{}/clinicians"])
def test_who_names_nothing_to_link_is_told(sandbox: Sandbox, path: str) -> None:
    method = "POST" if path.endswith("clinics") else "DELETE"
    answer: requests.Response = sandbox.send(method, path.format(sandbox.admin_id), json={})
    assert answer.json()["Result"]["ResultCode"] == "ERROR"
