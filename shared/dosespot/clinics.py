"""DoseSpot's clinics: what registering one, and linking clinicians to it, asks of DoseSpot.

The key of a new clinic is in the answer that creates it, and in no other. Nothing lists clinics, so
one whose answer was lost can't be found.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from shared.dosespot.calls import DoseSpotCalls
from shared.dosespot.clinic_wire import (
    ClinicDetailReply,
    ClinicIdentifiersReply,
    ClinicItem,
    ClinicKeyReply,
)
from shared.dosespot.reply import read
from shared.http.sending import Call, Reply

ClinicRecord = dict[str, Any]
"""A clinic as DoseSpot is asked to store it: `AddEditClinicRequest`."""

CREATED = "ClinicId"


@dataclass(frozen=True)
class NewClinic:
    """A clinic that was created.

    Attributes:
        number: DoseSpot's number.
        key: its key; "" if the answer had none that can be used.
    """

    number: int
    key: str = field(repr=False)


class ClinicsClient(DoseSpotCalls):
    """Clinics, and which clinicians are linked to them; raises as `DoseSpotCalls` says."""

    def clinic(self, number: int) -> ClinicItem | None:
        """One clinic; None if DoseSpot has none with that number."""
        call = self._call("GET", f"api/clinics/{number}", "get the clinic")
        reply = self._found(ClinicDetailReply, call)
        return reply.Clinic if reply else None

    def create_clinic(self, record: ClinicRecord, send_within_s: float) -> NewClinic:
        """Creates a clinic, with the token's clinician in it.

        DoseSpot has no idempotency key, and no look-up: the caller must not repeat this after
        `LookUpFirst`.
        """
        call = self._write_call("POST", "api/clinics", "create the clinic", send_within_s, record)
        reply = self._sent_write(call)
        done = self._known_done(call, reply, creates=True, identifier=CREATED)
        return NewClinic(done.identifier, _key(reply))

    def clinics_of(self, clinician_id: int) -> frozenset[int]:
        """The numbers of the clinics that a clinician is linked to."""
        path = f"api/clinicians/{clinician_id}/clinicIds"
        call = self._call("GET", path, "list the clinician's clinics")
        items = self._answer(ClinicIdentifiersReply, call).Items or []
        return frozenset(one.ClinicId for one in items if one.ClinicId)

    def link(self, clinician_id: int, number: int, send_within_s: float) -> None:
        """Links a clinician to one clinic, so that DoseSpot's one answer is about it."""
        wish, path = "link the clinician to the clinic", f"api/clinicians/{clinician_id}/clinics"
        self._one_done(self._write_call("POST", path, wish, send_within_s, {"ClinicIds": [number]}))

    def unlink(self, clinician_id: int, number: int, send_within_s: float) -> None:
        """Takes one clinician out of a clinic.

        Some proxies drop the body of a DELETE: the caller has to look whether it was done.
        """
        wish, path = "take the clinician out of the clinic", f"api/clinics/{number}/clinicians"
        body = {"ClinicianIds": [clinician_id]}
        self._one_done(self._write_call("DELETE", path, wish, send_within_s, body))

    def _one_done(self, call: Call) -> None:
        reply = self._sent_write(call)
        self._known_done(call, replace(reply, body=_sole_answer(reply)))


def _key(reply: Reply) -> str:
    """The key in the answer; "" where a secret can't hold what stands there."""
    try:
        key = (read(ClinicKeyReply, reply.json()).ClinicKey or "").strip()
    except ValueError:
        return ""
    return key if key.isascii() and key.isprintable() else ""


def _sole_answer(reply: Reply) -> bytes:
    """The answer about the one thing that was asked, out of the array of answers."""
    try:
        answers = reply.json()
    except ValueError:
        return reply.body
    is_sole = isinstance(answers, list) and len(answers) == 1
    return json.dumps(answers[0]).encode() if is_sole else reply.body
