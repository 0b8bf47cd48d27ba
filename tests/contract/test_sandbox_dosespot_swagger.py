"""The sandbox's DoseSpot speaks the language of DoseSpot's own Swagger document."""

import re

from deploy.sandbox.dosespot import admin as administrating
from deploy.sandbox.dosespot import clinics, patients, prescriber
from deploy.sandbox.dosespot.api import OPERATIONS
from deploy.sandbox.dosespot.app import DoseSpotServer
from deploy.sandbox.dosespot.prescribing import reading
from tests.contract.dosespot_records import (
    ADMIN,
    CLINIC,
    FAVORITE,
    IDENTITY,
    PATIENT,
    PRESCRIBER,
    SMALLEST_PATIENT,
)
from tests.contract.sandbox_client import Client
from tests.contract.swagger import SwaggerContract

ENROLLING = (*administrating.OPERATIONS, *prescriber.OPERATIONS, *patients.OPERATIONS)


def test_a_whole_enrollment_fits_the_document(
    server: tuple[str, DoseSpotServer], contract: SwaggerContract
) -> None:
    base, app = server
    admin_id = app.add_clinician(ADMIN, ["ClinicianAdmin"])
    admin, prescriber = (Client(base, app, contract) for _ in range(2))
    admin.log_in(admin_id)
    jane = admin.succeed("POST", "clinicians", PRESCRIBER)["Id"]
    prescriber.log_in(jane)

    def status() -> str:
        return admin.succeed("GET", f"clinicians/{jane}/registrationStatus")["Item"]

    assert admin.succeed("GET", "clinician", npi="1234567893")["Id"] == jane
    assert admin.succeed("GET", "clinician", dea="BB1388568-12345")["Id"] == jane
    assert admin.succeed("GET", "clinician", npi="1558598797")["Id"] == 0
    admin.succeed("PUT", f"clinicians/{jane}", {**PRESCRIBER, "Suffix": "DO"})
    item = admin.succeed("GET", f"clinicians/{jane}")["Item"]
    same = PRESCRIBER.keys() & item.keys() - {"DEANumbers", "Suffix"}
    assert {name: item[name] for name in same} == {name: PRESCRIBER[name] for name in same}
    assert item["Suffix"] == "DO"
    assert status() == "Pending"

    _sign(prescriber, jane)
    assert status() == "RegistrationSuccess"
    admin.succeed("POST", f"clinicians/{jane}/idpInit")
    assert status() == "IDPInitializeSuccess"
    _prove_identity(prescriber)
    assert status() == "IDPSuccess"
    admin.succeed("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Mobile"})
    assert status() == "TFAActivateInit"
    _activate(prescriber)
    assert status() == "TFAActivatedSuccess"
    admin.succeed("POST", f"clinicians/{jane}/initTfaDeactivate")
    assert status() == "TFADeactivateInit"
    prescriber.succeed(
        "POST",
        "clinicians/tfaDeactivate",
        {"CredentialID": "1", "OneTimePassword": "123456", "PIN": "2222"},
    )
    assert status() == "TFADeactivatedSuccess"
    _the_rest(admin, prescriber, app, admin_id, jane)
    tove = _register(prescriber)

    assert admin.violations + prescriber.violations == []
    calls = admin.called | prescriber.called
    names = {each.replace(f"/{jane}", "/{clinician_id:int}") for each in calls}
    names = {each.replace(f"/{tove}", "/{patient_id:int}") for each in names}
    assert names == {operation.name for operation in ENROLLING}


def _sign(prescriber: Client, jane: int) -> None:
    agreements = prescriber.succeed("GET", f"clinicians/{jane}/legalAgreements")["Items"]
    assert [each["AgreementDate"] for each in agreements] == [None, None, None]
    for each in agreements:
        body = {"AgreementId": each["AgreementId"], "NameSigned": "Jane O'Brien"}
        prescriber.succeed("POST", "clinicians/acceptAgreement", body)
    agreements = prescriber.succeed("GET", f"clinicians/{jane}/legalAgreements")["Items"]
    assert {each["AgreementDate"] for each in agreements} == {"2026-03-12T23:38:38.207"}


def _prove_identity(prescriber: Client) -> None:
    disclaimer = prescriber.succeed("GET", "clinicians/idpDisclaimer")
    body = {"IdpDisclaimerId": disclaimer["IdpDisclaimerId"]}
    prescriber.succeed("POST", "clinicians/idpDisclaimer", body)
    session = prescriber.succeed("POST", "clinicians/idp", IDENTITY)["SessionID"]
    body = {"SessionID": session, "Answers": ["B", "B", "B"]}
    for _ in range(3):
        reply = prescriber.call("POST", "clinicians/idpAnswers", body)
        assert reply["Result"]["ResultCode"] == "ERROR"
    session = prescriber.succeed("POST", "clinicians/idp", IDENTITY)["SessionID"]
    body = {"SessionID": session, "Answers": ["A", "A", "A"]}
    prescriber.succeed("POST", "clinicians/idpAnswers", body)
    body = {"SessionID": session, "MobileCode": "123456"}
    reply = prescriber.call("POST", "clinicians/idpOtp", body)
    assert reply["Result"]["ResultCode"] == "ERROR"


def _activate(prescriber: Client) -> None:
    prescriber.succeed("POST", "clinicians/pin", {"PIN": "1111"})
    prescriber.succeed("PUT", "clinicians/pin", {"CurrentPIN": "1111", "NewPIN": "2222"})
    prescriber.succeed("POST", "clinicians/sendMobileTfa", {"MobilePhoneNumber": "3451234567"})
    wrong = {"OneTimePassword": "000000", "PIN": "2222"}
    reply = prescriber.call("POST", "clinicians/tfaActivate", wrong)
    assert reply["Result"]["ResultCode"] == "ERROR"
    right = {
        "CredentialID": "1",
        "ReferenceNumber": "2",
        "OneTimePassword": "123456",
        "PIN": "2222",
    }
    prescriber.succeed("POST", "clinicians/tfaActivate", right)


def _the_rest(
    admin: Client, prescriber: Client, app: DoseSpotServer, admin_id: int, jane: int
) -> None:
    link = [{"ClinicId": app.clinic_id, "SupervisorId": admin_id}]
    admin.succeed("PUT", f"clinicians/{jane}/supervisors", link)
    admin.succeed("DELETE", f"clinicians/{jane}/supervisors", {"ClinicIds": [app.clinic_id]})
    admin.succeed("POST", f"clinicians/{jane}/resetPin")
    prescriber.succeed("POST", "clinicians/resetPin")
    admin.succeed("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Token"})
    codes = {"Code1": "123456", "Code2": "123456", "Code3": "123456"}
    prescriber.succeed("POST", "clinicians/resyncToken", codes)
    admin.succeed("POST", "clinics", CLINIC)


def _register(prescriber: Client) -> int:
    prescriber.succeed("POST", "patients", SMALLEST_PATIENT)
    tove: int = prescriber.succeed("POST", "patients", PATIENT)["Id"]
    prescriber.succeed("PUT", f"patients/{tove}", {**PATIENT, "City": "Peoria"})
    expected = {**PATIENT, "City": "Peoria", "PatientId": tove}
    assert prescriber.succeed("GET", f"patients/{tove}")["Item"] == {**expected, "HasSSN": False}
    assert len(prescriber.succeed("GET", "patients/search")["Items"]) == 2
    query = {"firstName": "T", "lastName": "Berg", "dob": "2015-05-15"}
    more = {"status": "ActiveOnly", "pageNumber": "1"}
    assert prescriber.succeed("GET", "patients/search", **query, **more)["Items"] == [expected]
    return tove


def test_errors_fit_the_document_too(
    server: tuple[str, DoseSpotServer], contract: SwaggerContract
) -> None:
    base, app = server
    jane = app.add_clinician(PRESCRIBER, ["PrescribingClinician"])
    client = Client(base, app, contract)
    client.log_in(jane)
    bodies = {
        "POST clinicians": PRESCRIBER,
        "POST clinics": CLINIC,
        "PUT clinicians/{clinician_id:int}": PRESCRIBER,
        "POST clinicians/{clinician_id:int}/initTfaActivate": {"TfaTypeId": "Mobile"},
        "PUT clinicians/{clinician_id:int}/supervisors": [{"ClinicId": 1}],
        "DELETE clinicians/{clinician_id:int}/supervisors": {"ClinicIds": [1]},
        "POST clinicians/acceptAgreement": {"AgreementId": 1, "NameSigned": "Jane"},
        "POST clinicians/idpDisclaimer": {"IdpDisclaimerId": 1},
        "POST clinicians/idp": {**IDENTITY, "IsMobileNumber": True},
        "POST clinicians/idpAnswers": {"SessionID": "1", "Answers": []},
        "POST clinicians/idpOtp": {"SessionID": "1", "MobileCode": "1"},
        "POST clinicians/sendMobileTfa": {"MobilePhoneNumber": "1"},
        "POST clinicians/tfaActivate": {},
        "POST clinicians/tfaDeactivate": {"OneTimePassword": "1", "PIN": "1"},
        "PUT clinicians/pin": {"CurrentPIN": "1", "NewPIN": "2"},
        "POST clinicians/resyncToken": {"Code1": "1", "Code2": "2", "Code3": "3"},
        "POST patients": {**PATIENT, "State": "Illinois"},
        "PUT patients/{patient_id:int}": PATIENT,
        "POST patients/{patient_id:int}/pharmacies": {"PharmacyId": 1, "SetAsPrimary": True},
        f"POST {reading.ONE}/cancel": {"Comment": "x"},
        "POST clinics/{clinic_id:int}/prescriptionFavorites/coded": FAVORITE,
    }
    always_fine = {
        "GET clinicians/idpDisclaimer",
        "POST clinicians/pin",
        "POST clinicians/resetPin",
        "GET patients/search",
        "GET pharmacies/search",
        "GET notifications/counts",
        "GET notifications/errors",
        "GET refills/pending",
        "GET refills/pending/detailed",
        "GET rxchanges/pending",
        "GET rxchanges/pending/detailed",
    }
    queries = {"GET medications/search": {"name": "am"}, "GET allergens/search": {"name": "am"}}
    for operation in OPERATIONS:
        if operation.name in always_fine or operation in clinics.OPERATIONS:
            continue
        path = re.sub(r"\{\w+:int\}", "99999", operation.path)
        query = queries.get(operation.name, {})
        reply = client.call(operation.method, path, bodies.get(operation.name), **query)
        assert reply["Result"]["ResultCode"] == "ERROR", operation.name
        assert reply["Result"]["ResultDescription"].startswith("Property: ")
    assert client.violations == []


def test_a_smallest_request_is_accepted(
    server: tuple[str, DoseSpotServer], contract: SwaggerContract
) -> None:
    base, app = server
    client = Client(base, app, contract)
    client.log_in(app.add_clinician(ADMIN, ["ClinicianAdmin"]))
    optional = {"Email", "PrimaryPhoneType"}
    smallest = {name: value for name, value in ADMIN.items() if name not in optional}
    body = {**smallest, "ClinicianRoleType": ["ProxyClinician"]}
    created = client.succeed("POST", "clinicians", body)["Id"]
    client.succeed("GET", f"clinicians/{created}")
    assert client.violations == []
