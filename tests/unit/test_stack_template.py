"""The composed CloudFormation template, looked at as data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.catalog import BOTS
from deploy.aws.deployment import checked_stack_name
from deploy.aws.template.compose import compose, defaults
from deploy.aws.template.functions import FUNCTIONS, Function
from deploy.cli.stack import DEFAULT_STACK

PACKAGE = {"Runtime": "python3.13", "CodeBucket": "bucket", "CodeKey": "0123.zip"}
TEMPLATE = compose(DEFAULT_STACK, PACKAGE)
RESOURCES = TEMPLATE["Resources"]
DOCS = Path(__file__).parents[2] / "docs" / "how-to"
QUOTAS = {"Resources": 500, "Parameters": 200, "Outputs": 200}
"""Source: AWS CloudFormation User Guide, "Understand CloudFormation quotas"."""

EVERY_FUNCTION = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)


def of_type(kind: str) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in RESOURCES.items()
        if resource["Type"] == kind
    }


def properties(function: Function, part: str) -> Any:
    return RESOURCES[f"{function.logical_id}{part}"]["Properties"]


def versions(template: Any) -> set[str]:
    kind = "AWS::Lambda::Version"
    return {name for name, resource in template["Resources"].items() if resource["Type"] == kind}


def statements() -> Iterator[tuple[str, Any]]:
    """Every statement of every policy, with the logical id of where it stands."""
    for name, resource in RESOURCES.items():
        given = resource["Properties"]
        documents = [given[key] for key in ("PolicyDocument",) if key in given]
        documents += [policy["PolicyDocument"] for policy in given.get("Policies", [])]
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_stack_has_every_bot_under_its_name_in_the_catalog() -> None:
    names = {each["FunctionName"]["Ref"] for each in of_type("AWS::Lambda::Function").values()}
    called = {defaults(TEMPLATE)[name] for name in names}
    others = {f"prescriber-bots-{n}" for n in ("push-endpoint", "status-schedule", "enroll-worker")}
    assert called == {bot.function_name for bot in BOTS} | others


def test_no_function_has_a_name_that_medplum_deploys_over() -> None:
    assert not [
        name for name in defaults(TEMPLATE).values() if name.startswith("medplum-bot-lambda")
    ]
    with pytest.raises(ValueError, match=r"must not begin with medplum-bot-lambda: Medplum's"):
        checked_stack_name("medplum-bot-lambda")


@pytest.mark.parametrize("name", ["Bots", "1bots", "bots-", "bots_1", "", "b" * 33])
def test_a_stack_is_named_so_that_everything_can_be_named_after_it(name: str) -> None:
    with pytest.raises(ValueError, match="must have up to 32 lowercase letters"):
        checked_stack_name(name)


@EVERY_FUNCTION
def test_every_function_has_a_version_behind_the_alias_and_a_snapshot(function: Function) -> None:
    (version,) = [name for name in versions(TEMPLATE) if name.startswith(f"{function.logical_id}V")]
    alias = properties(function, "Live")
    assert (alias["Name"], alias["FunctionVersion"]) == (
        "live",
        {"Fn::GetAtt": [version, "Version"]},
    )
    given = properties(function, "Function")
    assert given["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert defaults(TEMPLATE)["SnapStart"] == "PublishedVersions"
    assert given["Description"].endswith(version.removeprefix(f"{function.logical_id}Version"))


@EVERY_FUNCTION
def test_every_function_has_a_role_of_its_own_that_writes_its_own_log_only(
    function: Function,
) -> None:
    role = f"{function.logical_id}Role"
    assert properties(function, "Function")["Role"] == {"Fn::GetAtt": [role, "Arn"]}
    log = {"Fn::GetAtt": [f"{function.logical_id}LogGroup", "Arn"]}
    found = [statement for name, statement in statements() if name == role]
    (writes,) = [each for each in found if "logs:" in str(each["Action"])]
    assert writes["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert writes["Resource"] == log
    queues = [each for each in found if "sqs:" in str(each["Action"])]
    assert len(found) == 1 + len(queues)
    assert bool(queues) is (function.name == "enroll_worker")


@EVERY_FUNCTION
def test_every_function_has_a_log_that_ends_and_our_own_lines_in_it(function: Function) -> None:
    group = properties(function, "LogGroup")
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    logging = properties(function, "Function")["LoggingConfig"]
    assert logging == {"LogGroup": {"Ref": f"{function.logical_id}LogGroup"}, "LogFormat": "Text"}


@EVERY_FUNCTION
def test_every_function_has_its_alarms(function: Function) -> None:
    own = [{"Name": "FunctionName", "Value": {"Ref": f"{function.logical_id}Function"}}]
    for part in ("Errors", "Throttles", "Duration"):
        alarm = properties(function, part)
        assert (alarm["MetricName"], alarm["Dimensions"]) == (part, own)
        assert alarm["AlarmActions"]["Fn::If"][:2] == ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}]]
    duration = properties(function, "Duration")
    assert (duration["ExtendedStatistic"], duration["Threshold"]) == (
        "p95",
        function.timeout_s * 800,
    )


def test_no_policy_allows_everything() -> None:
    for name, statement in statements():
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            assert "*" not in action
        wide = [
            resource
            for resource in as_list(statement["Resource"])
            if not isinstance(resource, dict)
        ]
        assert wide == (["*"] if name == "TracePolicy" else []), name


def test_xray_is_asked_for_before_it_is_allowed() -> None:
    assert RESOURCES["TracePolicy"]["Condition"] == "Traces"
    roles = {role["Ref"] for role in RESOURCES["TracePolicy"]["Properties"]["Roles"]}
    assert roles == {f"{function.logical_id}Role" for function in FUNCTIONS}
    assert defaults(TEMPLATE)["Tracing"] == "PassThrough"


def test_medplum_may_run_exactly_the_bots() -> None:
    allowed = [
        resource
        for name, statement in statements()
        if name == "InvokePolicy"
        for resource in statement["Resource"]
    ]
    bots = [function.logical_id for function in FUNCTIONS if function.is_bot]
    assert allowed == [
        each
        for bot in bots
        for each in ({"Ref": f"{bot}Live"}, {"Fn::GetAtt": [f"{bot}Function", "Arn"]})
    ]
    permitted = {
        given["FunctionName"]["Ref"]
        for name, given in of_type("AWS::Lambda::Permission").items()
        if RESOURCES[name].get("Condition") == "HasInvoker"
    }
    assert permitted == {f"{bot}Live" for bot in bots}


def test_no_environment_variable_is_a_secret() -> None:
    variables = {
        (name, json.dumps(value))
        for given in of_type("AWS::Lambda::Function").values()
        for name, value in given["Environment"]["Variables"].items()
    }
    assert variables == {
        ("PYDANTIC_DISABLE_PLUGINS", '"__all__"'),
        ("MEDPLUM_SECRET_ID", '{"Ref": "MedplumSecret"}'),
        ("RESULTS_QUEUE_URL", '{"Ref": "ResultsQueue"}'),
        ("RATE_SHARE", '"0.4"'),
    }


def test_the_template_gives_the_secret_no_value() -> None:
    assert (
        not {"SecretString", "GenerateSecretString"}
        & RESOURCES["MedplumSecret"]["Properties"].keys()
    )


def test_the_queue_waits_six_times_as_long_as_its_worker_may_take() -> None:
    queue, dead = RESOURCES["EnrollQueue"]["Properties"], RESOURCES["DeadLetterQueue"]["Properties"]
    (worker,) = [function for function in FUNCTIONS if function.name == "enroll_worker"]
    assert queue["VisibilityTimeout"] >= 6 * worker.timeout_s
    assert (queue["FifoQueue"], dead["FifoQueue"]) == (True, True)
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_dosespot_is_answered_within_its_20_seconds() -> None:
    (endpoint,) = [function for function in FUNCTIONS if function.name == "push_endpoint"]
    answered_ms = RESOURCES["PushIntegration"]["Properties"]["TimeoutInMillis"]
    assert endpoint.timeout_s * 1000 < answered_ms < 20_000


def test_a_runtime_without_snapshots_gets_none() -> None:
    for runtime, supported in (("python3.11", False), ("python3.12", True), ("python3.14", True)):
        template = compose(DEFAULT_STACK, PACKAGE | {"Runtime": runtime})
        for function in FUNCTIONS:
            given = template["Resources"][f"{function.logical_id}Function"]["Properties"]
            assert ("SnapStart" in given) is supported


def test_the_same_settings_compose_the_same_template() -> None:
    assert compose(DEFAULT_STACK, PACKAGE) == TEMPLATE


@pytest.mark.parametrize(
    "changed",
    [
        {"CodeKey": "4567.zip"},
        {"Runtime": "python3.12"},
        {"Architecture": "x86_64"},
        {"MemorySize": "512"},
        {"Tracing": "Active"},
        {"SnapStart": "None"},
    ],
    ids=str,
)
def test_what_makes_up_a_function_makes_a_new_version_of_it(changed: dict[str, str]) -> None:
    assert not versions(compose(DEFAULT_STACK, PACKAGE | changed)) & versions(TEMPLATE)


@pytest.mark.parametrize(
    "changed",
    [
        {"AlarmTopicArn": "arn:aws:sns:us-east-1:1:t"},
        {"LogRetentionDays": "7"},
        {"StatusSchedule": "off"},
    ],
    ids=str,
)
def test_what_does_not_make_up_a_function_keeps_its_version(changed: dict[str, str]) -> None:
    assert compose(DEFAULT_STACK, PACKAGE | changed) == TEMPLATE


def test_one_function_of_another_name_is_the_only_new_version() -> None:
    named = compose(DEFAULT_STACK, PACKAGE | {"IframeName": "medplum-bot-lambda-1"})
    (new,) = versions(named) - versions(TEMPLATE)
    assert new.startswith("IframeVersion")


def test_the_template_is_within_cloudformations_quotas_even_with_the_longest_name() -> None:
    longest = compose("s" * 32, PACKAGE)
    assert len(json.dumps(longest)) <= 1_000_000
    assert all(len(longest[part]) <= most for part, most in QUOTAS.items())
    assert max(map(len, defaults(compose("s" * 32, PACKAGE)).values())) <= 64


def test_nothing_is_left_in_angle_brackets() -> None:
    assert re.findall(r"<\w+>", json.dumps(TEMPLATE)) == []


def heading(alarm: Any) -> str:
    """What the page on alarms calls an alarm that there is for each function, or once."""
    if isinstance(alarm, dict):
        return str(alarm["Fn::Sub"]).replace("${AWS::StackName}", "<stack>")
    (name,) = [
        name
        for name in (function.name_in(DEFAULT_STACK) for function in FUNCTIONS)
        if alarm.startswith(f"{name}-")
    ]
    return alarm.replace(name, "<function>")


def test_the_page_on_alarms_has_a_section_for_every_alarm() -> None:
    alarms = [given["AlarmName"] for given in of_type("AWS::CloudWatch::Alarm").values()]
    page = (DOCS / "alarms.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(.+)`", page, re.MULTILINE)) == {heading(name) for name in alarms}
