"""An enrollment in DoseSpot's stand-in, call by call, from the first to EPCS."""

from typing import Any

import pytest

from tests.sandbox.served_dosespot import IDENTITY, Sandbox


def test_an_enrollment_from_the_first_call_to_epcs(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    reached = [sandbox.status(jane)]
    sandbox.step(jane, "sign-agreements")
    reached.append(sandbox.status(jane))
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    reached.append(sandbox.status(jane))
    sandbox.step(jane, "pass-idp")
    reached.append(sandbox.status(jane))
    sandbox.call("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Token"})
    reached.append(sandbox.status(jane))
    sandbox.step(jane, "activate-tfa")
    assert [*reached, sandbox.status(jane)] == [
        "Pending",
        "RegistrationSuccess",
        "IDPInitializeSuccess",
        "IDPSuccess",
        "TFAActivateInit",
        "TFAActivatedSuccess",
    ]
    clinic_id = str(sandbox.app.clinic_id)
    assert sandbox.seen(jane) == {
        "id": jane,
        "created_at": "2026-03-12T23:38:38.207000+00:00",
        "npi": "1234567893",
        "first_name": "Jane",
        "middle_name": None,
        "last_name": "O'Brien",
        "email": "jane@example.com",
        "roles": ["PrescribingClinician"],
        "dea_numbers": ["AB1234563"],
        "licenses": [{"number": "036-1", "state": "IL"}],
        "active": True,
        "confirmed": True,
        "locked": False,
        "epcs_requested": True,
        "status": {clinic_id: "TFAActivatedSuccess"},
        "tfa_type": {clinic_id: "Token"},
        "supervisor": {clinic_id: None},
        "agreements_signed": 3,
        "idp_inits": 1,
        "tfa_inits": 1,
    }


@pytest.mark.parametrize("lacking", [{"DEANumbers": []}, {"EPCSRequested": False}])
def test_epcs_needs_a_dea_number_and_the_wish(sandbox: Sandbox, lacking: dict[str, Any]) -> None:
    jane = sandbox.create(**lacking)
    sandbox.step(jane, "sign-agreements")
    assert sandbox.error("POST", f"clinicians/{jane}/idpInit")
    assert sandbox.seen(jane)["idp_inits"] == 0


def test_a_mobile_telephone_gets_a_code(sandbox: Sandbox) -> None:
    jane, own = sandbox.consented()
    started = sandbox.call("POST", "clinicians/idp", IDENTITY, own)
    assert (started["OtpSent"], started["Questions"]) == (True, [])
    body = {"SessionID": started["SessionID"], "MobileCode": "123456"}
    assert sandbox.call("POST", "clinicians/idpOtp", body, own)["Result"]["ResultCode"] == "OK"
    assert sandbox.status(jane) == "IDPSuccess"


def test_a_set_pin_has_to_be_the_right_one(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.control("PATCH", f"clinicians/{jane}", {"status": "TFADeactivateInit"})
    own = sandbox.bearer(jane)
    sandbox.call("POST", "clinicians/pin", {"PIN": "1111"}, own)
    assert sandbox.error("POST", "clinicians/pin", {"PIN": "2222"}, own)
    assert sandbox.error("PUT", "clinicians/pin", {"CurrentPIN": "0", "NewPIN": "2"}, own)
    wrong = {"OneTimePassword": "123456", "PIN": "9999"}
    assert sandbox.error("POST", "clinicians/tfaDeactivate", wrong, own)
    sandbox.call("POST", f"clinicians/{jane}/resetPin")
    sandbox.call("POST", "clinicians/pin", {"PIN": "9999"}, own)
    sandbox.call("POST", "clinicians/tfaDeactivate", wrong, own)
    assert sandbox.status(jane) == "TFADeactivatedSuccess"


def test_agreements_may_be_listed_while_unsigned_alone(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    path = f"clinicians/{jane}/legalAgreements"
    listed = sandbox.call("GET", path)["Items"]
    assert len({each["AgreementId"] for each in listed}) == 3
    body = {"AgreementId": listed[0]["AgreementId"], "NameSigned": "Jane"}
    sandbox.call("POST", "clinicians/acceptAgreement", body, sandbox.bearer(jane))
    dates = [each["AgreementDate"] for each in sandbox.call("GET", path)["Items"]]
    assert dates == ["2026-03-12T23:38:38.207", None, None]
    sandbox.switch(agreements_listing="unsigned_only")
    assert sandbox.call("GET", path)["Items"] == listed[1:]


def test_how_a_status_is_written(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.control("PATCH", f"clinicians/{jane}", {"status": "TFAActivateInit"})
    written = [sandbox.status(jane)]
    sandbox.switch(misspelled_status=True)
    written.append(sandbox.status(jane))
    sandbox.switch(status_as_number=True)
    written.append(sandbox.status(jane))
    sandbox.control("PATCH", f"clinicians/{jane}", {"status": "Whatever"})
    assert [*written, sandbox.status(jane)] == [
        "TFAActivateInit",
        "TFAAcitvateInit",
        6,
        "Whatever",
    ]


def test_a_status_may_lag_behind_an_init_call(sandbox: Sandbox) -> None:
    sandbox.switch(status_lag_reads=1)
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    read = [sandbox.status(jane), sandbox.status(jane)]
    assert read == ["RegistrationSuccess", "IDPInitializeSuccess"]


def test_a_status_may_lag_behind_an_init_call_for_some_time(sandbox: Sandbox) -> None:
    sandbox.switch(status_lag_s=3)
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    read = [sandbox.status(jane), sandbox.status(jane)]
    sandbox.clock.advance(3)
    assert [*read, sandbox.status(jane)] == [
        "RegistrationSuccess",
        "RegistrationSuccess",
        "IDPInitializeSuccess",
    ]
    assert sandbox.seen(jane)["idp_inits"] == 1


def _roles(sandbox: Sandbox, clinician_id: int) -> Any:
    return sandbox.call("GET", f"clinicians/{clinician_id}")["Item"]["Roles"]


def test_what_need_not_be_there_may_be_null(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.switch(omit_optional_fields_as_null=True)
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    flags = ("Roles", "Confirmed", "Active", "AccountLocked", "EpcsRequested", "ClinicInfo")
    assert {item[name] for name in flags} == {None}
    assert (item["ClinicianId"], item["NPINumber"]) == (jane, "1234567893")
    roles = [_roles(sandbox, each) for each in (jane, sandbox.admin_id)]
    sandbox.switch(administrators_keep_roles=True)
    roles += [_roles(sandbox, each) for each in (jane, sandbox.admin_id)]
    assert roles == [None, None, None, ["ClinicianAdmin"]]


def test_verification_and_the_clinic_may_lack_what_epcs_needs(sandbox: Sandbox) -> None:
    sandbox.switch(confirmed_immediately=False, clinic_has_epcs=False)
    jane = sandbox.create()
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert (item["Confirmed"], item["ClinicInfo"][0]["HasEpcs"]) == (False, False)
