"""The local DoseSpot speaks the language of DoseSpot's own Swagger document."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from deploy.local.dosespot.api import OPERATIONS
from deploy.local.dosespot.app import DoseSpotServer, create_app
from deploy.local.serve import LocalServer
from tests.contract.swagger import SwaggerContract

SWAGGER = os.environ.get("DOSESPOT_SWAGGER")

pytestmark = pytest.mark.skipif(
    not SWAGGER, reason="DOSESPOT_SWAGGER does not name DoseSpot's Swagger document"
)

ADMIN = {
    "FirstName": "Ada",
    "LastName": "Lindqvist",
    "DateOfBirth": "1970-01-31",
    "Address1": "1 Main St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryPhoneType": "Work",
    "PrimaryFax": "5671234568",
    "Email": "ada@example.com",
}
PRESCRIBER = {
    "Prefix": "Dr.",
    "FirstName": "Jane",
    "MiddleName": "Marie",
    "LastName": "O'Brien",
    "Suffix": "MD",
    "DateOfBirth": "1980-05-15T00:00:00",
    "Email": "jane@example.com",
    "Address1": "123 Main St",
    "Address2": "Suite 100",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701-1234",
    "PrimaryPhone": "3451234567x12",
    "PrimaryPhoneType": "Work",
    "PrimaryFax": "5671234568",
    "PhoneAdditional1": "2175550100",
    "PhoneAdditionalType1": "Cell",
    "PhoneAdditional2": "2175550101",
    "PhoneAdditionalType2": "Home",
    "PhoneAdditional3": "2175550102",
    "PhoneAdditionalType3": "Night",
    "DEANumber": "AB1234563",
    "DEANumbers": [
        {"DEANumber": "AB1234563", "State": "IL"},
        {"DEANumber": "BB1388568-12345", "State": "NY", "ClinicId": "1001"},
    ],
    "NADEANumbers": [{"NADEANumber": "XB1234563", "State": "IL", "ClinicId": "1001"}],
    "MedicalLicenseNumbers": [{"LicenseNumber": "036-123456", "State": "IL", "ClinicId": "1001"}],
    "NPINumber": "1234567893",
    "ClinicianRoleType": ["PrescribingClinician", "ReportingClinician"],
    "EPCSRequested": True,
    "Active": True,
    "PDMPRoleType": "Physician",
    "ClinicianSpecialtyType": "FamilyMedicine",
}
IDENTITY = {
    "FirstName": "Jane",
    "MiddleName": "",
    "LastName": "O'Brien",
    "HomeAddress": "12 Elm St. #4",
    "City": "St. Louis",
    "State": "MO",
    "ZipCode": "63101",
    "DateOfBirth": "1980-05-15T00:00:00",
    "SocialSecurityNumber": "000-00-0000",
    "CreditCardNumber": "0000",
    "DrivingLicenseNumber": "X000",
    "DrivingLicenseNumberState": "MO",
    "PhoneNumber": "3451234567",
    "IsMobileNumber": False,
}
CLINIC = {
    "ClinicName": "Second Clinic",
    "ClinicNameLongForm": "The Second Clinic",
    "Address1": "2 Main St",
    "Address2": "Floor 2",
    "Active": True,
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryPhoneType": "Work",
    "PrimaryFax": "5671234568",
}
PATIENT = {
    "Prefix": "Ms.",
    "FirstName": "Tove",
    "MiddleName": "Ida",
    "LastName": "Berg",
    "Suffix": "Jr.",
    "DateOfBirth": "2015-05-15T00:00:00",
    "Gender": "Female",
    "Email": "tove@example.com",
    "Address1": "3 Main St",
    "Address2": "Floor 3",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701-1234",
    "PrimaryPhone": "3451234567x12",
    "PrimaryPhoneType": "Home",
    "PhoneAdditional1": "2175550100",
    "PhoneAdditionalType1": "Cell",
    "PhoneAdditional2": "2175550101",
    "PhoneAdditionalType2": "Night",
    "Weight": 35,
    "WeightMetric": "kg",
    "Height": 142.5,
    "HeightMetric": "cm",
    "NonDoseSpotMedicalRecordNumber": "MRN-1",
    "Active": True,
    "Encounter": "E-1",
    "IsHospice": False,
}
SMALLEST_PATIENT = {
    "FirstName": "Tom",
    "LastName": "Berg",
    "DateOfBirth": "1980-05-15",
    "Gender": "Unknown",
    "Address1": "3 Main St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryPhoneType": "Cell",
    "Active": False,
}


class Client:
    """Calls the server as one clinician, and keeps what the contract has against each call."""

    def __init__(self, base: str, app: DoseSpotServer, contract: SwaggerContract) -> None:
        self._base, self._app, self._contract = base, app, contract
        self._headers = {"Subscription-Key": app.subscription_key}
        self.violations: list[str] = []
        self.called: set[str] = set()

    def log_in(self, clinician_id: int) -> None:
        form = {
            "grant_type": "password",
            "client_id": self._app.clinic_id,
            "client_secret": self._app.clinic_key,
            "username": clinician_id,
            "password": self._app.clinic_key,
            "scope": "api",
        }
        token = requests.post(
            f"{self._base}connect/token", data=form, headers=self._headers, timeout=5
        ).json()["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self._base}api/{path}",
            params=query,
            json=body,
            headers=self._headers,
            timeout=5,
        )
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        self.called.add(f"{method} {path}")
        self.violations += self._contract.violations(method, f"api/{path}", query, body, reply)
        return reply

    def succeed(self, method: str, path: str, body: Any = None, **query: str) -> dict[str, Any]:
        reply = self.call(method, path, body, **query)
        assert reply["Result"] == {"ResultCode": "OK", "ResultDescription": ""}
        return reply


@pytest.fixture(scope="module")
def contract() -> SwaggerContract:
    assert SWAGGER is not None
    return SwaggerContract(SWAGGER)


@pytest.fixture
def server() -> Iterator[tuple[str, DoseSpotServer]]:
    app = create_app(now=lambda: datetime(2026, 3, 12, 23, 38, 38, 207000, tzinfo=UTC))
    with LocalServer().start(app) as local:
        yield f"{local.url}webapi/v2/", app
    app.close()


def test_every_operation_and_a_whole_enrollment_fit_the_document(
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
    assert names == {operation.name for operation in OPERATIONS}


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
    }
    always_fine = {
        "GET clinicians/idpDisclaimer",
        "POST clinicians/pin",
        "POST clinicians/resetPin",
        "GET patients/search",
    }
    for operation in OPERATIONS:
        if operation.name in always_fine:
            continue
        path = re.sub(r"\{\w+:int\}", "99999", operation.path)
        reply = client.call(operation.method, path, bodies.get(operation.name))
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


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("GET", "api/nothing"), ["no such operation"]),
        (("GET", "api/clinicians/x"), ["no such operation"]),
        (("GET", "api/clinician", {"name": "x"}), ["query.name: no such parameter"]),
        (("POST", "api/clinicians/1/idpInit", {}, {}), ["request: takes no body"]),
        (("POST", "api/clinicians/pin"), ["request: body missing"]),
        (("POST", "api/clinicians/pin", {}, {}), ["request: 'PIN' is a required property"]),
        (
            ("POST", "api/clinicians/pin", {}, {"PIN": 1}),
            ["request.PIN: 1 is not of type 'string'"],
        ),
        (("POST", "api/clinicians/pin", {}, {"PIN": None}), ["is not of type 'string'"]),
        (("POST", "api/clinicians/pin", {}, {"PIN": "1", "Pin": ""}), ["'Pin' was unexpected"]),
        (
            ("POST", "api/clinicians/1/initTfaActivate", {}, {"TfaTypeId": "SMS"}),
            ["request.TfaTypeId: 'SMS' is not one of"],
        ),
        (
            ("PUT", "api/clinicians/1/supervisors", {}, [{"ClinicId": 2**31}]),
            ["is not a 'int32'"],
        ),
        (("POST", "api/clinics", {}, {**CLINIC, "Address2": "x" * 36}), ["is too long"]),
        (
            ("PUT", "api/clinicians/1", {}, {**PRESCRIBER, "DEANumbers": [{"DEANumber": "1"}]}),
            ["request.DEANumbers.0.DEANumber: '1' does not match"],
        ),
        (
            ("POST", "api/clinicians", {}, {**PRESCRIBER, "DateOfBirth": "15.5.1980"}),
            ["request.DateOfBirth: '15.5.1980' is not a 'date-time'"],
        ),
        (("GET", "api/clinician", {}, None, {"Id": None, "Result": None}), []),
        (("GET", "api/clinician", {}, None, {"Id": "1"}), ["response.Id: '1' is not of type"]),
        (("GET", "api/clinician", {}, None, {"ID": 1}), ["'ID' was unexpected"]),
        (
            ("GET", "api/clinician", {}, None, {"Result": {}}),
            ["response.Result: 'ResultCode' is a required property"],
        ),
        (
            ("GET", "api/clinicians/1/registrationStatus", {}, None, {"Item": "Ready"}),
            ["response.Item: 'Ready' is not one of"],
        ),
        (("GET", "api/patients/search", {"pageNumber": "x"}), ["not of type integer"]),
        (("POST", "api/patients", {}, {**PATIENT, "Email": "x" * 81}), ["is too long"]),
        (
            ("GET", "api/patients/search", {}, None, {"PageResult": {"Page": 1}}),
            ["'Page' was unexpected"],
        ),
        (
            ("GET", "api/clinicians/1", {}, None, {"Item": {"ClinicianId": 1}}),
            ["is a required property"] * 10,
        ),
    ],
)
def test_the_checker_notices(
    contract: SwaggerContract, call: tuple[Any, ...], expected: list[str]
) -> None:
    found = contract.violations(*call)
    assert len(found) == len(expected), found
    assert all(part in sentence for part, sentence in zip(expected, found, strict=True)), found
