"""What is asked of AWS about a stack, and read of its answers; nothing there is ever changed."""

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from deploy.aws.condition import (
    AlarmCondition,
    FunctionCondition,
    QueueCondition,
    StackCondition,
)
from deploy.medplum.doctor.finding import examine
from deploy.medplum.doctor.stack_examination import StackExamination

STACK = "prescriber-bots"
QUEUE = "https://sqs.us-east-1.amazonaws.com/1"
RESOURCES = (
    ("AWS::Lambda::Function", "prescriber-bots"),
    ("AWS::IAM::Role", "prescriber-bots-BotsRole-1"),
    ("AWS::CloudWatch::Alarm", "prescriber-bots-errors"),
    ("AWS::SQS::Queue", f"{QUEUE}/prescriber-bots-enroll.fifo"),
    ("AWS::SQS::Queue", f"{QUEUE}/prescriber-bots-enroll-dead-letters.fifo"),
)
SUMMARIES = [
    {
        "LogicalResourceId": f"R{number}",
        "PhysicalResourceId": name,
        "ResourceType": kind,
        "LastUpdatedTimestamp": "2026-11-29T00:00:00Z",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    for number, (kind, name) in enumerate(RESOURCES)
]
FOUND = {
    "Stacks": [
        {
            "StackId": "arn",
            "StackName": STACK,
            "CreationTime": "2026-11-29T00:00:00Z",
            "StackStatus": "UPDATE_COMPLETE",
            "Outputs": [{"OutputKey": "InvokePolicyArn", "OutputValue": "arn:aws:iam::1:policy/p"}],
        }
    ]
}


class Aws:
    """AWS with prepared answers, in the order of the questions; no other question is answered."""

    def __init__(self, stubs: ExitStack) -> None:
        self._clients: dict[str, Any] = {}
        self._stubs = stubs
        self._stubbers: dict[str, Stubber] = {}

    def client(self, name: str) -> Any:
        return self._clients[name]

    def answers(self, service: str, operation: str, answer: Any, **asked: Any) -> None:
        self._of(service).add_response(operation, answer, asked or None)

    def refuses(self, service: str, operation: str, code: str) -> None:
        self._of(service).add_client_error(operation, code)

    def _of(self, service: str) -> Stubber:
        if service not in self._stubbers:
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
            self._clients[service] = boto3.client(service, region_name="us-east-1", **keys)
            self._stubbers[service] = self._stubs.enter_context(Stubber(self._clients[service]))
        return self._stubbers[service]


@pytest.fixture
def aws():
    with ExitStack() as stubs:
        made = Aws(stubs)
        made.answers("cloudformation", "describe_stacks", FOUND, StackName=STACK)
        yield made


def condition(aws: Aws) -> StackCondition:
    listed = {"StackResourceSummaries": SUMMARIES}
    aws.answers("cloudformation", "list_stack_resources", listed, StackName=STACK)
    found = StackCondition(SimpleNamespace(session=aws), STACK)
    assert found.existing().status == "UPDATE_COMPLETE"
    return found


def configuration(version: str, code: str, role: str = "prescriber-bots-BotsRole-1") -> Any:
    return {
        "Version": version,
        "CodeSha256": code,
        "State": "Active",
        "Role": f"arn:aws:iam::1:role/{role}",
    }


def function(aws: Aws, live: Any, newest: Any) -> None:
    asked = {"FunctionName": STACK}
    aws.answers("lambda", "get_function_configuration", live, **asked, Qualifier="live")
    aws.answers("lambda", "get_function_configuration", newest, **asked)


@pytest.mark.parametrize(
    ("live", "expected"),
    [
        (configuration("3", "x"), FunctionCondition(STACK, "3", "Active")),
        (configuration("2", "old"), FunctionCondition(STACK, "2", "Active", is_newest=False)),
        (
            configuration("3", "x", "another"),
            FunctionCondition(STACK, "3", "Active", has_own_role=False),
        ),
    ],
)
def test_a_function_is_read_behind_its_alias(aws, live, expected):
    function(aws, live, configuration("$LATEST", "x"))
    assert condition(aws).functions() == [expected]


def test_a_function_without_the_alias_is_read_as_such(aws):
    aws.refuses("lambda", "get_function_configuration", "ResourceNotFoundException")
    assert condition(aws).functions() == [FunctionCondition(STACK, None)]


def test_alarms_are_asked_for_by_name(aws):
    alarm = {"AlarmName": "prescriber-bots-errors", "StateValue": "ALARM", "ActionsEnabled": True}
    asked = {"AlarmNames": ["prescriber-bots-errors"], "MaxRecords": 100}
    for actions in ([], ["arn:aws:sns:us-east-1:1:topic"]):
        told = {"MetricAlarms": [{**alarm, "AlarmActions": actions}]}
        aws.answers("cloudwatch", "describe_alarms", told, **asked)
    found = condition(aws)
    assert found.alarm_names() == ["prescriber-bots-errors"]
    read = [found.alarms(), found.alarms()]
    assert read == [
        [AlarmCondition("prescriber-bots-errors", "ALARM", is_sent)] for is_sent in (False, True)
    ]


def queues(aws: Aws, *waiting: str) -> None:
    for (_, url), number in zip(RESOURCES[3:], waiting, strict=True):
        told = {"Attributes": {"ApproximateNumberOfMessages": number}}
        asked = {"QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"]}
        aws.answers("sqs", "get_queue_attributes", told, **asked)


def test_queues_tell_how_much_waits(aws):
    queues(aws, "7", "1")
    assert condition(aws).queues() == [
        QueueCondition("prescriber-bots-enroll.fifo", False, 7),
        QueueCondition("prescriber-bots-enroll-dead-letters.fifo", True, 1),
    ]


def test_everything_is_looked_at_and_a_refusal_of_aws_is_told(aws):
    aws.answers("cloudformation", "describe_stacks", FOUND, StackName=STACK)
    found = condition(aws)
    function(aws, configuration("3", "x"), configuration("$LATEST", "x"))
    policy = {"Policy": {"AttachmentCount": 1}}
    aws.answers("iam", "get_policy", policy, PolicyArn="arn:aws:iam::1:policy/p")
    aws.refuses("cloudwatch", "describe_alarms", "AccessDenied")
    queues(aws, "0", "0")
    told = {one.name: one for one in examine(StackExamination(found, lambda: "").checks())}
    assert {name: one.verdict for name, one in told.items()} == {
        "AWS stack prescriber-bots": "ok",
        "AWS functions": "ok",
        "AWS invoker": "ok",
        "AWS alarms": "missing",
        "AWS queues": "ok",
        "AWS mail": "ok",
    }
    assert told["AWS alarms"].sentence.startswith(
        "These credentials may not perform DescribeAlarms."
    )


def test_without_the_stack_nothing_else_is_asked():
    with ExitStack() as stubs:
        aws = Aws(stubs)
        error = {"service_error_code": "ValidationError", "service_message": "does not exist"}
        aws._of("cloudformation").add_client_error("describe_stacks", **error)
        found = StackCondition(SimpleNamespace(session=aws), STACK)
        first, *others = list(examine(StackExamination(found, lambda: "").checks()))
    assert (first.verdict, {one.verdict for one in others}) == ("missing", {"not checked"})
