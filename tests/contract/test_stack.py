"""How a stack is watched: answers of CloudFormation's that moto never gives, as its API has them.

Source: AWS CloudFormation API Reference and "Stack status codes"; the client checks their form.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from deploy.aws.stack import ResourceChange, Stack, StackFailed

ARN = "arn:aws:cloudformation:us-east-1:123456789012:stack/bots/1"
TEMPLATE_URL = "https://bucket.s3.amazonaws.com/template.json"
CHANGE_SET = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/c/1"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FUNCTION = "AdminEnrollFunction"
UNCHANGED = "The submitted information didn't contain changes. Submit different information."

_numbers = count(1)


class CloudFormation:
    """CloudFormation's answers, in the order in which they are asked for."""

    def __init__(self) -> None:
        self.client = boto3.client(
            "cloudformation",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        self.stub = Stubber(self.client)
        self.told: list[str] = []
        self.stack = Stack(self.client, "bots", self.told.append, pause_s=0)

    def is_in(self, status: str | None) -> None:
        if status is None:
            message = "Stack with id bots does not exist"
            self.stub.add_client_error("describe_stacks", "ValidationError", message)
            return
        stack = {"StackId": ARN, "StackName": "bots", "StackStatus": status, "CreationTime": NOON}
        self.stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "bots"})

    def takes_proposal(self, kind: str) -> None:
        asked = {
            "StackName": "bots",
            "ChangeSetName": ANY,
            "ChangeSetType": kind,
            "Parameters": [{"ParameterKey": "MemorySize", "ParameterValue": "512"}],
            "Tags": [{"Key": "team", "Value": "care"}],
            "Capabilities": ["CAPABILITY_IAM"],
            "TemplateURL": TEMPLATE_URL,
        }
        answer = {"Id": CHANGE_SET, "StackId": ARN}
        self.stub.add_response("create_change_set", answer, asked)

    def works_out(self, status: str, reason: str = "", changes: Any = (), more: str = "") -> None:
        answer = {"Status": status, "StatusReason": reason, "Changes": list(changes)}
        self.stub.add_response(
            "describe_change_set", answer | ({"NextToken": more} if more else {})
        )

    def forgets_proposal(self, *, and_stack: bool) -> None:
        self.stub.add_response("delete_change_set", {}, {"ChangeSetName": CHANGE_SET})
        if and_stack:
            self.stub.add_response("delete_stack", {}, {"StackName": ARN})

    def happens(self, *events: dict[str, Any], more: str = "") -> None:
        """The answer to a look at the events, the newest first."""
        answer = {"StackEvents": list(events)} | ({"NextToken": more} if more else {})
        self.stub.add_response("describe_stack_events", answer)

    def propose(self) -> Any:
        return self.stack.propose(TEMPLATE_URL, {"MemorySize": "512"}, {"team": "care"})


@pytest.fixture
def aws() -> Iterator[CloudFormation]:
    aws = CloudFormation()
    with aws.stub:
        yield aws
        aws.stub.assert_no_pending_responses()
    aws.client.close()


def event(status: str, resource: str = "bots", reason: str = "") -> dict[str, Any]:
    return {
        "StackId": ARN,
        "EventId": f"event-{next(_numbers)}",
        "StackName": "bots",
        "LogicalResourceId": resource,
        "PhysicalResourceId": ARN if resource == "bots" else resource,
        "Timestamp": NOON,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def change(action: str, resource: str, **more: str) -> dict[str, Any]:
    described = {"Action": action, "LogicalResourceId": resource, "ResourceType": "AWS::X::Y"}
    return {"Type": "Resource", "ResourceChange": described | more}


@pytest.mark.parametrize(
    ("status", "kind"),
    [(None, "CREATE"), ("REVIEW_IN_PROGRESS", "CREATE"), ("UPDATE_ROLLBACK_COMPLETE", "UPDATE")],
)
def test_a_plan_waits_tells_all_pages_and_leaves_what_was_there(
    aws: CloudFormation, status: str | None, kind: str
) -> None:
    aws.is_in(status)
    aws.takes_proposal(kind)
    aws.works_out("CREATE_IN_PROGRESS")
    aws.works_out("CREATE_COMPLETE", more="next")
    aws.works_out("CREATE_COMPLETE", changes=[change("Add", "A")], more="next")
    aws.works_out("CREATE_COMPLETE", changes=[change("Modify", "B", Replacement="True")])
    aws.forgets_proposal(and_stack=status is None)
    proposed = aws.propose()
    aws.stack.withdraw(proposed)
    assert proposed.changes == [
        ResourceChange("Add", "A", "AWS::X::Y", ""),
        ResourceChange("Modify", "B", "AWS::X::Y", "True"),
    ]


@pytest.mark.parametrize("reason", [UNCHANGED, "No updates are to be performed."])
def test_no_changes_are_no_failure(aws: CloudFormation, reason: str) -> None:
    aws.is_in("CREATE_COMPLETE")
    aws.takes_proposal("UPDATE")
    aws.works_out("FAILED", reason)
    aws.forgets_proposal(and_stack=False)
    assert aws.propose() is None


def test_a_refused_proposal_says_why_and_leaves_no_empty_stack(aws: CloudFormation) -> None:
    aws.is_in(None)
    aws.takes_proposal("CREATE")
    aws.works_out("FAILED", "Unresolved resource dependencies [X]")
    aws.forgets_proposal(and_stack=True)
    with pytest.raises(StackFailed, match=r"refuses the change of bots: Unresolved .* \[X\]$"):
        aws.propose()


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("ROLLBACK_COMPLETE", "Delete it with `prescriber-bots destroy --stack bots`, then deploy"),
        ("CREATE_FAILED", "Delete it with `prescriber-bots destroy --stack bots`, then deploy"),
        ("UPDATE_IN_PROGRESS", r"is already being changed \(UPDATE_IN_PROGRESS\)"),
        ("DELETE_IN_PROGRESS", r"is already being changed \(DELETE_IN_PROGRESS\)"),
        ("UPDATE_ROLLBACK_FAILED", "which only a person can resolve"),
    ],
)
def test_a_stack_that_cannot_be_changed_says_what_to_do(
    aws: CloudFormation, status: str, sentence: str
) -> None:
    aws.is_in(status)
    with pytest.raises(StackFailed, match=sentence):
        aws.propose()


def test_every_event_since_the_beginning_is_told_once_in_its_order(aws: CloudFormation) -> None:
    old, begun = event("UPDATE_COMPLETE"), event("UPDATE_IN_PROGRESS")
    changing, changed = event("UPDATE_IN_PROGRESS", FUNCTION), event("UPDATE_COMPLETE", FUNCTION)
    cleaning, end = event("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), event("UPDATE_COMPLETE")
    aws.is_in("UPDATE_COMPLETE")
    aws.takes_proposal("UPDATE")
    aws.works_out("CREATE_COMPLETE")
    aws.works_out("CREATE_COMPLETE", changes=[change("Modify", FUNCTION)])
    aws.happens(old)
    aws.stub.add_response("execute_change_set", {}, {"ChangeSetName": CHANGE_SET})
    aws.happens(old)
    aws.happens(changing, begun, old)
    aws.happens(cleaning, changed, more="next")
    aws.happens(changing, begun, old)
    aws.happens(end, cleaning, changed, changing, begun, old)
    aws.stack.execute(aws.propose())
    assert aws.told == [
        "12:00:00 UPDATE_IN_PROGRESS bots",
        "12:00:00 UPDATE_IN_PROGRESS AdminEnrollFunction",
        "12:00:00 UPDATE_COMPLETE AdminEnrollFunction",
        "12:00:00 UPDATE_COMPLETE_CLEANUP_IN_PROGRESS bots",
        "12:00:00 UPDATE_COMPLETE bots",
    ]


@pytest.mark.parametrize(
    ("end", "sentence"),
    [
        ("ROLLBACK_COMPLETE", "was not created"),
        ("UPDATE_ROLLBACK_COMPLETE", "was not changed and is as it was before"),
        ("UPDATE_ROLLBACK_FAILED", "ended as UPDATE_ROLLBACK_FAILED"),
    ],
)
def test_a_failure_names_the_resource_that_caused_it(
    aws: CloudFormation, end: str, sentence: str
) -> None:
    """And not those that were cancelled because of it, nor what failed later."""
    aws.is_in("UPDATE_COMPLETE")
    aws.takes_proposal("UPDATE")
    aws.works_out("CREATE_COMPLETE")
    aws.works_out("CREATE_COMPLETE")
    aws.happens()
    aws.stub.add_response("execute_change_set", {})
    aws.happens(
        event(end),
        event("DELETE_FAILED", "MedplumSecret", "Too late"),
        event("UPDATE_ROLLBACK_IN_PROGRESS", reason="The following resource(s) failed: [...]"),
        event("CREATE_FAILED", FUNCTION, "Specified ReservedConcurrentExecutions is too high"),
        event("CREATE_FAILED", "IframeRole", "Resource creation cancelled"),
    )
    with pytest.raises(StackFailed) as failed:
        aws.stack.execute(aws.propose())
    assert str(failed.value) == (
        f"The stack bots {sentence}. AdminEnrollFunction: Specified ReservedConcurrentExecutions"
        " is too high"
    )


def test_deleting_is_watched_by_the_arn(aws: CloudFormation) -> None:
    aws.is_in("UPDATE_COMPLETE")
    aws.happens(event("UPDATE_COMPLETE"))
    aws.stub.add_response("delete_stack", {}, {"StackName": ARN})
    aws.happens(event("DELETE_FAILED"), event("DELETE_FAILED", "EnrollQueue", "Access denied"))
    existing = aws.stack.existing()
    assert existing is not None
    with pytest.raises(StackFailed, match=r"or not all of it. EnrollQueue: Access denied$"):
        aws.stack.delete(existing)
