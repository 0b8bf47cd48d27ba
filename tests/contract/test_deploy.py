"""The commands `deploy` and `destroy` against moto's AWS.

Moto makes what a change set says at once and never fails; waiting and failures are in
test_stack.py. It does not tell the outputs of what a change set made, and publishes a version
before it changes the function.
"""

import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner, Result
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends

from deploy.aws.deployment import Deployment
from deploy.aws.stack import Stack
from deploy.aws.template.functions import FUNCTIONS, OF_ONE_BOT
from deploy.aws.upload import Bucket, newest_package
from deploy.cli import main
from deploy.cli.stack import FORMER_FUNCTIONS, NO_ALARM_TOPIC, NO_RESERVED_CONCURRENCY
from tests.contract.moto_resources import read_templates_as_json

ACCOUNT = "123456789012"
REGION = "us-east-1"
STACK = "prescriber-bots"
BUCKET = f"{STACK}-{ACCOUNT}-{REGION}"
DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "aws.md"
NOT_SAFE = [NO_ALARM_TOPIC, NO_RESERVED_CONCURRENCY]
NAMES = {function.name_in(STACK) for function in FUNCTIONS}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    read_templates_as_json(monkeypatch)
    with mock_aws():
        yield


@pytest.fixture(autouse=True)
def package(aws: None, tmp_path: Path) -> Path:
    (tmp_path / "dist").mkdir()
    return make_package(tmp_path / "dist" / "prescriber-bots-1.zip", "python3.13")


def make_package(path: Path, runtime: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("prescriber-bots.json", json.dumps({"runtime": runtime}))
    return path


def run(*arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=answer)


def done(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def deployment(package: Path, **options: Any) -> Deployment:
    """A deployment past the command, whose own session costs most of a run."""
    stack = Stack(boto3.client("cloudformation"), STACK, lambda line: None)
    return Deployment(stack, Bucket(boto3.client("s3"), BUCKET, ACCOUNT), True, package, **options)


def functions() -> dict[str, Any]:
    found = boto3.client("lambda").list_functions()["Functions"]
    return {function["FunctionName"]: function for function in found}


def live(name: str) -> str:
    found = boto3.client("lambda").get_alias(FunctionName=name, Name="live")
    return str(found["FunctionVersion"])


def uploaded() -> list[str]:
    listed = boto3.client("s3").list_object_versions(Bucket=BUCKET)
    return [each["Key"] for each in listed.get("Versions", [])]


def test_a_plan_changes_nothing() -> None:
    shown = done("deploy", "--plan")
    assert ["Add", "BotsFunction", "AWS::Lambda::Function"] in [
        line.split() for line in shown.splitlines()
    ]
    assert shown.splitlines()[-1].endswith("changes of prescriber-bots; nothing was changed.")
    assert boto3.client("cloudformation").describe_stacks()["Stacks"] == []
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    assert functions() == {}


def test_the_first_deployment_makes_everything(package: Path) -> None:
    result = run("deploy")
    assert result.exit_code == 0, result.output
    assert "prescriber-bots is deployed." in result.stdout
    assert "CREATE_COMPLETE prescriber-bots" in result.stderr
    made = functions()
    assert made.keys() == NAMES
    bots = made["prescriber-bots"]
    assert (bots["Runtime"], bots["Handler"], bots["Timeout"]) == (
        "python3.13",
        "deploy.aws.functions.entry.bots.handler",
        300,
    )
    assert {live(name) for name in NAMES} == {"1"}
    queues = boto3.client("sqs").list_queues()["QueueUrls"]
    assert {url.rsplit("/", 1)[1] for url in queues} == {
        "prescriber-bots-enroll.fifo",
        "prescriber-bots-enroll-dead-letters.fifo",
        "prescriber-bots-enroll-results",
    }
    tags = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]["Tags"]
    assert tags == [{"Key": "application", "Value": "prescriber-bots"}]
    s3 = boto3.client("s3")
    assert set(blocked(s3).values()) == {True}
    (rule,) = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def blocked(s3: Any) -> dict[str, bool]:
    answer = s3.get_public_access_block(Bucket=BUCKET)
    return dict(answer["PublicAccessBlockConfiguration"])


def test_a_second_deployment_does_nothing_and_tells_the_outputs(package: Path) -> None:
    deployment(package).apply()
    before = uploaded()
    for stack in cloudformation_backends[ACCOUNT][REGION].stacks.values():
        stack._parse_template()
        stack.output_map = stack._create_output_map()
    result = run("deploy")
    assert (result.exit_code, result.stderr.splitlines()) == (0, NOT_SAFE)
    assert result.stdout.endswith("prescriber-bots is already up to date.\n")
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:prescriber-bots:live"
    assert ["Bots", arn] in [line.split() for line in result.stdout.splitlines()]
    assert json.loads(done("deploy", "--plan", "--json")) == {"stack": STACK, "changes": []}
    assert uploaded() == before
    assert {live(name) for name in NAMES} == {"1"}
    shown = json.loads(done("deploy", "--json"))
    assert (shown["stack"], shown["changed"], shown["outputs"]["Bots"]) == (STACK, False, arn)
    assert shown["outputs"]["MedplumSecretName"] == "prescriber-bots/medplum"
    assert shown["outputs"].keys() == {
        *("Bots", "MedplumSecretName", "InvokePolicyArn"),
        *("EnrollQueueUrl", "ResultsQueueUrl", "DeadLetterQueueUrl"),
    }


def test_another_package_becomes_a_new_version_behind_the_alias(
    package: Path, tmp_path: Path
) -> None:
    assert deployment(package).apply()
    newer = deployment(make_package(tmp_path / "newer.zip", "python3.14"))
    planned = [(change.action, change.kind) for change in newer.plan()]
    assert planned.count(("Add", "AWS::Lambda::Version")) == len(NAMES)
    assert {kind for _, kind in planned} == {
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
    }
    assert newer.apply()
    assert {function["Runtime"] for function in functions().values()} == {"python3.14"}
    assert len([key for key in uploaded() if key.endswith(".zip")]) == 2


def test_what_is_not_said_again_stays(package: Path) -> None:
    first = {"MemorySize": "512", "AlarmTopicArn": "topic", "IframeName": "medplum-bot-lambda-1"}
    deployment(package, settings=first, tags={"team": "care"}).apply()
    then = {"LogRetentionDays": "7", "AlarmTopicArn": ""}
    deployment(package, settings=then).apply()
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    assert {name: values[name] for name in first | then} == first | then
    assert {"Key": "team", "Value": "care"} in stack["Tags"]
    assert "medplum-bot-lambda-1" in functions()


def test_every_option_becomes_its_parameter() -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"
    invoker = "arn:aws:iam::210987654321:role/medplum"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0123-4567"
    identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/clinic.example"
    done(
        *("deploy", "--architecture", "x86_64", "--memory", "512", "--no-snap-start", "--trace"),
        *("--reserved-concurrency", "2", "--log-retention", "7", "--alarm-topic", topic),
        *("--invoker-arn", invoker, "--tag", "team=care", "--mail-identity", identity),
        *("--function-name", "iframe=medplum-bot-lambda-1", "--log-key", key, "--relay"),
    )
    stack = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    values = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    expected = {
        "Architecture": "x86_64",
        "MemorySize": "512",
        "SnapStart": "None",
        "Tracing": "Active",
        "ReservedConcurrency": "2",
        "LogRetentionDays": "7",
        "AlarmTopicArn": topic,
        "InvokerArn": invoker,
        "MailIdentityArn": identity,
        "IframeName": "medplum-bot-lambda-1",
        "LogKeyArn": key,
        "RelayEndpointName": "prescriber-bots-relay-endpoint",
    }
    assert {name: values[name] for name in expected} == expected
    assert {"Key": "team", "Value": "care"} in stack["Tags"]


def test_what_is_not_safe_to_leave_alone_is_said_until_it_is_mended() -> None:
    assert set(NOT_SAFE) <= set(run("deploy").stderr.splitlines())
    mended = run("deploy", "--alarm-topic", "topic", "--reserved-concurrency", "20")
    assert "Warning" not in mended.stderr


# Moto warns of a resource whose condition never held when it leaves the template.
@pytest.mark.filterwarnings("ignore:Unable to delete .*Permission")
def test_functions_of_single_bots_are_kept_until_one_function_is_asked_for(package: Path) -> None:
    former = {one.name_parameter: one.name_in(STACK) for one in OF_ONE_BOT}
    deployment(package, settings=former).apply()
    assert functions().keys() == NAMES | {*former.values()}
    assert {live(name) for name in former.values()} == {"1"}
    warned = FORMER_FUNCTIONS.format(names=", ".join(former.values()), stack=STACK)
    assert run("deploy").stderr.splitlines() == [*NOT_SAFE, warned]
    after = run("deploy", "--one-function")
    assert after.exit_code == 0, after.output
    assert functions().keys() == NAMES


def test_package_and_template_are_in_the_bucket(package: Path) -> None:
    assert deployment(package).apply()
    assert sorted(key.rsplit(".", 1)[1] for key in uploaded()) == ["json", "zip"]


def test_the_page_on_aws_has_a_row_for_every_option() -> None:
    rows = re.findall(r"^\| (`--.+?`) \|", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    shown = {name for row in rows for name in re.findall(r"--[a-z-]+", row)}
    options = {option.opts[0] for option in main.commands["deploy"].params}
    assert shown == options - {"--verbose"}


def test_destroy_says_what_goes_and_asks(package: Path) -> None:
    deployment(package).apply()
    asked = run("destroy", answer="n\n")
    assert asked.exit_code == 1
    assert "the secret prescriber-bots/medplum for good" in asked.stdout
    assert f"Keeps the bucket {BUCKET} with the packages" in asked.stdout
    assert functions().keys() == NAMES
    result = run("destroy", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "DELETE_COMPLETE prescriber-bots" in result.stderr
    assert result.stdout.endswith("Deleted.\n")
    assert functions() == {}
    assert sorted(key.rsplit(".", 1)[1] for key in uploaded()) == ["json", "zip"]


def test_destroy_deletes_the_bucket_only_when_shown_to(package: Path) -> None:
    deployment(package).apply()
    assert f"Deletes the bucket {BUCKET}" in done("destroy", "--yes", "--delete-bucket")
    assert boto3.client("s3").list_buckets()["Buckets"] == []
    nothing = f"There is no stack {STACK} of account {ACCOUNT} in {REGION}.\n"
    assert done("destroy") == nothing


def refused(*arguments: str) -> str:
    """The one line that a command ends with."""
    result = run(*arguments)
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    (line,) = result.stderr.splitlines()
    return line


def test_a_package_has_to_be_made_first(package: Path) -> None:
    package.unlink()
    assert refused("deploy") == (
        "Error: There is no package in dist/. Build one with `prescriber-bots package`, or name one"
        " with --zip."
    )


def test_the_newest_package_is_taken(package: Path) -> None:
    newer = make_package(package.with_name("prescriber-bots-0.zip"), "python3.12")
    os.utime(package, (1, 1))
    assert newest_package(package.parent) == newer


@pytest.mark.parametrize(
    ("name", "text"), [("other.json", "{}"), ("prescriber-bots.json", "[]"), ("", "")]
)
def test_a_file_that_is_no_package_uploads_nothing(tmp_path: Path, name: str, text: str) -> None:
    other = tmp_path / "other.zip"
    if name:
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr(name, text)
    else:
        other.write_bytes(b"no zip")
    with pytest.raises(ValueError, match="is not a package of the bots"):
        deployment(other).apply()
    assert boto3.client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_of_ones_own_must_be_there(package: Path) -> None:
    shown = refused("deploy", "--bucket", "not-there")
    assert shown == "Error: There is no bucket not-there. Create it, or leave out --bucket."
    boto3.client("s3").create_bucket(Bucket="there")
    ours = Bucket(boto3.client("s3"), "there", ACCOUNT)
    assert replace(deployment(package), bucket=ours, makes_bucket=False).apply()
    assert done("deploy") == "prescriber-bots is already up to date.\n"
    assert [each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]] == ["there"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--stack", "Bots"), "--stack must have up to 32 lowercase letters"),
        (("--function-name", "iframe"), "--function-name needs FUNCTION=NAME, with a FUNCTION of"),
        (
            ("--function-name", "nobody=x"),
            "--function-name needs FUNCTION=NAME, with a FUNCTION of",
        ),
        (("--tag", "team"), "--tag needs KEY=VALUE."),
        (("--profile", "nobody"), "The config profile (nobody) could not be found"),
    ],
)
def test_wrong_options_are_shown_in_one_line(arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in refused("deploy", *arguments)


def test_a_region_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert refused("deploy").startswith("Error: No AWS region is set. Set one with --region")
