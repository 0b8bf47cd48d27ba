"""Running bots from end to end: FHIR server, Lambda client, functions endpoint, handler."""

import logging
import threading
from typing import Any

import pytest
import requests

from deploy.sandbox.fhir.app import create_app
from deploy.sandbox.fhir.execute import readable_log
from deploy.sandbox.fhir.invoker import LambdaInvoker
from deploy.sandbox.functions.app import create_app as create_functions
from deploy.sandbox.serve import LocalServer
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS
from tests.sandbox.served_bots import JANE

NOBODY_RUNS_BOTS = {
    "resourceType": "AccessPolicy",
    "resource": [{"resourceType": "Practitioner"}],
}


def test_result_is_passed_on(world):
    result = {"status": "created", "nextSteps": ["sign"], "doseSpotClinicianId": 7}
    bot = world.bot(lambda payload, context: result)
    answer = world.execute(f"{bot}/$execute", json={})
    assert (answer.status_code, answer.json()) == (200, result)
    assert answer.headers["Content-Type"].startswith("application/fhir+json")


def test_bot_is_found_by_identifier(world):
    bot = world.bot(lambda payload, context: {"bot": payload["bot"]})
    name = f"function-{len(world.functions) - 1}"
    answer = world.execute(f"$execute?identifier={MEDPLUM_BOTS}|{name}", json={})
    expected = {"bot": {"reference": f"Bot/{bot}", "display": name}}
    assert (answer.status_code, answer.json()) == (200, expected)


def test_payload_is_the_one_that_medplum_sends(world):
    bot = world.bot(lambda payload, context: None)
    headers = {"Cookie": "session=1", "X-Medplum": "extended"}
    world.execute(f"{bot}/$execute", json={"practitionerId": "1"}, headers=headers)
    (payload,) = world.payloads
    assert payload.pop("accessToken") != world.jane
    assert len(payload.pop("traceId")) == 36
    headers = payload.pop("headers")
    assert headers["authorization"] == f"Bearer {world.jane}"
    assert headers["cookie"] == "session=1"
    assert headers["x-medplum"] == "extended"
    assert payload == {
        "bot": {"reference": f"Bot/{bot}", "display": payload["bot"]["display"]},
        "baseUrl": world.url,
        "requester": {"reference": world.profile, "display": "Jane Smith"},
        "input": {"practitionerId": "1"},
        "contentType": "application/json",
        "secrets": {
            "KEY": {"name": "KEY", "valueString": "abc"},
            "LIMIT": {"name": "LIMIT", "valueInteger": 3},
            "STRICT": {"name": "STRICT", "valueBoolean": True},
        },
    }


@pytest.mark.parametrize(
    ("content_type", "body", "given"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/json; charset=utf-8", b"[1]", [1]),
        ("application/fhir+json", b'{"a": 1}', {"a": 1}),
        ("application/json", b"", {}),
        ("text/plain", b"hello", "hello"),
        ("x-application/hl7-v2+er7", b"MSH|^~", "MSH|^~"),
    ],
)
def test_input_is_parsed_when_it_is_json(world, content_type, body, given):
    bot = world.bot(lambda payload, context: None)
    world.execute(f"{bot}/$execute", data=body, headers={"Content-Type": content_type})
    assert world.payloads[0]["input"] == given
    assert world.payloads[0]["contentType"] == content_type


def test_input_that_is_said_to_be_json_must_be(world):
    bot = world.bot(lambda payload, context: None)
    headers = {"Content-Type": "application/json"}
    assert world.execute(f"{bot}/$execute", data="{", headers=headers).status_code == 400
    assert world.payloads == []


def who_am_i(payload: dict, _context: Any) -> dict:
    """Asks the server, which is waiting for this very handler."""
    headers = {"Authorization": f"Bearer {payload['accessToken']}"}
    me = requests.get(f"{payload['baseUrl']}auth/me", headers=headers, timeout=10).json()
    url = f"{payload['baseUrl']}fhir/R4/ProjectMembership"
    status = requests.get(url, headers=headers, timeout=10).status_code
    profile = f"{me['profile']['resourceType']}/{me['profile']['id']}"
    return {"profile": profile, "user": "user" in me, "memberships": status}


@pytest.mark.parametrize(
    ("run_as_user", "admin", "memberships"),
    [(True, True, 403), (False, False, 403), (False, True, 200)],
)
def test_bot_acts_as_the_caller_or_as_itself(world, run_as_user, admin, memberships):
    bot = world.bot(who_am_i, run_as_user=run_as_user, admin=admin)
    answer = world.execute(f"{bot}/$execute", json={})
    profile = world.profile if run_as_user else f"Bot/{bot}"
    expected = {"profile": profile, "user": run_as_user, "memberships": memberships}
    assert answer.json() == expected
    assert world.payloads[0]["requester"]["reference"] == world.profile


def test_bot_that_an_admin_calls_as_user_is_an_admin(world):
    admin = world.server.add_person(
        world.project, JANE, f"admin-{world.project}@example.com", "correct horse", admin=True
    )
    bot = world.bot(who_am_i, run_as_user=True)
    assert world.execute(f"{bot}/$execute", admin.token, json={}).json()["memberships"] == 200


def test_requester_is_the_calling_client_too(world):
    client = world.server.add_client(world.project, "Caller")
    bot = world.bot(lambda payload, context: None)
    world.execute(f"{bot}/$execute", world.server.token_for(client.membership_id), json={})
    expected = {"reference": f"ClientApplication/{client.id}", "display": "Caller"}
    assert world.payloads[0]["requester"] == expected


def test_null_is_an_empty_answer(world):
    bot = world.bot(lambda payload, context: None)
    answer = world.execute(f"{bot}/$execute", json={})
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(
    ("result", "content"),
    [("text", b"text"), (7, b"7"), (True, b"true"), ([1, 2], b"[1,2]"), ({}, b"{}")],
)
def test_text_and_numbers_go_out_bare(world, result, content):
    bot = world.bot(lambda payload, context: result)
    assert world.execute(f"{bot}/$execute", json={}).content == content


def test_status_or_outcome_without_an_error_that_is_returned_is_a_success(world):
    information = {"severity": "information", "code": "informational"}
    for result in (
        {"statusCode": 400},
        {"resourceType": "OperationOutcome", "issue": []},
        {"resourceType": "OperationOutcome", "id": "forbidden", "issue": [information]},
        {"resourceType": "Parameters", "issue": [{"severity": "error"}]},
    ):
        bot = world.bot(lambda payload, context, result=result: result)
        answer = world.execute(f"{bot}/$execute", json={})
        assert (answer.status_code, answer.json()) == (200, result)


@pytest.mark.parametrize(
    ("outcome_id", "status"),
    [
        ({}, 400),
        ({"id": "whatever"}, 400),
        ({"id": "bad-request"}, 400),
        ({"id": "forbidden"}, 403),
        ({"id": "not-found"}, 404),
        ({"id": "conflict"}, 409),
        ({"id": "too-many-requests"}, 429),
    ],
    ids=str,
)
def test_a_returned_error_is_answered_as_its_id_says_or_with_200(world, outcome_id, status):
    outcome = {"resourceType": "OperationOutcome", **outcome_id, "issue": [{"severity": "error"}]}
    bot = world.bot(lambda payload, context: outcome)
    answer = world.execute(f"{bot}/$execute", json={})
    assert (answer.status_code, answer.json()) == (status, outcome)
    # To the server it is a run that went well.
    assert world.events(bot)[0]["outcome"] == "0"
    switched = {"answers_returned_errors": False}
    after = requests.patch(f"{world.url}_sandbox/switches", json=switched).json()
    assert after.items() >= switched.items()
    answer = world.execute(f"{bot}/$execute", json={})
    assert (answer.status_code, answer.json()) == (200, outcome)
    reset = requests.put(f"{world.url}_sandbox/switches", json={}).json()
    assert reset["answers_returned_errors"] is True


def test_a_switch_that_there_is_not_is_refused(world):
    answer = requests.patch(f"{world.url}_sandbox/switches", json={"other": True})
    assert answer.status_code == 400


def test_exception_is_400_with_lambdas_description_of_it(world):
    def fail(payload: dict, context: Any) -> None:
        raise ValueError("the NPI is missing")

    bot = world.bot(fail)
    answer = world.execute(f"{bot}/$execute", json={})
    assert answer.status_code == 400
    error = answer.json()
    assert error.keys() == {"errorMessage", "errorType", "requestId", "stackTrace"}
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "the NPI is missing")
    assert 'raise ValueError("the NPI is missing")' in error["stackTrace"][-1]
    assert world.events(bot)[0]["outcome"] == "4"


def test_log_tail_goes_into_an_audit_event(world):
    def log(payload: dict, context: Any) -> dict:
        logging.getLogger("bot").warning("clinician %s", 7)
        return {}

    bot = world.bot(log)
    world.execute(f"{bot}/$execute", json={})
    (event,) = world.events(bot)
    assert event["outcomeDesc"].startswith("[WARNING]\t")
    assert event["outcomeDesc"].endswith("\tclinician 7")
    assert event["outcome"] == "0"
    assert event["agent"][0]["who"]["reference"] == world.profile
    assert event["meta"]["project"] == world.project
    headers = {"Authorization": f"Bearer {world.jane}", "X-Medplum": "extended"}
    url = f"{world.url}fhir/R4/AuditEvent?entity=Bot/{bot}"
    found = requests.get(url, headers=headers, timeout=10).json()
    assert [entry["resource"] for entry in found["entry"]] == [event]


def test_log_is_read_as_ascii_and_cut_to_its_end(world):
    def log(payload: dict, context: Any) -> dict:
        for number in range(500):
            logging.getLogger("bot").warning("line %s", number)
        logging.getLogger("bot").warning("Zoë")
        return {}

    bot = world.bot(log)
    world.execute(f"{bot}/$execute", json={})
    text = world.events(bot)[0]["outcomeDesc"]
    assert text.endswith("ZoC+")
    assert 3500 < len(text) <= 4096
    assert "\tline 0\n" not in text


def test_lines_that_lambda_adds_are_not_kept():
    log = (
        b"START RequestId: 1 Version: $LATEST\nfirst\n\nsecond\nEND RequestId: 1\nREPORT RequestId"
    )
    assert readable_log(log) == "first\n\nsecond"


def test_unknown_bot_is_not_found(world):
    for path in ("none/$execute", f"$execute?identifier={MEDPLUM_BOTS}|none"):
        answer = world.execute(path, json={})
        assert (answer.status_code, answer.json()["id"]) == (404, "not-found")


def test_bot_of_another_project_is_not_found(world):
    bot = world.server.add_bot(world.server.add_project("Other"), "bot").id
    assert world.execute(f"{bot}/$execute", json={}).status_code == 404


def test_bot_must_be_named(world):
    assert world.execute("$execute", json={}).status_code == 400


def test_caller_whose_policy_has_no_bots_is_refused(world):
    person = world.server.add_person(
        world.project,
        JANE,
        f"restricted-{world.project}@example.com",
        "correct horse",
        access_policy=NOBODY_RUNS_BOTS,
    )
    bot = world.bot(lambda payload, context: None)
    answer = world.execute(f"{bot}/$execute", person.token, json={})
    assert (answer.status_code, answer.json()["id"]) == (403, "forbidden")
    assert world.payloads == []


def test_function_that_is_not_there_is_a_clear_400(world):
    bot = world.server.add_bot(world.project, "lost").id
    answer = world.execute(f"{bot}/$execute", json={})
    assert answer.status_code == 400
    text = answer.json()["issue"][0]["details"]["text"]
    assert "ResourceNotFoundException" in text
    assert f"medplum-bot-lambda-{bot}" in text
    assert world.events(bot)[0]["outcome"] == "4"


@pytest.mark.parametrize(
    ("kind", "changes", "text"),
    [
        ("Project", {"features": []}, "Bots not enabled"),
        ("Bot", {"runtimeVersion": "fission"}, "Unsupported bot runtime"),
    ],
)
def test_what_keeps_a_bot_from_running_is_a_clear_400(world, kind, changes, text):
    bot = world.bot(lambda payload, context: {})
    (before,) = [r for r in world.server.resources(kind) if r["id"] in (bot, world.project)]
    client = world.server.add_client(world.project, "admin", admin=True)
    token = world.server.token_for(client.membership_id)
    requests.put(
        f"{world.url}fhir/R4/{kind}/{before['id']}",
        json={**before, **changes},
        headers={"Authorization": f"Bearer {token}"},
        timeout=10,
    ).raise_for_status()
    answer = world.execute(f"{bot}/$execute")
    assert (answer.status_code, answer.json()["issue"][0]["details"]["text"]) == (400, text)
    assert world.payloads == []


def test_bots_run_side_by_side(world):
    together = threading.Barrier(8, timeout=10)

    def meet(payload: dict, context: Any) -> dict:
        together.wait()
        return {}

    bot = world.bot(meet)
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: statuses.append(world.execute(f"{bot}/$execute", json={}).status_code)
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8


@pytest.mark.parametrize("custom", [True, False])
def test_function_is_named_by_the_bot_only_where_the_server_allows_it(custom):
    functions: dict[str, Any] = {"chosen": lambda payload, context: {"name": "chosen"}}
    identifiers = [{"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": "chosen"}]
    with LocalServer() as lambda_http, LocalServer() as http:
        lambda_http.start(create_functions(functions))
        server = create_app(
            base_url=http.url, functions_url=lambda_http.url, bot_custom_functions_enabled=custom
        )
        http.start(server)
        project = server.add_project("Clinic")
        bot = server.add_bot(project, "bot", identifiers)
        functions[f"medplum-bot-lambda-{bot.id}"] = lambda payload, context: {"name": "by id"}
        answer = requests.post(
            f"{http.url}fhir/R4/Bot/{bot.id}/$execute",
            json={},
            headers={"Authorization": f"Bearer {server.token_for(bot.membership_id)}"},
            timeout=10,
        )
    server.close()
    assert answer.json() == {"name": "chosen" if custom else "by id"}


def test_endpoint_that_is_not_there_is_a_clear_400():
    with LocalServer() as unused:
        nowhere = unused.url
    invoker = LambdaInvoker(nowhere, max_attempts=1)
    texts = []
    for more in ({"invoker": invoker}, {}):
        with LocalServer() as http:
            server = create_app(base_url=http.url, **more)
            http.start(server)
            bot = server.add_bot(server.add_project("Clinic"), "bot")
            answer = requests.post(
                f"{http.url}fhir/R4/Bot/{bot.id}/$execute",
                json={},
                headers={"Authorization": f"Bearer {server.token_for(bot.membership_id)}"},
                timeout=10,
            )
        server.close()
        assert answer.status_code == 400
        texts.append(answer.json()["issue"][0]["details"]["text"])
    invoker.close()
    assert texts[0].startswith("Could not connect to the endpoint URL")
    assert texts[1] == "There is no endpoint to run bots at"
