"""How far scheduled runs have come in comparing everybody with DoseSpot, kept as a FHIR Basic.

A round goes through everybody once, in as many runs as that takes. There is one Basic per clinic,
found by its identifier, and nothing about anybody on it. Prescribers must not be able to write
Basic; the AccessPolicy that `register` makes leaves it out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import entries, extension_of, text
from fhir_profiles.instants import instant
from fhir_profiles.systems import COMPARISON_ROUND

STALE = timedelta(days=1)
"""A comparison that is older than this is told of by an alarm and by `doctor`."""


@dataclass(frozen=True)
class ComparisonRound:
    """The round that is under way, and what the ones before came to.

    Attributes:
        clinic_id: DoseSpot's id of the clinic.
        resource: the raw Basic; None if there is none yet.
        after: the instant after which the next run goes on; empty to begin.
        began: when the round began; None if none is under way.
        missed: whether a server could not be asked about somebody in this round.
        since: nobody's last comparison is older; before a round has ended, when the first began;
            None before that.
        ended: when a round last ended that missed nobody; None if none has.
    """

    clinic_id: int
    resource: Resource | None = None
    after: str = ""
    began: datetime | None = None
    missed: bool = False
    since: datetime | None = None
    ended: datetime | None = None

    def under_way(self, now: datetime) -> "ComparisonRound":
        """The same where a round is under way; else as one begins now."""
        if self.began is not None:
            return self
        return replace(self, began=now, after="", missed=False, since=self.since or now)

    def gone_on(self, after: str, now: datetime, *, missed: bool) -> "ComparisonRound":
        """What is known after another page.

        Args:
            after: the instant after which the next page begins; empty if nobody is left.
            now: when the page ended.
            missed: whether a server could not be asked about somebody on it.
        """
        missed = self.missed or missed
        if after:
            return replace(self, after=after, missed=missed)
        over = replace(self, after="", began=None, missed=False)
        return over if missed else replace(over, since=self.began, ended=now)


def round_key(clinic_id: int) -> str:
    """The value of the identifier under which the rounds of a clinic are kept."""
    return f"clinic-{clinic_id}"


def read_round(clinic_id: int, resource: Resource | None) -> ComparisonRound:
    """The round out of its Basic; what is not there, or can't be read, counts as never."""
    parts = _parts(resource or {})
    after, began = parts.get("after"), instant(parts.get("began"))
    return ComparisonRound(
        clinic_id=clinic_id,
        resource=resource,
        after=str(after) if began and instant(after) else "",
        began=began,
        missed=parts.get("missed") is True,
        since=instant(parts.get("since")),
        ended=instant(parts.get("ended")),
    )


def round_resource(known: ComparisonRound) -> Resource:
    """The Basic that says what is known, with the id and version that it was read with."""
    kept = {name: value for name, value in (known.resource or {}).items() if name != "extension"}
    instants = {
        "after": known.after,
        **{name: _written(getattr(known, name)) for name in ("began", "since", "ended")},
    }
    parts: list[Resource] = [
        {"url": name, "valueInstant": value} for name, value in instants.items() if value
    ]
    parts += [{"url": "missed", "valueBoolean": True}] if known.missed else []
    return {
        **kept,
        "resourceType": "Basic",
        "identifier": [{"system": COMPARISON_ROUND, "value": round_key(known.clinic_id)}],
        "code": {"coding": [{"system": COMPARISON_ROUND, "code": "comparison-round"}]},
        "extension": [{"url": COMPARISON_ROUND, "extension": parts}],
    }


def _parts(resource: Resource) -> dict[str, Any]:
    extension = extension_of(resource, COMPARISON_ROUND) or {}
    return {
        text(part.get("url")): part.get("valueInstant", part.get("valueBoolean"))
        for _, part in entries(extension, "extension")
    }


def _written(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat(timespec="milliseconds")
