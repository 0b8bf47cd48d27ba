"""Searches, favorites, pharmacies and counts on the wire: exact requests, and unkind answers."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses

from shared.dosespot import favorites, searches
from shared.dosespot.favorites import FavoritesClient
from shared.dosespot.notification_counts import CountsClient, NotificationCounts
from shared.dosespot.patient_pharmacies import PatientPharmaciesClient
from shared.dosespot.searches import PharmacyWish, SearchClient
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import (
    BotError,
    DoseSpotRefused,
    LookUpFirst,
    NotAuthorized,
    RemoteMisbehaved,
    RemoteUnavailable,
    Throttled,
)
from shared.http.sending import Http
from shared.http.token_cache import TokenCache
from tests.builders import CLINIC_ID, dropped, sample
from tests.contract.swagger import SwaggerContract

BASE = "https://dosespot.example.com/webapi/v2/"
SETTINGS = DoseSpotSettings(BASE, CLINIC_ID, "made-up-clinic-key", "made-up-subscription-key")
OK = {"ResultCode": "OK", "ResultDescription": ""}
RECORD = {
    "DispensableDrugId": 20001,
    "Title": "Amoxicillin",
    "Directions": "Take one",
    "Quantity": "1",
    "DispenseUnitTypeId": 26,
    "Refills": 0,
}
FAVORITES = f"api/clinics/{CLINIC_ID}/prescriptionFavorites"
WISH = PharmacyWish(
    name="Elm & Co",
    city="Springfield",
    state="IL",
    zip_code="62704",
    address="100 Elm St",
    phone_or_fax="2175550111",
    ncpdp_id="1499017",
    specialties=("EPCS", "Retail"),
    page=2,
)


class EveryClient(SearchClient, FavoritesClient, PatientPharmaciesClient, CountsClient):
    """All that there is to ask."""


Ask = Callable[[EveryClient], Any]
READS: dict[str, tuple[str, list[tuple[str, str]], Ask]] = {
    "counts": ("api/notifications/counts", [], lambda c: c.notification_counts()),
    "drugs": (
        "api/medications/search",
        [("name", "lis & co"), ("pageNumber", "1")],
        lambda c: c.find_drugs("lis & co"),
    ),
    "allergens": (
        "api/allergens/search",
        [("name", "pen"), ("pageNumber", "1")],
        lambda c: c.find_allergens("pen"),
    ),
    "pharmacies": (
        "api/pharmacies/search",
        [
            ("name", "Elm & Co"),
            ("city", "Springfield"),
            ("state", "IL"),
            ("zip", "62704"),
            ("address", "100 Elm St"),
            ("phoneOrFax", "2175550111"),
            ("ncpdpId", "1499017"),
            ("specialty", "EPCS"),
            ("specialty", "Retail"),
            ("pageNumber", "2"),
        ],
        lambda c: c.find_pharmacies(WISH),
    ),
    "favorites": (FAVORITES, [("pageNumber", "1"), ("pageSize", "100")], lambda c: c.favorites()),
    "a patient's pharmacies": (
        "api/patients/70001/pharmacies",
        [],
        lambda c: c.patient_pharmacies(70001),
    ),
}
WRITES: dict[str, tuple[str, Any, Ask]] = {
    "favorite": (f"{FAVORITES}/coded", RECORD, lambda c: c.add_favorite(RECORD, 10.0)),
    "pharmacy": (
        "api/patients/70001/pharmacies",
        {"PharmacyId": 60001, "SetAsPrimary": True},
        lambda c: c.add_pharmacy(70001, 60001, primary=True, send_within_s=10.0),
    ),
}
COUNTS = {
    "PendingPrescriptionsCount": 3,
    "PendingRxChangeCount": 2,
    "RefillRequestsCount": 1,
    "TransactionErrorsCount": 0,
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.post(f"{BASE}connect/token", json=sample("dosespot_token"))
        yield mock


@pytest.fixture
def dosespot() -> EveryClient:
    return EveryClient(Http(), TokenCache(lambda: 1000.0), SETTINGS, 42)


def page(*items: Any, more: Any = None) -> dict[str, Any]:
    return {"Items": list(items), "PageResult": {"HasNext": more}, "Result": OK}


@pytest.mark.parametrize("name", READS)
def test_a_question_is_sent_exactly_so(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str
) -> None:
    path, query, ask = READS[name]
    wire.get(f"{BASE}{path}", json={"Items": [], **COUNTS, "Result": OK})
    ask(dosespot)
    sent = urlsplit(str(wire.calls[-1].request.url))
    assert (f"{sent.scheme}://{sent.netloc}{sent.path}") == f"{BASE}{path}"
    assert parse_qsl(sent.query) == query


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_sent_exactly_so(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str
) -> None:
    path, body, ask = WRITES[name]
    wire.post(f"{BASE}{path}", json={"Id": 800001, "Result": OK})
    assert ask(dosespot) in (800001, None)
    assert json.loads(wire.calls[-1].request.body or "") == body


@pytest.mark.parametrize("name", WRITES)
def test_a_write_fits_the_published_contract(contract: SwaggerContract, name: str) -> None:
    path, body, _ = WRITES[name]
    assert contract.violations("POST", path, {}, body) == []


ERROR = {"Result": {"ResultCode": "ERROR", "ResultDescription": "Timeout expired"}}
DENIED = {"Result": {"ResultCode": "ERROR", "ResultDescription": "User is not authorized"}}
ANSWERS: dict[str, tuple[dict[str, Any], type[BotError], type[BotError]]] = {
    "ERROR with 200": ({"json": ERROR}, DoseSpotRefused, LookUpFirst),
    "not authorized": ({"json": DENIED}, NotAuthorized, NotAuthorized),
    "null": ({"body": "null"}, RemoteMisbehaved, LookUpFirst),
    "HTML": ({"body": "<html>Rossi</html>"}, RemoteUnavailable, LookUpFirst),
    "404": ({"status": 404, "body": ""}, RemoteMisbehaved, LookUpFirst),
    "429": ({"status": 429}, Throttled, Throttled),
    "500": ({"status": 500}, RemoteUnavailable, LookUpFirst),
    "dropped": ({"body": dropped()}, RemoteUnavailable, LookUpFirst),
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_such_an_answer_is_taken_for_this(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str, answer: str
) -> None:
    reply, read_error, write_error = ANSWERS[answer]
    reads = name in READS
    path, _, ask = READS[name] if reads else WRITES[name]
    wire.add("GET" if reads else "POST", f"{BASE}{path}", **reply)
    with pytest.raises(BotError) as raised:
        ask(dosespot)
    assert type(raised.value) is (read_error if reads else write_error)
    assert "Rossi" not in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, NotificationCounts(3, 2, 1, 0)),
        ({"PendingRxChangeCount": "2", "RefillRequestsCount": 1.0}, NotificationCounts(3, 2, 1, 0)),
        *(({name: wrong}, None) for name in COUNTS for wrong in (None, -1, "", "two", True)),
    ],
    ids=str,
)
def test_a_count_is_a_number_and_null_is_none(
    wire: responses.RequestsMock,
    dosespot: EveryClient,
    changes: Mapping[str, Any],
    known: NotificationCounts | None,
) -> None:
    wire.get(f"{BASE}api/notifications/counts", json={**COUNTS, **changes, "Result": OK})
    if known is None:
        with pytest.raises(RemoteMisbehaved):
            dosespot.notification_counts()
    else:
        assert dosespot.notification_counts() == known


PAGED: dict[str, tuple[str, Ask, int]] = {
    name: (READS[name][0], READS[name][2], most)
    for name, most in (("drugs", searches.MOST_PAGES), ("allergens", searches.MOST_PAGES))
}


@pytest.mark.parametrize("name", [*PAGED, "favorites"])
def test_pages_are_read_to_the_last_that_says_so(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str
) -> None:
    path, _, ask = READS[name]
    nothing = {"Items": None, "PageResult": {"HasNext": "true"}, "Result": OK}
    counted = {"Items": [{}], "PageResult": {"HasNext": None, "TotalPages": "4"}, "Result": OK}
    for one in (page({}, more="true"), nothing, counted, page({}, {}, more=None)):
        wire.get(f"{BASE}{path}", json=one)
    assert len(ask(dosespot)) == 4
    numbers = [dict(parse_qsl(urlsplit(str(c.request.url)).query)) for c in wire.calls][1:]
    assert [one["pageNumber"] for one in numbers] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("name", [*PAGED, "pharmacies", "favorites"])
def test_nothing_found_is_an_empty_list_however_it_is_said(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str
) -> None:
    path, _, ask = READS[name]
    no_match = {"ResultCode": "ERROR", "ResultDescription": "No records: not found"}
    for answer in ({"Items": None, "Result": OK}, {"Result": no_match}):
        wire.get(f"{BASE}{path}", json=answer)
        assert ask(dosespot) == []


@pytest.mark.parametrize("name", PAGED)
def test_a_search_that_never_ends_is_ended(
    wire: responses.RequestsMock, dosespot: EveryClient, name: str
) -> None:
    path, ask, most = PAGED[name]
    wire.get(f"{BASE}{path}", json=page({}, more=True))
    assert len(ask(dosespot)) == most


def test_too_many_favorites_are_not_taken_for_all(
    wire: responses.RequestsMock, dosespot: EveryClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favorites, "MOST_PAGES", 2)
    wire.get(f"{BASE}{FAVORITES}", json=page({}, more=True))
    with pytest.raises(RemoteMisbehaved, match="more favorites"):
        dosespot.favorites()


def test_a_patients_pharmacies_may_lack_anything(
    wire: responses.RequestsMock, dosespot: EveryClient
) -> None:
    items = [
        {"PharmacyId": "60001", "IsDefault": "true"},
        {"PharmacyId": 60002, "IsDefault": None},
        {"PharmacyId": None, "IsDefault": True},
    ]
    wire.get(f"{BASE}api/patients/70001/pharmacies", json={"Items": items, "Result": OK})
    assert dosespot.patient_pharmacies(70001) == {60001: True, 60002: False}
