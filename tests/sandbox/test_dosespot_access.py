"""Who gets a token of DoseSpot's stand-in, how long it lasts, and for whom it may act."""

import pytest
import requests

from tests.sandbox.served_dosespot import JANE, RECORD, Sandbox

NOT_AUTHORIZED = "Property: ClinicianID Details: User is not authorized to do this action."


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Subscription-Key": "wrong"},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Basic wrong"},
    ],
)
def test_without_key_and_token_there_is_an_empty_401(
    sandbox: Sandbox, headers: dict[str, str]
) -> None:
    if "Authorization" in headers:
        headers = {**sandbox.keys, **headers}
    answer = sandbox.send("GET", f"clinicians/{sandbox.admin_id}", headers)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_token_needs_the_subscription_key(sandbox: Sandbox) -> None:
    answer = requests.post(f"{sandbox.base}connect/token", data={}, timeout=5)
    assert (answer.status_code, answer.content) == (401, b"")


def test_a_token_expires(sandbox: Sandbox) -> None:
    sandbox.clock.advance(599)
    assert sandbox.send("GET", f"clinicians/{sandbox.admin_id}").status_code == 200
    sandbox.clock.advance(1)
    answer = sandbox.send("GET", f"clinicians/{sandbox.admin_id}")
    assert (answer.status_code, answer.content) == (401, b"")


def test_what_a_token_looks_like(sandbox: Sandbox) -> None:
    reply = sandbox.token(sandbox.admin_id).json()
    assert reply.pop("access_token")
    assert reply == {"token_type": "Bearer", "expires_in": 600, "scope": "api"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"client_id": "1"}, "invalid_client"),
        ({"client_secret": "wröng"}, "invalid_client"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"username": "1"}, "invalid_grant"),
        ({"username": "x"}, "invalid_grant"),
    ],
)
def test_who_gets_no_token(sandbox: Sandbox, fields: dict[str, str], error: str) -> None:
    answer = sandbox.token(sandbox.admin_id, **fields)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_token_is_asked_for_with_a_form(sandbox: Sandbox) -> None:
    url = f"{sandbox.base}connect/token"
    answer = requests.post(url, json={"grant_type": "password"}, headers=sandbox.keys, timeout=5)
    assert answer.status_code == 400


def test_only_an_administrator_acts_for_others(sandbox: Sandbox) -> None:
    jane, john = sandbox.create(), sandbox.create(NPINumber="1558598797", Email="john@example.com")
    own = sandbox.bearer(jane)
    assert {
        sandbox.error("POST", "clinicians", JANE, own),
        sandbox.error("PUT", f"clinicians/{jane}", JANE, own),
        sandbox.error("POST", f"clinicians/{jane}/idpInit", None, own),
        sandbox.error("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Token"}, own),
        sandbox.error("POST", f"clinicians/{jane}/initTfaDeactivate", None, own),
        sandbox.error("POST", f"clinicians/{john}/resetPin", None, own),
        sandbox.error("PUT", f"clinicians/{jane}/supervisors", [], own),
        sandbox.error("GET", f"clinicians/{john}", None, own),
        sandbox.error("GET", "clinician?npi=1558598797", None, own),
    } == {NOT_AUTHORIZED}
    assert sandbox.call("GET", f"clinicians/{jane}", headers=own)["Item"]["ClinicianId"] == jane
    assert sandbox.call("GET", "clinician?npi=1234567893", headers=own)["Id"] == jane


def test_a_proxy_has_the_rights_of_whom_it_acts_for(sandbox: Sandbox) -> None:
    roles = ["ProxyClinician"]
    proxy = sandbox.create(ClinicianRoleType=roles, NPINumber=None, Email="proxy@example.com")
    assert sandbox.token(proxy).json() == {"error": "invalid_grant"}
    for_admin = sandbox.bearer(proxy, acr_values=f"OnBehalfOfUserId={sandbox.admin_id}")
    jane = sandbox.call("POST", "clinicians", JANE, for_admin)["Id"]
    for_jane = sandbox.bearer(proxy, acr_values=f"OnBehalfOfUserId={jane}")
    assert sandbox.error("POST", f"clinicians/{jane}/idpInit", None, for_jane) == NOT_AUTHORIZED


def test_acting_for_an_administrator_takes_a_proxy(sandbox: Sandbox) -> None:
    own = sandbox.bearer(sandbox.create(), acr_values=f"OnBehalfOfUserId={sandbox.admin_id}")
    assert sandbox.error("POST", "clinicians", JANE, own) == NOT_AUTHORIZED


def test_a_clinic_of_its_own_knows_nobody_else(sandbox: Sandbox) -> None:
    clinic = {**RECORD, "ClinicName": "Second", "PrimaryPhoneType": "Work"}
    made = sandbox.call("POST", "clinics", clinic)
    there = sandbox.bearer(
        sandbox.admin_id, client_id=str(made["ClinicId"]), client_secret=made["ClinicKey"]
    )
    jane = sandbox.create()
    status = sandbox.call("GET", f"clinicians/{jane}/registrationStatus", headers=there)
    assert status["Item"] == "NotApplicable"
    assert sandbox.error("POST", f"clinicians/{jane}/idpInit", None, there) == NOT_AUTHORIZED
    lookup = "clinician?npi=1234567893"
    assert sandbox.call("GET", lookup, headers=there)["Id"] == jane
    sandbox.switch(lookup_scope="clinic", not_applicable_spelling="N/A")
    assert sandbox.call("GET", lookup, headers=there)["Id"] == 0
    status = sandbox.call("GET", f"clinicians/{jane}/registrationStatus", headers=there)
    assert status["Item"] == "N/A"
