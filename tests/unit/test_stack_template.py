"""The composed CloudFormation template, looked at as data."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.catalog import BOTS
from bots.dispatch import FUNCTION
from bots.sync_status.bot import sync_status
from deploy.aws.deployment import checked_stack_name
from deploy.aws.template.compose import REFUSALS, compose, defaults
from deploy.aws.template.functions import (
    ALL_BOTS,
    FUNCTIONS,
    OF_ONE_BOT,
    RELAY_ENDPOINT,
    Function,
    former_functions,
    functions_of,
    logical_id,
)
from deploy.cli.stack import DEFAULT_STACK
from fhir_profiles.comparison_round import STALE
from shared.errors import Unforeseen
from shared.runtime.bot import BotFunction
from shared.runtime.metrics import UNITS, Metrics

PACKAGE = {"Runtime": "python3.13", "CodeBucket": "bucket", "CodeKey": "0123.zip"}
TEMPLATE = compose(DEFAULT_STACK, PACKAGE)
RESOURCES = TEMPLATE["Resources"]
NAMESPACE = f"PrescriberBots/{DEFAULT_STACK}"
NAMED = {"IframeName": "medplum-bot-lambda-1"}
"""The setting of a stack in which one bot has a function of its own."""

RELAYED = compose(
    DEFAULT_STACK, PACKAGE | {RELAY_ENDPOINT.name_parameter: RELAY_ENDPOINT.name_in(DEFAULT_STACK)}
)["Resources"]

FORMER = {one.name_parameter: one.name_in(DEFAULT_STACK) for one in OF_ONE_BOT}
"""The names in a stack that had a function for each bot."""

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


def statements(template: Any = TEMPLATE) -> Iterator[tuple[str, Any]]:
    """Every statement of every policy, with the logical id of where it stands."""
    for name, resource in template["Resources"].items():
        given = resource["Properties"]
        documents = [given[key] for key in ("PolicyDocument",) if key in given]
        documents += [policy["PolicyDocument"] for policy in given.get("Policies", [])]
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_all_bots_are_one_function_that_is_called_as_the_stack() -> None:
    names = {each["FunctionName"]["Ref"] for each in of_type("AWS::Lambda::Function").values()}
    called = {defaults(TEMPLATE)[name] for name in names}
    assert called == {FUNCTION, "prescriber-bots-enroll-worker"}
    assert ALL_BOTS.name_in("staging-bots") == "staging-bots"


def test_the_function_of_all_bots_ends_no_run_before_the_bot_does() -> None:
    longest = max(bot.timeout_s for bot in BOTS)
    assert properties(ALL_BOTS, "Function")["Timeout"] == longest


def test_a_bot_that_is_given_a_name_has_a_function_of_its_own_beside_the_one_of_all() -> None:
    template = compose(DEFAULT_STACK, PACKAGE | NAMED)
    added = template["Resources"].keys() - RESOURCES.keys()
    (version,) = versions(template) - versions(TEMPLATE)
    assert added == {"IframeFunction", version, "IframeLive", "IframePermission"}
    own = template["Resources"]["IframeFunction"]["Properties"]
    same = ("Handler", "Code", "Role", "LoggingConfig", "Environment", "MemorySize")
    assert {name: own[name] for name in same} == {
        name: properties(ALL_BOTS, "Function")[name] for name in same
    }
    assert own["FunctionName"] == {"Ref": "IframeName"}
    assert template["Outputs"].keys() - TEMPLATE["Outputs"].keys() == {"Iframe"}


def test_a_stack_that_had_a_function_for_each_bot_keeps_them_until_it_is_told() -> None:
    kept = compose(DEFAULT_STACK, PACKAGE | FORMER)
    for bot in BOTS:
        assert {f"{logical_id(bot.name)}{part}" for part in ("Function", "Live")} <= {
            *kept["Resources"]
        }
    assert former_functions(DEFAULT_STACK, FORMER | NAMED) == [
        name for name in FORMER.values() if name != "prescriber-bots-iframe"
    ]
    assert functions_of(dict.fromkeys(FORMER, "")) == FUNCTIONS


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


@EVERY_FUNCTION
def test_every_function_has_a_log_that_ends_and_our_own_lines_in_it(function: Function) -> None:
    group = properties(function, "LogGroup")
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert group["KmsKeyId"] == {
        "Fn::If": ["HasLogKey", {"Ref": "LogKeyArn"}, {"Ref": "AWS::NoValue"}]
    }
    logging = properties(function, "Function")["LoggingConfig"]
    assert logging == {"LogGroup": {"Ref": f"{function.logical_id}LogGroup"}, "LogFormat": "Text"}


@EVERY_FUNCTION
def test_every_function_has_its_alarms(function: Function) -> None:
    own = [{"Name": "FunctionName", "Value": {"Ref": f"{function.logical_id}Function"}}]
    beside_bots = [] if function == ALL_BOTS else ["Errors", "Duration"]
    for part in ("Throttles", *beside_bots):
        alarm = properties(function, part)
        assert (alarm["MetricName"], alarm["Dimensions"]) == (part, own)
    if beside_bots:
        duration = properties(function, "Duration")
        slow_ms = function.timeout_s * 800
        assert (duration["ExtendedStatistic"], duration["Threshold"]) == ("p95", slow_ms)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_every_bot_has_alarms_on_the_metrics_of_its_own_runs(bot: BotFunction) -> None:
    limit_s = min(bot.timeout_s, 25) if bot.person_waits else bot.timeout_s
    thresholds = {"Refusals": REFUSALS, "Faults": 1, "Duration": limit_s * 800}
    for metric, threshold in thresholds.items():
        alarm = RESOURCES[f"{logical_id(bot.name)}{metric}"]["Properties"]
        assert (alarm["MetricName"], alarm["Threshold"]) == (metric, threshold)
        assert alarm["Dimensions"] == [{"Name": "Bot", "Value": bot.name}]
        assert alarm["Namespace"] == NAMESPACE
    written = Metrics().document(bot.name, Unforeseen(), 0)
    assert written.keys() >= thresholds.keys() | {"Bot"}


def test_every_function_writes_the_metrics_that_its_stacks_alarms_watch() -> None:
    variables = [
        given["Environment"]["Variables"] for given in of_type("AWS::Lambda::Function").values()
    ]
    assert {each["METRICS_NAMESPACE"] for each in variables} == {NAMESPACE}
    other = compose("staging-bots", PACKAGE)["Resources"]["IframeRefusals"]["Properties"]
    assert other["Namespace"] == "PrescriberBots/staging-bots"


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-29T02:00:00.000Z 6f1c Task timed out after 300.00 seconds",
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'x'",
        "RequestId: 6f1c Error: Runtime exited with error: signal: killed\tRuntime.ExitError",
    ],
)
def test_what_ends_a_run_from_outside_is_counted_from_lambdas_own_lines(line: str) -> None:
    found = properties(ALL_BOTS, "CrashFilter")
    assert found["LogGroupName"] == {"Ref": "BotsLogGroup"}
    assert any(term in line for term in re.findall(r'\?"([^"]+)"', found["FilterPattern"]))
    (counted,) = found["MetricTransformations"]
    alarm = properties(ALL_BOTS, "Crashes")
    assert (counted["MetricName"], counted["MetricNamespace"]) == (
        alarm["MetricName"],
        alarm["Namespace"],
    )


def test_every_alarm_has_the_stacks_target() -> None:
    target = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert {name for name, alarm in alarms.items() if alarm["AlarmActions"] != target} == set()


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


LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
RIGHTS = {
    "BotsRole": {
        *(("BotsLogGroup", action) for action in LOG),
        ("MailIdentityArn", "ses:SendEmail"),
    },
    "EnrollWorkerRole": {
        *(("EnrollWorkerLogGroup", action) for action in LOG),
        ("MedplumSecret", "secretsmanager:GetSecretValue"),
        ("EnrollQueue", "sqs:ReceiveMessage"),
        ("EnrollQueue", "sqs:DeleteMessage"),
        ("EnrollQueue", "sqs:GetQueueAttributes"),
        ("ResultsQueue", "sqs:SendMessage"),
    },
}
"""All that each role may do, and to what, beside writing traces where they are asked for; e-mail is
sent only where an identity is named."""


def logical_id_of(resource: Any) -> str:
    """The one resource that a policy's Resource means."""
    return str(resource["Ref"] if "Ref" in resource else resource["Fn::GetAtt"][0])


def test_every_role_may_do_what_the_table_says_and_nothing_else() -> None:
    found: dict[str, set[tuple[str, str]]] = {name: set() for name in of_type("AWS::IAM::Role")}
    for where, statement in statements():
        roles = RESOURCES[where]["Properties"].get("Roles", [{"Ref": where}])
        if where in ("TracePolicy", "InvokePolicy"):
            continue
        for role in roles:
            found[role["Ref"]] |= {
                (logical_id_of(resource), action)
                for resource in as_list(statement["Resource"])
                for action in as_list(statement["Action"])
            }
    assert found == RIGHTS


def test_the_relays_endpoint_is_there_where_it_has_a_name_and_reads_its_secret() -> None:
    added = RELAYED.keys() - RESOURCES.keys()
    (version,) = (name for name in added if name.startswith("RelayEndpointVersion"))
    assert added == {
        *(f"RelayEndpoint{part}" for part in ("Function", "Live", "Role", "LogGroup")),
        *(f"RelayEndpoint{part}" for part in ("Errors", "Throttles", "Duration")),
        *(version, "RelayEndpointUrl", "RelayEndpointUrlPermission", "RelayEndpointPermission"),
    }
    function = RELAYED["RelayEndpointFunction"]["Properties"]
    assert function["Timeout"] == ALL_BOTS.timeout_s
    assert function["Environment"]["Variables"]["MEDPLUM_SECRET_ID"] == {"Ref": "MedplumSecret"}
    assert (
        function["ReservedConcurrentExecutions"]
        == properties(ALL_BOTS, "Function")["ReservedConcurrentExecutions"]
    )
    readers = RELAYED["MedplumSecretPolicy"]["Properties"]["Roles"]
    assert {"Ref": "RelayEndpointRole"} in readers
    (log,) = RELAYED["RelayEndpointRole"]["Properties"]["Policies"]
    assert log["PolicyName"] == "log"


def test_who_runs_bots_sends_mail_where_an_identity_is_named() -> None:
    for resources, roles in (
        (RESOURCES, ["BotsRole"]),
        (RELAYED, ["BotsRole", "RelayEndpointRole"]),
    ):
        policy = resources["MailPolicy"]
        assert policy["Condition"] == "HasMailIdentity"
        assert policy["Properties"]["Roles"] == [{"Ref": role} for role in roles]
        assert policy["Properties"]["PolicyDocument"]["Statement"] == [
            {
                "Effect": "Allow",
                "Action": "ses:SendEmail",
                "Resource": {"Ref": "MailIdentityArn"},
            }
        ]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", True),
        ("arn:aws:ses:us-east-1:123456789012:identity/clinic.example", True),
        ("arn:aws:ses:us-east-1:123456789012:identity/erx+mail@clinic.example", True),
        ("arn:aws:ses:us-east-1:123456789012:identity/*", False),
        ("arn:aws:ses:*:123456789012:identity/clinic.example", False),
        ("arn:aws:ses:us-east-1:123456789012:configuration-set/x", False),
        ("*", False),
        ("erx@clinic.example", False),
    ],
)
def test_an_identity_is_one_and_never_all(given: str, taken: bool) -> None:
    pattern = TEMPLATE["Parameters"]["MailIdentityArn"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, given)) is taken


def test_everybody_may_reach_the_relays_endpoint_by_its_url_and_nothing_else() -> None:
    open_to_all = {
        name: resource["Properties"]
        for name, resource in RELAYED.items()
        if resource["Properties"].get("Principal") == "*"
    }
    assert {(given["Action"], given["FunctionName"]["Ref"]) for given in open_to_all.values()} == {
        ("lambda:InvokeFunctionUrl", "RelayEndpointLive"),
        ("lambda:InvokeFunction", "RelayEndpointLive"),
    }
    assert open_to_all["RelayEndpointUrlPermission"]["FunctionUrlAuthType"] == "NONE"
    assert open_to_all["RelayEndpointPermission"]["InvokedViaFunctionUrl"] is True


def test_who_may_run_which_function_is_one_principal_each() -> None:
    granted = {
        name: (given["FunctionName"]["Ref"], given["Principal"], "SourceArn" in given)
        for name, given in of_type("AWS::Lambda::Permission").items()
    }
    assert granted == {
        "BotsPermission": ("BotsLive", {"Ref": "InvokerArn"}, False),
    }


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", True),
        ("123456789012", True),
        ("arn:aws:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:role/medplum", True),
        ("arn:aws-us-gov:iam::123456789012:role/servers/medplum", True),
        ("*", False),
        ("arn:aws:iam::*:root", False),
        ("arn:aws:iam::123456789012:role/*", False),
        ("arn:aws:iam::123456789012:*", False),
        ("lambda.amazonaws.com", False),
    ],
)
def test_the_invoker_is_one_and_never_everybody(given: str, taken: bool) -> None:
    pattern = TEMPLATE["Parameters"]["InvokerArn"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, given)) is taken


def test_what_is_asynchronous_has_a_dead_letter_queue_that_rings() -> None:
    for name, given in of_type("AWS::SQS::Queue").items():
        watched = {"Name": "QueueName", "Value": {"Fn::GetAtt": [name, "QueueName"]}}
        alarms = of_type("AWS::CloudWatch::Alarm").values()
        is_watched = any(watched in alarm.get("Dimensions", []) for alarm in alarms)
        assert is_watched is ("RedrivePolicy" not in given), name


def test_results_ring_a_week_before_they_are_lost() -> None:
    alarm, queue = RESOURCES["ResultsAlarm"]["Properties"], RESOURCES["ResultsQueue"]["Properties"]
    assert alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
    assert queue["MessageRetentionPeriod"] - alarm["Threshold"] == 7 * 24 * 3600


def test_reserved_runs_are_the_bots() -> None:
    nothing = {"Ref": "AWS::NoValue"}
    bots = properties(ALL_BOTS, "Function")["ReservedConcurrentExecutions"]
    assert bots == {"Fn::If": ["HasReservedConcurrency", {"Ref": "ReservedConcurrency"}, nothing]}
    assert RESOURCES["EnrollWorkerSource"]["Properties"]["ScalingConfig"] == {
        "MaximumConcurrency": 2
    }


def test_xray_is_asked_for_before_it_is_allowed() -> None:
    assert RESOURCES["TracePolicy"]["Condition"] == "Traces"
    roles = {role["Ref"] for role in RESOURCES["TracePolicy"]["Properties"]["Roles"]}
    assert roles == {f"{function.logical_id}Role" for function in FUNCTIONS}
    assert defaults(TEMPLATE)["Tracing"] == "PassThrough"


@pytest.mark.parametrize("settings", [{}, FORMER], ids=["one function", "one for each bot too"])
def test_medplum_may_run_exactly_the_functions_of_bots(settings: dict[str, str]) -> None:
    template = compose(DEFAULT_STACK, PACKAGE | settings)
    allowed = [
        resource
        for name, statement in statements(template)
        if name == "InvokePolicy"
        for resource in statement["Resource"]
    ]
    bots = [ALL_BOTS.logical_id, *(logical_id(bot.name) for bot in BOTS if settings)]
    assert allowed == [
        each
        for bot in bots
        for each in ({"Ref": f"{bot}Live"}, {"Fn::GetAtt": [f"{bot}Function", "Arn"]})
    ]
    permitted = {
        resource["Properties"]["FunctionName"]["Ref"]
        for resource in template["Resources"].values()
        if resource.get("Condition") == "HasInvoker"
    }
    assert permitted == {f"{bot}Live" for bot in bots}


def test_no_environment_variable_is_a_secret() -> None:
    variables = {
        (name, json.dumps(value))
        for given in of_type("AWS::Lambda::Function").values()
        for name, value in given["Environment"]["Variables"].items()
    }
    assert variables == {
        ("METRICS_NAMESPACE", f'"{NAMESPACE}"'),
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
        {"InvokerArn": "123456789012"},
        {"MailIdentityArn": "arn:aws:ses:us-east-1:1:identity/clinic.example"},
    ],
    ids=str,
)
def test_what_does_not_make_up_a_function_keeps_its_version(changed: dict[str, str]) -> None:
    assert compose(DEFAULT_STACK, PACKAGE | changed) == TEMPLATE


def test_one_function_of_another_name_is_the_only_new_version() -> None:
    named = compose(DEFAULT_STACK, PACKAGE | {"EnrollWorkerName": "another"})
    (new,) = versions(named) - versions(TEMPLATE)
    assert new.startswith("EnrollWorkerVersion")


def test_the_template_is_within_cloudformations_quotas_even_with_the_longest_name() -> None:
    longest = compose("s" * 32, PACKAGE | FORMER)
    assert len(json.dumps(longest)) <= 1_000_000
    assert all(len(longest[part]) <= most for part, most in QUOTAS.items())
    assert max(map(len, defaults(compose("s" * 32, PACKAGE)).values())) <= 64


def test_nothing_is_left_in_angle_brackets() -> None:
    assert re.findall(r"<\w+>", json.dumps(TEMPLATE)) == []


def test_the_alarm_on_old_comparisons_rings_when_doctor_does() -> None:
    (alarm,) = (
        given
        for given in of_type("AWS::CloudWatch::Alarm").values()
        if given["MetricName"] == "OldestComparison"
    )
    assert alarm["Namespace"] == {"Fn::Sub": "PrescriberBots/${AWS::StackName}"}
    assert alarm["Threshold"] == STALE.total_seconds()
    assert UNITS[alarm["MetricName"]] == "Seconds"
    assert alarm["Dimensions"] == [{"Name": "Bot", "Value": sync_status.name}]


def heading(alarm: Any) -> str:
    """What the page on alarms calls an alarm that there is for each function or bot, or once."""
    if isinstance(alarm, dict):
        return str(alarm["Fn::Sub"]).replace("${AWS::StackName}", "<stack>")
    name, _, kind = alarm.rpartition("-")
    bots = {one.name_in(DEFAULT_STACK) for one in OF_ONE_BOT}
    assert name in bots | {one.name_in(DEFAULT_STACK) for one in FUNCTIONS}
    return f"<bot>-{kind}" if name in bots else f"<function>-{kind}"


def test_the_page_on_alarms_has_a_section_for_every_alarm() -> None:
    alarms = [given["AlarmName"] for given in of_type("AWS::CloudWatch::Alarm").values()]
    page = (DOCS / "alarms.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## `(.+)`", page, re.MULTILINE)) == {heading(name) for name in alarms}
