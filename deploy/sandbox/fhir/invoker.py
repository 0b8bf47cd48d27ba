"""Invokes functions through AWS Lambda's API, or whatever answers like it at a given address.

Knows nothing of bots or FHIR.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

READ_TIMEOUT_S = 300
MAX_ATTEMPTS = 3


class InvokeError(Exception):
    """The function could not be invoked: nothing listens there, or it refused the call."""


@dataclass(frozen=True)
class InvokeResult:
    """What an invocation came to.

    Args:
        result: what the function returned or, if it failed, the description of its error.
        is_error: whether the function failed.
        log: the last 4 KB of the function's log.
    """

    result: Any
    is_error: bool
    log: bytes


class LambdaInvoker:
    """A Lambda client for one endpoint, with dummy credentials; may be used by several threads.

    Args:
        endpoint_url: base URL of the endpoint.
        max_attempts: how often a call is made in all before it is given up.
    """

    def __init__(self, endpoint_url: str, max_attempts: int = MAX_ATTEMPTS) -> None:
        self._client = boto3.client(
            "lambda",
            region_name="us-east-1",
            endpoint_url=endpoint_url,
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - any will do here
            config=Config(
                retries={"mode": "standard", "total_max_attempts": max_attempts},
                read_timeout=READ_TIMEOUT_S,
                max_pool_connections=64,
                proxies={},
            ),
        )

    def invoke(self, name: str, payload: Any) -> InvokeResult:
        """Runs the function called `name` and waits for its result.

        Raises:
            InvokeError: the function was not run.
        """
        try:
            answer = self._client.invoke(
                FunctionName=name, LogType="Tail", Payload=json.dumps(payload).encode()
            )
            body = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:
            raise InvokeError(str(error)) from error
        return InvokeResult(
            result=json.loads(body) if body else None,
            is_error="FunctionError" in answer,
            log=base64.b64decode(answer.get("LogResult", "")),
        )

    def close(self) -> None:
        """Closes the client's connections."""
        self._client.close()
