"""A claim: the right of one run to change one thing in DoseSpot, kept as a FHIR Basic.

There is one Basic for each thing, found by its identifier. Conditional create makes sure that there
is only one, and If-Match that only one run holds it. Prescribers must not be able to write Basic;
the AccessPolicy that `register` makes leaves it out.

What a run is about to do is announced on the claim before it is done, and stays there until it is
settled: whoever finds the claim of a run that died knows what may have happened.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from fhir_profiles.systems import CLAIM, CLAIM_ANNOUNCED, CLAIM_HOLDER, CLAIM_MEMORY

LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Holder:
    """The run that holds a claim, and until when that counts (aware time)."""

    run: str
    until: datetime


@dataclass(frozen=True)
class Announced:
    """What a run has announced and not settled yet.

    Attributes:
        act: what it is about to do, such as `create`.
        run: the run.
        subject: reference of the record that it is done for.
        who: reference of who asked for it.
        at: when it was announced (aware time).
    """

    act: str
    run: str
    subject: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Claim:
    """A claim as the FHIR server has it.

    Attributes:
        key: what it is about; the value of the identifier.
        resource: the raw Basic; None if there is none yet.
        holder: the run that holds it, or held it until it died.
        announced: what is not settled.
        memory: what later runs have to know, by name.
    """

    key: str
    resource: Resource | None = None
    holder: Holder | None = None
    announced: Announced | None = None
    memory: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def held_by(self, run: str, now: datetime) -> bool:
        """Whether that run holds it."""
        return self.holder is not None and self.holder.run == run and self.holder.until > now

    def others_time(self, run: str, now: datetime, longest: timedelta) -> timedelta:
        """How long another run than this one may still hold it; zero where none does.

        An end further away than `longest`, the time that a claim lasts, is somebody's wrong clock:
        then the claim lasts that long from when the server stored it.
        """
        if self.holder is None or self.holder.run == run:
            return timedelta()
        end = self.holder.until
        if end > now + longest:
            end = min(self.written + longest, now + longest)
        return max(end - now, timedelta())

    @property
    def written(self) -> datetime:
        """When the server stored this version; long ago where it does not say."""
        return _instant(text(child(self.resource or {}, "meta").get("lastUpdated")))

    @property
    def author(self) -> str:
        """Reference of who wrote this version; empty if the server does not say."""
        return text(child(child(self.resource or {}, "meta"), "author").get("reference"))

    def taken(
        self, run: str, until: datetime, announced: Announced, **memory: str | None
    ) -> "Claim":
        """The claim, held by that run, which announces something; `memory` as for `settled`."""
        return replace(
            self,
            holder=Holder(run, until),
            announced=announced,
            memory=self._remembering(memory),
        )

    def settled(self, **memory: str | None) -> "Claim":
        """The claim, held by nobody, with nothing announced, and these facts in its memory.

        Args:
            memory: facts by name; None forgets one.
        """
        return replace(self.given_back(**memory), announced=None)

    def given_back(self, **memory: str | None) -> "Claim":
        """The claim, held by nobody, with what was announced still to be settled; see `settled`."""
        return replace(self, holder=None, memory=self._remembering(memory))

    def _remembering(self, memory: Mapping[str, str | None]) -> Mapping[str, str]:
        kept = {name: value for name, value in self.memory.items() if name not in memory}
        new = {name: value for name, value in memory.items() if value is not None}
        return MappingProxyType({**kept, **new})


def read_claim(key: str, resource: Resource | None) -> Claim:
    """The claim with that key out of its Basic; a free one if there is none."""
    if resource is None:
        return Claim(key)
    return Claim(
        key=key,
        resource=resource,
        holder=_holder(_facts(resource, CLAIM_HOLDER)),
        announced=_announced(_facts(resource, CLAIM_ANNOUNCED)),
        memory=MappingProxyType(_facts(resource, CLAIM_MEMORY)),
    )


def claim_resource(claim: Claim) -> Resource:
    """The Basic that says what the claim says, with the id and version that it was read with."""
    kept = {name: value for name, value in (claim.resource or {}).items() if name != "extension"}
    extensions = [
        *_extension(CLAIM_HOLDER, _holder_facts(claim.holder)),
        *_extension(CLAIM_ANNOUNCED, _announced_facts(claim.announced)),
        *_extension(CLAIM_MEMORY, claim.memory),
    ]
    return {
        **kept,
        "resourceType": "Basic",
        "identifier": [{"system": CLAIM, "value": claim.key}],
        "code": {"coding": [{"system": CLAIM, "code": "claim"}]},
        **({"extension": extensions} if extensions else {}),
    }


def _holder(facts: Mapping[str, str]) -> Holder | None:
    return Holder(facts["run"], _instant(facts.get("until", ""))) if "run" in facts else None


def _holder_facts(holder: Holder | None) -> Mapping[str, str]:
    return {} if holder is None else {"run": holder.run, "until": _written(holder.until)}


def _announced(facts: Mapping[str, str]) -> Announced | None:
    if "act" not in facts:
        return None
    words = {name: facts.get(name, "") for name in ("act", "run", "subject", "who")}
    return Announced(**words, at=_instant(facts.get("at", "")))


def _announced_facts(announced: Announced | None) -> Mapping[str, str]:
    if announced is None:
        return {}
    words = {name: getattr(announced, name) for name in ("act", "run", "subject", "who")}
    return {**words, "at": _written(announced.at)}


def _facts(resource: Resource, url: str) -> dict[str, str]:
    """The named strings inside the extension with that URL."""
    found = (one for _, one in entries(resource, "extension") if one.get("url") == url)
    return {
        text(part.get("url")): text(part.get("valueString"))
        for extension in found
        for _, part in entries(extension, "extension")
        if text(part.get("url")) and text(part.get("valueString"))
    }


def _extension(url: str, facts: Mapping[str, str]) -> Iterable[Resource]:
    parts = [{"url": name, "valueString": value} for name, value in facts.items() if value]
    return [{"url": url, "extension": parts}] if parts else []


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _instant(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return LONG_AGO
    return found if found.tzinfo else found.replace(tzinfo=UTC)
