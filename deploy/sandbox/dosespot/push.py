"""Push notifications: which ones an enrollment gives rise to, and how all are sent.

Source: DoseSpot's Push Notifications supplement 1.0.3. How it spells the `IDPCompleteType` of a
legal agreement is not shown there. Nothing here waits for a receiver but the thread that sends.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any

import requests

from deploy.sandbox.dosespot.clinician import (
    IDP_SUCCESS,
    PENDING,
    REGISTRATION_SUCCESS,
    TFA_ACTIVATED_SUCCESS,
    TFA_DEACTIVATED_SUCCESS,
    ClinicianAccount,
)
from deploy.sandbox.dosespot.replies import timestamp

TIMEOUT_S = 20.0

PushEvent = dict[str, Any]
AccountChange = tuple[ClinicianAccount | None, ClinicianAccount]
"""A clinician before, None for a new one, and after."""


def events(change: AccountChange, at: datetime) -> list[PushEvent]:
    """The notifications of one change of a clinician."""
    before, after = change
    data = {"ClinicianId": after.id}
    found = [_event("ClinicianConfirmed", data)] if _begins(change, "confirmed") else []
    if before is None:
        return found
    if _begins(change, "locked"):
        lockout = {"LockoutDateTime": timestamp(at), "ErrorDetails": "Locked in the sandbox"}
        found.append(_event("ClinicianLockedOut", {**data, **lockout}))
    if before.pin_hash is not None and after.pin_hash is None:
        found.append(_event("ClinicianPINReset", {**data, "DateTime": timestamp(at)}))
    return [*found, *(each for step in _steps(before, after) for each in _of_step(*step, data, at))]


def _begins(change: AccountChange, fact: str) -> bool:
    before, after = change
    return bool(getattr(after, fact)) and not (before is not None and getattr(before, fact))


def _steps(before: ClinicianAccount, after: ClinicianAccount) -> Iterator[tuple[str, str]]:
    """Each clinic's status before and after, where it is another one."""
    for clinic_id, enrollment in after.enrollments.items():
        known = before.enrollments.get(clinic_id)
        if known is not None and known.status != enrollment.status:
            yield known.status, enrollment.status


def _of_step(before: str, after: str, data: PushEvent, at: datetime) -> Iterator[PushEvent]:
    proven = {IDP_SUCCESS: "OTP"}
    if before == PENDING:
        proven[REGISTRATION_SUCCESS] = "Legal Agreement"
    if after in proven:
        how = {"ClinicianIDPCompleteDate": timestamp(at), "IDPCompleteType": proven[after]}
        yield _event("ClinicianIDPCompleteSuccess", {**data, **how})
    elif after == TFA_ACTIVATED_SUCCESS:
        yield _event("ClinicianTfaActivateSuccess", data)
    elif after == TFA_DEACTIVATED_SUCCESS:
        yield _event("ClinicianTfaDeactivateSuccess", data)


def _event(kind: str, data: PushEvent) -> PushEvent:
    return {"EventType": kind, "Data": data}


@dataclass(frozen=True)
class Push:
    """One notification on its way."""

    url: str
    secret: str = field(repr=False)
    event: PushEvent


class Pushes:
    """Sends notifications one after the other, in a thread that begins with the first one."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Push] = SimpleQueue()
        self._lock = threading.Lock()
        self._counts = {"waiting": 0, "delivered": 0, "failed": 0}
        self._thread: threading.Thread | None = None

    def counts(self) -> dict[str, int]:
        """How many are waiting, were answered with a 2xx status, and were not."""
        with self._lock:
            return dict(self._counts)

    def send(self, push: Push) -> None:
        """Has a notification sent soon; whatever becomes of it is only counted."""
        with self._lock:
            self._counts["waiting"] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        self._queue.put(push)

    def _work(self) -> None:
        while True:
            outcome = "delivered" if _delivered(self._queue.get()) else "failed"
            with self._lock:
                self._counts["waiting"] -= 1
                self._counts[outcome] += 1


def _delivered(push: Push) -> bool:
    with requests.Session() as session:
        # A netrc entry would replace the Authorization header.
        session.trust_env = False
        try:
            reply = session.post(
                push.url,
                json=push.event,
                headers={"Authorization": f"Secret {push.secret}"},
                timeout=TIMEOUT_S,
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError):
            return False
        return reply.ok
