"""The rules of the local DoseSpot, and how it behaves over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.types import Receive, Scope, Send

from deploy.local.dosespot import rules, sittings, steps
from deploy.local.dosespot.app import DoseSpotServer, create_app
from deploy.local.dosespot.clinician import Enrollment, Refusal, new_enrollment
from deploy.local.dosespot.limits import RateLimiter
from deploy.local.serve import LocalServer

AT = datetime(2026, 3, 12, 23, 38, 38, 207000, tzinfo=UTC)
RECORD = {
    "FirstName": "Ada",
    "LastName": "Lindqvist",
    "DateOfBirth": "1970-01-31",
    "Address1": "1 Main St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryFax": "5671234568",
}
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
NOT_AUTHORIZED = "Property: ClinicianID Details: User is not authorized to do this action."


def enrollment(status: str = "Pending") -> Enrollment:
    fresh = new_enrollment(["PrescribingClinician"], (1, 2, 3, 4))
    if status == "Pending":
        return fresh
    return steps.with_status(accepted(steps.sign_all(fresh, AT)), status)


def accepted(outcome: Enrollment | Refusal) -> Enrollment:
    assert isinstance(outcome, Enrollment)
    return outcome


STATUSES = (
    "Pending",
    "RegistrationSuccess",
    "RegistrationError",
    "IDPInitializeSuccess",
    "IDPSuccess",
    "IDPError",
    "TFAActivateInit",
    "TFAActivatedSuccess",
    "TFAActivatedError",
    "TFADeactivateInit",
    "TFADeactivatedSuccess",
    "TFADeactivatedError",
    "Whatever",
)
TRANSITIONS = {
    "sign-agreements": {"Pending": "RegistrationSuccess"},
    "init-idp": {"RegistrationSuccess": "IDPInitializeSuccess"},
    "pass-idp": {"IDPInitializeSuccess": "IDPSuccess", "IDPError": "IDPSuccess"},
    "fail-idp": {"IDPInitializeSuccess": "IDPError", "IDPError": "IDPError"},
    "init-tfa": {
        "IDPSuccess": "TFAActivateInit",
        "TFAActivatedError": "TFAActivateInit",
        "TFADeactivatedSuccess": "TFAActivateInit",
    },
    "activate-tfa": {"TFAActivateInit": "TFAActivatedSuccess"},
    "fail-tfa": {
        "TFAActivateInit": "TFAActivatedError",
        "TFADeactivateInit": "TFADeactivatedError",
    },
    "init-tfa-deactivation": {
        "TFAActivatedSuccess": "TFADeactivateInit",
        "TFADeactivatedError": "TFADeactivateInit",
    },
    "deactivate-tfa": {"TFADeactivateInit": "TFADeactivatedSuccess"},
}


def take(step: str, before: Enrollment) -> Enrollment | Refusal:
    if step == "init-idp":
        return steps.init_idp(before)
    if step == "init-tfa":
        return steps.init_tfa(before, "Token")
    if step == "init-tfa-deactivation":
        return steps.init_tfa_deactivation(before)
    return sittings.SITTINGS[step](before, AT)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", TRANSITIONS)
def test_each_step_leads_where_it_should_and_is_refused_elsewhere(step: str, status: str) -> None:
    outcome = take(step, enrollment(status))
    reached = outcome.status if isinstance(outcome, Enrollment) else None
    assert reached == TRANSITIONS[step].get(status)


def test_the_registration_is_complete_with_the_third_signature() -> None:
    reached, now = [], enrollment()
    for number in (3, 1, 2):
        now = accepted(steps.sign(now, number, AT))
        reached.append(now.status)
    assert reached == ["Pending", "Pending", "RegistrationSuccess"]


def test_an_agreement_is_signed_once_and_only_by_its_own_number() -> None:
    now = accepted(steps.sign(enrollment(), 1, AT))
    refusal = Refusal("AgreementId", "There is no such agreement to be signed")
    assert [steps.sign(now, number, AT) for number in (1, 4)] == [refusal, refusal]


def test_unsigned_agreements_keep_identity_proofing_from_beginning() -> None:
    unsigned = steps.with_status(enrollment(), "RegistrationSuccess")
    refusal = Refusal("ClinicianId", "Clinician has a pending legal agreement")
    assert steps.init_idp(unsigned) == refusal


def test_identity_proofing_is_initialized_once() -> None:
    once = accepted(steps.init_idp(enrollment("RegistrationSuccess")))
    again = steps.init_idp(once)
    assert once.idp_inits == 1
    assert again == Refusal("ClinicianId", "Identity proofing is already initialized")


def test_identity_proofing_needs_the_disclaimer() -> None:
    outcome = steps.start_idp(enrollment("IDPInitializeSuccess"), "s")
    assert outcome == Refusal("ClinicianId", "The identity proofing disclaimer is not accepted")


def test_the_third_wrong_answer_is_an_error_and_a_right_one_mends_it() -> None:
    ready = accepted(steps.accept_disclaimer(enrollment("IDPInitializeSuccess"), 4, AT))
    now = accepted(steps.start_idp(ready, "s"))
    reached = []
    for _ in range(3):
        now = accepted(steps.answer_idp(now, "s", right=False))
        reached.append(now.status)
    assert reached == ["IDPInitializeSuccess", "IDPInitializeSuccess", "IDPError"]
    assert isinstance(steps.answer_idp(now, "s", right=True), Refusal)
    again = accepted(steps.start_idp(now, "t"))
    assert accepted(steps.answer_idp(again, "t", right=True)).status == "IDPSuccess"


def test_the_third_wrong_code_is_an_error_and_each_initialization_counts() -> None:
    now = accepted(steps.init_tfa(enrollment("IDPSuccess"), "Mobile"))
    reached = []
    for _ in range(3):
        now = accepted(steps.activate_tfa(now, right=False))
        reached.append(now.status)
    again = accepted(steps.init_tfa(now, "Token"))
    assert reached == ["TFAActivateInit", "TFAActivateInit", "TFAActivatedError"]
    assert (again.tfa_inits, again.tfa_type, again.tfa_failures) == (2, "Token", 0)


@pytest.mark.parametrize(
    ("status", "details"),
    [
        ("TFAActivateInit", "Two factor authentication activation is already in progress"),
        ("TFAActivatedSuccess", "Two factor authentication is already activated"),
        ("IDPInitializeSuccess", "Clinician has not completed identity proofing"),
    ],
)
def test_a_refused_tfa_says_why(status: str, details: str) -> None:
    outcome = steps.init_tfa(enrollment(status), "Mobile")
    assert outcome == Refusal("ClinicianId", details)


def test_a_delayed_status_shows_after_that_many_reads() -> None:
    before = enrollment("IDPSuccess")
    now = accepted(steps.delayed(before, steps.init_tfa(before, "Mobile"), 2))
    read = []
    for _ in range(3):
        status, now = steps.read_status(now)
        read.append(status)
    assert read == ["IDPSuccess", "IDPSuccess", "TFAActivateInit"]


def test_a_step_of_the_prescriber_shows_at_once_even_after_a_delayed_one() -> None:
    before = enrollment("IDPSuccess")
    now = accepted(steps.delayed(before, steps.init_tfa(before, "Mobile"), 9))
    now = accepted(steps.activate_tfa(now, right=True))
    assert steps.read_status(now)[0] == "TFAActivatedSuccess"


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


def test_the_limiter_forgets_after_ten_seconds() -> None:
    limiter = RateLimiter()
    limits = {"read": 2, "total": 3}
    admitted = [limiter.admit(limits, at_s) for at_s in (0.0, 5.0, 9.9, 10.0, 10.1)]
    assert admitted == [True, True, False, True, False]


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

    def __init__(self, url: str, app: DoseSpotServer, clock: Clock) -> None:
        self.url, self.app, self.clock = url, app, clock
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
        return requests.post(url, data=form, headers=self.keys, timeout=5)

    def bearer(self, user: int, /, **fields: str) -> dict[str, str]:
        token = self.token(user, **fields).json()["access_token"]
        return {**self.keys, "Authorization": f"Bearer {token}"}

    def send(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        headers = self.admin if headers is None else headers
        url = f"{self.base}api/{path}"
        return requests.request(method, url, headers=headers, timeout=5, **more)

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
        return requests.request(method, f"{self.url}_sandbox/{path}", json=body, timeout=5)

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


class Slot:
    """Serves whichever application is put in, so that each test can have a fresh one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.app: DoseSpotServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    with LocalServer() as server:
        slot = Slot(server.url)
        server.start(slot)
        yield slot


@pytest.fixture
def sandbox(slot: Slot) -> Iterator[Sandbox]:
    clock = Clock()
    slot.app = create_app(now=clock)
    yield Sandbox(slot.url, slot.app, clock)
    slot.app.close()


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
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    own = sandbox.bearer(jane)
    disclaimer = sandbox.call("GET", "clinicians/idpDisclaimer", headers=own)
    consent = {"IdpDisclaimerId": disclaimer["IdpDisclaimerId"]}
    sandbox.call("POST", "clinicians/idpDisclaimer", consent, own)
    started = sandbox.call("POST", "clinicians/idp", IDENTITY, own)
    assert (started["OtpSent"], started["Questions"]) == (True, [])
    body = {"SessionID": started["SessionID"], "MobileCode": "123456"}
    assert sandbox.call("POST", "clinicians/idpOtp", body, own)["Result"]["ResultCode"] == "OK"
    assert sandbox.status(jane) == "IDPSuccess"


def test_nothing_of_an_identity_or_a_pin_is_stored(slot: Slot, tmp_path: Path) -> None:
    database = tmp_path / "dosespot.sqlite"
    slot.app = create_app(str(database), Clock())
    sandbox = Sandbox(slot.url, slot.app, Clock())
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    own = sandbox.bearer(jane)
    disclaimer = sandbox.call("GET", "clinicians/idpDisclaimer", headers=own)
    consent = {"IdpDisclaimerId": disclaimer["IdpDisclaimerId"]}
    sandbox.call("POST", "clinicians/idpDisclaimer", consent, own)
    secret = {"SocialSecurityNumber": "000-12-3456", "CreditCardNumber": "4000123412341234"}
    sandbox.call("POST", "clinicians/idp", {**IDENTITY, **secret}, own)
    sandbox.call("POST", "clinicians/pin", {"PIN": "73737373"}, own)
    slot.app.close()
    content = database.read_bytes()
    secrets = (b"000-12-3456", b"4000123412341234", b"73737373", b"12 Elm St", b"1980-05-15")
    assert [each for each in secrets if each in content] == []


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


def test_a_second_create_is_refused_or_makes_another_person(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    again = {**JANE, "Email": "other@example.com"}
    assert sandbox.error("POST", "clinicians", again) == (
        "Property: NPINumber Details: NPI already exists"
    )
    sandbox.switch(second_create_same_npi="duplicate")
    other = sandbox.create(Email="other@example.com")
    assert other != jane
    assert sandbox.seen(other)["npi"] == sandbox.seen(jane)["npi"]


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


def test_what_need_not_be_there_may_be_null(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.switch(omit_optional_fields_as_null=True)
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    flags = ("Roles", "Confirmed", "Active", "AccountLocked", "EpcsRequested", "ClinicInfo")
    assert {item[name] for name in flags} == {None}
    assert (item["ClinicianId"], item["NPINumber"]) == (jane, "1234567893")


def test_verification_and_the_clinic_may_lack_what_epcs_needs(sandbox: Sandbox) -> None:
    sandbox.switch(confirmed_immediately=False, clinic_has_epcs=False)
    jane = sandbox.create()
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    assert (item["Confirmed"], item["ClinicInfo"][0]["HasEpcs"]) == (False, False)


def test_over_a_limit_there_is_a_429_until_ten_seconds_have_passed(sandbox: Sandbox) -> None:
    sandbox.switch(reads_per_10_s=2)
    path = f"clinicians/{sandbox.admin_id}"
    sandbox.clock.advance(10)
    answers = [sandbox.send("GET", path) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "10"
    assert sandbox.send("GET", f"{path}/registrationStatus").status_code == 200
    sandbox.switch(retry_after_header=False)
    assert "Retry-After" not in sandbox.send("GET", path).headers
    sandbox.clock.advance(10)
    assert sandbox.send("GET", path).status_code == 200


def test_writes_tokens_and_the_total_have_limits_of_their_own(sandbox: Sandbox) -> None:
    sandbox.clock.advance(10)
    sandbox.switch(writes_per_10_s=0)
    assert sandbox.send("POST", "clinicians", json=JANE).status_code == 429
    sandbox.switch(token_requests_per_10_s=0)
    assert sandbox.token(sandbox.admin_id).status_code == 429
    sandbox.switch(total_per_10_s=0)
    assert sandbox.send("GET", f"clinicians/{sandbox.admin_id}").status_code == 429
    sandbox.switch(enforce_rate_limits=False)
    assert sandbox.send("POST", "clinicians", json=JANE).status_code == 200


def test_switches_are_replaced_changed_and_checked(sandbox: Sandbox) -> None:
    usual = sandbox.control("GET", "switches").json()
    changed = sandbox.control("PATCH", "switches", {"clinic_has_epcs": False}).json()
    assert changed == {**usual, "clinic_has_epcs": False}
    assert sandbox.control("PUT", "switches", {}).json() == usual
    assert sandbox.control("PATCH", "switches", {"nonsense": 1}).status_code == 400
    assert sandbox.control("PUT", "switches", {"put_semantics": "?"}).status_code == 400
    assert sandbox.control("PATCH", "switches", []).status_code == 400
    assert sandbox.control("GET", "switches").json() == usual


def test_facts_can_be_set_from_behind(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    clinic_id = str(sandbox.app.clinic_id)
    patch = {
        "locked": True,
        "active": False,
        "confirmed": False,
        "npi": "1558598797",
        "status": {clinic_id: "RegistrationError"},
    }
    answer = sandbox.control("PATCH", f"clinicians/{jane}", patch).json()
    assert {name: answer[name] for name in patch} == patch
    item = sandbox.call("GET", f"clinicians/{jane}")["Item"]
    names = ("AccountLocked", "Active", "Confirmed", "NPINumber")
    assert [item[name] for name in names] == [True, False, False, "1558598797"]


@pytest.mark.parametrize(
    ("clinician_id", "patch", "status"),
    [(99999, {}, 404), (10001, {"nonsense": 1}, 400), (10001, {"status": {"1": "x"}}, 400)],
)
def test_a_patch_that_makes_no_sense_changes_nothing(
    sandbox: Sandbox, clinician_id: int, patch: dict[str, Any], status: int
) -> None:
    before = sandbox.seen(sandbox.admin_id)
    answer = sandbox.control("PATCH", f"clinicians/{clinician_id}", patch)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert sandbox.seen(sandbox.admin_id) == before


def test_a_prescriber_can_fail(sandbox: Sandbox) -> None:
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.call("POST", f"clinicians/{jane}/idpInit")
    sandbox.step(jane, "fail-idp")
    assert sandbox.status(jane) == "IDPError"
    sandbox.step(jane, "pass-idp")
    sandbox.call("POST", f"clinicians/{jane}/initTfaActivate", {"TfaTypeId": "Mobile"})
    answer = sandbox.control("POST", f"clinicians/{jane}/prescriber/fail-tfa")
    assert answer.json() == {"registrationStatus": "TFAActivatedError"}


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("{id}/prescriber/pass-idp", 409, "Identity proofing is not initialized"),
        ("{id}/prescriber/dance", 404, "there is no such clinician or no such step"),
        ("9/prescriber/pass-idp", 404, "there is no such clinician or no such step"),
        ("{id}/prescriber/pass-idp?clinicId=9", 404, "the clinician is not linked to that clinic"),
    ],
)
def test_a_step_that_is_not_possible_says_so(
    sandbox: Sandbox, path: str, status: int, error: str
) -> None:
    answer = sandbox.control("POST", f"clinicians/{path.format(id=sandbox.admin_id)}")
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_restart_loses_nothing(slot: Slot, tmp_path: Path) -> None:
    database, clock = str(tmp_path / "dosespot.sqlite"), Clock()
    slot.app = first = create_app(database, clock)
    sandbox = Sandbox(slot.url, first, clock)
    jane = sandbox.create()
    sandbox.step(jane, "sign-agreements")
    sandbox.switch(misspelled_status=True)
    everybody = sandbox.control("GET", "clinicians").json()
    first.close()

    slot.app = again = create_app(database, clock)
    assert (again.clinic_id, again.clinic_key, again.subscription_key) == (
        first.clinic_id,
        first.clinic_key,
        first.subscription_key,
    )
    assert sandbox.status(jane) == "RegistrationSuccess"
    assert sandbox.control("GET", "clinicians").json() == everybody
    assert sandbox.control("GET", "switches").json()["misspelled_status"] is True
    assert sandbox.create(NPINumber="1558598797", Email="john@example.com") == jane + 1
    again.close()


def test_two_databases_have_keys_of_their_own() -> None:
    apps = [create_app(), create_app()]
    assert len({app.clinic_key for app in apps} | {app.subscription_key for app in apps}) == 4
    for app in apps:
        app.close()


def test_an_administrator_with_a_wrong_record_is_an_error() -> None:
    app = create_app()
    with pytest.raises(ValueError, match="Property: City Details: City is required"):
        app.add_clinician({**RECORD, "City": ""}, ["ClinicianAdmin"])
    app.close()
