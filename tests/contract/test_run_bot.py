"""How the functions that are no bots ask Medplum to run one, and what its answers mean."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from deploy.aws.functions.run_bot import BotFailed, BotRunner
from deploy.aws.functions.status_schedule import LEAST_TIME_MS
from responses import matchers
from responses.registries import OrderedRegistry

from deploy.aws.functions import push_endpoint, status_schedule
from shared.errors import Misconfigured, NotAuthorized, RemoteUnavailable
from shared.fhir.service_credential import ServiceAccount
from shared.http.sending import Http
from shared.runtime.outcome import operation_outcome

BASE_URL = "https://api.example.org/"
EXECUTE = f"{BASE_URL}fhir/R4/Bot/$execute"
ACCOUNT = ServiceAccount(BASE_URL, "client", "client-secret")
SECRET = f"Secret {'s' * 32}"
IDENTIFIER = "https://www.medplum.com/bots|"


class Context:
    """Lambda's context, with just so much time left as a page needs, or less."""

    def __init__(self, less_ms: int = 0) -> None:
        self._remaining_ms = LEAST_TIME_MS - less_ms

    def get_remaining_time_in_millis(self) -> int:
        return self._remaining_ms


@pytest.fixture
def medplum() -> Iterator[responses.RequestsMock]:
    """Each answer is given once, in their order; a token is the first."""
    with responses.RequestsMock(registry=OrderedRegistry) as mocked:
        issues_token(mocked)
        yield mocked


def issues_token(medplum: responses.RequestsMock) -> None:
    token = {"access_token": "token", "expires_in": 3600}
    medplum.post(f"{BASE_URL}oauth2/token", json=token)


def runner() -> BotRunner:
    return BotRunner(Http(), lambda: ACCOUNT)


def answers(medplum: responses.RequestsMock, bot: str, given: Any, answer: Any) -> None:
    medplum.post(
        EXECUTE,
        json=answer,
        match=[
            matchers.query_param_matcher({"identifier": f"{IDENTIFIER}{bot}"}),
            matchers.json_params_matcher(given),
            matchers.header_matcher({"Authorization": "Bearer token"}),
        ],
    )


def request(
    body: str | None, secret: str | None = SECRET, method: str = "POST", **more: Any
) -> Any:
    """As API Gateway hands it to a function."""
    return {
        "requestContext": {"http": {"method": method}},
        "headers": {} if secret is None else {"authorization": secret},
        "body": body,
        **more,
    }


def page(checked: int, cursor: str | None) -> dict[str, Any]:
    counts = {"checked": checked, "changed": 1, "unchanged": checked - 2, "failed": 1}
    return {**counts, "differences": [], "failures": [], "nextCursor": cursor, "dryRun": False}


def test_a_bot_is_run_by_its_identifier_and_its_answer_returned(
    medplum: responses.RequestsMock,
) -> None:
    answers(medplum, "some-bot", {"a": 1}, {"b": 2})
    assert runner().run("some-bot", {"a": 1}) == {"b": 2}


def test_the_token_is_kept_and_replaced_when_it_is_refused(
    medplum: responses.RequestsMock,
) -> None:
    medplum.post(EXECUTE, status=401)
    issues_token(medplum)
    kept = runner()
    for number in range(3):
        answers(medplum, "some-bot", {}, {"run": number})
        assert kept.run("some-bot", {}) == {"run": number}


def test_an_error_of_the_bot_is_raised_with_its_name(medplum: responses.RequestsMock) -> None:
    error = {"errorType": "NotAuthorized", "errorMessage": "No.", "stackTrace": ["secret"]}
    medplum.post(EXECUTE, status=400, json=error)
    with pytest.raises(BotFailed) as failed:
        runner().run("some-bot", {})
    assert (str(failed.value), failed.value.error_type) == ("No.", "NotAuthorized")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, json.dumps({"resourceType": "OperationOutcome"})),
        (403, json.dumps({"resourceType": "OperationOutcome"})),
        (400, json.dumps({"resourceType": "OperationOutcome"})),
        (200, ""),
        (200, "[]"),
        (301, "<html>"),
    ],
)
def test_an_answer_that_is_not_the_bots_says_what_to_check(
    medplum: responses.RequestsMock, status: int, body: str
) -> None:
    medplum.post(EXECUTE, status=status, body=body)
    with pytest.raises(Misconfigured, match=rf"does not run some-bot \(status {status}\)"):
        runner().run("some-bot", {})


def test_a_server_out_of_order_is_unavailable(medplum: responses.RequestsMock) -> None:
    medplum.post(EXECUTE, status=503)
    with pytest.raises(RemoteUnavailable):
        runner().run("some-bot", {})


@pytest.mark.parametrize(
    ("sent", "passed_on"),
    [
        (
            {
                "EventType": "ClinicianLockedOut",
                "Data": {"ClinicianId": 7, "ErrorDetails": "Jane Smith"},
                "More": "Jane Smith",
            },
            {"EventType": "ClinicianLockedOut", "Data": {"ClinicianId": 7}},
        ),
        (
            {"EventType": "PrescriptionResult", "Data": {"ClinicianId": 7, "PatientId": 8}},
            {"EventType": "PrescriptionResult", "Data": None},
        ),
    ],
)
def test_of_a_notification_only_what_the_bot_reads_is_passed_on(
    medplum: responses.RequestsMock, sent: dict[str, Any], passed_on: dict[str, Any]
) -> None:
    answers(medplum, "dosespot-notification-bot", passed_on, {"handled": True})
    answer = push_endpoint.make_handler(runner)(request(json.dumps(sent)), None)
    assert answer["statusCode"] == 200
    assert medplum.calls[-1].request.headers["X-DoseSpot-Secret"] == SECRET


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"method": "GET"}, 405, id="no POST"),
        pytest.param({"secret": None}, 401, id="no secret"),
        pytest.param({"secret": "s" * 32}, 401, id="no scheme"),
        pytest.param({"secret": f"{SECRET}x"}, 401, id="too long a secret"),
        pytest.param({"secret": f"{SECRET[:-1]}\n"}, 401, id="a line break"),
        pytest.param({"body": None}, 400, id="no body"),
        pytest.param({"body": "EventType=ClinicianConfirmed"}, 400, id="no JSON"),
        pytest.param({"body": "[]"}, 400, id="no object"),
        pytest.param({"body": '{"Data": {}}'}, 400, id="no event"),
        pytest.param({"body": "[" * 10_000}, 400, id="nested too deeply"),
        pytest.param({"body": "\ud800"}, 400, id="half a character"),
        pytest.param({"body": "?", "isBase64Encoded": True}, 400, id="no base64"),
        pytest.param({"body": "/w==", "isBase64Encoded": True}, 400, id="no UTF-8"),
        pytest.param({"body": "x" * 16_385}, 413, id="too long a body"),
    ],
)
def test_nonsense_is_refused_before_anybody_is_asked(changes: dict[str, Any], status: int) -> None:
    given = request(**{"body": '{"EventType": "ClinicianConfirmed"}', **changes})
    with responses.RequestsMock():  # refuses every request
        answer = push_endpoint.make_handler(runner)(given, None)
    assert (answer["statusCode"], answer["headers"]) == (
        status,
        {"Content-Type": "application/json"},
    )


def test_the_schedule_goes_on_until_the_round_has_ended(
    medplum: responses.RequestsMock,
) -> None:
    bot = "dosespot-sync-status-bot"
    answers(medplum, bot, {"resume": True}, page(50, "second"))
    answers(medplum, bot, {"resume": True}, page(50, "third"))
    answers(medplum, bot, {"resume": True}, page(20, None))
    totals = status_schedule.make_handler(runner)({}, Context())
    assert totals == {"checked": 120, "changed": 3, "failed": 3}


def test_a_schedule_without_time_for_everybody_leaves_the_rest_to_the_next_run(
    medplum: responses.RequestsMock,
) -> None:
    medplum.post(EXECUTE, json=page(50, "second"))
    assert status_schedule.make_handler(runner)({}, Context(less_ms=1))["checked"] == 50


def test_the_last_page_needs_no_more_time(medplum: responses.RequestsMock) -> None:
    medplum.post(EXECUTE, json=page(50, None))
    assert status_schedule.make_handler(runner)({}, Context(less_ms=1))["checked"] == 50


@pytest.mark.parametrize("status", [200, 400, 403])
def test_an_error_that_the_bot_returned_is_raised_with_its_name(
    medplum: responses.RequestsMock, status: int
) -> None:
    outcome = operation_outcome(NotAuthorized("No. Ask somebody."))
    medplum.post(EXECUTE, status=status, json=outcome)
    with pytest.raises(BotFailed) as failed:
        runner().run("some-bot", {})
    told = (str(failed.value), failed.value.error_type)
    assert told == ("No. Ask somebody.", "NotAuthorized")
