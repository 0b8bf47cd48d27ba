"""The runs that the benchmark times do what they should, here and on Node, and as often as told."""

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bots.dispatch import Dispatcher
from tests import npm
from tests.bench.canned import EVENTS, OPENING
from tests.bench.contestants import HERE, Contestant, Snapshot, first_s, servers
from tests.bench.package import ROOT
from tests.bench.transport import WAYS, compared_calls
from tests.builders import BOT_ID

pytestmark = pytest.mark.outside

DONE = {
    "create": {
        "status": "created",
        "doseSpotClinicianId": 4711,
        "registrationStatus": "Pending",
        "epcsEnabled": False,
    },
    "steady": {
        "status": "already_enrolled",
        "doseSpotClinicianId": 4712,
        "registrationStatus": "TFAActivatedSuccess",
        "epcsEnabled": True,
    },
    "sync": {"doseSpotPatientId": 8155, "status": "unchanged"},
}
OPENED = {
    "SingleSignOnClinicId": "123",
    "SingleSignOnUserId": "4712",
    "SingleSignOnPhraseLength": "32",
    "PatientId": "8155",
}


@pytest.fixture(scope="module")
def payloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with servers(0.0, tmp_path_factory.mktemp("payloads")) as written:
        yield written


@pytest.fixture(scope="module")
def on_node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return npm.install(HERE / "node", tmp_path_factory.mktemp("node") / "flows")


def said(answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the answers say: of self-enroll and patient sync, and of the iframe's link."""
    link = {
        name: value for name, [value] in parse_qs(urlsplit(answers["iframe"]["url"]).query).items()
    }
    told = {
        kind: {name: value for name, value in answer.items() if name != "nextSteps"}
        for kind, answer in answers.items()
        if kind != "iframe"
    }
    return told, {name: value for name, value in link.items() if name in OPENED}


def test_our_bots_do_every_run(payloads: Path) -> None:
    events, handler = json.loads(payloads.read_text(encoding="utf-8")), Dispatcher()
    assert said({kind: handler(events[kind], None) for kind in EVENTS}) == (DONE, OPENED)


def test_a_run_leaves_nothing_behind_that_waits_for_the_garbage_collector(payloads: Path) -> None:
    events, handler = json.loads(payloads.read_text(encoding="utf-8")), Dispatcher()
    gc.collect()
    gc.disable()
    try:
        left = []
        for _ in range(3):
            for kind in EVENTS:
                handler(events[kind], None)
            left.append(gc.collect())
    finally:
        gc.enable()
    assert left[1:] == [0, 0]


@pytest.mark.parametrize("plain", [[], ["plain"]], ids=["all", "plain"])
def test_the_flows_on_node_do_the_same(payloads: Path, plain: list[str], on_node: Path) -> None:
    done = subprocess.run(
        ["node", "main.mjs", *plain, str(payloads), *EVENTS],
        cwd=on_node,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answers = json.loads(done.stdout.splitlines()[0])
    assert said(dict(zip(EVENTS, answers, strict=True))) == (DONE, OPENED)


def test_a_snapshot_starts_as_often_as_it_is_told(payloads: Path) -> None:
    with Snapshot(ROOT, payloads, python=(sys.executable,)) as snapshot:
        assert all(snapshot.first_s(OPENING) > 0 for _ in range(2))


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_sending_that_is_compared_gets_the_same(payloads: Path, way: str) -> None:
    url = json.loads(payloads.read_text(encoding="utf-8"))["steady"]["baseUrl"]
    read, written = (json.loads(WAYS[way]()(call)) for call in compared_calls(url))
    assert (read["profile"]["resourceType"], written) == ("Bot", {"id": BOT_ID})


NOTES = """
import json, sys
payloads, *kinds = sys.argv[1:]
with open(payloads, "a") as file:
    file.write(" ".join(kinds) + "\\n")
known = {"steady": "already_enrolled", "sync": "unchanged"}
print(json.dumps([{"status": known.get(kind), "url": ""} for kind in kinds]))
"""


@pytest.mark.parametrize(
    ("one_process", "noted"),
    [(True, "steady sync iframe\n"), (False, "steady\nsync\niframe\n")],
)
def test_an_opening_takes_as_many_processes_as_there_are_functions(
    tmp_path: Path, one_process: bool, noted: str
) -> None:
    contestant = Contestant("it", (sys.executable, "-c", NOTES), one_process=one_process)
    assert first_s(contestant, tmp_path / "notes", OPENING) > 0
    assert (tmp_path / "notes").read_text() == noted


def test_a_run_that_does_something_else_is_not_timed(tmp_path: Path) -> None:
    nothing = "import json, sys; print(json.dumps([{} for _ in sys.argv[2:]]))"
    with pytest.raises(RuntimeError, match="it did not do what sync asks for"):
        first_s(Contestant("it", (sys.executable, "-c", nothing)), tmp_path, ("sync",))
