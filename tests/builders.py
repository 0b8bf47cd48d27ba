"""Made-up records that all tests start from: fresh copies, whole by default, changed by keyword."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import Enum
from http.client import RemoteDisconnected
from pathlib import Path
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from fhir_profiles.today import Today
from shared.records.prescriber import (
    DeaRegistration,
    PersonName,
    Prescriber,
    StreetAddress,
)

ABSENT: Any = Enum("Absent", "ABSENT").ABSENT
"""Given as a change, it leaves the element out."""

TODAY = date(2026, 3, 10)
NOW = Today(datetime(2026, 3, 10, 11, 30, tzinfo=UTC))
"""A moment at which it is TODAY in every US state and territory."""

PROJECT_ID = "8f1ac6a2-41f5-4f0b-9f5c-3c2f3f0f7b11"
PRACTITIONER_ID = "ced6426b-ad93-4abe-8e75-1695d956e471"
MEMBERSHIP_ID = "0d0e4c2f-6a0f-4e43-8d6f-2f1f5a9b7c21"
ADMIN_ID = "5a7e9d10-9c51-4d7c-8a36-7f0e1b2c3d4e"
BOT_ID = "b7c1d2e3-f405-4617-8829-3a4b5c6d7e8f"

CLINIC_ID = 123
CLINICIAN_ID = 4711

NPI = "http://hl7.org/fhir/sid/us-npi"
DEA = "http://terminology.hl7.org/NamingSystem/USDEANumber"


def practitioner(**changes: Any) -> dict[str, Any]:
    """Dr. Jane Marie Smith, as a Medplum server shows her."""
    return _changed(
        {
            "resourceType": "Practitioner",
            "id": PRACTITIONER_ID,
            "meta": meta(),
            "name": [{"family": "Smith", "given": ["Jane", "Marie"], "prefix": ["Dr."]}],
            "birthDate": "1980-05-15",
            "identifier": [npi(), dea("AS1234563", "IL"), dea("CS9876547", "NY")],
            "telecom": [
                {"system": "email", "value": "jane.smith@example.com"},
                {"system": "phone", "use": "work", "value": "345-123-4567"},
                {"system": "fax", "use": "work", "value": "567-123-4568"},
            ],
            "address": [
                {
                    "line": ["123 Main St", "Suite 100"],
                    "city": "Springfield",
                    "state": "IL",
                    "postalCode": "62701",
                }
            ],
            "active": True,
        },
        changes,
    )


def meta(version: str = "11111111-0000-4000-8000-000000000001", **changes: Any) -> dict[str, Any]:
    """The meta of a Medplum resource, with the fields that R4 does not know."""
    return _changed(
        {
            "versionId": version,
            "lastUpdated": "2026-03-01T09:30:00.000Z",
            "project": PROJECT_ID,
            "author": {"reference": f"Practitioner/{ADMIN_ID}", "display": "Alex Example"},
            "compartment": [{"reference": f"Project/{PROJECT_ID}"}],
        },
        changes,
    )


def npi(value: str = "1234567893", **changes: Any) -> dict[str, Any]:
    """An NPI as an identifier."""
    return _changed({"system": NPI, "value": value}, changes)


def dea(value: str, state: str, **changes: Any) -> dict[str, Any]:
    """A DEA number as an identifier."""
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "DEA"}
    identifier = {
        "type": {"coding": [coding]},
        "system": DEA,
        "value": value,
        "assigner": {"display": state},
    }
    return _changed(identifier, changes)


def form(**changes: Any) -> dict[str, Any]:
    """The body of a form about Jane, as both readings of its rules take it.

    A change of `details` or of an address is a change of what stands in it.
    """
    body = {
        "fName": "Jane",
        "lName": "Smith",
        "username": "jsmith",
        "email": "jane.smith@example.com",
        "phone": "3451234567",
        "gender": "F",
        "dateOfBirth": "1980-05-15",
        "details": {
            "npi": 1234567893,
            "dea": "AS1234563",
            "speciality": "Family Medicine",
            "providerType": "MD",
        },
        "mailingAddress": {
            "address1": "123 Main St",
            "address2": "Suite 100",
            "city": "Springfield",
            "state": "IL",
            "zipCode": "62701",
            "country": "US",
        },
        "ifBillingSameAsMailing": True,
        "authSmsConsent": True,
        "smsConsent": True,
        "dataRatesSmsConsent": True,
    }
    for name in ("details", "mailingAddress"):
        if isinstance(changes.get(name), dict):
            changes[name] = _changed(body[name], changes[name])  # type: ignore[arg-type]
    return _changed(body, changes)


def prescriber(**changes: Any) -> Prescriber:
    """What `practitioner()` says, read and checked."""
    jane = Prescriber(
        name=PersonName(first="Jane", middle="Marie", last="Smith", prefix="Dr.", suffix=""),
        birth_date=date(1980, 5, 15),
        npi="1234567893",
        email="jane.smith@example.com",
        phone="3451234567",
        fax="5671234568",
        address=StreetAddress("123 Main St", "Suite 100", "Springfield", "IL", "62701"),
        dea=(DeaRegistration("AS1234563", "IL"), DeaRegistration("CS9876547", "NY")),
        active=True,
    )
    return replace(jane, **changes)


def membership(**changes: Any) -> dict[str, Any]:
    """Jane's membership in the project, without a DoseSpot id."""
    return _changed(
        {
            "resourceType": "ProjectMembership",
            "id": MEMBERSHIP_ID,
            "meta": meta("22222222-0000-4000-8000-000000000001"),
            "project": {"reference": f"Project/{PROJECT_ID}", "display": "Example Clinic"},
            "user": {"reference": "User/3c9e6679-7425-40de-944b-e07fc1f90ae7"},
            "profile": {
                "reference": f"Practitioner/{PRACTITIONER_ID}",
                "display": "Jane Marie Smith",
            },
        },
        changes,
    )


def project(*settings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The project with these system settings."""
    return _changed(
        {
            "resourceType": "Project",
            "id": PROJECT_ID,
            "meta": meta("33333333-0000-4000-8000-000000000001"),
            "name": "Example Clinic",
            "systemSetting": list(settings),
        },
        changes,
    )


def dosespot_clinician(**changes: Any) -> dict[str, Any]:
    """Jane as `GET api/clinicians/{id}` shows her: the `Item` of the reply."""
    clinic = str(CLINIC_ID)
    return _changed(
        {
            "ClinicianId": CLINICIAN_ID,
            "Prefix": "Dr.",
            "FirstName": "Jane",
            "MiddleName": "Marie",
            "LastName": "Smith",
            "Suffix": None,
            "DateOfBirth": "1980-05-15T00:00:00",
            "Email": "jane.smith@example.com",
            "Address1": "123 Main St",
            "Address2": "Suite 100",
            "City": "Springfield",
            "State": "IL",
            "ZipCode": "62701",
            "PrimaryPhone": "3451234567",
            "PrimaryPhoneType": "Work",
            "PrimaryFax": "5671234568",
            "PhoneAdditional1": None,
            "PhoneAdditionalType1": None,
            "PhoneAdditional2": None,
            "PhoneAdditionalType2": None,
            "PhoneAdditional3": None,
            "PhoneAdditionalType3": None,
            "DEANumbers": [
                {"DEANumber": "AS1234563", "State": "IL", "ClinicId": clinic},
                {"DEANumber": "CS9876547", "State": "NY", "ClinicId": clinic},
            ],
            "DEANumber": "AS1234563",
            "NADEANumbers": [],
            "MedicalLicenseNumbers": [],
            "NPINumber": "1234567893",
            "Roles": ["PrescribingClinician"],
            "PDMPRoleType": None,
            "SpecialtyTypeId": None,
            "Confirmed": True,
            "Active": True,
            "AccountLocked": False,
            "EpcsRequested": True,
            "ClinicInfo": [
                {
                    "ClinicId": CLINIC_ID,
                    "HasNewRx": True,
                    "HasRefills": True,
                    "HasRxChange": True,
                    "HasCancel": True,
                    "HasRxFill": True,
                    "HasEpcs": True,
                    "HasEpa": False,
                }
            ],
        },
        changes,
    )


def lambda_payload(request: Any = None, **changes: Any) -> dict[str, Any]:
    """The payload with which a Medplum server runs a bot; `request` is the bot's input."""
    return _changed(
        {
            "bot": {"reference": f"Bot/{BOT_ID}", "display": "Enroll prescriber"},
            "baseUrl": "https://fhir.example.com/",
            "requester": {"reference": f"Practitioner/{ADMIN_ID}", "display": "Alex Example"},
            "accessToken": "made-up-access-token",
            "input": {} if request is None else request,
            "contentType": "application/json",
            "secrets": secrets(),
            "traceId": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "headers": {"authorization": "Bearer callers-own-token", "cookie": "callers-cookie"},
        },
        changes,
    )


def secrets(**changes: Any) -> dict[str, Any]:
    """The project secrets, as they stand in a payload; a change is a secret's new value."""
    values = {
        "DOSESPOT_BASE_URL": "https://dosespot.example.com/webapi/v2/",
        "DOSESPOT_CLINIC_ID": str(CLINIC_ID),
        "DOSESPOT_CLINIC_KEY": "made-up-clinic-key",
        "DOSESPOT_SUBSCRIPTION_KEY": "made-up-subscription-key",
    }
    return {
        name: value if isinstance(value, dict) else {"name": name, "valueString": value}
        for name, value in _changed(values, changes).items()
    }


def sample(name: str, **changes: Any) -> dict[str, Any]:
    """A body from `tests/contract/samples`."""
    path = Path(__file__).parent / "contract" / "samples" / f"{name}.json"
    return _changed(json.loads(path.read_text(encoding="utf-8")), changes)


def no_connection() -> Exception:
    """What `requests` raises where nobody listens."""
    refused = NewConnectionError(None, "Connection refused")
    return requests.ConnectionError(MaxRetryError(None, "/", refused))


def dropped() -> Exception:
    """What `requests` raises where the server took the request and went away."""
    gone = RemoteDisconnected("Remote end closed connection without response")
    return requests.ConnectionError(ProtocolError("Connection aborted.", gone))


def _changed(record: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    changed = {**record, **changes}
    return {name: value for name, value in changed.items() if value is not ABSENT}
