"""Signing in at AWS, whose bucket it is, and what AWS's refusals are in words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ProfileNotFound,
    UnauthorizedSSOTokenError,
)
from botocore.stub import Stubber
from moto import mock_aws

from deploy.aws.session import AwsRefused, in_words, sign_in
from deploy.aws.upload import Bucket

ACCOUNT = "123456789012"
DENIED = (
    "User: arn:aws:iam::123456789012:user/jo is not authorized to perform: iam:CreateRole on"
    " resource: role x because no identity-based policy allows the iam:CreateRole action"
)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        yield


def s3(region: str = "us-east-1") -> Any:
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    return boto3.client("s3", region_name=region, **keys)


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "CreateStack")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refusal("AccessDenied", DENIED), "These credentials may not perform iam:CreateRole."),
        (refusal("AccessDeniedException"), "These credentials may not perform CreateStack."),
        (refusal("ExpiredToken", "x"), "AWS does not accept the credentials (ExpiredToken)."),
        (refusal("ValidationError", "Too long"), "AWS refused CreateStack: Too long"),
        (refusal("Throttling"), "AWS refused CreateStack: Throttling"),
        (UnauthorizedSSOTokenError(), "The AWS session has expired. Sign in first"),
        (ProfileNotFound(profile="jo"), "The config profile (jo) could not be found."),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS can't be reached: Could not"),
    ],
    ids=str,
)
def test_what_aws_refuses_is_told_in_words(error: Exception, sentence: str) -> None:
    with pytest.raises(AwsRefused) as told, in_words():
        raise error
    assert str(told.value).startswith(sentence)


def test_an_account_is_that_of_the_credentials(aws: None) -> None:
    account = sign_in(None, "eu-central-1")
    assert (account.id, account.region) == (ACCOUNT, "eu-central-1")


def test_without_credentials_it_says_how_to_sign_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    with pytest.raises(AwsRefused, match=r"^There are no AWS credentials. Sign in first"):
        sign_in(None, "us-east-1")


def test_a_bucket_is_made_where_the_stack_is(aws: None) -> None:
    bucket = Bucket(s3("eu-central-1"), "bots", ACCOUNT)
    assert not bucket.exists()
    bucket.create()
    assert bucket.exists()
    place = s3().get_bucket_location(Bucket="bots")["LocationConstraint"]
    assert place == "eu-central-1"


def test_the_same_content_is_put_once(aws: None) -> None:
    bucket = Bucket(s3(), "bots", ACCOUNT)
    bucket.create()
    assert [bucket.put("a.zip", b"a"), bucket.put("a.zip", b"a"), bucket.put("b.zip", b"b")] == [
        True,
        False,
        True,
    ]


def test_a_bucket_is_deleted_with_all_versions(aws: None) -> None:
    bucket = Bucket(s3(), "bots", ACCOUNT)
    bucket.create()
    for content in (b"1", b"2"):
        bucket.client.put_object(Bucket="bots", Key="a.zip", Body=content)
    bucket.client.delete_object(Bucket="bots", Key="a.zip")
    bucket.delete()
    assert not bucket.exists()


def test_a_bucket_of_somebody_else_is_not_used() -> None:
    """Its name can be foreseen, so somebody may have made it first."""
    client = s3()
    asked = {"Bucket": "bots", "ExpectedBucketOwner": ACCOUNT}
    with Stubber(client) as stub:
        stub.add_client_error("head_bucket", "403", "Forbidden", 403, expected_params=asked)
        with pytest.raises(ValueError, match="The bucket bots is another account's"):
            Bucket(client, "bots", ACCOUNT).exists()
    client.close()
