"""The NPI Registry on the wire: what is asked, what each answer means, how long one is good."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import responses

from shared.errors import RemoteUnavailable
from shared.http.sending import Http
from shared.nppes.client import KEPT_S, MOST_KEPT, NpiRegistry, RegistryEntries
from shared.records.prescriber import MedicalLicense
from shared.records.registry import RegistryEntry
from tests.builders import dropped, no_connection, sample
from tests.contract.sent import timeouts

Wire = responses.RequestsMock

URL = "https://npiregistry.cms.hhs.gov/api/"
NPI = "1234567893"
JANE = RegistryEntry(
    individual=True,
    active=True,
    names=(("JANE", "SMITH"), ("JANE", "MILLER")),
    states=frozenset({"IL", "WI"}),
    licenses=(MedicalLicense("036123456", "IL"), MedicalLicense("70001-20", "WI")),
)
OUTAGES: dict[str, dict[str, Any]] = {
    "no connection": {"body": no_connection()},
    "dropped": {"body": dropped()},
    "connect time-out": {"body": requests.ConnectTimeout()},
    "read time-out": {"body": requests.ReadTimeout()},
    "500": {"status": 500, "body": "<html>"},
    "503": {"status": 503, "body": ""},
    "429": {"status": 429, "body": "", "headers": {"Retry-After": "60"}},
    "403": {"status": 403, "body": "<html>"},
    "HTML with 200": {"body": "<html><body>Down for maintenance</body></html>"},
    "empty 200": {"body": ""},
    "another shape": {"json": {"message": "busy"}},
    "an error": {"json": {"Errors": [{"description": "Unsupported Version", "field": "version"}]}},
    "another number": {"json": sample("nppes_organization")},
}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(clock: Clock) -> NpiRegistry:
    return NpiRegistry(Http(), URL, RegistryEntries(clock))


def test_a_person_is_asked_for_by_number_and_read(wire: Wire, registry: NpiRegistry) -> None:
    wire.get(URL, json=sample("nppes_individual"))
    assert registry.entry(NPI) == JANE
    (call,) = wire.calls
    assert call.request.params == {"version": "2.1", "number": NPI}  # type: ignore[attr-defined]
    assert "Authorization" not in call.request.headers
    assert timeouts(call.request) == (3.0, 3.0, 3.0)


def test_an_organization_is_no_person(wire: Wire, registry: NpiRegistry) -> None:
    wire.get(URL, json=sample("nppes_organization"))
    entry = registry.entry("1376555557")
    assert entry is not None
    assert not entry.individual


@pytest.mark.parametrize("name", ["nppes_unknown", "nppes_deactivated"])
def test_a_number_that_is_not_in_service_is_asked_for_each_time(
    wire: Wire, registry: NpiRegistry, name: str
) -> None:
    wire.get(URL, json=sample(name))
    assert registry.entry(NPI) is None
    assert registry.entry(NPI) is None
    assert len(wire.calls) == 2


@pytest.mark.parametrize("name", OUTAGES)
def test_no_usable_answer_is_an_outage_and_is_not_asked_for_again(
    wire: Wire, registry: NpiRegistry, name: str
) -> None:
    wire.get(URL, **OUTAGES[name])
    with pytest.raises(RemoteUnavailable) as raised:
        registry.entry(NPI)
    assert NPI not in str(raised.value)
    assert len(wire.calls) == 1
    wire.replace(responses.GET, URL, json=sample("nppes_individual"))
    assert registry.entry(NPI) == JANE


def test_an_answer_is_good_for_a_day(wire: Wire, registry: NpiRegistry, clock: Clock) -> None:
    wire.get(URL, json=sample("nppes_individual"))
    for seconds, calls in ((0, 1), (KEPT_S - 1, 1), (1, 2), (0, 2)):
        clock.now += seconds
        assert registry.entry(NPI) == JANE
        assert len(wire.calls) == calls


def test_no_more_answers_are_kept_than_are_needed(clock: Clock) -> None:
    entries = RegistryEntries(clock)
    for number in range(MOST_KEPT + 1):
        entries.keep(number, JANE)
    assert entries.get(0) is None
    assert entries.get(1) == entries.get(MOST_KEPT) == JANE
