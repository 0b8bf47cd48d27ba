"""The page that a prescriber sees in DoseSpot's iFrame, from the link that opens it to EPCS."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from starlette.types import Receive, Scope, Send

from deploy.local.dosespot.app import DoseSpotServer, create_app
from deploy.local.serve import LocalServer

JANE = {
    "FirstName": "Jane",
    "LastName": "O'Brien",
    "DateOfBirth": "1980-05-15",
    "Address1": "1 Main St",
    "City": "Springfield",
    "State": "IL",
    "ZipCode": "62701",
    "PrimaryPhone": "3451234567",
    "PrimaryFax": "5671234568",
    "NPINumber": "1234567893",
    "DEANumbers": [{"DEANumber": "AB1234563", "State": "IL"}],
    "EPCSRequested": True,
}
PATIENT = {
    **JANE,
    "FirstName": "<script>alert(1)</script>",
    "LastName": 'Bo"b & <b>',
    "Gender": "Unknown",
    "PrimaryPhoneType": "Home",
    "Active": True,
}
START_IDP = "Close this window; your clinic or its software starts identity proofing."
START_TFA = "Close this window; your clinic or its software starts two-factor authentication."
RIGHT = {"answer-1": "A", "answer-2": "A"}
WRONG = {"answer-1": "A", "answer-2": "B"}


class Page(HTMLParser):
    """What a browser would make of an answer: headings, text, labels, and the one form."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__()
        self.status, self.url, self.headers = answer.status_code, answer.url, answer.headers
        self.action: str | None = None
        self.hidden: dict[str, str] = {}
        self.fields: set[str] = set()
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given["type"] == "hidden":
            self.hidden[str(given["name"])] = str(given["value"])
        elif tag == "input":
            self.fields.add(str(given["name"]))
        if tag not in ("input", "meta"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data.strip())

    @property
    def heading(self) -> str:
        (heading,) = self.texts["h1"]
        return heading

    @property
    def text(self) -> str:
        return "\n".join(line for tag in ("p", "legend", "h2") for line in self.texts.get(tag, []))

    def send(self, **fields: str) -> "Page":
        """What the form's button leads to, with these fields filled in."""
        assert self.action is not None
        form = {**self.hidden, **{name.replace("_", "-"): each for name, each in fields.items()}}
        return Page(requests.post(urljoin(self.url, self.action), data=form, timeout=5))

    def again(self) -> "Page":
        return Page(requests.get(self.url, timeout=5))


class Iframe:
    """A served application with a clinician, and the links that the clinic makes for it."""

    def __init__(self, url: str, database: str = ":memory:") -> None:
        self.now = datetime(2026, 3, 12, tzinfo=UTC)
        self.url, self.app = url, create_app(database, lambda: self.now)
        self.jane = self.app.add_clinician(JANE, ["PrescribingClinician"], "Pending")

    def link(self, key: str | None = None, **changes: str) -> dict[str, str]:
        """The parameters of a link as DoseSpot's guide has them; "" leaves one out."""
        phrase, user = secrets.token_hex(16), changes.get("SingleSignOnUserId", str(self.jane))
        key = key or self.app.clinic_key
        parameters = {
            "SingleSignOnClinicId": str(self.app.clinic_id),
            "SingleSignOnUserId": user,
            "SingleSignOnPhraseLength": "32",
            "SingleSignOnCode": phrase + hashed(phrase + key),
            "SingleSignOnUserIdVerify": hashed(user + phrase[:22] + key),
            "RefillsErrors": "1",
            **changes,
        }
        return {name: value for name, value in parameters.items() if value}

    def open(self, parameters: Any = None, **changes: str) -> Page:
        parameters = self.link(**changes) if parameters is None else parameters
        url = f"{self.url}LoginSingleSignOn.aspx"
        return Page(requests.get(url, params=parameters, timeout=5))

    def patch(self, **facts: Any) -> None:
        url = f"{self.url}_sandbox/clinicians/{self.jane}"
        assert requests.patch(url, json=facts, timeout=5).status_code == 200

    def add(self, role: str) -> int:
        """Somebody else in the clinic, who has no NPI."""
        record = {**JANE, "FirstName": role, "NPINumber": None, "DEANumbers": []}
        return self.app.add_clinician(record, [role])

    def initialize(self, tfa_type: str) -> None:
        """The clinic lets Jane set up the second factor."""
        admin = self.add("ClinicianAdmin")
        path = f"clinicians/{self.jane}/initTfaActivate"
        assert self.call(path, admin, {"TfaTypeId": tfa_type})["Result"]["ResultCode"] == "OK"

    def link_of_another_clinic(self) -> dict[str, str]:
        """A link for Jane with the key of a clinic that does not have her."""
        clinic = {**PATIENT, "ClinicName": "Second"}
        made = self.call("clinics", self.add("ClinicianAdmin"), clinic)
        return self.link(made["ClinicKey"], SingleSignOnClinicId=str(made["ClinicId"]))

    def status(self) -> str:
        everybody = requests.get(f"{self.url}_sandbox/clinicians", timeout=5).json()
        (status,) = next(each["status"].values() for each in everybody if each["id"] == self.jane)
        return str(status)

    def signed(self, status: str) -> Page:
        """The page of somebody who has signed everything and is at that status."""
        url = f"{self.url}_sandbox/clinicians/{self.jane}/prescriber/sign-agreements"
        assert requests.post(url, timeout=5).status_code == 200
        self.patch(status=status)
        return self.open()

    def call(self, path: str, user: int, body: Any = None) -> Any:
        """What an API call answers to the clinic's software, which comes as that clinician."""
        keys = {"Subscription-Key": self.app.subscription_key}
        clinic, key = self.app.clinic_id, self.app.clinic_key
        form = {"client_id": clinic, "client_secret": key, "username": user, "password": key}
        form |= {"grant_type": "password", "scope": "api"}
        base = f"{self.url}webapi/v2/"
        token = requests.post(f"{base}connect/token", data=form, headers=keys, timeout=5).json()
        keys["Authorization"] = f"Bearer {token['access_token']}"
        return requests.post(f"{base}api/{path}", json=body, headers=keys, timeout=5).json()


def hashed(text: str) -> str:
    code = base64.b64encode(hashlib.sha512(text.encode()).digest()).decode()
    assert code.endswith("==")
    return code[:-2]


class Slot:
    """Serves whichever application is put in, so that each test can have a fresh one."""

    def __init__(self) -> None:
        self.app: DoseSpotServer | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[str, Slot]]:
    with LocalServer() as server:
        slot = Slot()
        yield server.start(slot).url, slot


@pytest.fixture
def iframe(served: tuple[str, Slot]) -> Iterator[Iframe]:
    url, slot = served
    iframe = Iframe(url)
    slot.app = iframe.app
    yield iframe
    iframe.app.close()


def test_agreements_are_signed_one_by_one_and_then_the_clinic_goes_on(iframe: Iframe) -> None:
    page, seen = iframe.open(), []
    while page.heading == "Legal agreements":
        seen.append((page.texts["p"][1], page.texts["button"], iframe.status()))
        page = page.send()
    sign = ["Sign agreement"]
    assert seen == [(f"Agreement {each} of 3", sign, "Pending") for each in (1, 2, 3)]
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "RegistrationSuccess")
    assert START_IDP in page.text
    assert "You can prescribe medications that are not controlled substances." in page.text


def test_identity_proofing_fails_with_the_third_wrong_answer_and_may_be_tried_again(
    iframe: Iframe,
) -> None:
    page = iframe.signed("IDPInitializeSuccess")
    assert (page.heading, page.texts["button"]) == (
        "Identity proofing",
        ["Begin identity proofing"],
    )
    page = page.send()
    assert (page.fields, page.texts["button"]) == ({"answer-1", "answer-2"}, ["Submit answers"])
    assert page.text.count("in this sandbox the right answer is A") == 2
    page = page.send(**WRONG)
    assert "These answers were not right. 2 attempts are left." in page.text
    page = page.send(**WRONG)
    assert "These answers were not right. 1 attempt is left." in page.text
    page = page.send(**WRONG)
    assert "Identity proofing failed (IDPError). You may try again." in page.text
    assert (page.heading, iframe.status()) == ("Identity proofing", "IDPError")
    page = page.send().send(**RIGHT)
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "IDPSuccess")
    assert START_TFA in page.text


@pytest.mark.parametrize(
    ("tfa_type", "fields"), [("Mobile", {"code"}), ("Token", {"code", "serial-number"})]
)
def test_a_first_code_activates_controlled_substances(
    iframe: Iframe, tfa_type: str, fields: set[str]
) -> None:
    page = iframe.signed("IDPSuccess")
    iframe.initialize(tfa_type)
    page = page.again()
    assert (page.heading, page.fields) == ("Two-factor authentication", fields)
    assert page.texts["button"] == ["Activate"]
    page = page.send(code="654321", serial_number="1")
    assert "This code was not right. 2 attempts are left." in page.text
    page = page.send(code="123456", serial_number="1")
    assert (page.heading, iframe.status()) == ("Ready to prescribe", "TFAActivatedSuccess")
    assert "You can prescribe medications, including controlled substances." in page.text


def test_the_third_wrong_code_sends_back_to_the_clinic(iframe: Iframe) -> None:
    page = iframe.signed("TFAActivateInit")
    for _ in range(3):
        page = page.send(code="0")
    assert f"Two-factor authentication failed (TFAActivatedError). {START_TFA}" in page.text


def test_what_is_left_out_is_no_attempt(iframe: Iframe) -> None:
    page = iframe.signed("IDPInitializeSuccess").send().send(answer_1="A")
    assert "Answer both questions." in page.text
    assert "attempt" not in page.text
    assert "Answer both questions." not in page.again().text
    iframe.patch(status="IDPSuccess")
    iframe.initialize("Token")
    page = page.again().send(code="123456")
    assert "Enter the serial number of your token." in page.text
    assert "Enter the six-digit code." in page.send(serial_number="1").text
    assert iframe.status() == "TFAActivateInit"


def test_a_form_that_is_sent_twice_does_nothing_the_second_time(iframe: Iframe) -> None:
    first = iframe.open()
    pages = [first.send(), first.send()]
    assert [page.texts["p"][1] for page in pages] == ["Agreement 2 of 3"] * 2
    begun = iframe.signed("IDPInitializeSuccess").send()
    begun.send(**RIGHT)
    assert "There is no such identity proofing session" in begun.send(**WRONG).text
    assert iframe.status() == "IDPSuccess"


def test_a_second_factor_is_given_up_with_a_last_code(iframe: Iframe) -> None:
    page = iframe.signed("TFADeactivateInit")
    assert (page.heading, page.texts["button"]) == ("Two-factor authentication", ["Deactivate"])
    page.send(code="123456")
    assert iframe.status() == "TFADeactivatedSuccess"


@pytest.mark.parametrize("status", ["Pending", "RegistrationError", "Whatever<b>"])
def test_a_status_that_is_not_clear_is_never_taken_for_ready(iframe: Iframe, status: str) -> None:
    page = iframe.signed(status)
    assert page.heading == "Registration not complete"
    assert f"({status})" in page.text


@pytest.mark.parametrize(
    ("name", "tamper", "sentence"),
    [
        ("SingleSignOnClinicId", lambda _: "9999", "There is no clinic"),
        ("SingleSignOnClinicId", lambda old: f"0{old}", "The link lacks"),
        ("SingleSignOnUserId", lambda old: f"{old}1", "The link was not signed"),
        ("SingleSignOnUserId", lambda _: "x", "The link lacks"),
        ("SingleSignOnPhraseLength", lambda _: "22", "The link lacks"),
        ("SingleSignOnCode", lambda old: f"{'0' * 32}{old[32:]}", "The link was not signed"),
        ("SingleSignOnCode", lambda old: f"{old}==", "The link was not signed"),
        ("SingleSignOnCode", lambda old: old[:32], "The link lacks"),
        ("SingleSignOnCode", lambda old: f"-{old[1:]}", "The link lacks"),
        ("SingleSignOnUserIdVerify", lambda old: f"\xe9{old[1:]}", "The link was not signed"),
        ("SingleSignOnUserIdVerify", lambda _: "", "The link was not signed"),
        ("RefillsErrors", lambda _: "0", "The link lacks"),
        ("PatientId", lambda _: "70001", "The link lacks"),
        ("OnBehalfOfUserId", lambda _: "me", "The link lacks"),
    ],
)
def test_a_link_that_was_tampered_with_is_refused(
    iframe: Iframe, name: str, tamper: Callable[[str], str], sentence: str
) -> None:
    link = iframe.link()
    page = iframe.open({**link, name: tamper(link.get(name, ""))})
    assert (page.status, page.heading) == (403, "Sign-in refused")
    assert page.text.splitlines()[1].startswith(sentence)
    assert iframe.open(link).status == 200


def test_a_link_with_a_value_missing_or_given_twice_is_refused(iframe: Iframe) -> None:
    link = iframe.link()
    wrong = [{name: link[name] for name in link if name != left_out} for left_out in link]
    pages = [iframe.open(each) for each in [*wrong, [*link.items(), *link.items()]]]
    assert {page.heading for page in pages} == {"Sign-in refused"}


def test_a_phrase_opens_one_session(iframe: Iframe) -> None:
    link = iframe.link()
    assert iframe.open(link).status == 200
    del link["RefillsErrors"]
    page = iframe.open({**link, "PatientId": "1"})
    assert page.status == 403
    assert "The link was used before." in page.text


def test_a_phrase_stays_used_when_the_account_is_let_in_again(iframe: Iframe) -> None:
    link = iframe.link()
    iframe.patch(locked=True)
    assert iframe.open(link).heading == "Account locked"
    iframe.patch(locked=False)
    assert "The link was used before." in iframe.open(link).text


def test_a_restart_ends_the_sessions_and_forgets_no_phrase(
    served: tuple[str, Slot], tmp_path: Path
) -> None:
    url, slot = served
    iframe = Iframe(url, str(tmp_path / "dosespot.sqlite"))
    slot.app = iframe.app
    link = iframe.link()
    page = iframe.open(link)
    iframe.app.close()
    slot.app = create_app(str(tmp_path / "dosespot.sqlite"), lambda: iframe.now)
    assert "This session has ended." in page.again().text
    assert "The link was used before." in iframe.open(link).text
    slot.app.close()


def test_who_the_clinic_does_not_have_is_refused(iframe: Iframe) -> None:
    stranger = iframe.open(SingleSignOnUserId="99999")
    assert "There is no clinician with this id." in stranger.text
    elsewhere = iframe.open(iframe.link_of_another_clinic())
    assert "The clinician is not linked to this clinic." in elsewhere.text
    assert {stranger.status, elsewhere.status} == {403}


@pytest.mark.parametrize(
    ("facts", "status", "heading"),
    [
        ({"locked": True}, 403, "Account locked"),
        ({"active": False}, 403, "Account inactive"),
        ({"confirmed": False}, 200, "Account not confirmed"),
    ],
)
def test_an_account_that_may_not_enter_is_told_so_even_in_an_open_session(
    iframe: Iframe, facts: dict[str, bool], status: int, heading: str
) -> None:
    page = iframe.open()
    iframe.patch(**facts)
    pages = [iframe.open(), page.again(), page.send()]
    assert [(each.status, each.heading) for each in pages] == [(status, heading)] * 3
    assert [each.action for each in pages] == [None] * 3


def test_a_session_ends_when_nobody_uses_it(iframe: Iframe) -> None:
    page = iframe.open()
    for _ in range(2):
        iframe.now += timedelta(minutes=29)
        assert page.again().heading == "Legal agreements"
    iframe.now += timedelta(minutes=30)
    ended = page.send()
    assert (ended.status, ended.heading) == (403, "Sign-in refused")
    assert "This session has ended." in ended.text


def test_a_patient_is_named_as_text_whatever_the_name(iframe: Iframe) -> None:
    iframe.signed("RegistrationSuccess")
    patient = iframe.call("patients", iframe.jane, PATIENT)["Id"]
    page = iframe.open(PatientId=str(patient), RefillsErrors="")
    assert page.texts["h2"] == [f"{PATIENT['FirstName']} {PATIENT['LastName']}"]
    assert page.texts["button"] == ["Add prescription"]
    assert "script" not in page.texts
    missing = iframe.open(PatientId="9", RefillsErrors="")
    assert (missing.status, missing.heading) == (200, "Patient not found")


def test_without_a_patient_there_are_the_notifications(iframe: Iframe) -> None:
    assert iframe.signed("RegistrationSuccess").texts["h2"] == ["Notifications"]


def test_who_has_no_role_that_prescribes_is_not_told_to_be_ready(iframe: Iframe) -> None:
    page = iframe.open(SingleSignOnUserId=str(iframe.add("ClinicianAdmin")))
    assert page.heading == "Signed in"
    assert "Your role is not one that prescribes." in page.text


def test_a_proxy_comes_on_behalf_of_somebody(iframe: Iframe) -> None:
    proxy = str(iframe.add("ProxyClinician"))
    assert "A proxy has to act on behalf of" in iframe.open(SingleSignOnUserId=proxy).text
    page = iframe.open(SingleSignOnUserId=proxy, OnBehalfOfUserId=str(iframe.jane))
    assert "on behalf of Jane O'Brien." in page.text


def test_the_page_works_in_a_foreign_iframe_and_runs_nothing(iframe: Iframe) -> None:
    link = f"{iframe.url}LoginSingleSignOn.aspx"
    opened = requests.get(link, params=iframe.link(), allow_redirects=False, timeout=5)
    page = requests.get(urljoin(link, opened.headers["Location"]), timeout=5)
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert page.headers["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "form-action 'self'",
        "base-uri 'none'",
    ]
    assert opened.status_code == 303
    assert "<script" not in page.text
    for answer in (opened, page):
        assert {"Set-Cookie", "X-Frame-Options"}.isdisjoint(answer.headers)
        assert answer.headers["Cache-Control"] == "no-store"
