"""What a step of the demo is: taken by somebody, and held against what should come of it."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import requests

from fhir_profiles.systems import MEDPLUM_BOTS
from shared.fhir.executed import Executed, Failed, NotRun, executed

TIMEOUT_S = 30.0


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


class Watched(Protocol):
    """What is looked at before and after each step."""

    def facts(self) -> dict[str, str]:
        """What the FHIR server holds, by FHIR path."""
        ...

    def versions(self) -> list[str]:
        """The versions of the resources that may be written."""
        ...

    def status(self) -> str:
        """How things stand in DoseSpot."""
        ...


@dataclass(frozen=True)
class DemoActor:
    """Somebody who takes steps.

    Attributes:
        name: what people call them.
        token: with which they call the FHIR server.
        base_url: of that server.
    """

    name: str
    token: str = field(repr=False)
    base_url: str

    def executed(self, bot: str, body: dict[str, Any]) -> Executed:
        """What came of running a bot."""
        reply = requests.post(
            f"{self.base_url}fhir/R4/Bot/$execute",
            params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=TIMEOUT_S,
        )
        return executed(reply.status_code, reply.content)

    def runs(self, bot: str, body: dict[str, Any]) -> ActorAnswer:
        """What the actor is told who runs a bot."""
        return answer_of(self.executed(bot, body))


def take(
    path: Path,
    watched: Watched,
    title: str,
    actor: str,
    expected: Expected,
    act: Callable[[], ActorAnswer],
) -> None:
    """Takes a step, and adds it to the path with everything that is not as expected."""
    before, versions = watched.facts(), watched.versions()
    answer = act()
    after = watched.facts()
    written = [f"{name} = {after[name]}" for name in after if after[name] != before[name]]
    status = watched.status()
    missing = [text for text in expected.answer if text not in answer.text]
    unexpected = [f"the answer lacks: {text}" for text in missing]
    if status != expected.status:
        unexpected.append(f"DoseSpot should say {expected.status}")
    if [entry.split(" = ")[0] for entry in written] != list(expected.written):
        unexpected.append(f"should be written: {', '.join(expected.written) or 'nothing'}")
    if [where for where, _ in answer.warnings] != list(expected.warnings):
        unexpected.append(f"should warn of: {', '.join(expected.warnings) or 'nothing'}")
    if not expected.written and watched.versions() != versions:
        unexpected.append("a resource was written though nothing changed")
    warnings = [f"{where}: {sentence}" for where, sentence in answer.warnings]
    path.steps.append(WalkStep(title, actor, answer.text, status, written, warnings, unexpected))


def answer_of(outcome: Executed) -> ActorAnswer:
    """What a bot's answer says."""
    if isinstance(outcome, Failed):
        return ActorAnswer(f"error: {outcome.sentence}")
    if isinstance(outcome, NotRun):
        return ActorAnswer(f"error: the server did not run the bot ({outcome.status})")
    if isinstance(outcome, list):
        return ActorAnswer(f"{len(outcome)} resource{'' if len(outcome) == 1 else 's'}")
    warnings = tuple((one["path"], one["sentence"]) for one in outcome.get("warnings", []))
    facts = {
        name: value
        for name, value in outcome.items()
        if name != "warnings" and not isinstance(value, dict)
    }
    return ActorAnswer(json.dumps(facts).strip("{}").replace('"', ""), warnings)
