"""The bucket that Lambda and CloudFormation read from, and what is put there."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

PACKAGES = "prescriber-bots-*.zip"


def newest_package(folder: Path) -> Path:
    """The package in a folder that was made last.

    Raises:
        ValueError: there is none.
    """
    found = sorted(folder.glob(PACKAGES), key=lambda path: path.stat().st_mtime)
    if not found:
        raise ValueError(
            f"There is no package in {folder}/. Build one with `prescriber-bots package`, or name"
            " one with --zip."
        )
    return found[-1]


def key_of(content: bytes, suffix: str) -> str:
    """The key under which a content is kept; no other content has it."""
    return f"{hashlib.sha256(content).hexdigest()}{suffix}"


@dataclass(frozen=True)
class Bucket:
    """A bucket of the account.

    Its name can be foreseen, so somebody else may have made it first: S3 is told with every call
    whose it has to be.

    Attributes:
        client: S3 in the bucket's region.
        name: the bucket's name.
        owner: number of the account.
    """

    client: "S3Client"
    name: str
    owner: str

    def exists(self) -> bool:
        """Whether it is there.

        Raises:
            ValueError: it is somebody else's, or can't be seen.
        """
        try:
            self.client.head_bucket(Bucket=self.name, ExpectedBucketOwner=self.owner)
        except ClientError as error:
            if _is_missing(error):
                return False
            if error.response["Error"]["Code"] == "403":
                raise ValueError(
                    f"The bucket {self.name} is another account's, or these credentials may not"
                    " see it. Name another one with --bucket."
                ) from None
            raise
        return True

    def create(self) -> None:
        """Makes the bucket: private, encrypted, and keeping what is overwritten or deleted."""
        region = self.client.meta.region_name
        if region == "us-east-1":  # where S3 does not take the region's name
            self.client.create_bucket(Bucket=self.name)
        else:
            place: BucketLocationConstraintType = region  # type: ignore[assignment]
            self.client.create_bucket(
                Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": place}
            )
        self.client.put_public_access_block(
            Bucket=self.name,
            ExpectedBucketOwner=self.owner,
            PublicAccessBlockConfiguration={
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
        )
        self.client.put_bucket_encryption(
            Bucket=self.name,
            ExpectedBucketOwner=self.owner,
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
            },
        )
        self.client.put_bucket_versioning(
            Bucket=self.name,
            ExpectedBucketOwner=self.owner,
            VersioningConfiguration={"Status": "Enabled"},
        )

    def put(self, key: str, content: bytes) -> bool:
        """Puts a content there, unless it is there; returns whether it was not."""
        try:
            self.client.head_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.owner)
        except ClientError as error:
            if not _is_missing(error):
                raise
        else:
            return False
        self.client.put_object(
            Bucket=self.name, Key=key, Body=content, ExpectedBucketOwner=self.owner
        )
        return True

    def url(self, key: str) -> str:
        """Where CloudFormation finds a template."""
        return f"{self.client.meta.endpoint_url}/{self.name}/{key}"

    def delete(self) -> None:
        """Deletes the bucket and every version of everything in it."""
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.name, ExpectedBucketOwner=self.owner
        )
        for page in pages:
            named: list[ObjectIdentifierTypeDef] = [
                {"Key": each["Key"], "VersionId": each["VersionId"]}
                for each in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
            ]
            if named:
                self.client.delete_objects(
                    Bucket=self.name,
                    ExpectedBucketOwner=self.owner,
                    Delete={"Objects": named, "Quiet": True},
                )
        self.client.delete_bucket(Bucket=self.name, ExpectedBucketOwner=self.owner)


def _is_missing(error: ClientError) -> bool:
    return error.response["Error"]["Code"] in ("404", "NoSuchBucket", "NoSuchKey")
