"""The Lambda client against the functions endpoint and against moto's Lambda, and the endpoint's
wire format against boto3's own client.

Without Docker, moto's Lambda echoes the payload (or gives what it was told to), never fails and
writes no log: what it cannot do is asserted against the functions endpoint only.
"""

import base64
import contextlib
import io
import json
import logging
import re
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from moto import mock_aws

from deploy.sandbox.fhir.invoker import InvokeError, InvokeResult, LambdaInvoker
from deploy.sandbox.functions.app import create_app, plain_name
from deploy.sandbox.serve import LocalServer

AWS = "https://lambda.us-east-1.amazonaws.com"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:echo"
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"

ran: list[Any] = []


def echo(event: Any, context: Any) -> Any:
    return event


def remember(event: Any, context: Any) -> None:
    ran.append(event)


def fail(event: Any, context: Any) -> None:
    raise LookupError("no such clinician")


def nested(event: Any, context: Any) -> None:
    fail(event, context)


def unserializable(event: Any, context: Any) -> Any:
    return {1, 2}


def chatty(event: Any, context: Any) -> dict:
    logger = logging.getLogger("bot")
    for number in range(event["lines"]):
        logger.warning("%s %s", event["who"], number)
    return {}


def describe(event: Any, context: Any) -> dict:
    return {
        "aws_request_id": context.aws_request_id,
        "function_name": context.function_name,
        "invoked_function_arn": context.invoked_function_arn,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "remaining": context.get_remaining_time_in_millis(),
    }


HANDLERS = {
    handler.__name__: handler
    for handler in (echo, remember, fail, nested, unserializable, chatty, describe)
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with LocalServer() as http:
        http.start(create_app(HANDLERS))
        yield http.url


@pytest.fixture(scope="module")
def local(url: str) -> Iterator[LambdaInvoker]:
    invoker = LambdaInvoker(url)
    yield invoker
    invoker.close()


@pytest.fixture(scope="module")
def boto(url: str) -> Iterator[Any]:
    with contextlib.closing(client(url)) as found:
        yield found


def client(endpoint: str | None) -> Any:
    return boto3.client(
        "lambda",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"total_max_attempts": 1}, proxies={}),
    )


def deploy_to_moto() -> None:
    """Gives moto a function called echo."""
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    credentials = {"aws_access_key_id": "local", "aws_secret_access_key": "local"}
    with contextlib.closing(boto3.client("iam", region_name="us-east-1", **credentials)) as iam:
        role = iam.create_role(RoleName="lambda", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return event")
    with contextlib.closing(client(None)) as aws:
        aws.create_function(
            FunctionName="echo",
            Runtime="python3.11",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": code.getvalue()},
        )


@pytest.fixture(params=["functions endpoint", "moto"])
def invoker(request: pytest.FixtureRequest) -> Iterator[LambdaInvoker]:
    if request.param == "functions endpoint":
        yield request.getfixturevalue("local")
        return
    with mock_aws(config={"lambda": {"use_docker": False}}):
        deploy_to_moto()
        invoker = LambdaInvoker(AWS)
        yield invoker
        invoker.close()


@pytest.mark.parametrize(
    "payload", [{"a": 1}, {"name": "Zoë"}, [1, 2], {"deep": {"list": [None, True]}}]
)
def test_result_comes_back_as_json(invoker, payload):
    result = invoker.invoke("echo", payload)
    assert (result.result, result.is_error) == (payload, False)


def test_function_may_be_named_by_arn(invoker):
    assert invoker.invoke(ARN, {"a": 1}).result == {"a": 1}


def test_several_threads_share_one_client(invoker):
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda number: invoker.invoke("echo", {"n": number}).result, range(16))
    assert list(results) == [{"n": number} for number in range(16)]


def test_null_result_is_none(local):
    assert local.invoke("remember", {}).result is None


def test_exception_is_an_error_result_and_not_raised(local):
    result = local.invoke("fail", {})
    assert result.is_error
    assert result.result["errorType"] == "LookupError"
    assert result.result["errorMessage"] == "no such clinician"
    assert re.fullmatch(UUID, result.result["requestId"])
    (frame,) = result.result["stackTrace"]
    assert re.match(r'  File ".*test_lambda_invoke\.py", line \d+, in fail\n    raise', frame)


def test_stack_trace_has_one_line_for_each_frame(local):
    frames = local.invoke("nested", {}).result["stackTrace"]
    assert [re.search(r", in (\w+)\n", frame)[1] for frame in frames] == ["nested", "fail"]


def test_result_that_is_no_json_is_a_marshal_error(local):
    result = local.invoke("unserializable", {})
    assert result.is_error
    assert result.result["errorType"] == "Runtime.MarshalError"
    assert result.result["errorMessage"].startswith("Unable to marshal response: ")
    assert result.result["stackTrace"] == []


def test_log_has_the_lines_that_lambda_prints(local):
    lines = local.invoke("chatty", {"who": "a", "lines": 1}).log.decode().splitlines()
    assert re.fullmatch(rf"START RequestId: {UUID} Version: \$LATEST", lines[0])
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
    assert re.fullmatch(rf"\[WARNING\]\t{stamp}\t{UUID}\ta 0", lines[1])
    assert re.fullmatch(rf"END RequestId: {UUID}", lines[2])
    report = rf"REPORT RequestId: {UUID}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\t.*"
    assert re.fullmatch(report, lines[3])
    assert len(lines) == 4


def test_log_of_a_failure_names_the_error(local):
    log = local.invoke("fail", {}).log.decode()
    assert "[ERROR] LookupError: no such clinician\nTraceback (most recent call last):\n" in log


def test_log_is_the_last_4_kb_of_this_invocation_only(local):
    def invoke(who: str) -> InvokeResult:
        return local.invoke("chatty", {"who": who, "lines": 200})

    with ThreadPoolExecutor(2) as pool:
        logs = [result.log.decode() for result in pool.map(invoke, ("first", "second"))]
    assert [len(log) for log in logs] == [4096, 4096]
    assert "first 199" in logs[0]
    assert "second" not in logs[0]
    assert "second 199" in logs[1]
    assert "first" not in logs[1]


def test_log_lines_outside_an_invocation_are_nobodys(local):
    logging.getLogger("bot").warning("outside")
    assert "outside" not in local.invoke("echo", {}).log.decode()


def test_unknown_function_is_an_invoke_error(local):
    with pytest.raises(InvokeError, match=r"ResourceNotFoundException.*Function not found: arn:"):
        local.invoke("nothing", {})


def test_endpoint_that_is_not_there_is_an_invoke_error():
    with LocalServer() as unused:
        nowhere = unused.url
    with (
        contextlib.closing(LambdaInvoker(nowhere, max_attempts=1)) as invoker,
        pytest.raises(InvokeError, match="Could not connect to the endpoint URL"),
    ):
        invoker.invoke("echo", {})


def test_sixty_four_run_at_once(caplog):
    together = threading.Barrier(64, timeout=60)
    with LocalServer() as http, ThreadPoolExecutor(64) as pool:
        http.start(create_app({"meet": lambda event, context: together.wait() >= 0}))
        invoker = LambdaInvoker(http.url)
        results = list(pool.map(lambda _: invoker.invoke("meet", {}).result, range(64)))
        invoker.close()
    assert results == [True] * 64
    assert "Connection pool is full" not in caplog.text


def test_boto_sees_an_answer_as_lambdas(boto):
    answer = boto.invoke(FunctionName="echo", Payload=b'{"a": 1}')
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert json.loads(answer["Payload"].read()) == {"a": 1}
    assert "FunctionError" not in answer
    assert "LogResult" not in answer
    assert re.fullmatch(UUID, answer["ResponseMetadata"]["RequestId"])


def test_boto_sees_a_failure_as_unhandled(boto):
    answer = boto.invoke(FunctionName="fail", LogType="Tail")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    body = json.loads(answer["Payload"].read())
    assert body["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert body["requestId"] in base64.b64decode(answer["LogResult"]).decode()


def test_boto_raises_for_an_unknown_function(boto):
    with pytest.raises(boto.exceptions.ResourceNotFoundException) as caught:
        boto.invoke(FunctionName="nothing")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert caught.value.response["Type"] == "User"
    assert caught.value.response["Error"]["Message"] == (
        "Function not found: arn:aws:lambda:us-east-1:123456789012:function:nothing"
    )


@pytest.mark.parametrize("body", [b"{", b"\xff", b"text"])
def test_boto_raises_for_a_body_that_is_no_json(boto, body):
    with pytest.raises(boto.exceptions.InvalidRequestContentException) as caught:
        boto.invoke(FunctionName="echo", Payload=body)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Error"]["Message"].startswith("Could not parse request body")


def test_absent_body_is_an_empty_object(boto):
    assert json.loads(boto.invoke(FunctionName="echo")["Payload"].read()) == {}


def test_event_runs_without_an_answer(boto):
    ran.clear()
    answer = boto.invoke(FunctionName="remember", InvocationType="Event", Payload=b'{"a": 1}')
    assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
    boto.invoke(FunctionName="remember", Payload=b'{"a": 2}')
    assert {"a": 1} in ran


def test_dry_run_runs_nothing(boto):
    ran.clear()
    answer = boto.invoke(FunctionName="remember", InvocationType="DryRun")
    assert (answer["StatusCode"], ran) == (204, [])
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.invoke(FunctionName="nothing", InvocationType="DryRun")


@pytest.mark.parametrize(
    "name",
    [
        "echo",
        "echo:$LATEST",
        "echo:live",
        ARN,
        f"{ARN}:live",
        "123456789012:function:echo",
        "123456789012:function:echo:live",
    ],
)
def test_every_form_of_a_name_is_understood(boto, url, name):
    assert plain_name(name) == "echo"
    assert boto.invoke(FunctionName=name)["StatusCode"] == 200
    plain = f"{url}2015-03-31/functions/{name}/invocations"
    assert requests.post(plain, json={"a": 1}, timeout=10).json() == {"a": 1}


def test_context_is_what_handlers_use(boto):
    answer = boto.invoke(FunctionName="describe:live")
    described = json.loads(answer["Payload"].read())
    assert 0 < described.pop("remaining") <= 300_000
    assert described == {
        "aws_request_id": answer["ResponseMetadata"]["RequestId"],
        "function_name": "describe",
        "invoked_function_arn": ARN.replace("echo", "describe"),
        "memory_limit_in_mb": 256,
    }


def test_under_every_other_name_the_one_function_runs():
    def named(payload: Any, context: Any) -> dict:
        return {"ran": "named"}

    def otherwise(payload: Any, context: Any) -> dict:
        return {"ran": "otherwise", "as": context.function_name}

    with LocalServer() as http, requests.Session() as session:
        http.start(create_app({"named": named}, otherwise))

        def ran(name: str) -> dict:
            path = f"{http.url}2015-03-31/functions/{name}/invocations"
            return session.post(path, json={}, timeout=10).json()

        assert ran("named") == {"ran": "named"}
        assert ran("medplum-bot-lambda-1") == {"ran": "otherwise", "as": "medplum-bot-lambda-1"}


def test_lines_go_to_standard_error_only_when_verbose(capsys):
    for verbose in (True, False):
        with LocalServer() as http:
            http.start(create_app({"chatty": chatty}, verbose=verbose))
            path = f"{http.url}2015-03-31/functions/chatty/invocations"
            requests.post(path, json={"who": "someone", "lines": 1}, timeout=10)
        assert ("someone 0" in capsys.readouterr().err) is verbose
