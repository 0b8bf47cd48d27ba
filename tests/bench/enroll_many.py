"""Measures `enroll-many` against the sandbox: `python -m tests.bench.enroll_many [NUMBER ...]`.

Enrolls 200 and then 2,000 made-up prescribers (or as many as the arguments say), each time with a
sandbox of its own in a process of its own, which enforces DoseSpot's published limits. Prints how
fast creates came by DoseSpot's clock, how many calls were refused, and how much memory the command
took.
"""

import json
import os
import subprocess
import sys
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import requests

from deploy.sandbox.people import Person
from tests.integration.clinic import new_npi

ROWS = (200, 2_000)
ALLOWED, WINDOW_S = 400, 10.0
PER_BATCH = 100
COMMAND = (sys.executable, "-c", "from deploy.cli import main; main()")
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Measured:
    """One run of the command.

    Attributes:
        rows: prescribers.
        summary: what the command says.
        created_at_s: when DoseSpot created each clinician, in order.
        refused: calls that DoseSpot answered with 429.
        peak_mb: the most memory that the command had.
    """

    rows: int
    summary: dict[str, Any]
    created_at_s: list[float]
    refused: int
    peak_mb: float

    @property
    def per_window(self) -> list[int]:
        """Creates in every window of DoseSpot's that lies in the run and begins with one."""
        times = self.created_at_s
        return [
            bisect_left(times, start + WINDOW_S) - number
            for number, start in enumerate(times)
            if start + WINDOW_S <= times[-1]
        ]

    @property
    def part_of_allowed(self) -> float:
        """Creates from the first to the last, compared with the limit."""
        times = self.created_at_s
        return (len(times) - 1) / (times[-1] - times[0]) * WINDOW_S / ALLOWED


@contextmanager
def sandbox(folder: Path) -> Iterator[dict[str, Any]]:
    """A sandbox in a process of its own; yields what its ready file says."""
    ready = folder / "ready.json"
    ports = [f"--{name}-port=0" for name in ("fhir", "dosespot", "functions", "pages")]
    command = [*COMMAND, "sandbox", *ports, "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            deadline = monotonic() + TIMEOUT_S
            while not ready.exists():
                assert process.poll() is None
                assert monotonic() < deadline
                sleep(0.1)
            yield json.loads(ready.read_text())
        finally:
            process.terminate()


class Administrator:
    """Adds prescribers, as an administrator does."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self._fhir = f"{ready['fhir']['baseUrl']}fhir/R4/"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {ready['people']['admin']['token']}"
        self._session.headers["Content-Type"] = "application/fhir+json"

    def add_prescribers(self, number: int) -> list[str]:
        """Ids of so many new Practitioners with a ProjectMembership each."""
        me = self._session.get(self._fhir.replace("fhir/R4/", "auth/me"), timeout=TIMEOUT_S)
        project = f"Project/{me.json()['project']['id']}"
        ids = self._create([_practitioner() for _ in range(number)])
        self._create([_membership(project, one) for one in ids])
        return ids

    def _create(self, resources: Sequence[dict[str, Any]]) -> list[str]:
        ids = []
        for start in range(0, len(resources), PER_BATCH):
            entries = [
                {"request": {"method": "POST", "url": one["resourceType"]}, "resource": one}
                for one in resources[start : start + PER_BATCH]
            ]
            bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
            answer = self._session.post(self._fhir, json=bundle, timeout=TIMEOUT_S)
            ids += [entry["resource"]["id"] for entry in answer.json()["entry"]]
        return ids


def _practitioner() -> dict[str, Any]:
    npi = new_npi()
    return Person(key=f"p{npi}", given=("Jane",), family="Smith", npi=npi).practitioner()


def _membership(project: str, practitioner_id: str) -> dict[str, Any]:
    return {
        "resourceType": "ProjectMembership",
        "project": {"reference": project},
        "user": {"reference": f"User/{practitioner_id}"},
        "profile": {"reference": f"Practitioner/{practitioner_id}"},
    }


def measure(rows: int, folder: Path) -> Measured:
    """Runs the command for so many prescribers."""
    with sandbox(folder) as ready:
        ids = Administrator(ready).add_prescribers(rows)
        file = folder / "prescribers.csv"
        rows = ["practitionerId,practitionerRoleTypes", *(f"{one},1" for one in ids)]
        file.write_text("\n".join(rows) + "\n")
        summary, peak_kb = _run(file, folder / "results.jsonl", ready)
        control = ready["dosespot"]["controlUrl"]
        clinicians = requests.get(f"{control}clinicians", timeout=TIMEOUT_S).json()
        refused = requests.get(f"{control}limits", timeout=TIMEOUT_S).json()["refused"]
    created = sorted(datetime.fromisoformat(one["created_at"]).timestamp() for one in clinicians)
    return Measured(
        rows=rows,
        summary=summary,
        created_at_s=created[1:],  # the first is the sandbox's own administrator
        refused=refused,
        peak_mb=peak_kb / 1024,
    )


def _run(file: Path, results: Path, ready: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """What the command says of its run, and its memory at the peak in KB."""
    environment = {
        **os.environ,
        "MEDPLUM_BASE_URL": ready["fhir"]["baseUrl"],
        "MEDPLUM_ACCESS_TOKEN": ready["people"]["admin"]["token"],
    }
    command = [*COMMAND, "enroll-many", str(file), "--results", str(results)]
    with subprocess.Popen(
        [*command, "--fhir-units-per-minute", "0", "--json"],
        env=environment,
        stdout=subprocess.PIPE,
    ) as process:
        peak_kb = 0
        while process.poll() is None:
            peak_kb = _peak_kb(process.pid) or peak_kb
            sleep(0.1)
        assert process.stdout is not None
        told = process.stdout.read()
    assert process.returncode == 0
    return json.loads(told), peak_kb


def _peak_kb(pid: int) -> int:
    """The most memory that a process has had; 0 once it has ended.

    What the system says of an ended child counts the parent's memory at the fork too.
    """
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def report(measured: Measured) -> str:
    """The measurement in words."""
    lines = [
        f"{measured.rows:,} prescribers, {measured.summary['enrolled']:,} enrolled"
        f" in {measured.summary['seconds']} s",
        f"  calls refused       {measured.refused}",
        f"  memory at its peak  {measured.peak_mb:.1f} MB",
    ]
    if windows := measured.per_window:
        lines += [
            f"  creates per {WINDOW_S:.0f} s    best {max(windows)}, worst {min(windows)},"
            f" allowed {ALLOWED}",
            f"  of the allowed rate {measured.part_of_allowed:.1%}",
        ]
    return "\n".join(lines)


def main() -> None:
    """Measures and prints."""
    for rows in [int(given) for given in sys.argv[1:]] or ROWS:
        with tempfile.TemporaryDirectory() as folder:
            print(report(measure(rows, Path(folder))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
