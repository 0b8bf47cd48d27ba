"""What stand-in servers answer for a project of any number of enrolled prescribers.

Nobody is stored: a prescriber is a number, of whom both systems say the same, so that there is
nothing to write. Only the position of scheduled runs is kept.
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.builders import (
    BOT_ID,
    PROJECT_ID,
    dosespot_clinician,
    lambda_payload,
    meta,
    practitioner,
    sample,
    secrets,
)

API = "/webapi/v2/"
STATUS = {"url": "https://dosespot.com/registration-status", "valueCode": "Pending"}
LINK = "https://dosespot.com/clinician-identifier"
ID = "00000000-0000-4000-8000-{:012}"
PER_SECOND = 20
"""How many memberships were written in a second: each at an instant of its own."""

Canned = dict[str, Any]


def scheduled(fhir_url: str, dosespot_url: str) -> Canned:
    """The payload with which a server's schedule runs the status sync."""
    bot = {"reference": f"Bot/{BOT_ID}"}
    return lambda_payload(
        {"resourceType": "Bot", "id": BOT_ID},
        bot=bot,
        requester=bot,
        baseUrl=f"{fhir_url}/",
        secrets=secrets(DOSESPOT_BASE_URL=f"{dosespot_url}{API}", DOSESPOT_USER_ID="1"),
        traceId=None,
        headers={},
    )


class Members:
    """The answers of both servers.

    Args:
        number: how many prescribers are enrolled.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._round: Canned | None = None

    def answer(self, method: str, target: str, token: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON of the answer to a call at either server, whosever token it brings."""
        split = urlsplit(target)
        if split.path.startswith(API):
            return 200, _dosespot(split.path.removeprefix(API))
        if split.path == "/auth/me":
            return 200, {
                **sample("fhir_auth_me"),
                "profile": {"resourceType": "Bot", "id": BOT_ID},
            }
        what = split.path.removeprefix("/fhir/R4").strip("/")
        sent = json.loads(body) if body else None
        if what == "":
            return 200, _bundle_of([self._entry(one["request"]["url"]) for one in sent["entry"]])
        if method != "GET":
            self._round = {**sent, "id": BOT_ID, "meta": meta()}
            return 201 if method == "POST" else 200, self._round
        return 200, self._found(what, split.query)

    def _entry(self, url: str) -> Canned:
        what, _, query = url.partition("?")
        return {"response": {"status": "200"}, "resource": self._found(what, query)}

    def _found(self, what: str, query: str) -> Canned:
        kind, _, known = what.partition("/")
        if known:
            return practitioner(id=known, extension=[STATUS])
        if kind == "Basic":
            return _bundle_of([{"resource": one} for one in [self._round] if one])
        if kind == "ProjectMembership":
            return self._memberships(parse_qs(query))
        return _bundle_of([])

    def _memberships(self, asked: dict[str, list[str]]) -> Canned:
        if "project" not in asked:  # about the caller
            return _bundle_of([])
        if "profile" in asked:
            numbers = [int(one[-12:]) for one in asked["profile"][0].split(",")]
            return _bundle_of([{"resource": _membership(one)} for one in numbers])
        first = _after(asked["_lastUpdated"][0]) if "_lastUpdated" in asked else 0
        end = min(first + int(asked["_count"][0]), self._number)
        page = _bundle_of([{"resource": _membership(one)} for one in range(first, end)])
        if end < self._number:
            page["link"] = [{"relation": "next", "url": "?_cursor=opaque"}]
        return page


def _membership(number: int) -> Canned:
    return {
        "resourceType": "ProjectMembership",
        "id": ID.format(number),
        "meta": meta(lastUpdated=_instant(number)),
        "project": {"reference": f"Project/{PROJECT_ID}"},
        "profile": {"reference": f"Practitioner/{ID.format(number)}"},
        "identifier": [{"system": LINK, "value": str(number + 1)}],
    }


def _instant(number: int) -> str:
    seconds, part = divmod(number, PER_SECOND)
    hours, minutes = divmod(seconds // 60, 60)
    millisecond = part * (1000 // PER_SECOND)
    return f"2026-03-01T{hours:02}:{minutes:02}:{seconds % 60:02}.{millisecond:03}Z"


def _after(given: str) -> int:
    """The number of the first membership after an instant, given as `gt2026-03-01T…`."""
    hours, minutes, seconds = given.removesuffix("Z").partition("T")[2].split(":")
    moment = (int(hours) * 60 + int(minutes)) * 60 + float(seconds)
    return round(moment * PER_SECOND) + 1


def _dosespot(path: str) -> Canned:
    if path == "connect/token":
        return sample("dosespot_token")
    if path.endswith("/registrationStatus"):
        return sample("dosespot_registration_status", Item="Pending")
    number = int(path.rpartition("/")[2])
    return sample("dosespot_clinician", Item=dosespot_clinician(ClinicianId=number))


def _bundle_of(entry: list[Canned]) -> Canned:
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry}
