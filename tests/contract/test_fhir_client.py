"""The FHIR server on the wire: batches, conditional writes, pages, and what each answer means."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from fhir_profiles import Resource
from shared.errors import (
    BotError,
    EditConflict,
    FhirDenied,
    FhirNotFound,
    LookUpFirst,
    Misconfigured,
    RemoteMisbehaved,
    RemoteUnavailable,
    Throttled,
)
from shared.fhir.answers import Answer
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient, GivenToken
from shared.fhir.entries import ConditionalCreateEntry, CreateEntry, ReadEntry, UpdateEntry
from shared.fhir.search import by_identifier
from shared.fhir.service_credential import ServiceAccount, ServiceCredential
from shared.http.sending import Call, Http, Reply
from shared.http.token_cache import TokenCache
from tests.builders import (
    MEMBERSHIP_ID,
    PRACTITIONER_ID,
    PROJECT_ID,
    dropped,
    membership,
    meta,
    no_connection,
    practitioner,
    sample,
)
from tests.contract.sent import timeouts

Wire = responses.RequestsMock

BASE = "https://fhir.example.com/"
FHIR = f"{BASE}fhir/R4/"
JANE = f"Practitioner/{PRACTITIONER_ID}"
MEMBERSHIPS = f"{FHIR}ProjectMembership"
HTML = "<html><body>Jane Smith</body></html>"
REDIRECT = {"status": 302, "headers": {"Location": "https://elsewhere.example.org/"}}
FOUND = {"response": {"status": "200"}, "resource": {}}
SECRET_OR_PERSONAL = ("made-up", "Bearer", "Jane", "Smith", "1980", "1234567893", "example")

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}

REFUSALS: dict[str, tuple[dict[str, Any], type[BotError]]] = {
    "401": ({"status": 401, "body": ""}, FhirDenied),
    "403": ({"status": 403, "body": HTML}, FhirDenied),
    "404": ({"status": 404, "body": ""}, FhirNotFound),
    "410": ({"status": 410, "body": ""}, FhirNotFound),
    "400": ({"status": 400, "json": OUTCOME}, RemoteMisbehaved),
    "429": ({"status": 429, "body": ""}, Throttled),
    "no connection": ({"body": no_connection()}, RemoteUnavailable),
    "connect time-out": ({"body": requests.ConnectTimeout()}, RemoteUnavailable),
}
UNCLEAR: dict[str, dict[str, Any]] = {
    "400": {"status": 400, "body": HTML},
    "400 in JSON": {"status": 400, "json": {"issue": []}},
    "202": {"status": 202, "json": {}},
    "204": {"status": 204, "body": ""},
    "302": REDIRECT,
    "405": {"status": 405, "json": OUTCOME},
    "408": {"status": 408, "body": ""},
    "422": {"status": 422, "json": OUTCOME},
    "499": {"status": 499, "body": ""},
}
FAILURES = {
    **REFUSALS,
    **{name: (answer, RemoteMisbehaved) for name, answer in UNCLEAR.items()},
}
LOST: dict[str, dict[str, Any]] = {
    "500": {"status": 500, "body": HTML},
    "503": {"status": 503, "body": ""},
    "dropped": {"body": dropped()},
    "read time-out": {"body": requests.ReadTimeout()},
}
READ_FAILURES: dict[str, tuple[dict[str, Any], type[BotError]]] = {
    **FAILURES,
    "409": ({"status": 409, "body": ""}, EditConflict),
    **{name: (answer, RemoteUnavailable) for name, answer in LOST.items()},
    "HTML with 200": ({"body": HTML}, RemoteUnavailable),
    "empty 200": ({"body": ""}, RemoteUnavailable),
    "list": ({"json": ["Jane"]}, RemoteMisbehaved),
}

READS: dict[str, tuple[str, str, Callable[[FhirClient], Any]]] = {
    "read": ("GET", f"{FHIR}{JANE}", lambda fhir: fhir.read(JANE)),
    "batch": ("POST", FHIR, lambda fhir: fhir.batch([ReadEntry(JANE)])),
    "search": ("GET", MEMBERSHIPS, lambda fhir: list(fhir.search_all("ProjectMembership", {}))),
    "auth/me": ("GET", f"{BASE}auth/me", lambda fhir: fhir.who_am_i()),
}


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock() as mock:
        yield mock


class Pauses(list[float]):
    """Pauses that take no time, as many as a test allows."""

    allowed = 100

    def __call__(self, seconds: float) -> bool:
        self.append(seconds)
        return len(self) <= self.allowed


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def fhir(pauses: Pauses) -> FhirClient:
    return FhirClient(Http(), BASE, GivenToken("made-up-access-token"), pauses)


def jane(version: int, **changes: Any) -> Resource:
    return practitioner(meta=meta(f"v{version}"), **changes)


def inactive(resource: Resource) -> Resource:
    return {**resource, "active": False}


def refusal(ask: Callable[[], Any], error: type[BotError]) -> str:
    with pytest.raises(BotError) as raised:
        ask()
    assert type(raised.value) is error
    text = str(raised.value)
    assert [word for word in SECRET_OR_PERSONAL if word in text] == []
    return text


def sent(wire: Wire) -> list[tuple[str | None, str | None]]:
    return [(call.request.method, call.request.headers.get("If-Match")) for call in wire.calls]


def test_batch_is_sent_exactly_so_and_answered_in_order(wire: Wire, fhir: FhirClient) -> None:
    wire.post(FHIR, json=sample("fhir_batch"))
    caller = f"ProjectMembership?profile={JANE}"
    paths = [JANE, caller, "ProjectMembership?profile=Bot/1", "Project/1", "Bot/2", "Bot/3"]
    batch = Batch(fhir)
    found = [
        batch.read(JANE),
        batch.memberships_of(JANE),
        batch.search(paths[2]),
        *map(batch.read, paths[3:]),
    ]
    batch.send()
    request = wire.calls[0].request
    assert request.headers["Authorization"] == "Bearer made-up-access-token"
    assert request.headers["Content-Type"] == "application/fhir+json"
    assert request.headers["Accept"] == "application/fhir+json"
    assert timeouts(request) == (3.05, 20.0, 20.0)
    assert json.loads(request.body) == {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": path}} for path in paths],
    }
    assert [one.answer.url for one in found] == paths
    assert [one.answer.status for one in found] == [200, 200, 200, 403, 404, 410]
    assert found[0].one() == practitioner()
    assert [one["id"] for one in found[1].all()] == [MEMBERSHIP_ID]
    assert found[2].all() == []
    assert [one.is_there for one in (found[0], *found[3:])] == [True, False, False, False]


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        ("401", FhirDenied, "The FHIR server no longer accepts the access token. Sign in again."),
        ("403", FhirDenied, "The FHIR server does not allow access to this Practitioner."),
        ("404 Not Found", FhirNotFound, "The FHIR server has no such Practitioner. Check the id."),
        (410, FhirNotFound, "The FHIR server has no such Practitioner. Check the id."),
        ("500", RemoteUnavailable, "The FHIR server could not answer for Practitioner. Try again."),
        ("400", RemoteMisbehaved, "The FHIR server answered 400 for Practitioner."),
        ("200", RemoteMisbehaved, "The FHIR server answered 200 for Practitioner."),
    ],
)
def test_failed_entry_of_a_batch_fails_when_it_is_used_and_shows_no_query(
    wire: Wire, fhir: FhirClient, status: Any, error: type[BotError], text: str
) -> None:
    entry = [{"response": {"status": status}}, FOUND]
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": entry})
    failed, other = fhir.batch([ReadEntry("Practitioner?name=Smith"), ReadEntry(JANE)])
    assert refusal(FoundOne(failed).one, error) == text
    assert refusal(FoundAll(failed).all, error) == text
    assert FoundOne(other).one() == {}


@pytest.mark.parametrize(
    "entry",
    [None, [], [{}], [None], [{"response": {"status": "okay"}}], [FOUND, FOUND]],
    ids=["absent", "too few", "no response", "null", "no status", "too many"],
)
def test_batch_answer_of_another_form_is_refused(wire: Wire, fhir: FhirClient, entry: Any) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": entry})
    refusal(lambda: fhir.batch([ReadEntry(JANE)]), RemoteMisbehaved)


@pytest.mark.parametrize("failure", READ_FAILURES)
@pytest.mark.parametrize("read", READS)
def test_read_fails_so_without_being_repeated(
    wire: Wire, fhir: FhirClient, read: str, failure: str
) -> None:
    method, url, ask = READS[read]
    reply, error = READ_FAILURES[failure]
    wire.add(method, url, **reply)
    refusal(lambda: ask(fhir), error)
    assert len(wire.calls) == 1


def test_auth_me_is_read_beside_the_fhir_base(wire: Wire, fhir: FhirClient) -> None:
    wire.get(f"{BASE}auth/me", json=sample("fhir_auth_me"))
    assert fhir.who_am_i() == sample("fhir_auth_me")


def test_change_is_written_under_the_version_that_was_read(wire: Wire, fhir: FhirClient) -> None:
    wire.put(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    (call,) = wire.calls
    assert call.request.headers["If-Match"] == 'W/"v1"'
    assert call.request.headers["Authorization"] == "Bearer made-up-access-token"
    assert json.loads(call.request.body) == jane(1, active=False)


@pytest.mark.parametrize(
    "change", [lambda r: r, lambda r: {**r}, dict], ids=["same", "copy", "new"]
)
def test_unchanged_resource_is_not_written(
    wire: Wire, fhir: FhirClient, change: Callable[[Resource], Resource]
) -> None:
    given = jane(1)
    assert fhir.apply(given, change) is given
    assert len(wire.calls) == 0


@pytest.mark.parametrize("status", [412, 409])
def test_change_is_made_again_on_what_somebody_else_wrote(
    wire: Wire, fhir: FhirClient, status: int
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2, gender="female"))
    wire.put(f"{FHIR}{JANE}", json=jane(3, gender="female", active=False))
    assert fhir.apply(jane(1), inactive) == jane(3, gender="female", active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None), ("PUT", 'W/"v2"')]
    assert json.loads(wire.calls[2].request.body) == jane(2, gender="female", active=False)


UNUSABLE: dict[str, dict[str, Any]] = {
    "HTML with 200": {"body": HTML},
    "empty 200": {"body": ""},
    "list": {"json": [1]},
    "OperationOutcome": {"json": OUTCOME},
    "another type": {"json": {"resourceType": "Patient", "id": PRACTITIONER_ID}},
    "no type": {"json": {"id": PRACTITIONER_ID}},
    "no id": {"json": {"resourceType": "Practitioner"}},
    "no text as id": {"json": {"resourceType": "Practitioner", "id": 7}},
}
OPEN = {
    **LOST,
    **UNCLEAR,
    **UNUSABLE,
    "another one": {"json": {"resourceType": "Practitioner", "id": "another"}},
}


@pytest.mark.parametrize("answer", [{"status": 412}, *OPEN.values()], ids=["412", *OPEN])
def test_write_that_turns_out_to_be_there_is_not_repeated(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    wire.get(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None)]


@pytest.mark.parametrize("lost", OPEN)
def test_write_that_was_lost_is_made_again(wire: Wire, fhir: FhirClient, lost: str) -> None:
    wire.put(f"{FHIR}{JANE}", **OPEN[lost])
    wire.get(f"{FHIR}{JANE}", json=jane(1))
    wire.put(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None), ("PUT", 'W/"v1"')]


@pytest.mark.parametrize("answer", OPEN.values(), ids=OPEN)
def test_a_write_whose_answer_does_not_say_is_open(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    told = refusal(lambda: fhir.put(jane(1)), LookUpFirst)
    assert told.startswith("The FHIR server was asked to save the Practitioner and ")
    assert len(wire.calls) == 1


def growing(pauses: Pauses) -> bool:
    least = [0.1, 0.2, 0.4, 0.8]
    return len(pauses) == 4 and all(
        short <= pause <= 2 * short for pause, short in zip(pauses, least, strict=True)
    )


def test_conflicts_are_given_up_after_five_writes(
    wire: Wire, fhir: FhirClient, pauses: Pauses
) -> None:
    wire.put(f"{FHIR}{JANE}", status=412, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2))
    text = refusal(lambda: fhir.apply(jane(1), inactive), EditConflict)
    assert text == (
        "The Practitioner was changed by someone else in the meantime. Run the bot again."
    )
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"] * 4 + ["PUT"]
    assert growing(pauses)


def test_server_that_never_answers_a_write_is_not_called_a_conflict(
    wire: Wire, fhir: FhirClient, pauses: Pauses
) -> None:
    wire.put(f"{FHIR}{JANE}", status=500, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(1))
    refusal(lambda: fhir.apply(jane(1), inactive), LookUpFirst)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"] * 4 + ["PUT"]
    assert growing(pauses)


@pytest.mark.parametrize(("status", "error"), [(412, RemoteUnavailable), (500, LookUpFirst)])
def test_an_open_write_stays_open_where_the_resource_can_not_be_read_again(
    wire: Wire, fhir: FhirClient, pauses: Pauses, status: int, error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", status=500, body="")
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"]


@pytest.mark.parametrize(("status", "error"), [(412, EditConflict), (500, LookUpFirst)])
def test_a_change_is_not_made_again_without_time_for_a_pause(
    wire: Wire, fhir: FhirClient, pauses: Pauses, status: int, error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2))
    pauses.allowed = 1
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET", "PUT"]


@pytest.mark.parametrize(("answer", "error"), REFUSALS.values(), ids=REFUSALS)
def test_refused_write_is_not_repeated(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any], error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert len(wire.calls) == 1


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


def test_service_account_signs_in_and_replaces_a_refused_token_once(wire: Wire) -> None:
    account = ServiceAccount(BASE, "made-up-client", "made-up-secret")
    credential = ServiceCredential(Http(), TokenCache(lambda: 1000.0), account)
    wire.post(f"{BASE}oauth2/token", json={"access_token": "first", "expires_in": 3600})
    wire.post(f"{BASE}oauth2/token", json={"access_token": "second", "expires_in": 3600})
    wire.get(f"{FHIR}{JANE}", status=401, body="")
    refusal(lambda: FhirClient(Http(), BASE, credential).read(JANE), FhirDenied)
    shown = [call.request.headers.get("Authorization") for call in wire.calls]
    assert shown == [None, "Bearer first", None, "Bearer second"]
    assert parse_qs(str(wire.calls[0].request.body)) == {
        "grant_type": ["client_credentials"],
        "client_id": ["made-up-client"],
        "client_secret": ["made-up-secret"],
    }


QUERY = "identifier=http%3A%2F%2Fexample.org%7C1"
PROJECT_URL = f"{BASE}admin/projects/{PROJECT_ID}/invite"


@pytest.mark.parametrize(("status", "created"), [(201, True), (200, False)])
def test_a_conditional_create_says_whether_it_made_the_resource(
    wire: Wire, fhir: FhirClient, status: int, created: bool
) -> None:
    wire.post(f"{FHIR}Practitioner", json=jane(1), status=status)
    new = {"resourceType": "Practitioner"}
    assert fhir.create_if_none(new, QUERY) == (jane(1), created)
    request = wire.calls[0].request
    assert request.headers["If-None-Exist"] == QUERY
    assert json.loads(request.body or b"") == new


@pytest.mark.parametrize("name", LOST)
def test_a_conditional_create_without_an_answer_may_be_tried_again(
    wire: Wire, fhir: FhirClient, name: str
) -> None:
    wire.post(f"{FHIR}Practitioner", **LOST[name])
    refusal(lambda: fhir.create_if_none({"resourceType": "Practitioner"}, QUERY), RemoteUnavailable)


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("name", UNUSABLE)
def test_a_conditional_create_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, name: str, status: int
) -> None:
    wire.post(f"{FHIR}Practitioner", status=status, **UNUSABLE[name])
    new = {"resourceType": "Practitioner"}
    told = refusal(lambda: fhir.create_if_none(new, QUERY), LookUpFirst)
    assert told.startswith("The FHIR server was asked to create the Practitioner and ")


def test_several_matches_of_a_conditional_create_are_a_conflict(
    wire: Wire, fhir: FhirClient
) -> None:
    wire.post(f"{FHIR}Practitioner", status=412, json={})
    refusal(lambda: fhir.create_if_none({"resourceType": "Practitioner"}, QUERY), EditConflict)


def test_several_conditional_creates_are_one_batch(wire: Wire, fhir: FhirClient) -> None:
    made = {"response": {"status": "201"}, "resource": {"resourceType": "Consent", "id": "1"}}
    known = {"response": {"status": "200"}, "resource": {"resourceType": "Consent", "id": "2"}}
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [made, known]})
    consent = {"resourceType": "Consent"}
    assert fhir.create_if_none_together([(consent, "identifier=1"), (consent, "identifier=2")]) == [
        ({"resourceType": "Consent", "id": "1"}, True),
        ({"resourceType": "Consent", "id": "2"}, False),
    ]
    (first, _) = json.loads(wire.calls[0].request.body or b"")["entry"]
    assert first == {
        "request": {"method": "POST", "url": "Consent", "ifNoneExist": "identifier=1"},
        "resource": consent,
    }


class Answering:
    """Gives one answer to everything."""

    def __init__(self, status: int, body: Any, after_silence: bool) -> None:
        self.reply = Reply(status, {}, json.dumps(body).encode(), after_silence)

    def send(self, _call: Call) -> Reply:
        return self.reply


SENT = {"resourceType": "Consent", "status": "active", "meta": {"tag": [{"code": "x"}]}}
KEPT = {**SENT, "id": "1", "meta": meta("v1")}


@pytest.mark.parametrize(
    ("status", "after_silence", "kept", "created"),
    [
        (201, False, KEPT, True),
        (201, True, {**KEPT, "status": "rejected"}, True),
        (200, True, KEPT, True),
        (200, True, {**KEPT, "status": "rejected"}, False),
        (200, True, {"resourceType": "Consent", "id": "1"}, False),
        (200, False, KEPT, False),
    ],
)
def test_what_is_there_after_a_lost_answer_was_created_where_it_is_what_was_sent(
    status: int, after_silence: bool, kept: Resource, created: bool
) -> None:
    alone = FhirClient(Answering(status, kept, after_silence), BASE, GivenToken("x"))
    assert alone.create_if_none(SENT, QUERY) == (kept, created)
    bundle = batched((str(status), kept))
    together = FhirClient(Answering(200, bundle, after_silence), BASE, GivenToken("x"))
    assert together.create_if_none_together([(SENT, QUERY)]) == [(kept, created)]


def test_one_conditional_create_that_fails_fails_the_batch(wire: Wire, fhir: FhirClient) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [{"response": {"status": "403"}}]})
    pair = ({"resourceType": "Consent"}, "identifier=1")
    refusal(lambda: fhir.create_if_none_together([pair]), FhirDenied)


def test_an_invitation_goes_to_the_projects_own_endpoint(wire: Wire, fhir: FhirClient) -> None:
    wire.post(PROJECT_URL, json=membership())
    assert fhir.invite(PROJECT_ID, {"email": "x"}) == membership()
    request = wire.calls[0].request
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"") == {"email": "x"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 409, "json": {}}, EditConflict),
        ({"status": 403, "json": {}}, FhirDenied),
        ({"status": 400, "json": OUTCOME}, RemoteMisbehaved),
        ({"status": 400, "body": HTML}, LookUpFirst),
        ({"status": 204, "body": ""}, LookUpFirst),
        ({"status": 500}, LookUpFirst),
        ({"body": HTML}, LookUpFirst),
        ({"body": dropped()}, LookUpFirst),
    ],
)
def test_an_invitation_that_fails_says_how(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any], error: type[BotError]
) -> None:
    wire.post(PROJECT_URL, **answer)
    refusal(lambda: fhir.invite(PROJECT_ID, {}), error)


ROLE = "PractitionerRole/role-1"
HISTORY = f"{FHIR}{ROLE}/_history"


def role(version: int) -> Resource:
    return {"resourceType": "PractitionerRole", "id": "role-1", "meta": meta(f"v{version}")}


def page(*resources: Any, following: str | None = None) -> Resource:
    link = [] if following is None else [{"relation": "next", "url": following}]
    entry = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": link}


def batched(*entries: tuple[str, Any]) -> Resource:
    entry = [{"response": {"status": status}, "resource": resource} for status, resource in entries]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entry}


def test_a_history_is_read_to_its_last_page_newest_first(wire: Wire, fhir: FhirClient) -> None:
    deleted = {"response": {"status": "410", "outcome": OUTCOME}}
    first = page(role(4), role(3), following=f"https://elsewhere.example.org/{ROLE}/_history?_a=1")
    wire.get(HISTORY, json={**first, "entry": [*first["entry"], deleted]})
    wire.get(f"{HISTORY}?_a=1", json=page(role(2), role(1)))
    assert fhir.history(ROLE) == [role(4), role(3), role(2), role(1)]
    assert [call.request.url for call in wire.calls] == [HISTORY, f"{HISTORY}?_a=1"]
    assert {call.request.headers["X-Medplum"] for call in wire.calls} == {"extended"}


def test_a_history_is_read_in_a_batch_too(wire: Wire, fhir: FhirClient) -> None:
    first = page(role(2), following=f"{HISTORY}?_a=1")
    wire.post(FHIR, json=batched(("200", jane(1)), ("200", first)))
    wire.get(f"{HISTORY}?_a=1", json=page(role(1)))
    batch = Batch(fhir)
    practitioner_found, history = batch.read(JANE), batch.history(ROLE)
    batch.send()
    assert practitioner_found.one() == jane(1)
    assert history.versions() == [role(2), role(1)]


def test_a_deletion_on_any_page_of_a_history_is_kept(wire: Wire, fhir: FhirClient) -> None:
    deleted = {"response": {"status": "410", "outcome": OUTCOME}}
    first = page(role(3), following=f"{HISTORY}?_a=1")
    last = page(role(1))
    wire.post(FHIR, json=batched(("200", {**first, "entry": [*first["entry"], deleted]})))
    wire.get(f"{HISTORY}?_a=1", json={**last, "entry": [deleted, *last["entry"]]})
    batch = Batch(fhir)
    history = batch.history(ROLE)
    batch.send()
    assert history.versions() == [role(3), {}, {}, role(1)]


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


ENTRIES = [
    ReadEntry(JANE),
    ConditionalCreateEntry({"resourceType": "Consent"}, QUERY),
    UpdateEntry(jane(1)),
    CreateEntry({"resourceType": "AuditEvent"}),
]


def test_a_batch_holds_reads_creates_and_conditional_writes(wire: Wire, fhir: FhirClient) -> None:
    consent, event = ({"resourceType": kind, "id": "1"} for kind in ("Consent", "AuditEvent"))
    wire.post(
        FHIR,
        json=batched(("200", jane(1)), ("200", consent), ("200", jane(2)), ("201", event)),
    )
    read, once, put, new = fhir.batch(ENTRIES)
    assert json.loads(wire.calls[0].request.body or b"")["entry"] == [
        {"request": {"method": "GET", "url": JANE}},
        {
            "request": {"method": "POST", "url": "Consent", "ifNoneExist": QUERY},
            "resource": {"resourceType": "Consent"},
        },
        {"request": {"method": "PUT", "url": JANE, "ifMatch": 'W/"v1"'}, "resource": jane(1)},
        {
            "request": {"method": "POST", "url": "AuditEvent"},
            "resource": {"resourceType": "AuditEvent"},
        },
    ]
    assert [FoundOne(read).one(), once.written(), put.saved(), new.written()] == [
        jane(1),
        consent,
        jane(2),
        event,
    ]
    assert [once.created, new.created] == [False, True]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        *(
            ({"response": {"status": status}}, error)
            for status, error in [
                ("401", FhirDenied),
                ("403", FhirDenied),
                ("404", FhirNotFound),
                ("410", FhirNotFound),
                ("409", EditConflict),
                ("412 Precondition Failed", EditConflict),
                ("429", RemoteUnavailable),
                ("200", LookUpFirst),
                ("201", LookUpFirst),
                ("202", LookUpFirst),
                ("302", LookUpFirst),
                ("400", LookUpFirst),
                ("408", LookUpFirst),
                ("422", LookUpFirst),
                ("500", LookUpFirst),
                ("503", LookUpFirst),
            ]
        ),
        ({"response": {"status": "400", "outcome": OUTCOME}}, RemoteMisbehaved),
        ({"response": {"status": "400"}, "resource": OUTCOME}, RemoteMisbehaved),
        ({"response": {"status": "400", "outcome": {}}}, LookUpFirst),
        ({"response": {"status": "500", "outcome": OUTCOME}}, LookUpFirst),
    ],
    ids=str,
)
def test_a_write_in_a_batch_says_written_conflict_or_open(
    wire: Wire, fhir: FhirClient, entry: Any, error: type[BotError]
) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [entry]})
    (answer,) = fhir.batch([UpdateEntry(jane(1))])
    refusal(answer.saved, error)


NOT_THE_CONSENT = [
    None,
    [1],
    OUTCOME,
    {"resourceType": "Consent"},
    {"resourceType": "Patient", "id": "1"},
]


@pytest.mark.parametrize("status", ["200", "201 Created"])
@pytest.mark.parametrize("resource", NOT_THE_CONSENT, ids=str)
def test_a_create_in_a_batch_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, resource: Any, status: str
) -> None:
    wire.post(FHIR, json=batched((status, resource)))
    new = {"resourceType": "Consent"}
    for ask in (
        lambda: fhir.create_together([new]),
        lambda: fhir.create_if_none_together([(new, QUERY)]),
    ):
        told = refusal(ask, LookUpFirst)
        assert told.startswith("The FHIR server was asked to create the Consent and ")


@pytest.mark.parametrize("resource", [jane(2, id="another"), OUTCOME], ids=["another", "outcome"])
def test_a_write_in_a_batch_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, resource: Any
) -> None:
    wire.post(FHIR, json=batched(("200", resource)))
    (answer,) = fhir.batch([UpdateEntry(jane(1))])
    refusal(answer.saved, LookUpFirst)


@pytest.mark.parametrize(
    "answer",
    [{"json": OUTCOME}, {"json": batched()}, {"json": [1]}, {"body": HTML}, {"body": ""}],
    ids=["outcome", "too few", "list", "HTML", "empty"],
)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: type(one).__name__)
def test_a_batch_that_writes_is_open_where_the_answer_has_another_form(
    wire: Wire, fhir: FhirClient, entry: Any, answer: dict[str, Any]
) -> None:
    wire.post(FHIR, **answer)
    if isinstance(entry, ReadEntry):
        is_json = "json" in answer
        refusal(lambda: fhir.batch([entry]), RemoteMisbehaved if is_json else RemoteUnavailable)
    else:
        told = refusal(lambda: fhir.batch([entry]), LookUpFirst)
        assert told.startswith("The FHIR server was asked to save several records and ")


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize(
    ("entries", "error"),
    [
        (ENTRIES[:2], RemoteUnavailable),
        (ENTRIES[2:3], LookUpFirst),
        (ENTRIES[3:], LookUpFirst),
        (ENTRIES, LookUpFirst),
    ],
    ids=["may be repeated", "put", "create", "all"],
)
def test_a_batch_that_writes_is_open_without_an_answer(
    wire: Wire, fhir: FhirClient, lost: str, entries: Any, error: type[BotError]
) -> None:
    wire.post(FHIR, **LOST[lost])
    refusal(lambda: fhir.batch(entries), error)
    assert len(wire.calls) == 1


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


@pytest.mark.parametrize(
    ("reply", "lifetime_s"),
    [
        ({"json": {"access_token": "abc", "expires_in": 60}}, 60.0),
        ({"json": {"access_token": "abc", "expires_in": 60.5}}, 60.5),
        ({"json": {"access_token": "abc"}}, 3600.0),
        ({"json": {"access_token": "abc", "expires_in": "60"}}, None),
        ({"json": {"access_token": "abc", "expires_in": True}}, None),
        ({"json": {"access_token": "abc", "expires_in": None}}, None),
        ({"json": {"access_token": ""}}, None),
        ({"json": {"access_token": "a\nb"}}, None),
        ({"json": {"access_token": "abc\n"}}, None),
        ({"json": {"access_token": 7}}, None),
        ({"json": {}}, None),
        ({"json": ["abc"]}, None),
        ({"body": HTML}, None),
        ({"status": 400, "json": OUTCOME}, None),
    ],
)
def test_a_token_reply_is_a_token_or_a_set_up_to_correct(
    wire: Wire, reply: dict[str, Any], lifetime_s: float | None
) -> None:
    seconds = [0.0]
    cache, account = TokenCache(lambda: seconds[0]), ServiceAccount(BASE, "made-up", "made-up")
    credential = ServiceCredential(Http(), cache, account)
    wire.post(f"{BASE}oauth2/token", **reply)
    if lifetime_s is None:
        assert "MEDPLUM_CLIENT_ID" in refusal(credential.token, Misconfigured)
        return
    assert credential.token() == "abc"
    for seconds[0] in (lifetime_s - 30.1, lifetime_s - 30.0):
        credential.token()
    assert len(wire.calls) == 2
