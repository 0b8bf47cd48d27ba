"""How many calls DoseSpot allows, and which operation a call is.

Source: DoseSpot's published rate limits: per 10 seconds 2000 token requests, 1000 calls of one
operation that reads, 400 of one that writes, and 2000 in total.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.dosespot.settings import SERVICE
from shared.http.quota import Charge, Quota
from shared.http.sending import Call

_TOKEN = "connect/token"  # noqa: S105 - a path


@dataclass(frozen=True)
class DoseSpotLimits:
    """The limits, each for `window_s` seconds; the defaults are the published ones."""

    token_requests: int = 2000
    reads: int = 1000
    writes: int = 400
    total: int = 2000
    window_s: float = 10.0

    def share(self, part: float) -> "DoseSpotLimits":
        """A part of the limits, for one of several that share them; at least one call of each.

        Args:
            part: greater than 0, at most 1.
        """
        return DoseSpotLimits(
            token_requests=_part_of(self.token_requests, part),
            reads=_part_of(self.reads, part),
            writes=_part_of(self.writes, part),
            total=_part_of(self.total, part),
            window_s=self.window_s,
        )

    def charges(self, call: Call) -> list[Charge]:
        """What a call takes of the limits; nothing if it goes elsewhere."""
        if call.service != SERVICE:
            return []
        name = operation(call)
        limits = {(SERVICE, name): self._limit(name), SERVICE: self.total}
        return [(Quota(key, limit, self.window_s), 1) for key, limit in limits.items()]

    def _limit(self, name: str) -> int:
        if name.endswith(_TOKEN):
            return self.token_requests
        return self.reads if name.startswith("GET ") else self.writes


def _part_of(limit: int, part: float) -> int:
    return max(1, int(limit * part))


def operation(call: Call) -> str:
    """Method and path of a call, with `{id}` for every number in it."""
    parts = urlsplit(call.url).path.split("/")
    return f"{call.method} {'/'.join('{id}' if part.isdecimal() else part for part in parts)}"
