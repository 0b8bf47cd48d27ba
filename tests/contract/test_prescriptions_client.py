"""DoseSpot's lists of medications on the wire: exact requests, and what answers are taken for."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from shared.dosespot.calls import DoseSpotCalls
from shared.dosespot.catalog import CatalogClient
from shared.dosespot.prescriptions import ListPage, PrescriptionsClient, WireSpan
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import DoseSpotRefused, LookUpFirst, RemoteMisbehaved
from shared.http.sending import Call, Reply
from shared.http.token_cache import TokenCache
from tests.builders import sample

Client = TypeVar("Client", bound=DoseSpotCalls)
SETTINGS = DoseSpotSettings("https://dosespot.example/webapi/v2/", 123, "key", "subscription")
SPAN = WireSpan("2026-03-10T05:00:00Z", "2026-03-11T05:59:59Z")
OK = {"ResultCode": "OK", "ResultDescription": ""}


class Wire:
    """A `Sender` that answers everything but tokens with one answer, and notes what was sent."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self._reply = Reply(status, {}, body if isinstance(body, bytes) else _json(body))
        self.sent: list[Call] = []

    def send(self, call: Call) -> Reply:
        if call.url.endswith("connect/token"):
            return Reply(200, {}, _json(sample("dosespot_token")))
        self.sent.append(call)
        return self._reply

    @property
    def client(self) -> PrescriptionsClient:
        return self.of(PrescriptionsClient)

    def of(self, kind: type[Client]) -> Client:
        return kind(self, TokenCache(lambda: 1.0), SETTINGS, 4711)


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


def listed(client: PrescriptionsClient, name: str) -> ListPage:
    calls = {
        "prescriptions": lambda: client.prescriptions(7, SPAN, 2),
        "active": lambda: client.active_prescriptions(7, 2),
        "history": lambda: client.history(7, SPAN, 2),
        "reported": lambda: client.self_reported(7, SPAN, 2),
        "all reported": lambda: client.self_reported(7, None, 2),
        "renewals": lambda: client.renewal_requests(7, 2),
        "all renewals": lambda: client.renewal_requests(None, 2),
        "changes": lambda: client.change_requests(7, 2),
    }
    return calls[name]()


REQUESTS = {
    "prescriptions": (
        "patients/7/prescriptions",
        {
            "startDate": SPAN.start,
            "endDate": SPAN.end,
            "sortColumn": "DateWritten",
            "sortOrder": "Asc",
        },
    ),
    "active": (
        "patients/7/prescriptions",
        {"statusClass": "Active", "sortColumn": "DateWritten", "sortOrder": "Asc"},
    ),
    "history": ("patients/7/medications/history", {"start": SPAN.start, "end": SPAN.end}),
    "reported": (
        "patients/7/selfReportedMedications",
        {"startDate": SPAN.start, "endDate": SPAN.end},
    ),
    "all reported": ("patients/7/selfReportedMedications", {}),
    "renewals": ("refills/pending", {"clinic": "Current", "patientId": "7"}),
    "all renewals": ("refills/pending", {"clinic": "Current"}),
    "changes": ("rxchanges/pending", {"clinic": "Current", "patientId": "7"}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_page_is_asked_for_by_its_number(name: str) -> None:
    wire = Wire({"Items": [{"a": 1}], "PageResult": {"HasNext": True}, "Result": OK})
    assert listed(wire.client, name) == ListPage([{"a": 1}], has_next=True)
    (call,) = wire.sent
    path, params = REQUESTS[name]
    assert (call.method, call.url) == ("GET", f"{SETTINGS.base_url}api/{path}")
    assert call.params == {**params, "pageNumber": "2"}


@pytest.mark.parametrize(
    ("answer", "page"),
    [
        ({"Items": None, "PageResult": None}, ListPage()),
        ({}, ListPage()),
        ({"Items": [None, 5]}, ListPage([None, 5])),
        (
            {"Items": [1], "PageResult": {"HasNext": "true", "TotalPages": "3"}},
            ListPage([1], True, 3),
        ),
        ({"Items": [1], "PageResult": {"HasNext": None, "TotalPages": "x"}}, ListPage([1])),
        ({"Items": [1], "PageResult": {"HasNext": None, "TotalPages": 3}}, ListPage([1], True, 3)),
        ({"Items": [1], "PageResult": {"TotalPages": 2}}, ListPage([1], False, 2)),
        (
            {"Items": [1], "PageResult": {"HasNext": False, "TotalPages": 3}},
            ListPage([1], False, 3),
        ),
    ],
    ids=str,
)
def test_what_a_page_leaves_out_is_not_there(answer: dict[str, Any], page: ListPage) -> None:
    assert listed(Wire({**answer, "Result": OK}).client, "prescriptions") == page


def test_a_patient_whom_dosespot_does_not_find_has_an_empty_list() -> None:
    result = {"ResultCode": "ERROR", "ResultDescription": "Patient not found"}
    assert listed(Wire({"Result": result}).client, "history") == ListPage()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"Items": {"a": 1}, "Result": OK}, RemoteMisbehaved),
        ([], RemoteMisbehaved),
        (
            {"Result": {"ResultCode": "ERROR", "ResultDescription": "Invalid date"}},
            DoseSpotRefused,
        ),
    ],
)
def test_what_is_no_list_is_an_error(body: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        listed(Wire(body).client, "prescriptions")


def test_a_prescription_is_in_a_field_of_its_own() -> None:
    wire = Wire({"Prescription": {"PrescriptionId": 9}, "Result": OK})
    assert wire.client.prescription(7, 9) == {"PrescriptionId": 9}
    assert wire.sent[0].url == f"{SETTINGS.base_url}api/patients/7/prescriptions/9"
    gone = {"ResultCode": "ERROR", "ResultDescription": "Prescription not found"}
    assert Wire({"Prescription": None, "Result": gone}).client.prescription(7, 9) is None
    assert Wire({"Prescription": None, "Result": OK}).client.prescription(7, 9) is None


@pytest.mark.parametrize("body", [{"Item": {"PrescriptionId": 9}, "Result": OK}, {"Result": OK}])
def test_a_prescription_in_any_other_field_is_not_taken_for_none(body: Any) -> None:
    with pytest.raises(RemoteMisbehaved):
        Wire(body).client.prescription(7, 9)


ById = Callable[[Wire], Any]
BY_ID: dict[str, ById] = {
    "prescription": lambda wire: wire.client.prescription(7, 9),
    "drug": lambda wire: wire.of(CatalogClient).drug(9),
    "pharmacy": lambda wire: wire.of(CatalogClient).pharmacy(9),
}


@pytest.mark.parametrize("name", BY_ID)
def test_a_404_without_a_body_says_that_nothing_has_the_id(name: str) -> None:
    assert BY_ID[name](Wire(b"", 404)) is None
    with pytest.raises(RemoteMisbehaved):
        BY_ID[name](Wire(b"<html></html>", 404))


def test_a_404_without_a_body_is_no_empty_list_and_no_missing_patient() -> None:
    for asked in (
        lambda: listed(Wire(b"", 404).client, "prescriptions"),
        lambda: Wire(b"", 404).client.patient(7),
    ):
        with pytest.raises(RemoteMisbehaved):
            asked()


def test_the_consent_is_a_write_that_is_sent_once() -> None:
    wire = Wire({"Item": "2026-03-10T00:00:00", "Result": OK})
    wire.client.consent_to_history(7, 10.0)
    (call,) = wire.sent
    assert (call.method, call.writes) == ("POST", True)
    assert call.url == f"{SETTINGS.base_url}api/patients/7/medications/history/consent"


def test_a_consent_that_was_not_confirmed_is_open() -> None:
    with pytest.raises(LookUpFirst):
        Wire(b"<html></html>", 200).client.consent_to_history(7, 10.0)
