"""Searches on the wire: queries, pages, and pages that can't be asked for."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.errors import RemoteMisbehaved
from shared.fhir.answers import Answer
from shared.fhir.batch import Batch, FoundAll
from shared.fhir.client import FhirClient
from shared.fhir.entries import ReadEntry
from shared.fhir.search import by_identifier
from tests.builders import PROJECT_ID, membership, sample
from tests.contract.fhir_client.wire import FHIR, MEMBERSHIPS, OUTCOME, Wire, batched, page, refusal


def test_every_page_is_read_and_the_token_stays_at_the_base_url(
    wire: Wire, fhir: FhirClient
) -> None:
    wire.get(MEMBERSHIPS, json=sample("fhir_search_page_1"))
    wire.get(MEMBERSHIPS, json=sample("fhir_search_page_2"))
    project = f"Project/{PROJECT_ID}"
    found = list(fhir.search_all("ProjectMembership", {"project": project}))
    assert found == [membership(id="membership-1"), membership(id="membership-2")]
    urls = [urlsplit(str(call.request.url)) for call in wire.calls]
    assert {url.hostname for url in urls} == {"fhir.example.com"}
    assert [parse_qs(url.query) for url in urls] == [
        {"project": [project], "_count": ["1000"], "_sort": ["_lastUpdated"]},
        {"project": [project], "_count": ["1000"], "_offset": ["1000"]},
    ]


def test_a_page_is_asked_for_only_when_it_is_needed(wire: Wire, fhir: FhirClient) -> None:
    wire.get(MEMBERSHIPS, json=sample("fhir_search_page_1"))
    found = fhir.search_all("ProjectMembership", {"_count": "20", "_sort": "_id"})
    assert next(found) == membership(id="membership-1")
    (call,) = wire.calls
    assert parse_qs(urlsplit(str(call.request.url)).query) == {"_count": ["20"], "_sort": ["_id"]}


def test_search_passes_over_what_is_no_resource(wire: Wire, fhir: FhirClient) -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome"}}
    entry = [None, {}, {"resource": 7}, outcome, {"resource": membership()}]
    wire.get(MEMBERSHIPS, json={"resourceType": "Bundle", "entry": entry, "link": [{}, "x"]})
    assert list(fhir.search_all("ProjectMembership", {})) == [membership()]


@pytest.mark.parametrize("bundle", [{}, {"entry": None, "link": None}], ids=["absent", "null"])
def test_search_that_finds_nothing_finds_nothing(wire: Wire, fhir: FhirClient, bundle: Any) -> None:
    wire.get(MEMBERSHIPS, json={"resourceType": "Bundle", "type": "searchset", **bundle})
    assert list(fhir.search_all("ProjectMembership", {})) == []


def test_a_search_in_a_batch_is_read_to_its_last_page(wire: Wire, fhir: FhirClient) -> None:
    url = "ProjectMembership?profile=x&_count=1"
    one, two, three = (membership(id=f"m-{n}") for n in (1, 2, 3))
    following = [f"https://elsewhere.example.org/ProjectMembership?_offset={n}" for n in (1, 2)]
    wire.post(FHIR, json=batched(("200", page(one, OUTCOME, following=following[0]))))
    wire.get(f"{MEMBERSHIPS}?_offset=1", json=page(two, following=following[1]))
    wire.get(f"{MEMBERSHIPS}?_offset=2", json=page(three))
    batch = Batch(fhir)
    found = batch.search(url)
    batch.send()
    assert found.all() == [one, two, three]
    hosts = {urlsplit(str(call.request.url)).hostname for call in wire.calls}
    assert hosts == {"fhir.example.com"}


@pytest.mark.parametrize(
    "following", ["https://fhir.example.com/fhir/R4/ProjectMembership", "", None, 7], ids=str
)
def test_a_next_page_that_cannot_be_asked_for_is_not_passed_over(
    wire: Wire, fhir: FhirClient, following: Any
) -> None:
    link = [{"relation": "next", "url": following}]
    wire.get(MEMBERSHIPS, json={**page(membership()), "link": link})
    refusal(lambda: list(fhir.search_all("ProjectMembership", {})), RemoteMisbehaved)
    assert len(wire.calls) == 1
    wire.post(FHIR, json=batched(("200", {**page(membership()), "link": link})))
    refusal(lambda: fhir.batch([ReadEntry("ProjectMembership?a=b")]), RemoteMisbehaved)


def test_pages_in_a_circle_are_refused(wire: Wire, fhir: FhirClient) -> None:
    wire.get(MEMBERSHIPS, json=page(membership(), following=f"{MEMBERSHIPS}?_offset=1"))
    refusal(lambda: list(fhir.search_all("ProjectMembership", {})), RemoteMisbehaved)
    assert len(wire.calls) == 2


def test_an_answer_with_a_next_page_is_not_taken_for_all() -> None:
    first = Answer("ProjectMembership", 200, page(membership(), following="x?_offset=1"))
    refusal(FoundAll(first).all, RemoteMisbehaved)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (by_identifier("http://a.example", ["1"]), "identifier=http%3A%2F%2Fa.example%7C1"),
        (
            by_identifier("http://a.example", ["x|y&z", "b,c+d %"]),
            "identifier=http%3A%2F%2Fa.example%7Cx%5C%7Cy%26z%2Chttp%3A%2F%2Fa.example%7Cb%5C%2Cc%2Bd"
            "+%25",
        ),
        (
            by_identifier("http://a.example", ["k:1"], "entity:identifier"),
            "entity:identifier=http%3A%2F%2Fa.example%7Ck%3A1",
        ),
    ],
)
def test_a_query_by_identifier_is_encoded(query: str, expected: str) -> None:
    assert query == expected
