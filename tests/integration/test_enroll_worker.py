"""Many enrollments through a queue: sent by the command, done by the worker, collected again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws

from deploy.aws.functions.enroll_worker import Handler, Worker, make_handler
from shared.errors import Misconfigured
from shared.timing import Timing
from tests.integration.clinic import Clinic, Member
from tests.integration.many import Many
from tests.integration.self_service import without_secrets

SECRET = "prescriber-bots/medplum"
HURRIED = Timing(claim_s=3.0, create_s=1.5, poll_s=0.05)
CLEAN = {"alreadyDone": 0, "duplicates": 0, "stopped": None}


@dataclass
class Aws:
    """Queues as the stack has them, and what Lambda does with the messages of one."""

    work: str
    results: str
    handler: Handler = field(default_factory=lambda: make_handler(lambda: Worker(HURRIED)))

    def received(self) -> list[dict[str, Any]]:
        """A batch as Lambda's event source mapping gives it to the function, off the queue."""
        sqs = boto3.client("sqs")
        answer = sqs.receive_message(
            QueueUrl=self.work, MaxNumberOfMessages=10, AttributeNames=["All"]
        )
        messages = answer.get("Messages", [])
        for one in messages:
            sqs.delete_message(QueueUrl=self.work, ReceiptHandle=one["ReceiptHandle"])
        return [
            {"messageId": one["MessageId"], "body": one["Body"], "attributes": one["Attributes"]}
            for one in messages
        ]

    def run(self, *records: dict[str, Any]) -> list[str]:
        """The ids of the messages that go back to the queue."""
        answer = self.handler({"Records": list(records)}, None)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


@pytest.fixture
def aws(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("MEDPLUM_SECRET_ID", SECRET)
    monkeypatch.setenv("RATE_SHARE", "0.5")
    monkeypatch.setenv("FHIR_UNITS_PER_MINUTE", "0")
    with mock_aws():
        sqs = boto3.client("sqs")
        work = sqs.create_queue(QueueName="enroll.fifo", Attributes={"FifoQueue": "true"})
        results = sqs.create_queue(QueueName="enroll-results")
        monkeypatch.setenv("RESULTS_QUEUE_URL", results["QueueUrl"])
        boto3.client("secretsmanager").create_secret(Name=SECRET)
        _store_secret(clinic)
        yield Aws(work["QueueUrl"], results["QueueUrl"])


def _store_secret(clinic: Clinic, **changes: str) -> None:
    (service,) = (
        one
        for one in clinic.sandbox.fhir.resources("ClientApplication")
        if one["name"] == "Prescriber bots"
    )
    stored = {
        "MEDPLUM_BASE_URL": clinic.fhir_url,
        "MEDPLUM_CLIENT_ID": service["id"],
        "MEDPLUM_CLIENT_SECRET": service["secret"],
        **changes,
    }
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET, SecretString=json.dumps(stored)
    )


@pytest.fixture
def many(clinic: Clinic, tmp_path: Path) -> Many:
    return Many(clinic, tmp_path)


def collected(many: Many, aws: Aws) -> dict[str, Any]:
    return many.counts("--collect", aws.results, "--wait", "0")


def message(body: Any, group: str = "a") -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": str(uuid4()), "body": text, "attributes": {"MessageGroupId": group}}


def order(member: Member, **more: Any) -> dict[str, Any]:
    return message({"practitionerId": member.id, "practitionerRoleTypes": [1], **more}, member.id)


def test_a_message_without_roles_is_refused(clinic: Clinic, aws: Aws, many: Many) -> None:
    member = clinic.add_member()
    assert aws.run(message({"practitionerId": member.id}, member.id)) == []
    assert collected(many, aws) == {**CLEAN, "refused": 1}
    (result,) = many.results()
    assert "practitionerRoleTypes: is required" in result["error"]
    assert clinic.clinicians(member.npi) == []


def test_rows_go_through_the_queues_into_the_results(clinic: Clinic, aws: Aws, many: Many) -> None:
    people = [clinic.add_member() for _ in range(12)]
    file = many.file(*people, people[0], lines=("x,9",))
    sent = many.counts(file, "--queue", aws.work)
    assert sent == {**CLEAN, "sent": 12, "refused": 1, "duplicates": 1}
    batches = 0
    while records := aws.received():
        batches += 1
        assert {one["attributes"]["MessageGroupId"] for one in records} == {
            json.loads(one["body"])["practitionerId"] for one in records
        }
        assert aws.run(*records) == []
    assert batches == 2
    assert collected(many, aws) == {**CLEAN, "enrolled": 12}
    assert many.outcomes() == {**{one.id: "enrolled" for one in people}, "x": "refused"}
    assert {len(clinic.clinicians(one.npi)) for one in people} == {1}
    assert collected(many, aws) == CLEAN
    assert many.counts(file, "--queue", aws.work) == {**CLEAN, "refused": 1, "alreadyDone": 13}


def test_a_row_that_is_sent_again_is_worked_on_again(clinic: Clinic, aws: Aws, many: Many) -> None:
    file = many.file(clinic.add_member())
    for _ in range(2):
        many.run(file, "--queue", aws.work)
        assert aws.run(*aws.received()) == []
    assert collected(many, aws) == {**CLEAN, "enrolled": 1, "unchanged": 1}


def test_what_may_work_later_goes_back_with_all_that_follows_of_that_prescriber(
    clinic: Clinic, aws: Aws, many: Many
) -> None:
    busy, free = clinic.add_member(), clinic.add_member()
    clinic.switch(lookup_lag_s=60)
    lost = {"path": ".*/api/clinicians", "method": "POST", "kind": "drop", "when": "after"}
    clinic.break_dosespot(**lost)
    assert aws.run(order(busy)) != []
    clinic.switch(lookup_lag_s=0)
    first, second, other = order(busy), order(busy), order(free)
    assert aws.run(first, second, other) == []
    assert collected(many, aws) == {
        **CLEAN,
        "enrolled": 2,
        "unchanged": 1,
    }
    assert len(clinic.clinicians(busy.npi)) == 1


DEEP = "[" * 1_000 + "]" * 1_000


NO_INPUTS: list[Any] = [
    "no json",
    "[]",
    {},
    {"practitionerId": "x"},
    DEEP,
    f'{{"practitionerId": {DEEP}}}',
    '{"practitionerId": ' * 1_000 + "1" + "}" * 1_000,
    f'{{"practitionerId": {DEEP[500:1_500]}}}',
    '{"practitionerId": "\\ud800", "\\ud800": 1}',
]


def test_a_message_that_is_no_input_of_the_bot_is_refused_for_good(aws: Aws, many: Many) -> None:
    for number, body in enumerate(NO_INPUTS, 1):
        assert aws.run(message(body)) == []
        assert collected(many, aws) == {**CLEAN, "refused": 1}
        results = many.results()
        assert (len(results), "The bot's input was refused." in results[-1]["error"]) == (
            number,
            True,
        )


def test_one_bad_message_fails_neither_its_batch_nor_the_worker(
    clinic: Clinic, aws: Aws, many: Many, caplog: pytest.LogCaptureFixture
) -> None:
    broken = message({}, "broken")
    del broken["body"]
    good = clinic.add_member()
    assert aws.run(broken, message(DEEP, "deep"), order(good)) == [broken["messageId"]]
    assert collected(many, aws) == {**CLEAN, "refused": 1, "enrolled": 1}
    logged = [json.loads(line) for line in caplog.messages]
    (returned,) = [one for one in logged if one.get("step") == "message-returned"]
    assert (returned["error"], returned["where"][:31]) == (
        "KeyError",
        "KeyError in enroll_worker.py, l",
    )


def test_what_is_no_result_stays_in_the_queue(aws: Aws, many: Many) -> None:
    sqs = boto3.client("sqs")
    sqs.send_message(QueueUrl=aws.results, MessageBody='{"some": "thing"}')
    assert collected(many, aws) == CLEAN
    attributes = sqs.get_queue_attributes(QueueUrl=aws.results, AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_result_that_can_not_be_sent_goes_back(
    clinic: Clinic, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESULTS_QUEUE_URL", f"{aws.results}-gone")
    record = order(clinic.add_member())
    assert aws.run(record) == [record["messageId"]]


def test_with_a_wrong_set_up_everything_goes_back_until_it_is_mended(
    clinic: Clinic, aws: Aws, many: Many
) -> None:
    record = order(clinic.add_member())
    with (
        without_secrets(clinic, "DOSESPOT_CLINIC_KEY"),
        pytest.raises(Misconfigured, match="DOSESPOT_CLINIC_KEY missing"),
    ):
        aws.run(record)
    assert aws.run(record) == []
    assert collected(many, aws) == {**CLEAN, "enrolled": 1}


def test_a_replaced_client_secret_is_read_again(clinic: Clinic, aws: Aws) -> None:
    record = order(clinic.add_member())
    _store_secret(clinic, MEDPLUM_CLIENT_SECRET="outdated")
    with pytest.raises(Misconfigured, match="does not let the bots' ClientApplication in"):
        aws.run(record)
    _store_secret(clinic)
    assert aws.run(record) == []


def test_a_queue_that_is_not_there_is_told_in_one_line(aws: Aws, many: Many) -> None:
    told = many.run("--collect", f"{aws.results}-gone")
    assert told.exit_code == 1
    (line,) = told.stderr.splitlines()
    assert line.startswith("Error: Amazon SQS can't be used: ")


def test_a_url_names_its_region(clinic: Clinic, aws: Aws, many: Many) -> None:
    url = boto3.client("sqs", region_name="us-west-2").create_queue(QueueName="elsewhere")
    result = {"practitionerId": "a", "outcome": "enrolled"}
    boto3.client("sqs", region_name="us-west-2").send_message(
        QueueUrl=url["QueueUrl"], MessageBody=json.dumps(result)
    )
    assert many.counts("--collect", url["QueueUrl"], "--wait", "0") == {**CLEAN, "enrolled": 1}
