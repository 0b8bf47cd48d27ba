"""DoseSpot's stand-in as tests serve it: made-up records, a clock, and the calls made of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from starlette.types import Receive, Scope, Send

from deploy.sandbox.dosespot.app import DoseSpotServer

AT = datetime(2026, 3, 12, 23, 38, 38, 207000, tzinfo=UTC)
CONTACT = {
    "Address1": "1 Main St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryFax": "5671234568",
}
RECORD = {**CONTACT, "FirstName": "Ada", "LastName": "Lindqvist", "DateOfBirth": "1970-01-31"}
JANE = {
    **RECORD,
    "FirstName": "Jane",
    "LastName": "O'Brien",
    "Email": "jane@example.com",
    "NPINumber": "1234567893",
    "DEANumbers": [{"DEANumber": "AB1234563", "State": "IL"}],
    "MedicalLicenseNumbers": [{"LicenseNumber": "036-1", "State": "IL"}],
    "ClinicianRoleType": ["PrescribingClinician"],
    "EPCSRequested": True,
    "Active": True,
}
IDENTITY = {
    "FirstName": "Jane",
    "LastName": "Smith",
    "HomeAddress": "12 Elm St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "DateOfBirth": "1980-05-15",
    "CreditCardNumber": "0000",
    "PhoneNumber": "3451234567",
    "IsMobileNumber": True,
}


class Clock:
    """The time, as the test sets it."""

    def __init__(self) -> None:
        self.time = AT

    def __call__(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Sandbox:
    """A served application with one administrator, and the calls that tests make of it."""

    def __init__(
        self, url: str, app: DoseSpotServer, clock: Clock, session: requests.Session
    ) -> None:
        self.url, self.app, self.clock, self.session = url, app, clock, session
        self.base = f"{url}webapi/v2/"
        self.keys = {"Subscription-Key": app.subscription_key}
        self.admin_id = app.add_clinician({**RECORD, "Email": "a@example.com"}, ["ClinicianAdmin"])
        self.admin = self.bearer(self.admin_id)

    def token(self, user: int, /, **fields: str) -> requests.Response:
        form = {
            "grant_type": "password",
            "client_id": str(self.app.clinic_id),
            "client_secret": self.app.clinic_key,
            "username": str(user),
            "password": fields.get("client_secret", self.app.clinic_key),
            "scope": "api",
            **fields,
        }
        url = f"{self.base}connect/token"
        return self.session.post(url, data=form, headers=self.keys, timeout=60)

    def bearer(self, user: int, /, **fields: str) -> dict[str, str]:
        token = self.token(user, **fields).json()["access_token"]
        return {**self.keys, "Authorization": f"Bearer {token}"}

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        headers = self.admin if headers is None else headers
        url = f"{self.base}api/{path}"
        return self.session.request(method, url, headers=headers, timeout=60, **more)

    def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        answer = self.send(method, path, headers, json=body)
        assert answer.status_code == 200
        reply: dict[str, Any] = answer.json()
        return reply

    def error(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> str:
        result = self.call(method, path, body, headers)["Result"]
        assert result["ResultCode"] == "ERROR"
        description: str = result["ResultDescription"]
        return description

    def create(self, **changes: Any) -> int:
        created: int = self.call("POST", "clinicians", {**JANE, **changes})["Id"]
        assert created
        return created

    def status(self, clinician_id: int) -> Any:
        return self.call("GET", f"clinicians/{clinician_id}/registrationStatus")["Item"]

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self.session.request(method, f"{self.url}_sandbox/{path}", json=body, timeout=60)

    def switch(self, **switches: Any) -> None:
        assert self.control("PATCH", "switches", switches).status_code == 200

    def step(self, clinician_id: int, *names: str) -> None:
        for name in names:
            path = f"clinicians/{clinician_id}/prescriber/{name}"
            assert self.control("POST", path).status_code == 200

    def seen(self, clinician_id: int) -> dict[str, Any]:
        everybody = self.control("GET", "clinicians").json()
        found: dict[str, Any] = next(each for each in everybody if each["id"] == clinician_id)
        return found

    def consented(self) -> tuple[int, dict[str, str]]:
        """Somebody who may be asked for their identity, and the headers of their own calls."""
        jane = self.create()
        self.step(jane, "sign-agreements")
        self.call("POST", f"clinicians/{jane}/idpInit")
        own = self.bearer(jane)
        disclaimer = self.call("GET", "clinicians/idpDisclaimer", headers=own)
        consent = {"IdpDisclaimerId": disclaimer["IdpDisclaimerId"]}
        self.call("POST", "clinicians/idpDisclaimer", consent, own)
        return jane, own


class Slot:
    """Serves whichever application is put in, so that each test can have a fresh one."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url, self.session = url, session
        self.app: DoseSpotServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)
