"""Signing in at AWS, and what its refusals mean in words.

No key is ever read or kept here: boto3 finds the credentials where every tool of AWS finds them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

SIGN_IN = (
    "Sign in first (for example with `aws sso login`), and name the profile with --profile or"
    " AWS_PROFILE."
)

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_NOT_SIGNED_IN = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_ACTION = re.compile(r"not authorized to perform: (\S+)")


class AwsRefused(RuntimeError):
    """AWS could not be reached or said no; one sentence or two say why and what to do."""


@dataclass(frozen=True)
class AwsAccount:
    """Where things are done on AWS.

    Attributes:
        id: the account's number.
        region: such as `us-east-1`.
        session: makes clients.
    """

    id: str
    region: str
    session: boto3.Session


def sign_in(profile: str | None, region: str | None) -> AwsAccount:
    """The account that the credentials are for.

    Raises:
        AwsRefused: there are none, they are not valid, or no region is set.
    """
    with in_words():
        session = boto3.Session(profile_name=profile, region_name=region)
        if session.region_name is None:
            raise NoRegionError
        account = session.client("sts").get_caller_identity()["Account"]
        return AwsAccount(account, session.region_name, session)


@contextmanager
def in_words() -> Iterator[None]:
    """Tells what AWS's errors mean.

    Raises:
        AwsRefused: instead of botocore's own error.
    """
    try:
        yield
    except ClientError as error:
        raise AwsRefused(_refusal(error)) from error
    except BotoCoreError as error:
        raise AwsRefused(_failure(error)) from error


def _refusal(error: ClientError) -> str:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message")
    if code in _NOT_SIGNED_IN:
        return f"AWS does not accept the credentials ({code}). {SIGN_IN}"
    if code in _DENIED:
        named = _ACTION.search(message or "")
        action = named[1] if named else error.operation_name
        return f"These credentials may not perform {action}. Have an AWS administrator allow it."
    return f"AWS refused {error.operation_name}: {message or code}"


def _failure(error: BotoCoreError) -> str:
    if isinstance(error, NoCredentialsError | PartialCredentialsError):
        return f"There are no AWS credentials. {SIGN_IN}"
    if isinstance(error, SSOError | TokenRetrievalError):
        return f"The AWS session has expired. {SIGN_IN}"
    if isinstance(error, ProfileNotFound):
        return f"{error}. `aws configure list-profiles` lists the profiles that exist."
    if isinstance(error, NoRegionError):
        return "No AWS region is set. Set one with --region, such as --region us-east-1."
    if isinstance(error, ConnectionError | HTTPClientError):
        return f"AWS can't be reached: {error} Check --region and the network."
    return f"AWS can't be used: {error}"
