"""The sign-in page of the FHIR server, as a browser and an app's own code call it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from deploy.sandbox.fhir.app import FhirServer, create_app
from deploy.sandbox.fhir.sign_in_page import Example, Guest, SignInHints
from deploy.sandbox.serve import LocalServer

REDIRECT = "http://127.0.0.1:9/pages/"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
JANE = {"resourceType": "Practitioner", "name": [{"family": "Smith", "given": ["Jane"]}]}
LOGIN = {"email": "jane@clinic.example", "password": "right"}
EXAMPLE = Example("Set up a clinic", (("Street", "1 <Main> St"),))
GUEST = Guest(**LOGIN, name="Jane <Smith>", description="prescriber")


@dataclass
class App:
    """An app that has people sign in."""

    server: FhirServer
    url: str
    project: str
    client: str

    def asked(self, **changes: str) -> dict[str, str]:
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": REDIRECT,
            "state": "st4te",
            "code_challenge": CHALLENGE.decode(),
            "code_challenge_method": "S256",
            "scope": "openid",
        }
        return {name: value for name, value in {**asked, **changes}.items() if value}

    def open(self, **changes: str) -> requests.Response:
        return requests.get(f"{self.url}oauth2/authorize", params=self.asked(**changes), timeout=10)

    def send(self, form: dict[str, str]) -> requests.Response:
        return requests.post(
            f"{self.url}oauth2/authorize",
            params=self.asked(),
            data=form,
            allow_redirects=False,
            timeout=10,
        )

    def code(self) -> str:
        return parse_qs(urlsplit(self.send(LOGIN).headers["Location"]).query)["code"][0]

    def tokens(self, code: str, **changes: str) -> requests.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        return requests.post(f"{self.url}oauth2/token", data={**form, **changes}, timeout=10)


@pytest.fixture
def app() -> Iterator[App]:
    with LocalServer() as http:
        server = create_app(base_url=http.url, hints=SignInHints([GUEST], [EXAMPLE]))
        project = server.add_project("Clinic")
        server.add_person(project, JANE, **LOGIN)
        client = {"resourceType": "ClientApplication", "name": "Pages", "redirectUris": [REDIRECT]}
        http.start(server)
        yield App(server, http.url, project, server.add_resource(project, client)["id"])
    server.close()


def _me(app: App, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{app.url}auth/me", headers=headers, timeout=10)


def test_page_lists_who_can_sign_in_and_escapes_what_it_is_given(app: App) -> None:
    page = app.open()
    assert page.status_code == 200
    assert "Jane &lt;Smith&gt;" in page.text
    assert "<dt>Street</dt><dd>1 &lt;Main&gt; St</dd>" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:9;" in policy
    assert "script-src" not in policy


def test_who_signs_in_goes_back_with_a_code_that_earns_tokens(app: App) -> None:
    back = urlsplit(app.send(LOGIN).headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == REDIRECT
    query = parse_qs(back.query)
    assert query["state"] == ["st4te"]
    tokens = app.tokens(query["code"][0]).json()
    assert _me(app, tokens["access_token"]).json()["user"]["email"] == LOGIN["email"]
    claims = tokens["access_token"].split(".")[1]
    assert f'"client_id": "{app.client}"' in base64.urlsafe_b64decode(claims + "==").decode()


def test_wrong_password_leads_to_the_page_again(app: App) -> None:
    page = app.send({**LOGIN, "password": "wrong"})
    assert page.status_code == 400
    assert "The e-mail address or the password is wrong." in page.text
    assert 'value="jane@clinic.example"' in page.text


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_id": "nobody"}, "Client not found"),
        ({"redirect_uri": "http://127.0.0.1:9/"}, "Incorrect redirect_uri"),
        ({"response_type": "token"}, "Invalid response_type"),
        ({"code_challenge": ""}, "Missing code_challenge"),
    ],
)
def test_page_is_not_shown_for_what_could_be_misused(
    app: App, changes: dict[str, str], told: str
) -> None:
    answer = app.open(**changes)
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["text"] == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"client_id": "another"}, "Invalid client"),
        ({"redirect_uri": "http://127.0.0.1:9/"}, "Invalid redirect_uri"),
        ({"code_verifier": "x" * 50}, "Invalid code verifier"),
    ],
)
def test_code_is_good_for_who_asked_for_it_only(
    app: App, changes: dict[str, str], told: str
) -> None:
    answer = app.tokens(app.code(), **changes)
    assert answer.status_code == 400
    assert answer.json()["error_description"] == told


def test_members_of_other_projects_do_not_get_in(app: App) -> None:
    other = app.server.add_project("Other clinic")
    login = {"email": "max@other.example", "password": "right"}
    app.server.add_person(other, JANE, **login)
    assert app.send(login).status_code == 400


def test_who_has_two_profiles_chooses_one(app: App) -> None:
    elsewhere: dict[str, Any] = {"resourceType": "Practitioner", "name": [{"family": "Else"}]}
    added = app.server.add_person(app.project, elsewhere, **LOGIN)
    page = app.send(LOGIN).text
    login = re.search(r'name="login" value="([^"]+)"', page)
    assert login is not None
    back = app.send({"login": login[1], "profile": added.membership_id})
    code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
    tokens = app.tokens(code).json()
    assert tokens["profile"]["reference"] == f"Practitioner/{added.profile_id}"


def test_who_signs_out_has_no_tokens_left(app: App) -> None:
    tokens = app.tokens(app.code()).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = requests.post(f"{app.url}oauth2/logout", headers=headers, timeout=10)
    assert answer.status_code == 200
    assert _me(app, tokens["access_token"]).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    assert requests.post(f"{app.url}oauth2/token", data=form, timeout=10).status_code == 400
