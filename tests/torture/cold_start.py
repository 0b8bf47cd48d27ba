"""One cold start: imports a bot, then its models are used first by several threads at once.

Standard input has a payload and DoseSpot's answer about a clinician; standard output gets what each
thread made of them.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from bots.admin_enroll import handler
from bots.admin_enroll.contract import AdminEnrollInput, AdminEnrollOutput
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianReply
from shared.errors import InputRefused
from shared.runtime.bot_input import parse_input
from shared.runtime.payload import parse_payload

THREADS = 8
SWITCH_INTERVAL_S = 1e-6


def _taken(event: Any, _shown: Any) -> Any:
    payload = parse_payload(event)
    return [payload.baseUrl, payload.requester.reference, payload.accessToken, payload.headers]


def _asked(event: Any, _shown: Any) -> Any:
    return parse_input(AdminEnrollInput, event["input"]).model_dump()


def _refused(event: Any, _shown: Any) -> Any:
    try:
        return parse_input(AdminEnrollInput, event).model_dump()
    except InputRefused as refused:
        return str(refused)


def _read(_event: Any, shown: Any) -> Any:
    return read(ClinicianReply, shown).model_dump()


def _answered(event: Any, _shown: Any) -> Any:
    return AdminEnrollOutput(
        doseSpotClinicianId=1,
        projectMembership={"resourceType": "ProjectMembership"},
        practitioner={"resourceType": "Practitioner", "id": event["input"]["practitionerId"]},
        registrationStatus="Pending",
        idpInitialized=True,
        tfaInitialized=False,
    ).model_dump()


STEPS = (_taken, _asked, _refused, _read, _answered)


def main() -> None:
    """Reads, starts the threads, and writes."""
    assert callable(handler.handler)
    event, shown = json.load(sys.stdin)
    barrier = Barrier(THREADS)

    def run(number: int) -> dict[str, Any]:
        first = number % len(STEPS)
        barrier.wait()
        made = [(step.__name__, step(event, shown)) for step in STEPS[first:] + STEPS[:first]]
        return dict(sorted(made))

    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ThreadPoolExecutor(THREADS) as pool:
        json.dump([*pool.map(run, range(THREADS))], sys.stdout)


if __name__ == "__main__":
    main()
