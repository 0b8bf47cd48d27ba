"""What a server answers to a search, as the command tells it."""

import json
from typing import Any

import pytest

from deploy.bulk.search import MOST_FOUND, count_found
from shared.errors import FhirDenied, RemoteMisbehaved
from shared.fhir.credential import GivenToken
from shared.http.sending import Call, Reply


class Server:
    """Answers every call alike."""

    def __init__(self, status: int, answer: Any) -> None:
        self.reply = Reply(status, {}, b"" if answer is None else json.dumps(answer).encode())
        self.asked: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.asked.append(call)
        return self.reply


def counted(server: Server, **params: str) -> int:
    return count_found(server, "https://fhir.example/", GivenToken("token"), params)


def outcome(**issue: Any) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", **issue}]}


def test_the_total_is_asked_for_and_nothing_else() -> None:
    server = Server(200, {"resourceType": "Bundle", "total": 7})
    assert counted(server, active="true") == 7
    (call,) = server.asked
    url = "https://fhir.example/fhir/R4/Practitioner?active=true&_summary=count"
    assert (call.method, call.url, call.headers["Authorization"]) == ("GET", url, "Bearer token")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (outcome(details={"text": "Invalid date value: Zyxwvut."}), "Invalid date value: …."),
        (outcome(diagnostics="ZYXWVUT is not a date"), "… is not a date."),
        (outcome(), "it does not say why."),
        (None, "it does not say why."),
    ],
)
def test_a_refusal_is_told_in_the_servers_words_without_what_was_searched(
    answer: Any, words: str
) -> None:
    with pytest.raises(ValueError, match="refuses --search") as refused:
        counted(Server(400, answer), birthdate="Zyxwvut")
    assert str(refused.value) == f"The FHIR server refuses --search (400): {words}"


def test_who_is_not_let_in_is_told_so() -> None:
    with pytest.raises(FhirDenied, match="refuses the sign-in of the administrator"):
        counted(Server(401, outcome()))


@pytest.mark.parametrize("answer", [None, [], {"resourceType": "Bundle"}])
def test_a_server_that_gives_no_total_is_told(answer: Any) -> None:
    with pytest.raises(RemoteMisbehaved, match="does not say how many"):
        counted(Server(200, answer))


def test_more_than_a_server_shows_is_refused() -> None:
    with pytest.raises(ValueError, match=f"finds {MOST_FOUND + 1} Practitioners"):
        counted(Server(200, {"total": MOST_FOUND + 1}))
