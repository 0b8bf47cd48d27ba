"""DoseSpot on the wire: exact requests, and what each shape of answer is taken for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import responses

from fhir_profiles.codes import ClinicianRole
from fhir_profiles.codes import RegistrationStatus as Status
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import new_record
from shared.dosespot.codes import TfaType
from shared.dosespot.reply import read
from shared.dosespot.settings import DoseSpotSettings
from shared.dosespot.sign_in import DoseSpotSignIn
from shared.dosespot.wire import ClinicianItem
from shared.errors import (
    BotError,
    DoseSpotRefused,
    LookUpFirst,
    Misconfigured,
    NotAuthorized,
    RemoteMisbehaved,
    RemoteUnavailable,
    Throttled,
)
from shared.http.sending import Call, Http, Reply
from shared.http.token_cache import TokenCache
from tests.builders import (
    ABSENT,
    CLINIC_ID,
    dosespot_clinician,
    dropped,
    no_connection,
    prescriber,
    sample,
)
from tests.contract.sent import timeouts

BASE = "https://dosespot.example.com/webapi/v2/"
TOKEN = f"{BASE}connect/token"
SETTINGS = DoseSpotSettings(BASE, CLINIC_ID, "made-up-clinic-key", "made-up-subscription-key")
ADMIN = 42
RECORD = new_record(prescriber(), [ClinicianRole.PRESCRIBING_CLINICIAN], [], CLINIC_ID)
PATIENT: Any = {"FirstName": "Ann"}

Wire = responses.RequestsMock
Ask = Callable[[DoseSpotClient], Any]
READS: dict[str, tuple[str, Ask]] = {
    "lookup": ("api/clinician?npi=1234567893", lambda c: c.find_clinician("1234567893")),
    "clinician": ("api/clinicians/4711", lambda c: c.clinician(4711)),
    "status": ("api/clinicians/4711/registrationStatus", lambda c: c.registration_status(4711)),
    "agreements": ("api/clinicians/4711/legalAgreements", lambda c: c.agreement_pending(4711)),
}
WRITES: dict[str, tuple[str, str, Any, Ask]] = {
    "create": ("POST", "api/clinicians", RECORD, lambda c: c.create_clinician(RECORD, 10.0)),
    "patient": ("POST", "api/patients", PATIENT, lambda c: c.create_patient(PATIENT, 10.0)),
    "supervisor": (
        "PUT",
        "api/clinicians/4711/supervisors",
        [{"ClinicId": CLINIC_ID, "SupervisorId": 5}],
        lambda c: c.add_supervisor(4711, 5, 10.0),
    ),
    "edit": ("PUT", "api/clinicians/4711", RECORD, lambda c: c.edit_clinician(4711, RECORD, 10.0)),
    "no supervisor": (
        "DELETE",
        "api/clinicians/4711/supervisors",
        {"ClinicIds": [CLINIC_ID]},
        lambda c: c.remove_supervisors(4711, 10.0),
    ),
    "edit of a patient": (
        "PUT",
        "api/patients/4711",
        PATIENT,
        lambda c: c.edit_patient(4711, PATIENT, 10.0),
    ),
    "IDP": ("POST", "api/clinicians/4711/idpInit", None, lambda c: c.initialize_idp(4711, 10.0)),
    "TFA": (
        "POST",
        "api/clinicians/4711/initTfaActivate",
        {"TfaTypeId": "Token"},
        lambda c: c.initialize_tfa(4711, TfaType.TOKEN, 10.0),
    ),
}
ALL = {name: ("GET", path, None, ask) for name, (path, ask) in READS.items()} | WRITES

SECRET_OR_PERSONAL = ["made-up", "Bearer", "Jane", "Marie", "SMITH", "Smith", "1980", "1234567893"]
SECRET_OR_PERSONAL += ["123-4567", "example.com", "Main St", "AS1234563", "Springfield"]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def cache() -> TokenCache:
    return TokenCache(lambda: 1000.0)


@pytest.fixture
def dosespot(wire: Wire, cache: TokenCache) -> DoseSpotClient:
    wire.post(TOKEN, json=sample("dosespot_token"))
    return DoseSpotClient(Http(), cache, SETTINGS, ADMIN)


def refusal(ask: Ask, dosespot: DoseSpotClient, error: type[BotError]) -> str:
    with pytest.raises(BotError) as raised:
        ask(dosespot)
    assert type(raised.value) is error
    text = str(raised.value)
    assert [word for word in SECRET_OR_PERSONAL if word in text] == []
    assert text.isascii()
    assert "\n" not in text
    return text


def form(call: responses.Call) -> dict[str, str]:
    return dict(parse_qsl(str(call.request.body)))


REDIRECT = {"status": 302, "headers": {"Location": "https://elsewhere.example.org/"}}
TOO_LONG = {"status": 400, "json": sample("dosespot_too_long")}
DENIED = {"status": 403, "json": sample("dosespot_not_authorized")}
FAULT = {"Result": {"ResultCode": "ERROR", "ResultDescription": "Timeout expired"}}
NULLS = {"ResultCode": None, "ResultDescription": None}
HTML = "<html><body>Jane Smith</body></html>"
ANSWERS: dict[str, tuple[dict[str, Any], type[BotError], type[BotError]]] = {
    "HTML with 200": ({"body": HTML}, RemoteUnavailable, LookUpFirst),
    "empty 200": ({"body": ""}, RemoteUnavailable, LookUpFirst),
    "null": ({"body": "null"}, RemoteMisbehaved, LookUpFirst),
    "no Result": ({"json": {"Item": "Jane"}}, RemoteMisbehaved, LookUpFirst),
    "null Result": ({"json": {"Result": None}}, RemoteMisbehaved, LookUpFirst),
    "null ResultCode": ({"json": {"Result": NULLS}}, DoseSpotRefused, LookUpFirst),
    "ERROR": ({"json": sample("dosespot_email_exists")}, DoseSpotRefused, DoseSpotRefused),
    "not authorized": ({"json": sample("dosespot_not_authorized")}, NotAuthorized, NotAuthorized),
    "fault": ({"json": FAULT}, DoseSpotRefused, LookUpFirst),
    "201": ({"status": 201, "json": sample("dosespot_created")}, RemoteMisbehaved, LookUpFirst),
    "204": ({"status": 204, "body": ""}, RemoteMisbehaved, LookUpFirst),
    "302": (REDIRECT, RemoteMisbehaved, LookUpFirst),
    "400 JSON": (TOO_LONG, DoseSpotRefused, DoseSpotRefused),
    "400 HTML": ({"status": 400, "body": HTML}, DoseSpotRefused, LookUpFirst),
    "403": ({"status": 403, "body": ""}, NotAuthorized, LookUpFirst),
    "403 not authorized": (DENIED, NotAuthorized, NotAuthorized),
    "404": ({"status": 404, "body": HTML}, RemoteMisbehaved, LookUpFirst),
    "408": ({"status": 408, "body": ""}, RemoteMisbehaved, LookUpFirst),
    "499": ({"status": 499, "body": ""}, RemoteMisbehaved, LookUpFirst),
    "429": ({"status": 429, "body": ""}, Throttled, Throttled),
    "500": ({"status": 500, "body": HTML}, RemoteUnavailable, LookUpFirst),
    "503": ({"status": 503, "json": sample("dosespot_done")}, RemoteUnavailable, LookUpFirst),
    "no connection": ({"body": no_connection()}, RemoteUnavailable, RemoteUnavailable),
    "connect time-out": ({"body": requests.ConnectTimeout()}, RemoteUnavailable, RemoteUnavailable),
    "dropped": ({"body": dropped()}, RemoteUnavailable, LookUpFirst),
    "read time-out": ({"body": requests.ReadTimeout()}, RemoteUnavailable, LookUpFirst),
}


def test_token_is_asked_for_in_the_documented_form(wire: Wire, cache: TokenCache) -> None:
    wire.post(TOKEN, json=sample("dosespot_token"))
    assert DoseSpotSignIn(Http(), cache, SETTINGS, ADMIN).token() == "made-up-token"
    (call,) = wire.calls
    assert call.request.headers["Subscription-Key"] == "made-up-subscription-key"
    assert call.request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert form(call) == {
        "grant_type": "password",
        "client_id": "123",
        "client_secret": "made-up-clinic-key",
        "username": "42",
        "password": "made-up-clinic-key",
        "scope": "api",
    }


@pytest.mark.parametrize("name", ALL)
def test_call_is_sent_exactly_so(wire: Wire, dosespot: DoseSpotClient, name: str) -> None:
    method, path, body, ask = ALL[name]
    wire.add(method, f"{BASE}{path}", json=sample("dosespot_created"))
    ask(dosespot)
    sent = wire.calls[1].request
    assert (sent.method, sent.url) == (method, f"{BASE}{path}")
    assert sent.headers["Subscription-Key"] == "made-up-subscription-key"
    assert sent.headers["Authorization"] == "Bearer made-up-token"
    assert (json.loads(sent.body) if sent.body else None) == body
    assert [timeouts(call.request) for call in wire.calls] == [(3.05, 20.0, 20.0)] * 2


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", ALL)
def test_such_an_answer_is_taken_for_this_and_the_call_is_not_repeated(
    wire: Wire, dosespot: DoseSpotClient, name: str, answer: str
) -> None:
    method, path, _, ask = ALL[name]
    reply, read_error, write_error = ANSWERS[answer]
    wire.add(method, f"{BASE}{path}", **reply)
    refusal(ask, dosespot, write_error if name in WRITES else read_error)
    assert len(wire.calls) == 2


@pytest.mark.parametrize("name", ["create", "edit", "IDP", "status"])
def test_refusal_that_quotes_the_person_is_masked(
    wire: Wire, dosespot: DoseSpotClient, name: str
) -> None:
    # FAILS for IDP and status: names are masked only where the same call has sent them.
    method, path, _, ask = ALL[name]
    wire.add(method, f"{BASE}{path}", json=sample("dosespot_quoting_refusal"))
    refusal(ask, dosespot, DoseSpotRefused)


def test_refusal_is_told_with_dosespots_reason(wire: Wire, dosespot: DoseSpotClient) -> None:
    wire.post(f"{BASE}api/clinicians", json=sample("dosespot_email_exists"))
    assert refusal(WRITES["create"][3], dosespot, DoseSpotRefused) == (
        "DoseSpot refused to create the clinician: Property: Email Details: Email Address already"
        " exists. Correct the record and run the bot again."
    )


SENT_ONCE = {"create", "patient", "IDP", "TFA"}


@pytest.mark.parametrize("name", [name for name in ALL if name not in SENT_ONCE])
def test_token_that_is_no_longer_taken_is_replaced_once(
    wire: Wire, dosespot: DoseSpotClient, name: str
) -> None:
    method, path, _, ask = ALL[name]
    wire.add(method, f"{BASE}{path}", status=401, body="")
    refusal(ask, dosespot, LookUpFirst if name in WRITES else Misconfigured)
    assert [call.request.url == TOKEN for call in wire.calls] == [True, False, True, False]


@pytest.mark.parametrize("name", [name for name in ALL if name not in SENT_ONCE])
def test_call_is_repeated_with_the_new_token(
    wire: Wire, dosespot: DoseSpotClient, name: str
) -> None:
    method, path, _, ask = ALL[name]
    wire.post(TOKEN, json=sample("dosespot_token", access_token="new-token"))
    wire.add(method, f"{BASE}{path}", status=401, body="")
    wire.add(method, f"{BASE}{path}", json=sample("dosespot_created"))
    ask(dosespot)
    assert wire.calls[3].request.headers["Authorization"] == "Bearer new-token"
    assert wire.calls[3].request.body == wire.calls[1].request.body


@pytest.mark.parametrize("name", sorted(SENT_ONCE))
def test_what_must_not_be_done_twice_is_not_repeated_with_a_new_token(
    wire: Wire, dosespot: DoseSpotClient, name: str
) -> None:
    method, path, _, ask = ALL[name]
    wire.post(TOKEN, json=sample("dosespot_token", access_token="new-token"))
    wire.add(method, f"{BASE}{path}", status=401, body="")
    assert "answered 401, so the outcome is unknown" in refusal(ask, dosespot, LookUpFirst)
    assert [call.request.url == TOKEN for call in wire.calls] == [True, False]
    wire.get(f"{BASE}{READS['status'][0]}", json=sample("dosespot_registration_status"))
    READS["status"][1](dosespot)
    assert wire.calls[-1].request.headers["Authorization"] == "Bearer new-token"


@pytest.mark.parametrize(
    ("name", "at_s", "token"),
    [
        ("create", 539.9, "made-up-token"),
        ("create", 540.0, "new-token"),
        ("TFA", 540.0, "new-token"),
        ("edit", 540.0, "made-up-token"),
        ("status", 540.0, "made-up-token"),
    ],
)
def test_what_is_sent_once_is_sent_with_a_token_that_is_good_for_a_minute(
    wire: Wire, name: str, at_s: float, token: str
) -> None:
    method, path, _, ask = ALL[name]
    wire.post(TOKEN, json=sample("dosespot_token"))
    wire.add(method, f"{BASE}{path}", json=sample("dosespot_created"))
    seconds = [0.0]
    client = DoseSpotClient(Http(), TokenCache(lambda: seconds[0]), SETTINGS, ADMIN)
    client.sign_in_early()
    wire.assert_all_requests_are_fired = False
    wire.upsert("POST", TOKEN, json=sample("dosespot_token", access_token="new-token"))
    seconds[0] = at_s
    ask(client)
    assert wire.calls[-1].request.headers["Authorization"] == f"Bearer {token}"


def test_an_open_answer_is_told_with_its_text_masked(wire: Wire, dosespot: DoseSpotClient) -> None:
    told = {"ResultCode": "ERROR", "ResultDescription": "Process of Jane Smith not completed"}
    wire.post(f"{BASE}api/clinicians", json={"Id": 0, "Result": told})
    assert refusal(WRITES["create"][3], dosespot, LookUpFirst) == (
        'DoseSpot was asked to create the clinician and answered 200 "Process of ... not'
        ' completed", so the outcome is unknown. Run the bot again: it checks before it writes.'
    )


def test_a_create_without_an_id_is_open(wire: Wire, dosespot: DoseSpotClient) -> None:
    wire.post(f"{BASE}api/clinicians", json=sample("dosespot_created", Id=0))
    refusal(WRITES["create"][3], dosespot, LookUpFirst)


@pytest.mark.parametrize("status", [200, 400, 409])
def test_a_stage_that_had_begun_is_not_begun(
    wire: Wire, dosespot: DoseSpotClient, status: int
) -> None:
    told = {"ResultCode": "ERROR", "ResultDescription": "TFA is already activated"}
    wire.post(f"{BASE}{WRITES['TFA'][1]}", status=status, json={"Result": told})
    assert WRITES["TFA"][3](dosespot) is False


def test_token_is_kept_until_30_seconds_before_it_ends(wire: Wire) -> None:
    wire.post(TOKEN, json=sample("dosespot_token", expires_in=120))
    wire.post(TOKEN, json=sample("dosespot_token", access_token="second"))
    seconds = [0.0]
    sign_in = DoseSpotSignIn(Http(), TokenCache(lambda: seconds[0]), SETTINGS, ADMIN)
    read = []
    for seconds[0] in (0.0, 89.9, 90.0, 659.9):
        read.append(sign_in.token())
    assert read == ["made-up-token", "made-up-token", "second", "second"]
    assert len(wire.calls) == 2


def test_each_clinic_and_clinician_has_a_token_of_its_own(wire: Wire, cache: TokenCache) -> None:
    wire.post(TOKEN, json=sample("dosespot_token"))
    other = replace(SETTINGS, clinic_id=999)
    for settings, clinician in [(SETTINGS, 42), (SETTINGS, 43), (other, 42)] * 2:
        DoseSpotSignIn(Http(), cache, settings, clinician).token()
    asked = [(form(call)["client_id"], form(call)["username"]) for call in wire.calls]
    assert asked == [("123", "42"), ("123", "43"), ("999", "42")]


NO_TOKEN: dict[str, tuple[dict[str, Any], type[BotError]]] = {
    "400": ({"status": 400, "json": {"error": "invalid_grant"}}, Misconfigured),
    "401": ({"status": 401, "body": ""}, Misconfigured),
    "403": ({"status": 403, "body": ""}, Misconfigured),
    "404": ({"status": 404, "body": HTML}, RemoteMisbehaved),
    "302": (REDIRECT, RemoteMisbehaved),
    "HTML": ({"body": HTML}, RemoteMisbehaved),
    "empty object": ({"json": {}}, RemoteMisbehaved),
    "null token": ({"json": {"access_token": None, "expires_in": 600}}, RemoteMisbehaved),
    "429": ({"status": 429}, Throttled),
    "500": ({"status": 500}, RemoteUnavailable),
    "no connection": ({"body": no_connection()}, RemoteUnavailable),
    "dropped": ({"body": dropped()}, RemoteUnavailable),
    "read time-out": ({"body": requests.ReadTimeout()}, RemoteUnavailable),
}


@pytest.mark.parametrize(("answer", "error"), NO_TOKEN.values(), ids=NO_TOKEN)
def test_without_a_token_nothing_is_asked(
    wire: Wire, cache: TokenCache, answer: dict[str, Any], error: type[BotError]
) -> None:
    wire.post(TOKEN, **answer)
    client = DoseSpotClient(Http(), cache, SETTINGS, ADMIN)
    refusal(WRITES["create"][3], client, error)
    assert len(wire.calls) == 1


@pytest.mark.parametrize("life", [{}, {"expires_in": None}], ids=["absent", "null"])
def test_token_without_its_life_is_taken(
    wire: Wire, cache: TokenCache, life: dict[str, Any]
) -> None:
    # FAILS for null, which DoseSpot may send in any field: RemoteMisbehaved.
    wire.post(TOKEN, json={"access_token": "made-up-token", **life})
    assert DoseSpotSignIn(Http(), cache, SETTINGS, ADMIN).token() == "made-up-token"


class Noting:
    """Says yes to everything, and keeps the calls."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        done = {"access_token": "x", "expires_in": 600, "Id": 1, "Result": {"ResultCode": "OK"}}
        return Reply(200, {}, json.dumps(done).encode())


@pytest.mark.parametrize("name", WRITES)
def test_a_write_says_until_when_it_may_be_sent(cache: TokenCache, name: str) -> None:
    sender, before = Noting(), monotonic()
    WRITES[name][3](DoseSpotClient(sender, cache, SETTINGS, ADMIN))
    until_s = sender.calls[-1].send_until_s
    assert until_s is not None
    assert before + 10.0 <= until_s <= monotonic() + 10.0


@pytest.mark.parametrize("id_", [0, -1, None, ABSENT], ids=["0", "negative", "null", "absent"])
def test_create_without_an_id_has_to_be_looked_up(
    wire: Wire, dosespot: DoseSpotClient, id_: Any
) -> None:
    wire.post(f"{BASE}api/clinicians", json=sample("dosespot_created", Id=id_))
    refusal(WRITES["create"][3], dosespot, LookUpFirst)


JANE = read(ClinicianItem, dosespot_clinician())
READ_SO: dict[str, tuple[str, Any, Any]] = {
    "lookup": ("lookup", sample("dosespot_looked_up"), 4711),
    "lookup, not found": ("lookup", sample("dosespot_nobody_found"), None),
    "lookup, 0": ("lookup", sample("dosespot_looked_up", Id=0), None),
    "lookup, negative": ("lookup", sample("dosespot_looked_up", Id=-1), None),
    "lookup, null": ("lookup", sample("dosespot_looked_up", Id=None), None),
    "clinician": ("clinician", sample("dosespot_clinician"), JANE),
    "clinician of nulls": ("clinician", sample("dosespot_clinician_of_nulls"), ClinicianItem()),
    "clinician, null": ("clinician", sample("dosespot_clinician", Item=None), None),
    "clinician, not found": ("clinician", sample("dosespot_nobody_found"), None),
    "status": ("status", sample("dosespot_registration_status"), Status.IDP_SUCCESS),
    "status, number": ("status", sample("dosespot_registration_status", Item=5), Status.IDP_ERROR),
    "status, null": ("status", sample("dosespot_registration_status", Item=None), Status.UNKNOWN),
    "status, object": ("status", sample("dosespot_registration_status", Item={}), Status.UNKNOWN),
    "status, absent": ("status", sample("dosespot_done"), Status.UNKNOWN),
    "one agreement unsigned": ("agreements", sample("dosespot_agreements_pending"), True),
    "all agreements signed": ("agreements", sample("dosespot_agreements_signed"), False),
    "agreements, null": ("agreements", sample("dosespot_agreements_signed", Items=None), False),
    "agreements, absent": ("agreements", sample("dosespot_done"), False),
}


@pytest.mark.parametrize(("name", "reply", "expected"), READ_SO.values(), ids=READ_SO)
def test_reply_is_read_so(
    wire: Wire, dosespot: DoseSpotClient, name: str, reply: Any, expected: Any
) -> None:
    path, ask = READS[name]
    wire.get(f"{BASE}{path}", json=reply)
    assert ask(dosespot) == expected
