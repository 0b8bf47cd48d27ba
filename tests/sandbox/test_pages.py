"""The web pages as files, and the headers that they are served with."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from deploy.sandbox.pages import STATIC, Site, create_app, origin
from deploy.sandbox.serve import LocalServer
from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.codes import ROLE_NUMBERS
from shared.members.rules.clinician import Clinician
from shared.members.rules.guidance import GUIDANCE, NON_CONTROLLED, next_steps

FHIR = "https://fhir.example.com/r4/"
DOSESPOT = "https://dosespot.example.com"
SITE = Site(FHIR, "client-1", DOSESPOT)
VENDORED = STATIC / "vendor"
OWN = sorted(path for path in STATIC.rglob("*") if path.is_file() and VENDORED not in path.parents)
STATUSES = json.loads((STATIC / "js" / "words" / "statuses.json").read_bytes())

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self'; connect-src https://fhir.example.com 'self';"
    " frame-src https://dosespot.example.com; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LocalServer() as server:
        yield server.start(create_app(SITE)).url


@pytest.mark.parametrize("path", ["", "provider/", "admin/", "config.json", "no-such-page"])
def test_every_answer_carries_the_security_headers(url: str, path: str) -> None:
    headers = requests.get(f"{url}{path}", timeout=10).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


def test_config_names_the_fhir_server_and_the_client_and_nothing_else(url: str) -> None:
    config = requests.get(f"{url}config.json", timeout=10).json()
    assert config == {"fhirBaseUrl": FHIR, "clientId": "client-1"}


def test_config_names_the_projects_own_clinic_where_it_is_given() -> None:
    assert replace(SITE, clinic_id=1001).config == {**SITE.config, "clinicId": 1001}


def test_only_static_files_are_served(url: str) -> None:
    assert requests.get(f"{url}__init__.py", timeout=10).status_code == 404


@pytest.mark.parametrize("url", ["http://127.0.0.1:8103/", "http://127.0.0.1:8103/base/path?query"])
def test_origin_is_scheme_host_and_port(url: str) -> None:
    assert origin(url) == "http://127.0.0.1:8103"


def test_statuses_say_what_the_guidance_says() -> None:
    assert STATUSES["statuses"] == {
        status.value: {
            "meaning": guidance.meaning,
            "owner": guidance.owner.value,
            "action": guidance.action,
        }
        for status, guidance in GUIDANCE.items()
    }


def test_statuses_with_work_left_without_dea_number_are_those_of_the_guidance() -> None:
    def is_ready(status: RegistrationStatus) -> bool:
        clinician = Clinician(id=1, status=status, agreement_pending=False)
        return next_steps(clinician, has_dea=False) == (NON_CONTROLLED,)

    left = [status.value for status in RegistrationStatus if not is_ready(status)]
    assert sorted(STATUSES["alsoWithoutDea"]) == sorted(left)


def test_roles_have_the_numbers_of_the_bots() -> None:
    source = (STATIC / "js" / "people.js").read_text(encoding="utf-8")
    rows = re.findall(r"^  (\w+): (\d),$", source, re.MULTILINE)
    assert {code: int(number) for code, number in rows} == {
        role.value: number for role, number in ROLE_NUMBERS.items()
    }


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(STATIC)))
def test_pages_use_the_public_api_only_and_no_inline_code(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "_sandbox" not in text
    assert "innerHTML" not in text
    assert not re.search(r"<style|<script(?![^>]* src=)|\son[a-z]+=\"|\sstyle=", text)


@pytest.mark.parametrize("folder", sorted(VENDORED.iterdir()), ids=lambda folder: folder.name)
def test_vendored_files_are_the_released_ones(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", readme, re.MULTILINE))
    files = {path.name for path in folder.iterdir()} - {"README.md"}
    assert stated == {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files
    }
