"""A dry run sends what only reads, and stops before the first change."""

from typing import Any

import pytest

from deploy.bulk.worker.dry_run import ReadOnly, WouldChange
from shared.http.sending import Call, Reply

REPLY = Reply(200, {}, b"{}")


class Network:
    """Remembers what it was asked to send."""

    def __init__(self) -> None:
        self.sent: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.sent.append(call)
        return REPLY


def call(method: str, path: str, **rest: Any) -> Call:
    url = f"https://server.example/{path}"
    return Call(service="S", wish="do it", method=method, url=url, headers={}, **rest)


def batch(*methods: str) -> Call:
    entries = [{"request": {"method": method, "url": "Practitioner/1"}} for method in methods]
    return call("POST", "fhir/R4/", json={"resourceType": "Bundle", "entry": entries})


@pytest.mark.parametrize(
    "reading",
    [
        call("GET", "fhir/R4/Practitioner/1"),
        call("POST", "webapi/v2/connect/token", form={"grant_type": "password"}),
        call("POST", "oauth2/token", form={"grant_type": "client_credentials"}),
        batch("GET", "GET"),
    ],
)
def test_what_reads_or_signs_in_is_sent(reading: Call) -> None:
    network = Network()
    assert ReadOnly(network).send(reading) is REPLY
    assert network.sent == [reading]


@pytest.mark.parametrize(
    "changing",
    [
        call("PUT", "fhir/R4/Practitioner/1", json={}),
        call("POST", "fhir/R4/AuditEvent", json={}),
        call("POST", "webapi/v2/api/clinicians", json={}),
        call("POST", "webapi/v2/api/clinicians/7/idpInit"),
        call("DELETE", "webapi/v2/api/clinicians/7/supervisors", json={}),
        batch("GET", "POST"),
        batch("PUT"),
    ],
)
def test_what_changes_something_is_not_sent(changing: Call) -> None:
    network = Network()
    with pytest.raises(WouldChange):
        ReadOnly(network).send(changing)
    assert network.sent == []
