"""A new process whose first runs come all at once never crashes, and reads each of them right."""

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ADMIN_ID, PRACTITIONER_ID, dosespot_clinician, lambda_payload
from tests.torture.cold_start import THREADS

pytestmark = pytest.mark.outside

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
TIMEOUT_S = 60.0

INPUT = {
    "practitionerId": PRACTITIONER_ID,
    "practitionerRoleTypes": [1, 2],
    "medicalLicenseNumbers": [{"LicenseNumber": "036-1", "State": "IL", "ClinicId": "7"}],
    "initIdp": True,
    "initTfa": None,
    "tfaType": "Token",
}
EVENT = lambda_payload(INPUT)
SHOWN = {
    "Result": {"ResultCode": "OK", "ResultDescription": None},
    "Item": dosespot_clinician(ClinicInfo=[{"ClinicId": 7, "HasNewRx": True, "HasEpcs": None}]),
}
RIGHT: dict[str, Any] = {
    "_answered": {
        "doseSpotClinicianId": 1,
        "projectMembership": {"resourceType": "ProjectMembership"},
        "practitioner": {"resourceType": "Practitioner", "id": PRACTITIONER_ID},
        "registrationStatus": "Pending",
        "idpInitialized": True,
        "tfaInitialized": False,
    },
    "_asked": {**INPUT, "organizationId": None},
    "_read": SHOWN,
    "_refused": "The bot's input was refused. "
    + "; ".join(
        [
            "practitionerId: is required; add it",
            "practitionerRoleTypes: is required; add it",
            *(f"{name}: this bot has no such input; remove it" for name in EVENT),
        ]
    )
    + ".",
    "_taken": [
        "https://fhir.example.com/",
        f"Practitioner/{ADMIN_ID}",
        "made-up-access-token",
        EVENT["headers"],
    ],
}


def started(_: int) -> tuple[int, Any, str]:
    """The exit code of a new process, what it made of everything, and what it complained about."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.cold_start"],
        cwd=ROOT,
        input=json.dumps([EVENT, SHOWN]),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return done.returncode, json.loads(done.stdout or "null"), done.stderr


@pytest.mark.parametrize("processes", [4, pytest.param(300, marks=pytest.mark.torture)])
def test_first_runs_at_once_are_read_right(
    record_property: Callable[[str, object], None], processes: int
) -> None:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ended = [*pool.map(started, range(processes))]
    record_property("cold_starts", len(ended))
    assert [one for one in ended if one != (0, [RIGHT] * THREADS, "")] == []
