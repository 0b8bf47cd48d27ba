"""How a stack is doing: what is read of it at AWS. Everything here only looks.

Which functions, alarms and queues there are, the stack itself says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from botocore.exceptions import ClientError

from deploy.aws.session import AwsAccount
from deploy.aws.stack import Existing, Stack

ALIAS = "live"
ALARMS_AT_ONCE = 100
WAITING: Final = "ApproximateNumberOfMessages"


@dataclass(frozen=True)
class FunctionCondition:
    """A Lambda function.

    Attributes:
        name: its name.
        version: the version behind the alias; None if there is no alias.
        state: Lambda's word for whether that version can be run, such as `Active`.
        is_newest: whether that version has the function's newest code.
        has_own_role: whether its role is one of the stack's.
    """

    name: str
    version: str | None
    state: str = ""
    is_newest: bool = True
    has_own_role: bool = True


@dataclass(frozen=True)
class AlarmCondition:
    """An alarm: its name, CloudWatch's word for its state, and whether it is sent to anybody."""

    name: str
    state: str
    is_sent: bool


@dataclass(frozen=True)
class QueueCondition:
    """A queue, whether failed messages are put aside in it, and how many wait, more or less."""

    name: str
    is_dead_letters: bool
    waiting: int


class StackCondition:
    """A stack, looked at.

    Every method raises botocore's errors.

    Args:
        account: where it is.
        name: its name.
    """

    def __init__(self, account: AwsAccount, name: str) -> None:
        self.name = name
        self._session = account.session
        self._cloudformation = self._session.client("cloudformation")
        self._found: list[Mapping[str, Any]] | None = None

    def existing(self) -> Existing | None:
        """The stack; None if there is none."""
        return Stack(self._cloudformation, self.name, lambda _: None).existing()

    def functions(self) -> list[FunctionCondition]:
        """Its functions."""
        client = self._session.client("lambda")
        roles = set(self._of_kind("AWS::IAM::Role"))
        return [_function(client, name, roles) for name in self._of_kind("AWS::Lambda::Function")]

    def alarms(self) -> list[AlarmCondition]:
        """Its alarms that there are; one that somebody deleted is not among them."""
        client, names = self._session.client("cloudwatch"), self.alarm_names()
        pages = (
            client.describe_alarms(
                AlarmNames=names[start : start + ALARMS_AT_ONCE], MaxRecords=ALARMS_AT_ONCE
            )
            for start in range(0, len(names), ALARMS_AT_ONCE)
        )
        return [
            AlarmCondition(
                one["AlarmName"],
                one["StateValue"],
                bool(one.get("ActionsEnabled") and one.get("AlarmActions")),
            )
            for page in pages
            for one in page["MetricAlarms"]
        ]

    def alarm_names(self) -> list[str]:
        """The names of its alarms."""
        return list(self._of_kind("AWS::CloudWatch::Alarm"))

    def queues(self) -> list[QueueCondition]:
        """Its queues."""
        client = self._session.client("sqs")
        found = {
            url: client.get_queue_attributes(QueueUrl=url, AttributeNames=[WAITING])["Attributes"]
            for url in self._of_kind("AWS::SQS::Queue")
        }
        return [
            QueueCondition(url.rpartition("/")[2], "dead-letters" in url, int(told[WAITING]))
            for url, told in found.items()
        ]

    def roles_that_may_invoke(self, policy: str) -> int:
        """To how many roles, users and groups the policy for Medplum's role is attached."""
        found = self._session.client("iam").get_policy(PolicyArn=policy)
        return int(found["Policy"].get("AttachmentCount", 0))

    def _of_kind(self, kind: str) -> Iterator[str]:
        """The physical ids of the stack's resources of a type."""
        if self._found is None:
            pages = self._cloudformation.get_paginator("list_stack_resources").paginate(
                StackName=self.name
            )
            self._found = [dict(one) for page in pages for one in page["StackResourceSummaries"]]
        return (
            one["PhysicalResourceId"]
            for one in self._found
            if one["ResourceType"] == kind and one.get("PhysicalResourceId")
        )


def _function(client: Any, name: str, roles: set[str]) -> FunctionCondition:
    try:
        live = client.get_function_configuration(FunctionName=name, Qualifier=ALIAS)
    except ClientError as error:
        if error.response["Error"].get("Code") == "ResourceNotFoundException":
            return FunctionCondition(name, None)
        raise
    newest = client.get_function_configuration(FunctionName=name)
    return FunctionCondition(
        name,
        live["Version"],
        live.get("State", ""),
        live["CodeSha256"] == newest["CodeSha256"],
        live["Role"].rpartition("/")[2] in roles,
    )
