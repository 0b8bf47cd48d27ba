"""Which bot a payload is for: told by the Bot's name, or else by its identifier, which is read."""

import json
from collections.abc import Sequence
from contextlib import suppress
from threading import Barrier, Thread
from typing import Any

import pytest

from bots.dispatch import UNKNOWN, Dispatcher
from bots.folders import FOLDERS
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.errors import BotError, FhirDenied, Misconfigured, RemoteUnavailable
from shared.http.sending import Call, Reply
from shared.runtime.services import Services
from tests.builders import BOT_ID, lambda_payload

READINESS, IFRAME = "dosespot-readiness-bot", "dosespot-iframe-bot"
UNKNOWN_INPUT = {"noBotKnowsThis": True}
BASE_URL = "https://fhir.example.com/"


class FhirServer:
    """Answers a read of the Bot, and lets nobody do anything else."""

    def __init__(self, *identifiers: str, system: str = MEDPLUM_BOTS, status: int = 200) -> None:
        named = [{"system": system, "value": value} for value in identifiers]
        self._body = {"resourceType": "Bot", "id": BOT_ID, "identifier": named}
        self.status = status
        self.reads: list[tuple[str, str]] = []

    def send(self, call: Call) -> Reply:
        if "/Bot/" not in call.url:
            return Reply(403, {}, b"{}")
        self.reads.append((call.url, call.headers["Authorization"]))
        return Reply(self.status, {}, json.dumps(self._body).encode())


def dispatcher(server: FhirServer | None = None, **options: Any) -> Dispatcher:
    services = Services(http=server or FhirServer(), sleep=lambda _seconds: None)
    return Dispatcher(lambda: services, **options)


def payload(display: str | None = None, **changes: Any) -> dict[str, Any]:
    bot = {"reference": f"Bot/{BOT_ID}", **({} if display is None else {"display": display})}
    return lambda_payload(UNKNOWN_INPUT, **{"bot": bot, **changes})


def ran(dispatch: Dispatcher, event: Any, caplog: pytest.LogCaptureFixture) -> str:
    """The bot that refused an input that none knows, as its log says."""
    caplog.clear()
    with pytest.raises(BotError):
        dispatch(event, None)
    return str(json.loads(caplog.messages[-1])["bot"])


@pytest.mark.parametrize(("identifier", "folder"), FOLDERS.items())
def test_a_bot_named_as_register_names_it_runs_without_a_look_up(
    identifier: str, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = FhirServer()
    assert ran(dispatcher(server), payload(identifier), caplog) == folder
    assert server.reads == []


@pytest.mark.parametrize("display", [None, "", "Enroll prescriber"])
def test_a_bot_of_another_name_goes_by_its_identifier_and_is_read_once(
    display: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    server = FhirServer("of-others", READINESS)
    dispatch = dispatcher(server)
    assert {ran(dispatch, payload(display), caplog) for _ in range(3)} == {"readiness"}
    assert server.reads == [(f"{BASE_URL}fhir/R4/Bot/{BOT_ID}", "Bearer made-up-access-token")]


def test_the_same_id_on_another_server_is_another_bot(caplog: pytest.LogCaptureFixture) -> None:
    server = FhirServer(READINESS)
    dispatch = dispatcher(server)
    urls = [BASE_URL, "https://other.example.com/"]
    assert [ran(dispatch, payload(baseUrl=url), caplog) for url in urls] == ["readiness"] * 2
    assert [url for url, _ in server.reads] == [f"{url}fhir/R4/Bot/{BOT_ID}" for url in urls]


def test_a_bot_whose_id_is_known_is_not_read(caplog: pytest.LogCaptureFixture) -> None:
    server = FhirServer(READINESS)
    dispatch = dispatcher(server, by_bot_id={BOT_ID: "iframe"})
    assert ran(dispatch, payload(READINESS), caplog) == "iframe"
    assert server.reads == []


@pytest.mark.parametrize(
    "server",
    [
        FhirServer(),
        FhirServer("of-others"),
        FhirServer(READINESS, IFRAME),
        FhirServer(READINESS, system="https://example.com/bots"),
    ],
    ids=["no identifier", "another's", "two of ours", "another system"],
)
def test_a_bot_that_is_none_of_ours_or_several_is_refused(
    server: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Misconfigured) as refused:
        dispatcher(server)(payload("Other"), None)
    assert str(refused.value) == UNKNOWN
    metrics, last = map(json.loads, caplog.messages[-2:])
    assert (metrics["Bot"], metrics["Refusals"]) == ("dispatch", 1)
    assert (last["step"], last["error"]) == ("refused", "Misconfigured")


@pytest.mark.parametrize(("status", "error"), [(403, FhirDenied), (502, RemoteUnavailable)])
def test_a_look_up_that_failed_is_told_and_made_again(
    status: int, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    server = FhirServer(READINESS, status=status)
    dispatch = dispatcher(server)
    with pytest.raises(error):
        dispatch(payload(), None)
    server.status = 200
    assert ran(dispatch, payload(), caplog) == "readiness"


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (None, "no JSON object"),
        ([], "no JSON object"),
        ({}, "accessToken, baseUrl, bot"),
        (payload(bot="Bot/1"), "bot"),
        (payload(bot={"reference": "Bot/../Patient/1"}), "bot"),
        (payload(bot={"reference": "Patient/1"}), "bot"),
        (payload(bot={"reference": "Bot/"}), "bot"),
        (payload(bot={"reference": "Bot/1", "display": 5}), "bot"),
        (payload(baseUrl="http://fhir.example.com/"), "baseUrl"),
        (payload(accessToken=""), "accessToken"),
    ],
)
def test_a_payload_that_names_no_bot_is_refused_before_anybody_is_asked(
    event: Any, named: str
) -> None:
    server = FhirServer(READINESS)
    with pytest.raises(Misconfigured, match=f"not usable: {named}\\."):
        dispatcher(server)(event, None)
    assert server.reads == []


def test_all_bots_share_what_a_process_keeps_also_when_their_first_runs_come_at_once() -> None:
    together = Barrier(len(FOLDERS))
    made: list[Services] = []

    def make() -> Services:
        made.append(Services(http=FhirServer()))
        return made[-1]

    dispatch = Dispatcher(make)
    threads = [Thread(target=_first_run, args=(dispatch, one, together)) for one in FOLDERS]
    _all(threads)
    assert len(made) == 1


def _first_run(dispatch: Dispatcher, identifier: str, together: Barrier) -> None:
    together.wait(timeout=10)
    with suppress(BotError):
        dispatch(payload(identifier), None)


def _all(threads: Sequence[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
