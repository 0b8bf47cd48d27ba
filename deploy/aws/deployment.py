"""A deployment: a package and settings become a stack, or the change of one.

What is not set keeps the value that the stack has, so that a later deployment need not repeat it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.aws.package import runtime_of
from deploy.aws.session import AwsAccount
from deploy.aws.stack import ChangeSet, ResourceChange, Stack
from deploy.aws.template.compose import Template, compose, defaults
from deploy.aws.upload import Bucket, key_of

TAGS = {"application": "prescriber-bots"}

DEPLOYS_OVER = "medplum-bot-lambda"
"""What the functions begin with that Medplum's `$deploy` writes to."""

_STACK_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])?")


def checked_stack_name(name: str) -> str:
    """The name, if everything that is named after it can be.

    Raises:
        ValueError: it can't.
    """
    if not _STACK_NAME.fullmatch(name):
        raise ValueError(
            "must have up to 32 lowercase letters, digits and hyphens, and begin with a letter"
        )
    if name.startswith(DEPLOYS_OVER):
        raise ValueError(f"must not begin with {DEPLOYS_OVER}: Medplum's $deploy would write there")
    return name


def own_bucket(stack: str, account: AwsAccount) -> str:
    """The bucket that a deployment makes where no other is named."""
    return f"{stack}-{account.id}-{account.region}"


@dataclass(frozen=True)
class Deployment:
    """What is to become of a stack.

    Attributes:
        stack: the stack.
        bucket: where the package and the template are put.
        makes_bucket: whether the bucket is made where it is missing.
        package: the Lambda package.
        settings: values of the template's parameters; "" for the default again.
        tags: tags of everything in the stack, beside TAGS.
    """

    stack: Stack
    bucket: Bucket
    makes_bucket: bool
    package: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def plan(self) -> list[ResourceChange]:
        """What `apply` would change; changes nothing, so a bucket made for it is gone afterwards.

        Raises:
            StackFailed: the stack can't be changed now, or AWS refuses the template.
            ValueError: the package is not one, or the bucket can't be used.
        """
        package = self._package_settings()
        borrowed = self._create_bucket()
        try:
            proposed = self._propose(package)
            if proposed is not None:
                self.stack.withdraw(proposed)
        finally:
            if borrowed:
                self.bucket.delete()
        return proposed.changes if proposed is not None else []

    def apply(self) -> bool:
        """Uploads the package and makes the changes; returns whether there were any.

        Raises:
            StackFailed: AWS could not make them and has rolled them back.
            ValueError: the package is not one, or the bucket can't be used.
        """
        package = self._package_settings()
        if self._create_bucket():
            self.stack.report(f"Created the bucket {self.bucket.name}")
        if self.bucket.put(package["CodeKey"], self.package.read_bytes()):
            self.stack.report(f"Uploaded {self.package} to the bucket {self.bucket.name}")
        proposed = self._propose(package)
        if proposed is not None:
            self.stack.execute(proposed)
        return proposed is not None

    def _package_settings(self) -> dict[str, str]:
        return {
            "Runtime": runtime_of(self.package),
            "CodeBucket": self.bucket.name,
            "CodeKey": key_of(self.package.read_bytes(), ".zip"),
        }

    def _create_bucket(self) -> bool:
        """Makes sure that there is the bucket; returns whether it had to be made."""
        if self.bucket.exists():
            return False
        if not self.makes_bucket:
            raise ValueError(
                f"There is no bucket {self.bucket.name}. Create it, or leave out --bucket."
            )
        self.bucket.create()
        return True

    def _propose(self, package: Mapping[str, str]) -> ChangeSet | None:
        existing = self.stack.existing()
        before, tags = (existing.parameters, existing.tags) if existing else ({}, {})
        given = {**before, **self.settings, **package}
        settings = {name: value for name, value in given.items() if value}
        template = compose(self.stack.name, settings)
        values = {**defaults(template), **settings}
        parameters = {name: values[name] for name in template["Parameters"]}
        return self.stack.propose(self._stored(template), parameters, {**tags, **self.tags, **TAGS})

    def _stored(self, template: Template) -> str:
        """The template's URL: it is too long to be sent with a call."""
        content = json.dumps(template, separators=(",", ":")).encode()
        key = key_of(content, ".json")
        self.bucket.put(key, content)
        return self.bucket.url(key)
