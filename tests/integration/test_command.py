"""The command `prescriber-bots`, run as a user runs it: mostly as a process of its own."""

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from click.testing import CliRunner
from starlette.applications import Starlette

from deploy.cli import main
from deploy.relay.rules import signature
from deploy.sandbox.people import PASSWORD, PEOPLE
from deploy.sandbox.serve import LocalServer

pytestmark = pytest.mark.outside

COMMAND = str(Path(sys.executable).with_name("prescriber-bots"))
START_TIMEOUT_S = 120
ENROLL = (
    "fhir/R4/Bot/$execute?identifier=https://www.medplum.com/bots|dosespot-enroll-prescriber-bot"
)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments], capture_output=True, text=True, timeout=180, check=False
    )


@contextmanager
def _serving(tmp_path: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Runs a serving command until the block ends; it must then end well on SIGTERM."""
    ready = tmp_path / "ready.json"
    ready.unlink(missing_ok=True)
    process = subprocess.Popen([COMMAND, *arguments, "--ready-file", str(ready)])
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready.exists():
            assert time.monotonic() < deadline, "the command did not get ready"
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.02)
                raise AssertionError("the command ended before it was ready")
        assert stat.S_IMODE(ready.stat().st_mode) == 0o600
        yield json.loads(ready.read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=START_TIMEOUT_S) == 0
        assert not ready.exists()


def test_demo_tells_every_step_and_ends_with_0() -> None:
    result = _run("demo", "--json")
    told = json.loads(result.stdout)
    assert (result.returncode, told["ok"]) == (0, True)
    assert [step["dosespot"] for step in told["paths"][0]["steps"]] == [
        "Pending",
        "RegistrationSuccess",
        "IDPInitializeSuccess",
        "IDPSuccess",
        "TFAActivateInit",
        "TFAActivatedSuccess",
        "TFAActivatedSuccess",
        "TFAActivatedSuccess",
    ]
    last = told["paths"][-1]["steps"][-1]["answer"]
    assert last == "clinic 1001: 1 prescriber, 39.00 USD; clinic 1002: 1 prescriber, 39.00 USD"
    assert told["paths"][0]["steps"][6]["written"] == [
        "Practitioner.extension = TFAActivatedSuccess",
        "Practitioner.qualification = epcs",
    ]
    assert told["paths"][1]["steps"][0]["warnings"] == [
        "Practitioner.name[0].suffix: is not sent to DoseSpot: DoseSpot takes at most 10 characters"
        " here; shorten it"
    ]


def test_sandbox_keeps_its_state_in_a_folder(tmp_path: Path) -> None:
    arguments = ["sandbox", "--data", str(tmp_path / "data")]
    for server in ("fhir", "dosespot", "functions", "pages", "nppes"):
        arguments += [f"--{server}-port", "0"]
    answers = []
    for _ in range(2):
        with _serving(tmp_path, *arguments) as ready:
            prescriber = ready["people"]["smith"]["practitionerId"]
            reply = requests.post(
                ready["fhir"]["baseUrl"] + ENROLL,
                json={"practitionerId": prescriber, "practitionerRoleTypes": [1]},
                headers={"Authorization": f"Bearer {ready['people']['admin']['token']}"},
                timeout=30,
            )
            assert reply.status_code == 200
            answers.append(reply.json())
    assert answers[1] == answers[0]


def test_functions_answer_an_aws_sdk(tmp_path: Path) -> None:
    with _serving(tmp_path, "functions", "--port", "0") as ready:
        client = boto3.client(
            "lambda",
            endpoint_url=ready["functions"]["baseUrl"],
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"max_attempts": 0}),
        )
        name = ready["functions"]["names"]["dosespot-enroll-prescriber-bot"]
        answer = client.invoke(FunctionName=name, Payload=b"{}")
        client.close()
    assert answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert error["errorType"] == "Misconfigured"
    assert "must be run by a Medplum server" in error["errorMessage"]


def test_functions_serve_the_relay_with_a_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, server, now = "s" * 32, "https://api.example.org/", str(int(time.time() * 1000))
    monkeypatch.setenv("RELAY_SECRET", secret)
    foreign = json.dumps({"callId": "1", "payload": {"baseUrl": "https://evil.example/"}}).encode()
    with _serving(tmp_path, "functions", "--port", "0", "--relay-from", server) as ready:
        url = ready["relay"]["baseUrl"]
        unsigned = requests.post(url, data=foreign, timeout=30)
        headers = {"X-Relay-Time": now, "X-Relay-Signature": signature(secret, now, foreign)}
        signed = requests.post(url, data=foreign, headers=headers, timeout=30)
    assert (unsigned.status_code, signed.status_code) == (401, 403)
    assert secret not in json.dumps(ready)


def test_dosespot_alone_says_what_the_secrets_are(tmp_path: Path) -> None:
    with _serving(tmp_path, "dosespot", "--port", "0") as ready:
        clinic = ready["dosespot"]
        reply = requests.post(
            f"{clinic['baseUrl']}connect/token",
            data={
                "grant_type": "password",
                "client_id": clinic["clinicId"],
                "client_secret": clinic["clinicKey"],
                "username": clinic["administratorsClinicianId"],
                "password": clinic["clinicKey"],
                "scope": "api",
            },
            headers={"Subscription-Key": clinic["subscriptionKey"]},
            timeout=30,
        )
    assert reply.status_code == 200
    assert reply.json()["expires_in"] > 0


def test_invoke_runs_a_saved_payload(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text(json.dumps({"baseUrl": "http://example.org/", "secrets": {}}))
    result = _run("invoke", "admin_enroll", "--payload", str(payload))
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "Error: This function must be run by a Medplum server, such as by Bot/$execute; its payload"
        " is not usable: accessToken, baseUrl, requester. baseUrl must be an https URL; accessToken"
        " must be there, and requester or else bot."
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("invoke", "admin_enroll", "--payload", "nothing.json"), "does not exist"),
        (
            ("invoke", "nobody", "--payload", sys.executable),
            "is not one of 'add_favorite_medication'",
        ),
        (
            ("enroll",),
            "No such command 'enroll'. Did you mean enroll-many? The commands are billing, demo,",
        ),
        (
            ("nothing",),
            "No such command 'nothing'. The commands are billing, demo, deploy, destroy,",
        ),
        (("--quiet",), "No such option"),
        (("functions", "--bot", "x=y"), "--bot needs ID=NAME"),
        (
            ("functions", "--relay-from", "https://api.example.org/"),
            "--relay-from needs the project secret RELAY_SECRET in the environment: it must have 32"
            " plain characters at least.",
        ),
        (
            ("functions", "--host", "192.0.2.1", "--port", "1"),
            "Can't listen on 192.0.2.1:1: Cannot assign requested address",
        ),
        (("dosespot", "--port", "70000"), "is not in the range"),
    ],
)
def test_errors_are_told_in_one_line(arguments: tuple[str, ...], sentence: str) -> None:
    result = CliRunner().invoke(main, arguments, prog_name="prescriber-bots")
    assert result.exit_code != 0
    (line,) = result.stderr.splitlines()
    assert sentence in line


def test_an_error_is_told_in_one_line_to_a_shell() -> None:
    result = _run("nothing")
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert "No such command 'nothing'" in line


def test_without_arguments_there_is_help_and_each_summary_is_whole() -> None:
    result = CliRunner().invoke(main, [], prog_name="prescriber-bots", terminal_width=80)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Usage: prescriber-bots ")
    _, _, commands = result.stdout.partition("Commands:\n")
    assert [line.split()[0] for line in commands.splitlines()] == sorted(main.commands)
    assert "..." not in commands


def test_taken_ports_are_named_with_the_options_for_others(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    ready.write_text("of an earlier run")
    with LocalServer().start(Starlette()) as fhir, LocalServer().start(Starlette()) as pages:
        arguments = ["--fhir-port", str(fhir.port), "--pages-port", str(pages.port)]
        for server in ("dosespot", "functions", "nppes"):
            arguments += [f"--{server}-port", "0"]
        result = CliRunner().invoke(main, ["sandbox", *arguments, "--ready-file", str(ready)])
        alone = CliRunner().invoke(main, ["dosespot", "--port", str(fhir.port)])
    advice = "A sandbox may already be running: stop it, or choose other ports with"
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: Ports {fhir.port}, {pages.port} are taken by other programs. {advice} --fhir-port,"
        " --pages-port; 0 takes any free one.\n",
    )
    assert not ready.exists()
    assert (alone.exit_code, alone.stderr) == (
        1,
        f"Error: Port {fhir.port} is taken by another program. {advice} --port; 0 takes any free"
        " one.\n",
    )


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    with subprocess.Popen(
        [COMMAND, "demo"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        assert demo.stderr is not None
        assert demo.stdout.readline().startswith("Administrator enrolls Dr. Smith")
        demo.stdout.close()
        assert demo.stderr.read() == ""
    assert demo.returncode == 141


def test_the_sandbox_says_who_can_sign_in_and_where() -> None:
    ports = [f"--{server}-port=0" for server in ("fhir", "dosespot", "functions", "nppes", "pages")]
    with subprocess.Popen([COMMAND, "sandbox", *ports], stdout=subprocess.PIPE, text=True) as box:
        assert box.stdout is not None
        lines = list(takewhile(lambda line: not line.startswith("Running;"), box.stdout))
        pages = next(line.split()[1] for line in lines if line.startswith("pages "))
        replies = [requests.get(f"{pages}{one}/", timeout=30) for one in ("admin", "provider")]
        box.send_signal(signal.SIGINT)
    assert box.returncode == 0
    assert [reply.status_code for reply in replies] == [200, 200]
    told = "".join(lines)
    assert f"page for administrators  {pages}admin/\n" in told
    assert f"page for prescribers     {pages}provider/\n" in told
    assert f"Sign in there with the password {PASSWORD} as\n" in told
    assert [line.split()[0] for line in lines if "@" in line] == [one.email for one in PEOPLE]
    (smith,) = [line for line in lines if "smith@" in line]
    assert [part.strip() for part in smith.split("  ") if part.strip()] == [
        "smith@clinic.example",
        "Jane Marie Smith",
        "prescriber with two DEA numbers (IL, NY)",
    ]


def test_verbose_shows_the_traceback(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text("{}")
    result = _run("--verbose", "invoke", "admin_enroll", "--payload", str(payload))
    assert "Traceback" in result.stderr


def test_a_payload_that_is_no_json_is_said_so(tmp_path: Path) -> None:
    payload = tmp_path / "payload.json"
    payload.write_text("enroll")
    result = CliRunner().invoke(main, ["invoke", "admin_enroll", "--payload", str(payload)])
    assert result.stderr.splitlines() == [f"Error: {payload} is not JSON."]


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_help_text_has_an_example(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert "Examples:" in result.output
    assert f"prescriber-bots {command}" in result.output
