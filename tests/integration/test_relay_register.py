"""`prescriber-bots register --relay` and `doctor` where the server knows none of our functions.

The FHIR server runs what was deployed in Node.js, as Lambda does for hosted Medplum, and the
relay's endpoint runs the bots.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from bots.catalog import BOTS
from deploy.medplum.relayed import binary_of_code, relay_code
from deploy.relay.rules import RelaySettings
from deploy.sandbox.clinic import seed_dosespot
from deploy.sandbox.dosespot.app import create_app as create_dosespot
from deploy.sandbox.fhir.app import create_app as create_fhir
from deploy.sandbox.sandbox import functions_app
from deploy.sandbox.serve import LocalServer
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS, RELAY_DEPLOYED
from tests.integration.clinic import ADMIN_BOT, TIMEOUT_S
from tests.integration.project import Project, Servers, in_use, new_project
from tests.integration.relaying import Node, NodeInvoker, require_node

SECRET = "Sentinel0Relay1Secret2Of3Some4Length5"
NOTHING_TO_DO = "Nothing to do.\n"


@pytest.fixture(scope="module")
def relaying(node: Node) -> Iterator[tuple[Servers, str]]:
    """Servers of which Medplum has no Lambda of ours, and the URL of the relay's endpoint."""
    invoker = NodeInvoker(node)
    with LocalServer() as fhir_at, LocalServer() as dosespot_at, LocalServer() as functions_at:
        fhir = create_fhir(
            base_url=fhir_at.url, invoker=invoker, bot_custom_functions_enabled=False
        )
        invoker.resource = fhir.resource
        dosespot = create_dosespot()
        administrator = seed_dosespot(dosespot)
        fhir_at.start(fhir)
        dosespot_at.start(dosespot)
        relay = RelaySettings(SECRET, frozenset([fhir_at.url]))
        functions_at.start(functions_app(relay=relay))
        servers = Servers(fhir, fhir_at.url, dosespot, dosespot_at.url, administrator)
        yield servers, f"{functions_at.url}relay"
    fhir.close()
    dosespot.close()


class RelayedProject(Project):
    """A project whose Bots the relay runs."""

    endpoint: str

    def relay(self, *arguments: str, **changes: Any) -> Any:
        given = {"RELAY_SECRET": SECRET, **changes}
        return self.register("--relay", self.endpoint, *arguments, **given)


def empty_project(relaying: tuple[Servers, str], folder: Path) -> RelayedProject:
    servers, endpoint = relaying
    empty = new_project(servers, folder)
    project = RelayedProject(servers, empty.id, empty.admin, folder)
    project.endpoint = endpoint
    return project


@pytest.fixture
def project(relaying: tuple[Servers, str], tmp_path: Path) -> Iterator[RelayedProject]:
    """An empty one."""
    with in_use(empty_project(relaying, tmp_path)) as project:
        yield project


@pytest.fixture(scope="module")
def shared_relayed(
    relaying: tuple[Servers, str], tmp_path_factory: pytest.TempPathFactory
) -> RelayedProject:
    project = empty_project(relaying, tmp_path_factory.mktemp("relayed"))
    assert project.relay().exit_code == 0
    return project


@pytest.fixture
def relayed(shared_relayed: RelayedProject) -> Iterator[RelayedProject]:
    """One on which the command has run."""
    with in_use(shared_relayed) as project:
        yield project


def test_an_empty_project_can_enroll_by_the_relay(project: RelayedProject) -> None:
    require_node()
    result = project.relay()
    assert (result.exit_code, result.stderr) == (0, "")
    assert SECRET not in result.output
    prescriber = project.add_member()
    order = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    answer = project.execute(ADMIN_BOT, order, project.admin.token)
    assert answer.facts["registrationStatus"] == "Pending"
    refused = project.execute(ADMIN_BOT, {}, project.admin.token)
    assert refused.status == 400
    assert "InputRefused" in json.dumps(refused.body)


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_a_relayed_bot_is_as_the_catalog_says(relayed: RelayedProject, bot: Any) -> None:
    found = relayed.bot(bot.identifier)
    ours, mark = found["identifier"]
    assert ours == {"system": MEDPLUM_BOTS, "value": bot.identifier}
    assert mark["system"] == RELAY_DEPLOYED
    assert found["executableCode"]["title"] == "prescriber-bots-relay.cjs"
    assert (found["runtimeVersion"], found["runAsUser"], found["timeout"]) == (
        "awslambda",
        bot.run_as_user,
        bot.timeout_s + 5,
    )
    assert relayed.membership(found).get("admin", False) is bot.admin


def test_a_second_run_writes_nothing_and_needs_not_be_told_of_the_relay(
    relayed: RelayedProject,
) -> None:
    relayed.reset()
    assert relayed.relay().stdout.endswith(NOTHING_TO_DO)
    assert relayed.run("register").stdout.endswith(NOTHING_TO_DO)
    trials = {call.rpartition("/")[2] for call in relayed.writes()}
    assert trials == {"$execute"}


def test_a_plan_deploys_nothing(project: RelayedProject) -> None:
    result = project.relay("--plan")
    assert (result.exit_code, project.writes()) == (0, [])
    assert f"created    code of Bot {ADMIN_BOT}\n" in result.stdout
    assert project.resources("Binary") == []


def test_a_secret_is_made_up_once_and_not_shown(project: RelayedProject) -> None:
    result = project.relay(RELAY_SECRET=None)
    made = project.secret("RELAY_SECRET")
    assert (result.exit_code, len(made["valueString"])) == (0, 64)
    assert made["valueString"] not in result.output
    assert project.secret("RELAY_URL")["valueString"] == project.endpoint
    project.relay(RELAY_SECRET=None)
    assert project.secret("RELAY_SECRET") == made


def test_what_runs_in_aws_gets_the_secret_too(
    project: RelayedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        project.relay("--aws-secret", "prescriber-bots/medplum")
        aws = boto3.client("secretsmanager")
        stored = json.loads(
            aws.get_secret_value(SecretId="prescriber-bots/medplum")["SecretString"]
        )
    assert (stored["RELAY_SECRET"], stored["MEDPLUM_BASE_URL"]) == (SECRET, project.url)


def test_other_code_is_replaced(relayed: RelayedProject) -> None:
    bot = relayed.bot(ADMIN_BOT)
    deploy(relayed, bot, "exports.handler = async () => ({});")
    told = relayed.doctor()["relay code"]
    assert told == (
        "missing",
        f"The code of {ADMIN_BOT} is not the relay's. Run `prescriber-bots register`.",
    )
    result = relayed.run("register")
    assert changed(result.stdout) == [f"code of Bot {ADMIN_BOT}"]
    assert relayed.doctor()["relay code"] == ("ok", f"The relay's on {len(BOTS)} Bots.")


def test_a_timeout_that_was_changed_takes_effect_by_deploying_again(
    relayed: RelayedProject,
) -> None:
    relayed.change(relayed.bot(ADMIN_BOT), timeout=10)
    before = len(relayed.resources("Binary"))
    result = relayed.run("register")
    assert changed(result.stdout) == [f"Bot {ADMIN_BOT}"]
    assert len(relayed.resources("Binary")) == before


def test_another_runtime_is_deployed_again_and_kept(relayed: RelayedProject) -> None:
    before = len(relayed.resources("Binary"))
    relayed.relay("--relay-runtime", "vmcontext")
    assert len(relayed.resources("Binary")) == before + len(BOTS)
    assert {bot["runtimeVersion"] for bot in relayed.resources("Bot")} == {"vmcontext"}
    assert relayed.run("register").stdout.endswith(NOTHING_TO_DO)


@pytest.mark.torture
@pytest.mark.parametrize("when", ["before", "after"])
def test_after_an_interruption_at_any_write_another_run_goes_on(
    project: RelayedProject, when: str
) -> None:
    for skip in range(40):
        project.reset()
        project.break_writes(kind="drop", when=when, skip=skip)
        result = project.relay()
        if result.exit_code == 0:
            break
        (line,) = result.stderr.splitlines()
        assert line.endswith("it looks first and goes on from there.")
    assert skip > 2
    project.reset()
    assert project.relay().stdout.endswith(NOTHING_TO_DO)
    assert len(project.resources("Bot")) == len(BOTS)
    assert project.doctor()["relay code"][0] == "ok"


def test_what_the_server_does_not_deploy_is_told_in_its_words(project: RelayedProject) -> None:
    outcome = {
        "resourceType": "OperationOutcome",
        "issue": [{"details": {"text": "The role defined for the function cannot be assumed."}}],
    }
    fault = {"method": "POST", "path": "/fhir/R4/Bot/[^/]+/.deploy", "kind": "text"}
    url = f"{project.url}_sandbox/faults"
    body = {**fault, "status": 400, "body": outcome}
    project.session.post(url, json=body, timeout=TIMEOUT_S).raise_for_status()
    result = project.relay()
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, line) == (
        1,
        "Error: The FHIR server did not deploy the Bot's code: The role defined for the function"
        " cannot be assumed.",
    )
    assert project.relay().exit_code == 0
    assert project.doctor()["relay code"][0] == "ok"


def test_without_the_feature_nothing_is_deployed_and_that_is_told(project: RelayedProject) -> None:
    project.change(project.project(), features=["cron"])
    result = project.relay()
    assert result.exit_code == 1
    assert f"missing    code of Bot {ADMIN_BOT}\n" in result.stdout
    assert project.resources("Binary") == []


def test_bots_that_named_functions_are_taken_over_and_given_back(project: RelayedProject) -> None:
    project.register()
    project.relay()
    bot = project.bot(ADMIN_BOT)
    assert MEDPLUM_BOT_EXTERNAL_FUNCTION_ID not in [one["system"] for one in bot["identifier"]]
    project.set_secrets(RELAY_URL=None, RELAY_SECRET=None)
    project.register()
    systems = [one["system"] for one in project.bot(ADMIN_BOT)["identifier"]]
    assert systems == [MEDPLUM_BOTS, MEDPLUM_BOT_EXTERNAL_FUNCTION_ID]


@pytest.mark.parametrize("url", ["http://bots.example.org/relay", "https://bots.example.org/?x=1"])
def test_an_endpoint_that_is_no_https_address_is_refused(project: RelayedProject, url: str) -> None:
    result = project.register("--relay", url)
    assert (result.exit_code, project.writes()) == (1, [])
    assert "RELAY_URL must be an https URL" in result.stderr


def test_a_relay_that_is_sound_is_found_so(relayed: RelayedProject) -> None:
    require_node()
    findings = relayed.doctor()
    told = {name: verdict for name, (verdict, _) in findings.items() if verdict != "ok"}
    assert told == {"comparison with DoseSpot": "note", "e-mail": "note"}
    assert findings["relay endpoint"][1] == "Answers, and refuses a call that is not signed."
    assert findings["function admin_enroll"] == ("ok", "Answers.")


def test_an_endpoint_with_another_secret_is_told_by_what_the_functions_answer(
    project: RelayedProject,
) -> None:
    require_node()
    project.relay(RELAY_SECRET="another" * 5)
    verdict, sentence = project.doctor()["function admin_enroll"]
    assert verdict == "missing"
    assert "not signed with the endpoint's secret" in sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"RELAY_URL": "http://127.0.0.1:9/relay"}, "The relay's endpoint could not be reached"),
        ({"RELAY_SECRET": None}, "RELAY_URL is set, and RELAY_SECRET is not."),
    ],
)
def test_an_endpoint_that_can_not_work_is_told(
    relayed: RelayedProject, changes: dict[str, str | None], sentence: str
) -> None:
    relayed.set_secrets(**changes)
    verdict, told = relayed.doctor()["relay endpoint"]
    assert (verdict, sentence in told) == ("missing", True)


def test_what_is_no_endpoint_of_the_relay_is_told(relayed: RelayedProject) -> None:
    relayed.set_secrets(RELAY_URL=f"{relayed.url}healthcheck")
    verdict, told = relayed.doctor()["relay endpoint"]
    assert (verdict, "is no endpoint of the relay" in told) == ("missing", True)


def test_prescribers_with_the_policy_put_no_code_in_the_place_of_the_relays(
    relayed: RelayedProject,
) -> None:
    policy = relayed.policy()
    content = {name: value for name, value in policy.items() if name not in ("id", "meta")}
    prescriber = relayed.add_member(access_policy=content)
    id_of_code = binary_of_code(relayed.bot(ADMIN_BOT))
    theirs = {"resourceType": "Binary", "contentType": "text/javascript", "data": "e30="}

    def status(method: str, path: str, body: Any) -> int:
        headers = {"Authorization": f"Bearer {prescriber.token}"}
        url = f"{relayed.url}fhir/R4/{path}"
        return relayed.session.request(method, url, json=body, headers=headers).status_code

    reference = f"Binary/{id_of_code}"
    assert status("PUT", reference, {**theirs, "id": id_of_code}) == 403
    assert status("DELETE", reference, None) == 403
    assert status("POST", f"Bot/{relayed.bot(ADMIN_BOT)['id']}/$deploy", {"code": "x"}) == 403
    assert status("POST", "Binary", theirs) == 201
    assert relayed.doctor()["relay code"][0] == "ok"


def changed(printed: str) -> list[str]:
    """What the command says that it changed."""
    lines = [line.partition(" ") for line in printed.splitlines()]
    return [what.strip() for first, _, what in lines if first == "changed"]


def deploy(project: Project, bot: dict[str, Any], code: str) -> None:
    """Somebody deploys by hand."""
    assert code != relay_code()
    project.session.post(
        f"{project.url}fhir/R4/Bot/{bot['id']}/$deploy",
        json={"code": code},
        headers={"Authorization": f"Bearer {project.admin.token}"},
        timeout=TIMEOUT_S,
    ).raise_for_status()
