"""One prescriber's way through a sandbox: each step is taken and held against the guide.

Each step is an HTTP call that anybody could make: somebody runs a bot through `Bot/$execute`, or
the prescriber acts in DoseSpot.
"""

from collections.abc import Callable
from typing import Any

import requests

from deploy.demo.steps import (
    TIMEOUT_S,
    ActorAnswer,
    DemoActor,
    Expected,
    Path,
    answer_of,
    take,
)
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status

ENROLL_BOT = "dosespot-enroll-prescriber-bot"
SELF_ENROLL_BOT = "dosespot-self-enroll-prescriber-bot"
INVITE_BOT = "dosespot-invite-prescribers-bot"
CREATE_BOT = "dosespot-create-prescriber-bot"

PRACTITIONER = "Practitioner"
MEMBERSHIP = "ProjectMembership"
IDENTIFIER = "ProjectMembership.identifier"
STATUS = "Practitioner.extension"
QUALIFICATION = "Practitioner.qualification"


class Walk:
    """One prescriber's way through a running sandbox.

    Args:
        ready: the sandbox's description (`Sandbox.ready`).
        prescriber: key of the person to enroll; empty for somebody whom the project does not know
            before a form comes.
        name: heading of the path.
    """

    def __init__(self, ready: dict[str, Any], prescriber: str, name: str) -> None:
        self._ready = ready
        self._prescriber = ready["people"][prescriber] if prescriber else {}
        self.path = Path(name)

    def sends_form(self, title: str, expected: Expected, body: dict[str, Any]) -> None:
        """The administrator sends a form, which makes the prescriber known."""

        def act() -> ActorAnswer:
            answer = self._caller(CREATE_BOT).executed(CREATE_BOT, body)
            if not isinstance(answer, dict):
                return answer_of(answer)
            self._prescriber = {
                "practitionerId": answer["practitioner"]["id"],
                "membershipId": answer["projectMembership"]["id"],
            }
            shown = ("created", "invited", "npiCheck", "ready", "warnings")
            return answer_of({name: answer[name] for name in shown})

        self._take(title, "administrator", expected, act)

    def administrator(self, title: str, expected: Expected, **flags: Any) -> None:
        """The administrator runs the enroll bot with these flags."""
        body = {
            "practitionerId": self._prescriber["practitionerId"],
            "practitionerRoleTypes": [1],
            **flags,
        }
        self._take(title, "administrator", expected, lambda: self._execute(ENROLL_BOT, body))

    def invites(self, title: str, expected: Expected) -> None:
        """The administrator invites the prescriber."""
        body = {"practitioners": [{"practitionerId": self._prescriber["practitionerId"]}]}
        self._take(title, "administrator", expected, lambda: self._execute(INVITE_BOT, body))

    def opens_eprescribing(self, title: str, expected: Expected) -> None:
        """The prescriber opens ePrescribing, which runs the self-enroll bot."""
        self._take(title, "prescriber", expected, lambda: self._execute(SELF_ENROLL_BOT, {}))

    def in_iframe(self, title: str, status: str, step: str) -> None:
        """The prescriber does something in DoseSpot's iFrame."""
        expected = Expected(status, ("done",))
        self._take(title, "prescriber", expected, lambda: self._in_iframe(step))

    def _take(
        self, title: str, actor: str, expected: Expected, act: Callable[[], ActorAnswer]
    ) -> None:
        take(self.path, self, title, actor, expected, act)

    def _execute(self, bot: str, body: dict[str, Any]) -> ActorAnswer:
        return self._caller(bot).runs(bot, body)

    def _caller(self, bot: str) -> DemoActor:
        people, base_url = self._ready["people"], self._ready["fhir"]["baseUrl"]
        if bot == SELF_ENROLL_BOT:
            return DemoActor("prescriber", self._prescriber["token"], base_url)
        return DemoActor("administrator", people["admin"]["token"], base_url)

    def _in_iframe(self, step: str) -> ActorAnswer:
        url = f"{self._ready['dosespot']['controlUrl']}clinicians/{self._clinician_id()}"
        reply = requests.post(f"{url}/prescriber/{step}", timeout=TIMEOUT_S)
        return ActorAnswer("done" if reply.ok else f"error: {reply.json()['error']}")

    def facts(self) -> dict[str, str]:
        """What the FHIR server holds of an enrollment, by FHIR path."""
        if not self._prescriber:
            return dict.fromkeys((PRACTITIONER, MEMBERSHIP, IDENTIFIER, STATUS, QUALIFICATION), "")
        practitioner = self._read(f"Practitioner/{self._prescriber['practitionerId']}")
        return {
            PRACTITIONER: self._prescriber["practitionerId"],
            MEMBERSHIP: self._prescriber["membershipId"],
            IDENTIFIER: str(self._clinician_id() or ""),
            STATUS: registration_status(practitioner) or "",
            QUALIFICATION: "epcs" if has_epcs_qualification(practitioner) else "",
        }

    def versions(self) -> list[str]:
        """The versions of the two resources that an enrollment writes."""
        if not self._prescriber:
            return []
        references = (
            f"Practitioner/{self._prescriber['practitionerId']}",
            f"ProjectMembership/{self._prescriber['membershipId']}",
        )
        return [self._read(reference)["meta"]["versionId"] for reference in references]

    def _clinician_id(self) -> int | None:
        if not self._prescriber:
            return None
        membership = self._read(f"ProjectMembership/{self._prescriber['membershipId']}")
        return clinician_ids(membership).sole

    def status(self) -> str:
        """DoseSpot's registration status of the prescriber; "" if there is no clinician."""
        url = f"{self._ready['dosespot']['controlUrl']}clinicians"
        clinicians = requests.get(url, timeout=TIMEOUT_S).json()
        clinic, known = str(self._ready["dosespot"]["clinicId"]), self._clinician_id()
        found = (c["status"][clinic] for c in clinicians if c["id"] == known)
        return next(found, "")

    def _read(self, reference: str) -> dict[str, Any]:
        reply = requests.get(
            f"{self._ready['fhir']['baseUrl']}fhir/R4/{reference}",
            headers={"Authorization": f"Bearer {self._ready['people']['admin']['token']}"},
            timeout=TIMEOUT_S,
        )
        reply.raise_for_status()
        return dict(reply.json())
