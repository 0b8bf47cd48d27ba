"""What a call costs of the units that hosted Medplum allows a membership in a minute.

Source: Medplum's "Rate Limits": a read costs 1 unit, a search 20, a write 100; there are 50,000 in
a minute. An entry of a batch is taken to cost what it would cost alone. A self-hosted server may
have no such limit.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from shared.fhir.answers import SERVICE
from shared.http.quota import Charge, Quota
from shared.http.sending import Call

HOSTED_UNITS_PER_MINUTE = 50_000
READ, SEARCH, WRITE = 1, 20, 100

_BASE = "/fhir/R4/"


@dataclass(frozen=True)
class FhirUnits:
    """The units of one membership.

    Attributes:
        per_minute: how many there are, at least 1.
    """

    per_minute: int = HOSTED_UNITS_PER_MINUTE

    def charges(self, call: Call) -> list[Charge]:
        """What a call takes of the units; nothing if it goes elsewhere."""
        cost = units(call) if call.service == SERVICE else 0
        return [(Quota(SERVICE, self.per_minute, 60.0), cost)] if cost else []


def units(call: Call) -> int:
    """The cost of a call to a FHIR server; 0 for one that is about signing in."""
    _, base, path = call.url.partition(_BASE)
    if not base:
        return 0
    if not path:
        return sum(_entry_units(entry) for _, entry in entries(call.json or {}, "entry"))
    return _units(call.method, path, has_query=bool(call.params))


def _entry_units(entry: Resource) -> int:
    request = child(entry, "request")
    return _units(text(request.get("method")), text(request.get("url")))


def _units(method: str, path: str, *, has_query: bool = False) -> int:
    if method != "GET":
        return WRITE
    return SEARCH if has_query or "?" in path or "/" not in path else READ
