"""Rows into an Amazon SQS queue, and results out of another; what happens between is the worker's.

A message is the bot's input as JSON, and its group is the prescriber: a FIFO queue gives nobody to
two workers at the same time.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING
from uuid import uuid4

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.bulk.rows import PrescriberRow
from deploy.bulk.worker.result import PrescriberResult

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef as Message
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef as Entry

BATCH = 10
"""As many as SQS takes at once."""

_SQS_URL = re.compile(r"https://sqs\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?/.+")


class Queue:
    """One queue of SQS.

    Args:
        url: of the queue; names its region, which AWS settings name otherwise.

    Raises:
        RuntimeError: from every method; says what AWS refuses.
    """

    def __init__(self, url: str) -> None:
        found = _SQS_URL.fullmatch(url)
        self._url = url
        with _aws_errors_explained():
            self._sqs: SQSClient = boto3.client("sqs", region_name=found[1] if found else None)

    def send(self, rows: Iterable[PrescriberRow]) -> Iterator[int]:
        """Sends the rows; yields how many, as they are taken.

        Sending the same row again, by another call, makes another message: it may be meant.
        """
        sending = str(uuid4())
        left = iter(rows)
        while batch := list(islice(left, BATCH)):
            entries = [_entry(number, row, sending) for number, row in enumerate(batch)]
            with _aws_errors_explained():
                answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
            if answer.get("Failed"):
                codes = ", ".join(sorted({failed["Code"] for failed in answer["Failed"]}))
                raise RuntimeError(
                    f"The queue did not take {len(answer['Failed'])} rows ({codes}). Run the same"
                    " command again; a row that comes twice does no harm."
                )
            yield len(batch)

    def collect(self, add: Callable[[PrescriberResult], None], wait_s: int) -> Iterator[int]:
        """Empties a queue of results; yields how many, as they are added.

        A result is taken off the queue after it was added. A message that is no result stays.

        Args:
            add: keeps a result.
            wait_s: how long to wait for more, at most 20.
        """
        while messages := self._received(wait_s):
            kept = [one["ReceiptHandle"] for one in messages if _added(one["Body"], add)]
            self._delete(kept)
            yield len(kept)

    def _received(self, wait_s: int) -> "list[Message]":
        with _aws_errors_explained():
            answer = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=BATCH, WaitTimeSeconds=wait_s
            )
        return answer.get("Messages", [])

    def _delete(self, handles: list[str]) -> None:
        if handles:
            numbered = enumerate(handles)
            with _aws_errors_explained():
                self._sqs.delete_message_batch(
                    QueueUrl=self._url,
                    Entries=[{"Id": str(n), "ReceiptHandle": handle} for n, handle in numbered],
                )


@contextmanager
def _aws_errors_explained() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise RuntimeError(f"Amazon SQS can't be used: {error}") from None


def _entry(number: int, row: PrescriberRow, sending: str) -> "Entry":
    body = json.dumps(row.given)
    return {
        "Id": str(number),
        "MessageBody": body,
        "MessageGroupId": row.practitioner_id,
        "MessageDeduplicationId": hashlib.sha256(f"{sending} {body}".encode()).hexdigest(),
    }


def _added(body: str, add: Callable[[PrescriberResult], None]) -> bool:
    try:
        result = PrescriberResult.from_json(body)
    except ValueError:
        return False
    add(result)
    return True
