"""What is seen of a run from outside: its log, its metrics, and its trace id at both servers."""

import json
import os
import subprocess
import sys
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from deploy.sandbox.fhir.execute import readable_log
from tests.builders import lambda_payload
from tests.integration.clinic import TIMEOUT_S, Clinic, Member
from tests.integration.self_service import SELF_BOT, grant

ROOT = Path(__file__).parents[2]

# What AWS Lambda's Python runtime sets up before it imports the handler.
LAMBDA = """
import json, logging, sys
logging.getLogger().addHandler(handler := logging.StreamHandler(sys.stdout))
handler.setFormatter(logging.Formatter("[%(levelname)s]\\t%(message)s"))
from bots.self_enroll.handler import handler
from shared.errors import BotError
for event in json.load(sys.stdin):
    try:
        handler(event, None)
    except BotError:  # what every one of these events has to end with
        continue
    sys.exit("an event was not refused")
logging.getLogger("other").warning("somebody else's")
"""


def log_of_the_last_run(clinic: Clinic) -> list[dict[str, Any]]:
    """The bot's own lines in the end of the log that the FHIR server keeps; each is JSON.

    From the error that leaves the function on, they are the runtime's.
    """
    events = clinic.sandbox.fhir.resources("AuditEvent")
    runs = [event for event in events if event["type"]["code"] == "execute"]
    told = max(runs, key=lambda event: str(event["recorded"]))["outcomeDesc"]
    lines = readable_log(told.encode()).splitlines()
    return [json.loads(line) for line in takewhile(lambda line: line[:7] != "[ERROR]", lines)]


def steps(lines: list[dict[str, Any]]) -> list[str]:
    return [line["step"] for line in lines if "step" in line]


def traces(clinic: Clinic) -> dict[str, list[str | None]]:
    """The trace ids that either server has seen since the last reset."""
    urls = {"fhir": f"{clinic.fhir_url}_sandbox/", "dosespot": clinic.control_url}
    return {
        name: clinic.session.get(f"{url}calls", timeout=TIMEOUT_S).json()["traces"]
        for name, url in urls.items()
    }


def test_each_change_is_a_line_and_the_last_one_says_how_it_ended(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.enroll(prescriber)
    lines = log_of_the_last_run(clinic)
    assert sorted(steps(lines)[:-1]) == ["clinician-created", "clinician-linked", "status-recorded"]
    (recorded,) = (line for line in lines if line.get("step") == "status-recorded")
    assert (recorded["before"], recorded["after"]) == (None, "Pending")
    assert lines[-1]["step"] == "done"
    assert {line["bot"] for line in lines if "step" in line} == {"admin_enroll"}


def test_epcs_that_comes_and_goes_is_a_line(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.set_clinician(prescriber, status="TFAActivatedSuccess")
    clinic.enroll(prescriber)
    assert steps(log_of_the_last_run(clinic)) == ["status-recorded", "epcs-enabled", "done"]
    clinic.set_clinician(prescriber, locked=True)
    clinic.enroll(prescriber)
    assert steps(log_of_the_last_run(clinic)) == ["status-recorded", "epcs-disabled", "done"]
    clinic.enroll(prescriber)
    assert steps(log_of_the_last_run(clinic)) == ["done"]


def test_a_refusal_is_told_and_counted_by_its_kind(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.enroll(prescriber, initTfa=True)
    *_, metrics, last = log_of_the_last_run(clinic)
    assert (last["step"], last["error"], last["level"]) == ("refused", "StageRefused", "WARNING")
    assert (metrics["Bot"], metrics["Error"], metrics["Refusals"]) == (
        "admin_enroll",
        "StageRefused",
        1,
    )


def test_metrics_count_the_calls_that_the_servers_saw(clinic: Clinic, prescriber: Member) -> None:
    clinic.reset()
    clinic.enroll(prescriber)
    (metrics,) = (line for line in log_of_the_last_run(clinic) if "_aws" in line)
    seen = traces(clinic)
    executed = 1
    assert metrics["DoseSpotCalls"] == len(seen["dosespot"])
    assert metrics["FhirCalls"] == len(seen["fhir"]) - executed
    assert metrics["CliniciansCreated"] == metrics["CliniciansLinked"] == 1
    assert len(metrics["FhirLatency"]) == metrics["FhirCalls"]


@pytest.mark.parametrize("bot", ["admin", "self"])
def test_both_servers_see_the_trace_id_on_every_call(
    clinic: Clinic, prescriber: Member, bot: str
) -> None:
    grant(clinic, prescriber)
    clinic.reset()
    if bot == "admin":
        clinic.enroll(prescriber)
    else:
        clinic.execute(SELF_BOT, {}, prescriber.token)
    *_, last = log_of_the_last_run(clinic)
    seen = traces(clinic)
    executed, *others = seen["fhir"]
    assert executed is None
    assert len(seen["dosespot"]) > 4
    assert {*others, *seen["dosespot"]} == {last["traceId"]}


@pytest.mark.outside
def test_in_lambda_each_line_is_json_and_there_once() -> None:
    events = [lambda_payload(), {}, lambda_payload({"unknown": 1}, baseUrl="http://127.0.0.1:9/")]
    done = subprocess.run(
        [sys.executable, "-c", LAMBDA],
        input=json.dumps(events),
        env={**os.environ, "AWS_LAMBDA_FUNCTION_NAME": "made-up", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *ours, other = done.stdout.splitlines()
    assert other == "[WARNING]\tsomebody else's"
    lines = [json.loads(line) for line in ours]
    assert done.stderr == ""
    assert [line.get("step", "metrics") for line in lines if line.get("step") != "not-audited"] == [
        "metrics",
        "refused",
    ] * 3
