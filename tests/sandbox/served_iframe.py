"""DoseSpot's iFrame as tests drive it: links that open it, and pages with their forms."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests

from deploy.sandbox.dosespot.app import create_app
from tests.sandbox.served_dosespot import RECORD

JANE = {
    **RECORD,
    "FirstName": "Jane",
    "LastName": "O'Brien",
    "DateOfBirth": "1980-05-15",
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


@dataclass
class PageForm:
    """A form: where its buttons lead, and what is sent if nothing is filled in."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, dict[str, str | None]] = field(default_factory=dict)


class Page(HTMLParser):
    """What a browser would make of an answer: headings, text, labels, and forms."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__()
        self.status, self.url, self.headers = answer.status_code, answer.url, answer.headers
        self.action: str | None = None
        self.hidden: dict[str, str] = {}
        self.fields: set[str] = set()
        self.forms: list[PageForm] = []
        self._button: dict[str, str | None] | None = None
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given["action"]
            self.forms.append(PageForm(str(given["action"]), str(given["method"])))
        elif tag == "button":
            self._button = given
        elif tag == "input" and given["type"] == "hidden":
            self.hidden[str(given["name"])] = str(given["value"])
        if tag in ("input", "textarea"):
            if given.get("type") != "hidden":
                self.fields.add(str(given["name"]))
            is_choice = given.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in given:
                blank = "on" if is_choice else ""
                self.forms[-1].values[str(given["name"])] = given.get("value") or blank
        if tag not in ("input", "meta"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and data.strip():
            self.texts.setdefault(self._open[-1], []).append(data.strip())
        if self._button is not None and self._open[-1] == "button":
            self.forms[-1].buttons[data.strip()] = self._button
            self._button = None

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

    def press(self, name: str, which: int = 0, /, **fields: str | None) -> "Page":
        """What a button leads to, with these fields filled in; None takes a field away.

        Args:
            name: of the button.
            which: of those with that name.
            fields: names may have an underscore for a hyphen.
        """
        form = [each for each in self.forms if name in each.buttons][which]
        button = form.buttons[name]
        filled = {key.replace("_", "-"): value for key, value in fields.items()}
        own = {str(button["name"]): button["value"]} if "name" in button else {}
        values = {**form.values, **filled, **own}
        sent = {key: value for key, value in values.items() if value is not None}
        url = urljoin(self.url, str(button.get("formaction") or form.action))
        by_query = form.method == "get"
        return Page(
            requests.get(url, params=sent, timeout=5)
            if by_query
            else requests.post(url, data=sent, timeout=5)
        )

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
