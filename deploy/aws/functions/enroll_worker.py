"""Enrolls the prescribers that arrive in an SQS queue.

A message is the enroll bot's input as JSON, as `prescriber-bots enroll-many --queue` sends it. What
came of it is sent to the queue RESULTS_QUEUE_URL. What may work later goes back to the queue, and
so does everything if nobody can be enrolled, such as with a wrong secret: after some more times
it lies in the dead-letter queue, from where it can be sent again.

The environment: MEDPLUM_SECRET_ID (see `service_account`), RESULTS_QUEUE_URL, RATE_SHARE (this
function's part of the rate limits, where several run at a time), FHIR_UNITS_PER_MINUTE (what the
FHIR server allows the bots' ClientApplication, as hosted Medplum does without it; 0 for no limit).
"""

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from time import monotonic
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from deploy.aws.functions.service_account import service_account
from deploy.bulk.worker.administrator import Administrator
from deploy.bulk.worker.enrollment import WORTH_ANOTHER_TRY, BulkEnrollment
from deploy.bulk.worker.result import NOBODY_CAN_BE_ENROLLED, Given, PrescriberResult
from shared.audit.events import LogEvent
from shared.dosespot.limits import DoseSpotLimits
from shared.errors import Misconfigured
from shared.fhir.service_credential import ServiceCredential
from shared.fhir.units import HOSTED_UNITS_PER_MINUTE, FhirUnits
from shared.http.sending import Http
from shared.http.token_cache import TokenCache
from shared.runtime.guarded import place_of
from shared.runtime.log import RunLog
from shared.runtime.metrics import Metrics
from shared.timing import Timing

RESULTS_QUEUE_URL = "RESULTS_QUEUE_URL"
RATE_SHARE = "RATE_SHARE"
FHIR_UNITS = "FHIR_UNITS_PER_MINUTE"

AT_ONCE = 10
"""As many as a batch of an SQS FIFO queue has at most."""

SqsRecord = dict[str, Any]
BatchResponse = dict[str, list[dict[str, str]]]
Handler = Callable[[Any, Any], BatchResponse]


class Worker:
    """What outlives one batch; built from the environment.

    Args:
        timing: how long claims and lookups last.

    Raises:
        Misconfigured: the secret with the bots' ClientApplication can't be used.
    """

    def __init__(self, timing: Timing | None = None) -> None:
        share = float(os.environ.get(RATE_SHARE, "1"))
        units = int(share * int(os.environ.get(FHIR_UNITS, HOSTED_UNITS_PER_MINUTE)))
        self._bulk = BulkEnrollment(
            DoseSpotLimits().share(share), FhirUnits(units) if units else None, AT_ONCE, timing
        )
        account = service_account()
        self._base_url = account.base_url
        self._credential = ServiceCredential(Http(), TokenCache(monotonic), account)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="message")
        self._queue_url = os.environ[RESULTS_QUEUE_URL]
        self._sqs = boto3.client("sqs")

    def batch(self, records: Sequence[SqsRecord], context: Any) -> list[str]:
        """Works on the messages of a batch; returns the ids of those that go back to the queue.

        Raises:
            BotError: nobody can be enrolled; says why.
        """
        log = RunLog("enroll_worker", Metrics())
        administrator = self._bulk.sign_in(self._base_url, self._credential)
        groups: dict[str, list[SqsRecord]] = {}
        for record in records:
            groups.setdefault(record["attributes"]["MessageGroupId"], []).append(record)
        back = self._threads.map(
            lambda group: self._group(group, administrator, context, log), groups.values()
        )
        return [message_id for ids in back for message_id in ids]

    def _group(
        self, records: Sequence[SqsRecord], administrator: Administrator, context: Any, log: RunLog
    ) -> list[str]:
        """One prescriber's messages, in order: with one, all after it go back too."""
        for number, record in enumerate(records):
            if not self._done(record, administrator, context, log):
                return [later["messageId"] for later in records[number:]]
        return []

    def _done(
        self, record: SqsRecord, administrator: Administrator, context: Any, log: RunLog
    ) -> bool:
        """Whether a message has come to a result, and the result is in its queue."""
        try:
            result = self._bulk.enroll(administrator, _given(record), context)
            self._send(result)
        except (*WORTH_ANOTHER_TRY, *NOBODY_CAN_BE_ENROLLED, BotoCoreError, ClientError) as error:
            log.warning(LogEvent.MESSAGE_RETURNED, error=type(error).__name__)
            return False
        except Exception as error:  # noqa: BLE001 - one bad message must not fail its batch
            log.warning(
                LogEvent.MESSAGE_RETURNED, error=type(error).__name__, where=place_of(error)
            )
            return False
        log(LogEvent.RESULT_SENT, outcome=result.outcome.value)
        return True

    def _send(self, result: PrescriberResult) -> None:
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=result.as_json())


def make_handler(make_worker: Callable[[], Worker] = Worker) -> Handler:
    """The handler with a worker of its own, made at its first invocation."""
    worker = cache(make_worker)

    def handler(event: Any, context: Any) -> BatchResponse:
        try:
            back = worker().batch(event["Records"], context)
        except Misconfigured:
            worker.cache_clear()  # the secret may be corrected before the next batch
            raise
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}

    return handler


handler = make_handler()


def _given(record: SqsRecord) -> Given:
    """The bot's input in a message; empty if it is not valid, which the bot then refuses."""
    try:
        given = json.loads(record["body"])
    except (ValueError, RecursionError):  # JSON may be nested deeper than Python can read
        given = None
    return given if isinstance(given, dict) else {}
