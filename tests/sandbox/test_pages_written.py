"""What `prescriber-bots pages` writes, and what it refuses."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.sandbox.pages import STATIC, security_headers

GIVEN = {
    "--base-url": "https://fhir.example.com/r4/",
    "--client-id": "client-1",
    "--dosespot-url": "https://dosespot.example.com/LoginSingleSignOn.aspx",
}
HEADERS = security_headers("https://fhir.example.com", "https://dosespot.example.com")


def _write(folder: Path, **changes: str) -> Result:
    options = {**GIVEN, "--out": str(folder), **changes}
    return CliRunner().invoke(main, ["pages", *(part for pair in options.items() for part in pair)])


def test_everything_is_written_and_the_config_says_where_the_server_is(tmp_path: Path) -> None:
    out = tmp_path / "site"
    assert _write(out).exit_code == 0
    files = {path.relative_to(STATIC) for path in STATIC.rglob("*") if path.is_file()}
    written = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert written == files | {Path("config.json"), Path("_headers")}
    config = json.loads((out / "config.json").read_bytes())
    assert config == {"fhirBaseUrl": GIVEN["--base-url"], "clientId": "client-1"}


def test_every_page_says_itself_what_browsers_refuse(tmp_path: Path) -> None:
    _write(tmp_path)
    policy = HEADERS["Content-Security-Policy"].removesuffix("; frame-ancestors 'none'")
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) == 4
    for page in pages:
        meta = re.search(
            r'http-equiv="Content-Security-Policy" content="([^"]+)"', page.read_text()
        )
        assert meta is not None
        assert meta[1].replace("&#x27;", "'") == policy


def test_headers_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    _write(tmp_path)
    lines = (tmp_path / "_headers").read_text().splitlines()
    assert lines == ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]


def test_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("mine")
    refused = _write(tmp_path)
    assert refused.exit_code == 1
    assert "is not empty. Name another folder, or empty it first." in refused.output
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.parametrize("option", ["--base-url", "--dosespot-url"])
def test_address_that_anybody_could_listen_to_is_refused(tmp_path: Path, option: str) -> None:
    refused = _write(tmp_path / "site", **{option: "http://fhir.example.com/"})
    assert refused.exit_code == 2
    assert option in refused.output
    assert not (tmp_path / "site").exists()
