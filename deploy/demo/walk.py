"""One prescriber's way through a sandbox: each step is taken and held against the guide.

Each step is an HTTP call that anybody could make: somebody runs a bot through `Bot/$execute`, or
the prescriber acts in DoseSpot.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import requests

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.fhir.executed import Executed, Failed, NotRun, executed

TIMEOUT_S = 30.0
ENROLL_BOT = "dosespot-enroll-prescriber-bot"
SELF_ENROLL_BOT = "dosespot-self-enroll-prescriber-bot"
CREATE_BOT = "dosespot-create-prescriber-bot"

PRACTITIONER = "Practitioner"
MEMBERSHIP = "ProjectMembership"
IDENTIFIER = "ProjectMembership.identifier"
STATUS = "Practitioner.extension"
QUALIFICATION = "Practitioner.qualification"


@dataclass(frozen=True)
class WalkStep:
    """One step, as it went.

    Attributes:
        title: what is done.
        actor: who does it.
        answer: what the actor is told.
        dosespot: DoseSpot's registration status after it; empty if there is no clinician.
        written: what changed on the FHIR server.
        warnings: path and sentence of what a bot left out or found odd.
        unexpected: what is not as the guide says; empty if all is well.
    """

    title: str
    actor: str
    answer: str
    dosespot: str
    written: list[str]
    warnings: list[str]
    unexpected: list[str]


@dataclass(frozen=True)
class Expected:
    """What the guide promises of a step.

    Attributes:
        status: DoseSpot's registration status after it.
        answer: texts or `name: value` facts that the answer must hold.
        written: what must have changed on the FHIR server, and nothing else.
        warnings: paths that the answer must warn of, and of no other.
    """

    status: str
    answer: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActorAnswer:
    """What an actor is told.

    Attributes:
        text: in one line, without whole resources.
        warnings: path and sentence of each.
    """

    text: str
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass
class Path:
    """One prescriber's way.

    Attributes:
        name: a heading.
        steps: what was done so far.
    """

    name: str
    steps: list[WalkStep] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every step went as it should."""
        return all(not step.unexpected for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {"name": self.name, "ok": self.ok, "steps": [asdict(step) for step in self.steps]}


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
            answer = self._executed(CREATE_BOT, body)
            if not isinstance(answer, dict):
                return _answer(answer)
            self._prescriber = {
                "practitionerId": answer["practitioner"]["id"],
                "membershipId": answer["projectMembership"]["id"],
            }
            shown = ("created", "invited", "npiCheck", "ready", "warnings")
            return _answer({name: answer[name] for name in shown})

        self._take(title, "administrator", expected, act)

    def administrator(self, title: str, expected: Expected, **flags: Any) -> None:
        """The administrator runs the enroll bot with these flags."""
        body = {
            "practitionerId": self._prescriber["practitionerId"],
            "practitionerRoleTypes": [1],
            **flags,
        }
        self._take(title, "administrator", expected, lambda: self._execute(ENROLL_BOT, body))

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
        before, versions = self._facts(), self._versions()
        answer = act()
        after = self._facts()
        written = [f"{name} = {after[name]}" for name in after if after[name] != before[name]]
        status = self._status()
        missing = [text for text in expected.answer if text not in answer.text]
        unexpected = [f"the answer lacks: {text}" for text in missing]
        if status != expected.status:
            unexpected.append(f"DoseSpot should say {expected.status}")
        if [entry.split(" = ")[0] for entry in written] != list(expected.written):
            unexpected.append(f"should be written: {', '.join(expected.written) or 'nothing'}")
        if [path for path, _ in answer.warnings] != list(expected.warnings):
            unexpected.append(f"should warn of: {', '.join(expected.warnings) or 'nothing'}")
        if not expected.written and self._versions() != versions:
            unexpected.append("a resource was written though nothing changed")
        warnings = [f"{path}: {sentence}" for path, sentence in answer.warnings]
        self.path.steps.append(
            WalkStep(title, actor, answer.text, status, written, warnings, unexpected)
        )

    def _execute(self, bot: str, body: dict[str, Any]) -> ActorAnswer:
        return _answer(self._executed(bot, body))

    def _executed(self, bot: str, body: dict[str, Any]) -> Executed:
        caller = self._prescriber if bot == SELF_ENROLL_BOT else self._ready["people"]["admin"]
        reply = requests.post(
            f"{self._ready['fhir']['baseUrl']}fhir/R4/Bot/$execute",
            params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
            json=body,
            headers={"Authorization": f"Bearer {caller['token']}"},
            timeout=TIMEOUT_S,
        )
        return executed(reply.status_code, reply.content)

    def _in_iframe(self, step: str) -> ActorAnswer:
        url = f"{self._ready['dosespot']['controlUrl']}clinicians/{self._clinician_id()}"
        reply = requests.post(f"{url}/prescriber/{step}", timeout=TIMEOUT_S)
        return ActorAnswer("done" if reply.ok else f"error: {reply.json()['error']}")

    def _facts(self) -> dict[str, str]:
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

    def _versions(self) -> list[str]:
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

    def _status(self) -> str:
        url = f"{self._ready['dosespot']['controlUrl']}clinicians"
        clinicians = requests.get(url, timeout=TIMEOUT_S).json()
        clinic = str(self._ready["dosespot"]["clinicId"])
        found = (c["status"][clinic] for c in clinicians if c["id"] == self._clinician_id())
        return next(found, "")

    def _read(self, reference: str) -> dict[str, Any]:
        reply = requests.get(
            f"{self._ready['fhir']['baseUrl']}fhir/R4/{reference}",
            headers={"Authorization": f"Bearer {self._ready['people']['admin']['token']}"},
            timeout=TIMEOUT_S,
        )
        reply.raise_for_status()
        return dict(reply.json())


def _answer(outcome: Executed) -> ActorAnswer:
    """What a bot's answer says."""
    if isinstance(outcome, Failed):
        return ActorAnswer(f"error: {outcome.sentence}")
    if isinstance(outcome, NotRun):
        return ActorAnswer(f"error: the server did not run the bot ({outcome.status})")
    if isinstance(outcome, list):
        return ActorAnswer(f"{len(outcome)} resources")
    warnings = tuple((one["path"], one["sentence"]) for one in outcome.get("warnings", []))
    facts = {
        name: value
        for name, value in outcome.items()
        if name != "warnings" and not isinstance(value, dict)
    }
    return ActorAnswer(json.dumps(facts).strip("{}").replace('"', ""), warnings)
