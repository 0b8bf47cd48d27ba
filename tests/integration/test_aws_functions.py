"""The Lambda functions that are no bots, against the sandbox; AWS Secrets Manager is moto's."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from deploy.aws.functions import push_endpoint, status_schedule
from deploy.aws.functions.run_bot import BotFailed
from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.registration_status import registration_status
from shared.errors import Misconfigured
from shared.runtime.lambda_handler import Handler
from tests.integration.clinic import DEA, Clinic, Member
from tests.integration.self_service import SERVICE_SECRETS, secrets, without_secrets

SECRET_NAME = "prescriber-bots/medplum"
SECRET = f"Secret {PUSH_SECRET}"


class Unhurried:
    """A Lambda context with time left, however long the tests before this one took."""

    aws_request_id = "00000000-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


CONTEXT = Unhurried()


@pytest.fixture(autouse=True)
def aws(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Secrets Manager, with what `prescriber-bots register` writes there."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("MEDPLUM_SECRET_ID", SECRET_NAME)
    with mock_aws():
        boto3.client("secretsmanager").create_secret(Name=SECRET_NAME)
        store(clinic)
        yield


def store(clinic: Clinic, **changes: str) -> None:
    known = secrets(clinic)
    stored = {
        "MEDPLUM_BASE_URL": clinic.fhir_url,
        **{name: known[name]["valueString"] for name in SERVICE_SECRETS},
        **changes,
    }
    boto3.client("secretsmanager").put_secret_value(
        SecretId=SECRET_NAME, SecretString=json.dumps(stored)
    )


@pytest.fixture
def endpoint() -> Handler:
    return push_endpoint.make_handler()


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody enrolled, of whom DoseSpot knows more than the Practitioner says."""
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member).status == 200
    clinic.set_clinician(member, status="IDPSuccess")
    clinic.reset()
    return member


def notification(clinic: Clinic, member: Member, **data: Any) -> str:
    number = clinic.clinician(member)["id"]
    kind = "ClinicianIDPCompleteSuccess"
    return json.dumps({"EventType": kind, "Data": {"ClinicianId": number, **data}})


def request(body: str, secret: str = SECRET, **changes: Any) -> dict[str, Any]:
    """A request as API Gateway hands it to a function."""
    return {
        "version": "2.0",
        "routeKey": "POST /dosespot",
        "rawPath": "/dosespot",
        "headers": {"content-type": "application/json", "authorization": secret},
        "requestContext": {"http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": False,
        **changes,
    }


def status_of(clinic: Clinic, member: Member) -> str | None:
    return registration_status(clinic.practitioner(member))


def test_a_notification_brings_the_practitioner_in_line(
    clinic: Clinic, member: Member, endpoint: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    body = notification(clinic, member, Note="never to be logged")
    answer = endpoint(request(body), CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (200, '{"status": "OK"}')
    assert status_of(clinic, member) == "IDPSuccess"
    assert "never to be logged" not in caplog.text
    assert PUSH_SECRET not in caplog.text


def test_a_body_in_base64_is_the_same(clinic: Clinic, member: Member, endpoint: Handler) -> None:
    body = base64.b64encode(notification(clinic, member).encode()).decode()
    assert endpoint(request(body, isBase64Encoded=True), CONTEXT)["statusCode"] == 200
    assert status_of(clinic, member) == "IDPSuccess"


def test_another_secret_is_refused_by_the_bot(
    clinic: Clinic, member: Member, endpoint: Handler
) -> None:
    answer = endpoint(request(notification(clinic, member), f"Secret {'x' * 32}"), CONTEXT)
    assert (answer["statusCode"], answer["body"]) == (401, '{"status": "Unauthorized"}')
    assert status_of(clinic, member) == "Pending"


def test_what_the_bot_could_not_take_is_raised_so_that_dosespot_hears_500(
    clinic: Clinic, member: Member, endpoint: Handler
) -> None:
    with (
        without_secrets(clinic, "DOSESPOT_SUBSCRIPTION_KEY"),
        pytest.raises(BotFailed, match="DOSESPOT_SUBSCRIPTION_KEY missing") as failed,
    ):
        endpoint(request(notification(clinic, member)), CONTEXT)
    assert failed.value.error_type == "Misconfigured"
    assert endpoint(request(notification(clinic, member)), CONTEXT)["statusCode"] == 200


def test_a_replaced_client_secret_is_read_again(
    clinic: Clinic, member: Member, endpoint: Handler
) -> None:
    body = request(notification(clinic, member))
    store(clinic, MEDPLUM_CLIENT_SECRET="outdated")
    with pytest.raises(Misconfigured, match="does not let the bots' ClientApplication in"):
        endpoint(body, CONTEXT)
    store(clinic)
    assert endpoint(body, CONTEXT)["statusCode"] == 200


def test_the_schedule_compares_everybody_page_by_page(clinic: Clinic, member: Member) -> None:
    totals = status_schedule.make_handler()({}, CONTEXT)
    assert status_of(clinic, member) == "IDPSuccess"
    assert totals["checked"] >= totals["changed"] >= 1
    assert status_schedule.make_handler()({}, CONTEXT)["changed"] == 0
