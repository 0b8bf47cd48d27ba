"""One CloudFormation stack: proposes changes, carries them out, and reports progress.

Every change is a change set first, so that what is shown beforehand is what is then done.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import sleep
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

PAUSE_S = 3.0
NEW = "REVIEW_IN_PROGRESS"
CHANGEABLE = frozenset(
    {
        NEW,
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
NEVER_CREATED = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
DONE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"})

ENDS = {
    "ROLLBACK_COMPLETE": "was not created",
    "UPDATE_ROLLBACK_COMPLETE": "was not changed and is as it was before",
    "DELETE_FAILED": "was not deleted, or not all of it",
}

_NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")


class StackFailed(RuntimeError):
    """A stack could not be changed; says which resource is the cause, and AWS's reason."""


@dataclass(frozen=True)
class Existing:
    """A stack as it is.

    Attributes:
        arn: by which it can still be asked about when it is deleted.
        status: such as `CREATE_COMPLETE`.
        parameters: the values that its parameters have.
        tags: its tags.
        outputs: its CloudFormation outputs.
    """

    arn: str
    status: str
    parameters: dict[str, str]
    tags: dict[str, str]
    outputs: dict[str, str]


@dataclass(frozen=True)
class ResourceChange:
    """What would be done to one resource.

    Attributes:
        action: `Add`, `Modify`, `Remove` and so on.
        resource: its logical id.
        kind: its type.
        replacement: `True`, `False` or `Conditional` for one that is modified, else "".
    """

    action: str
    resource: str
    kind: str
    replacement: str


@dataclass(frozen=True)
class ChangeSet:
    """Changes that CloudFormation has worked out and not yet made.

    Attributes:
        arn: its name at AWS.
        stack: the stack's.
        is_first: whether there was no such stack before.
        changes: one for each resource.
    """

    arn: str
    stack: str
    is_first: bool
    changes: list[ResourceChange]


class Stack:
    """A stack of an account and a region, there or not.

    Args:
        client: CloudFormation there.
        name: the stack's name.
        report: is given one line for each thing that happens.
        pause_s: seconds between two looks.
    """

    def __init__(
        self,
        client: "CloudFormationClient",
        name: str,
        report: Callable[[str], None],
        pause_s: float = PAUSE_S,
    ) -> None:
        self._client = client
        self.name = name
        self.report = report
        self._pause_s = pause_s

    def existing(self) -> Existing | None:
        """The stack as it is; None if there is none."""
        try:
            found = self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"].get("Message", ""):
                return None
            raise
        return Existing(
            arn=found["StackId"],
            status=found["StackStatus"],
            parameters={
                each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])
            },
            tags={each["Key"]: each["Value"] for each in found.get("Tags", [])},
            outputs={each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])},
        )

    def propose(
        self,
        template_url: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
    ) -> ChangeSet | None:
        """Has CloudFormation work out what a template would change; None if that is nothing.

        Args:
            template_url: where CloudFormation reads the template, in a bucket.
            parameters: values of all the template's parameters.
            tags: tags of everything in the stack.

        Raises:
            StackFailed: the stack can't be changed now, or CloudFormation refuses the template.
        """
        existing = self.existing()
        if existing is not None:
            _require_changeable(self.name, existing.status)
        created = self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=f"prescriber-bots-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}",
            ChangeSetType="CREATE" if existing is None or existing.status == NEW else "UPDATE",
            Parameters=[
                {"ParameterKey": name, "ParameterValue": value}
                for name, value in parameters.items()
            ],
            Tags=[{"Key": name, "Value": value} for name, value in tags.items()],
            Capabilities=["CAPABILITY_IAM"],
            TemplateURL=template_url,
        )
        answer = self._worked_out(created["Id"])
        failed = answer["Status"] == "FAILED"
        changes = [] if failed else list(self._changes(created["Id"]))
        proposed = ChangeSet(created["Id"], created["StackId"], existing is None, changes)
        if not failed:
            return proposed
        self.withdraw(proposed)
        reason = answer.get("StatusReason", "no reason given")
        if any(text in reason for text in _NO_CHANGES):
            return None
        raise StackFailed(f"CloudFormation refuses the change of {self.name}: {reason}")

    def withdraw(self, proposed: ChangeSet) -> None:
        """Takes a proposal back, and the stack too if there was none before it."""
        self._client.delete_change_set(ChangeSetName=proposed.arn)
        if proposed.is_first:
            self._client.delete_stack(StackName=proposed.stack)

    def execute(self, proposed: ChangeSet) -> None:
        """Makes the changes and waits for their end.

        Raises:
            StackFailed: one could not be made; all have been rolled back.
        """
        seen = self._newest_event(proposed.stack)
        self._client.execute_change_set(ChangeSetName=proposed.arn)
        self._follow(proposed.stack, seen)

    def delete(self, existing: Existing) -> None:
        """Deletes the stack and waits for the end.

        Raises:
            StackFailed: something of it could not be deleted.
        """
        seen = self._newest_event(existing.arn)
        self._client.delete_stack(StackName=existing.arn)
        self._follow(existing.arn, seen)

    def _worked_out(self, arn: str) -> Any:
        while True:
            answer = self._client.describe_change_set(ChangeSetName=arn)
            if answer["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                return answer
            sleep(self._pause_s)

    def _changes(self, arn: str) -> Iterator[ResourceChange]:
        pages = self._client.get_paginator("describe_change_set").paginate(ChangeSetName=arn)
        for each in (change for page in pages for change in page["Changes"]):
            change = each["ResourceChange"]
            yield ResourceChange(
                action=change["Action"],
                resource=change["LogicalResourceId"],
                kind=change["ResourceType"],
                replacement=change.get("Replacement", ""),
            )

    def _newest_event(self, stack: str) -> str:
        events = self._client.describe_stack_events(StackName=stack)["StackEvents"]
        return events[0]["EventId"] if events else ""

    def _follow(self, stack: str, seen: str) -> None:
        """Tells every event since one until the stack itself has come to an end."""
        happened: list[StackEventTypeDef] = []
        while True:
            for event in self._events_since(stack, seen):
                happened.append(event)
                self.report(_line(event))
                seen = event["EventId"]
                if _is_end(event):
                    self._require_done(event.get("ResourceStatus", ""), happened)
                    return
            sleep(self._pause_s)

    def _require_done(self, status: str, happened: "list[StackEventTypeDef]") -> None:
        if status not in DONE:
            end = ENDS.get(status, f"ended as {status}")
            raise StackFailed(f"The stack {self.name} {end}. {_cause(happened)}")

    def _events_since(self, stack: str, seen: str) -> "list[StackEventTypeDef]":
        """The events after one, the oldest first."""
        found: list[StackEventTypeDef] = []
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack)
        for event in (event for page in pages for event in page["StackEvents"]):
            if event["EventId"] == seen:
                break
            found.insert(0, event)
        return found


def _require_changeable(name: str, status: str) -> None:
    if status in CHANGEABLE:
        return
    if status in NEVER_CREATED:
        raise StackFailed(
            f"The stack {name} failed when it was created ({status}) and holds nothing that works."
            f" Delete it with `prescriber-bots destroy --stack {name}`, then deploy again."
        )
    if status.endswith("_IN_PROGRESS"):
        raise StackFailed(
            f"The stack {name} is already being changed ({status}). Deploy again when that is done."
        )
    raise StackFailed(
        f"The stack {name} is in the state {status}, which only a person can resolve: see its"
        " events"
        " in the CloudFormation console."
    )


def _is_end(event: "StackEventTypeDef") -> bool:
    """Whether the stack itself, and not one of its resources, has come to an end."""
    itself = event.get("PhysicalResourceId") == event["StackId"]
    status = event.get("ResourceStatus", "")
    return itself and status.endswith(("_COMPLETE", "_FAILED"))


def _line(event: "StackEventTypeDef") -> str:
    line = f"{event['Timestamp']:%H:%M:%S} {event.get('ResourceStatus', '')}"
    reason = event.get("ResourceStatusReason", "")
    return f"{line} {event.get('LogicalResourceId', '')}{f': {reason}' if reason else ''}"


def _cause(events: "list[StackEventTypeDef]") -> str:
    """The first failure; those after it come from it."""
    for event in events:
        status, reason = event.get("ResourceStatus", ""), event.get("ResourceStatusReason", "")
        if status.endswith("_FAILED") and reason and not reason.startswith(_CANCELLED):
            return f"{event.get('LogicalResourceId')}: {reason}"
    return "AWS gives no reason; see the stack's events in the CloudFormation console."
