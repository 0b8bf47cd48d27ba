"""`prescriber-bots register` on an empty project of the sandbox's FHIR server, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from click.testing import Result
from moto import mock_aws

from bots.catalog import BOTS
from deploy.medplum import wanted
from deploy.medplum.installation import look
from deploy.medplum.ledger import Ledger, LedgerEntry
from deploy.medplum.program_policies import SERVICE, policy_name
from deploy.medplum.register import Installer, InstallOptions
from deploy.medplum.server import ProjectAdmin
from deploy.medplum.wanted import FunctionName
from fhir_profiles.systems import (
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    NPI,
    PRACTITIONER_ROLE_TYPE,
    PRESCRIBER_POLICY,
)
from shared.fhir.client import GivenToken
from shared.http.sending import Http
from tests.integration.clinic import ADMIN_BOT
from tests.integration.project import SENTINEL, Project, Servers, new_project
from tests.integration.self_service import IFRAME_BOT, SELF_BOT, SYNC_BOT

NOTIFICATION_BOT = "dosespot-notification-bot"
STATUS_BOT = "dosespot-sync-status-bot"
NOTHING_TO_DO = "Nothing to do.\n"
ERRORS = "secret MEDPLUM_BOT_ERRORS"
AFTER_A_PLAN_TWICE = (["--plan"], [], [])
PATIENT = {
    "resourceType": "Patient",
    "name": [{"given": ["Maria"], "family": "Rossi"}],
    "gender": "female",
    "birthDate": "1961-03-02",
    "telecom": [{"system": "phone", "use": "mobile", "value": "345-765-4321"}],
    "address": [
        {"line": ["9 Elm St"], "city": "Springfield", "state": "IL", "postalCode": "62704"}
    ],
}


@pytest.fixture
def project(running: Servers, tmp_path: Path) -> Iterator[Project]:
    project = new_project(running, tmp_path)
    project.reset()
    with project.session:
        yield project


def told(result: Result, verdict: str) -> list[str]:
    """Of which things the command says that."""
    lines = [line.partition(" ") for line in result.stdout.splitlines()]
    return [what.strip() for first, _, what in lines if first == verdict]


def note_of(result: Result) -> list[str]:
    """The lines about push notifications."""
    lines = result.stdout.splitlines()
    at = [number for number, line in enumerate(lines) if line.startswith("note ")]
    return lines[at[0] : at[0] + 2] if at else []


def test_an_empty_project_can_enroll_after_it(project: Project) -> None:
    result = project.register()
    assert (result.exit_code, result.stderr) == (0, "")
    prescriber = project.add_member()
    order = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    answer = project.execute(ADMIN_BOT, order, project.admin.token)
    assert answer.facts["registrationStatus"] == "Pending"


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_a_bot_is_as_the_catalog_says(registered: Project, bot) -> None:
    found = registered.bot(bot.identifier)
    assert found["identifier"] == [
        {"system": MEDPLUM_BOTS, "value": bot.identifier},
        {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": "prescriber-bots:live"},
    ]
    assert (found["runtimeVersion"], found["runAsUser"], found["timeout"]) == (
        "awslambda",
        bot.run_as_user,
        bot.timeout_s,
    )
    assert registered.membership(found).get("admin", False) is bot.admin


@pytest.fixture(scope="module")
def registered(running: Servers, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = new_project(running, tmp_path_factory.mktemp("registered"))
    assert project.register().exit_code == 0
    return project


def test_what_the_bots_can_do_without_is_taken_and_never_missing(project: Project) -> None:
    assert "NPI_REGISTRY" not in project.register().stdout
    result = project.register(NPI_REGISTRY_CHECK="enrollment")
    assert told(result, "created") == ["secret NPI_REGISTRY_CHECK"]
    stored = {"name": "NPI_REGISTRY_CHECK", "valueString": "enrollment"}
    assert project.secret("NPI_REGISTRY_CHECK") == stored
    result = project.register(NPI_REGISTRY_CHECK="always")
    assert "NPI_REGISTRY_CHECK must be enrollment" in result.stderr


def test_a_second_run_writes_nothing_and_says_so(project: Project) -> None:
    project.register()
    project.reset()
    result = project.register()
    (trial,) = project.writes()
    assert (result.exit_code, trial.endswith("/$execute")) == (0, True)
    assert result.stdout.endswith(NOTHING_TO_DO)
    kept = len(told(result, "unchanged")) + len([NOTHING_TO_DO, *note_of(result)])
    assert kept == len(result.stdout.splitlines())


def test_a_plan_tells_everything_and_writes_nothing(project: Project) -> None:
    result = project.register("--plan")
    assert (result.exit_code, project.writes()) == (0, [])
    assert "Bot dosespot-iframe-bot" in told(result, "created")
    assert "             runAsUser: true" in result.stdout
    assert "secret DOSESPOT_CLINIC_KEY" in told(result, "created")
    assert "nothing was changed" in result.stdout
    assert told(result, "kept") == [ERRORS]
    assert told(project.register(), "created") == [*told(result, "created"), ERRORS]


@pytest.mark.parametrize(("answers", "setting"), [(True, "returned"), (False, "raised")])
def test_what_the_server_does_with_a_returned_error_is_tried_and_kept(
    project: Project, answers: bool, setting: str
) -> None:
    project.switch(answers_returned_errors=answers)
    result = project.register()
    assert ERRORS in told(result, "created")
    assert project.secret("MEDPLUM_BOT_ERRORS")["valueString"] == setting
    others = {kind: project.resources(kind) for kind in ("Bot", "Project", "ProjectMembership")}
    project.switch(answers_returned_errors=not answers)
    assert told(project.register(), "changed") == [ERRORS]
    assert project.secret("MEDPLUM_BOT_ERRORS")["valueString"] != setting
    assert {kind: len(found) for kind, found in others.items()} == {
        kind: len(project.resources(kind)) for kind in others
    }


def test_a_server_that_runs_no_bot_leaves_the_errors_as_they_are(project: Project) -> None:
    project.register()
    project.change(project.project(), features=["cron"])
    result = project.register()
    assert told(result, "kept") == [ERRORS]
    assert "No bot could be run to find out" in result.stdout
    assert project.secret("MEDPLUM_BOT_ERRORS")["valueString"] == "returned"


def test_what_somebody_gives_is_not_tried(project: Project) -> None:
    assert ERRORS in told(project.register(MEDPLUM_BOT_ERRORS="raised"), "created")
    assert project.secret("MEDPLUM_BOT_ERRORS")["valueString"] == "raised"
    result = project.register(MEDPLUM_BOT_ERRORS="never")
    assert "MEDPLUM_BOT_ERRORS must be returned or raised" in result.stderr


def test_what_was_changed_by_hand_is_mended_and_what_is_others_is_kept(project: Project) -> None:
    project.register()
    bot = project.bot("dosespot-sync-status-bot")
    theirs = {"system": "https://example.org/bots", "value": "7"}
    function = {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": "another"}
    identifiers = [theirs, bot["identifier"][0], function]
    project.change(bot, runAsUser=True, identifier=identifiers, cronString="0 * * * *")
    project.change(project.membership(bot), admin=False)
    policy = project.policy()
    project.change(policy, resource=[{"resourceType": "*"}])
    project.set_secrets(DOSESPOT_CLINIC_ID=None, THEIRS="kept")
    result = project.register()
    mended = project.bot("dosespot-sync-status-bot")
    assert mended["identifier"] == [theirs, *bot["identifier"]]
    assert (mended["runAsUser"], mended["cronString"]) == (False, "0 * * * *")
    assert project.membership(mended)["admin"] is True
    assert project.policy()["resource"] == policy["resource"]
    assert project.secret("THEIRS") == {"name": "THEIRS", "valueString": "kept"}
    assert "             runAsUser: true -> false" in result.stdout
    assert told(result, "changed") == [
        "AccessPolicy prescriber-bots: prescriber",
        "membership of Bot dosespot-sync-status-bot",
        "Bot dosespot-sync-status-bot",
    ]
    assert project.register().stdout.endswith(NOTHING_TO_DO)


@pytest.mark.parametrize("fault", [{"when": "after"}, {"when": "before", "skip": 1}])
def test_after_an_interruption_at_any_write_another_run_goes_on(project: Project, fault) -> None:
    runs = 0
    while True:
        project.reset()
        project.break_writes(kind="drop", **fault)
        result = project.register()
        runs += 1
        if result.exit_code == 0:
            break
        (line,) = result.stderr.splitlines()
        assert line.endswith("it looks first and goes on from there.")
        assert runs < 40
    assert runs > 8
    project.reset()
    assert project.register().stdout.endswith(NOTHING_TO_DO)
    counts = {kind: len(project.resources(kind)) for kind in ("Bot", "ClientApplication")}
    assert counts == {"Bot": len(BOTS), "ClientApplication": 1}
    assert {verdict for verdict, _ in project.doctor().values()} == {"ok", "note"}


def test_everything_that_is_wrong_is_told_before_anything_is_written(project: Project) -> None:
    for _ in range(2):
        identifier = [{"system": MEDPLUM_BOTS, "value": ADMIN_BOT}]
        project.create({"resourceType": "Bot", "name": "x", "identifier": identifier})
    project.set_secrets(DOSESPOT_USER_ID="Ada")
    project.reset()
    result = project.register(
        DOSESPOT_USER_ID=None,
        DOSESPOT_CLINIC_KEY=None,
        DOSESPOT_CLINC_KEY=SENTINEL,
        DOSESPOT_WEBHOOK_SECRET="short",
        MEDPLUM_CLIENT_ID="1",
    )
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, project.writes()) == (1, [])
    for problem in (
        "Nothing was changed.",
        "DOSESPOT_CLINC_KEY is not a secret of the bots; is DOSESPOT_CLINIC_KEY meant?",
        "DOSESPOT_USER_ID must be a number",
        "DOSESPOT_WEBHOOK_SECRET must have 32 characters",
        "MEDPLUM_CLIENT_ID is of no use without MEDPLUM_CLIENT_SECRET",
        f"there are 2 Bots with the identifier {ADMIN_BOT}",
    ):
        assert problem in line
    assert "Ada" not in line


def test_secrets_that_are_there_are_kept_and_missing_ones_told(project: Project) -> None:
    project.change(project.project(), secret=[{"name": "DOSESPOT_CLINIC_ID", "valueInteger": 7}])
    result = project.run("register")
    assert result.exit_code == 1
    assert "secret DOSESPOT_CLINIC_ID" in told(result, "unchanged")
    assert "secret DOSESPOT_CLINIC_KEY" in told(result, "missing")
    assert "6 still missing." in result.stdout
    assert project.secret("DOSESPOT_CLINIC_ID") == {"name": "DOSESPOT_CLINIC_ID", "valueInteger": 7}
    assert len(project.resources("Bot")) == len(BOTS)


def test_a_webhook_secret_is_made_up_once_and_not_shown(project: Project) -> None:
    result = project.register("--generate-webhook-secret", DOSESPOT_WEBHOOK_SECRET=None)
    made = project.secret("DOSESPOT_WEBHOOK_SECRET")
    assert (result.exit_code, len(made["valueString"])) == (0, 32)
    assert made["valueString"] not in result.output
    project.register("--generate-webhook-secret", DOSESPOT_WEBHOOK_SECRET=None)
    assert project.secret("DOSESPOT_WEBHOOK_SECRET") == made


def test_a_secrets_file_that_others_can_read_is_refused(project: Project) -> None:
    path = Path(project.secrets_file())
    path.chmod(0o640)
    result = project.run("register", "--secrets-file", str(path))
    assert (result.exit_code, project.writes()) == (1, [])
    assert "can be read or written by others" in result.stderr


@pytest.mark.parametrize("text", ["no json", "[]", '{"DOSESPOT_CLINIC_ID": true}'])
def test_a_secrets_file_of_another_form_is_refused(project: Project, text: str) -> None:
    path = Path(project.secrets_file())
    path.write_text(text)
    result = project.run("register", "--secrets-file", str(path))
    assert (result.exit_code, project.writes()) == (1, [])
    assert "must be a JSON object of strings and whole numbers" in result.stderr


def test_a_server_that_names_functions_itself_is_told_nothing(project: Project) -> None:
    project.register()
    result = project.register("--no-external-function-id")
    bot = project.bot(ADMIN_BOT)
    assert bot["identifier"] == [{"system": MEDPLUM_BOTS, "value": ADMIN_BOT}]
    assert f"medplum-bot-lambda-{bot['id']}  for {ADMIN_BOT}" in result.stdout


def test_the_function_may_have_another_name_and_no_alias(project: Project) -> None:
    project.register("--function", "clinic", "--alias", "")
    function = project.bot(ADMIN_BOT)["identifier"][1]
    assert function["value"] == "clinic"


def test_another_client_application_of_the_secrets_is_kept(project: Project) -> None:
    client = project.servers.fhir.add_client(project.id, "theirs")
    project.set_secrets(MEDPLUM_CLIENT_ID=client.id, MEDPLUM_CLIENT_SECRET=client.secret)
    result = project.register()
    assert told(result, "kept") == [f"ClientApplication {wanted.CLIENT_NAME}"]
    assert [one["name"] for one in project.resources("ClientApplication")] == ["theirs"]
    membership = project.membership(project.resources("ClientApplication")[0])
    assert "admin" not in membership


def test_a_client_application_that_is_gone_is_replaced(project: Project) -> None:
    project.set_secrets(MEDPLUM_CLIENT_ID="gone", MEDPLUM_CLIENT_SECRET="gone")
    assert project.register().exit_code == 0
    (client,) = project.resources("ClientApplication")
    assert project.secret("MEDPLUM_CLIENT_ID")["valueString"] == client["id"]


def test_a_missing_feature_is_told(project: Project) -> None:
    project.change(project.project(), features=None)
    result = project.register()
    assert result.exit_code == 1
    assert told(result, "missing") == ["project feature bots", "project feature cron"]


def test_dosespot_is_given_an_address_that_takes_its_notifications(project: Project) -> None:
    result = project.register()
    membership = project.membership(project.bot(NOTIFICATION_BOT))
    address = f"{project.url}webhook/{membership['id']}"
    (note, told_so) = note_of(result)
    assert note.split(maxsplit=1)[1] == "push notifications"
    assert f"to {address} with the header `Authorization: Secret <" in told_so
    member = project.add_member()
    order = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    enrolled = project.execute(ADMIN_BOT, order, project.admin.token).facts
    news = {
        "EventType": "ClinicianConfirmed",
        "Data": {"ClinicianId": enrolled["doseSpotClinicianId"]},
    }

    def post(secret: str) -> tuple[int, dict]:
        headers = {"Authorization": f"Secret {secret}"}
        reply = project.session.post(address, json=news, headers=headers)
        return reply.status_code, reply.json()

    assert post(SENTINEL)[1]["handled"] is True
    status, refused = post(f"{SENTINEL[:-1]}x")
    assert (status, refused["errorType"]) == (400, "NotAuthorized")


def test_the_server_compares_everybody_by_a_schedule(project: Project) -> None:
    project.register()
    bot = project.bot(STATUS_BOT)
    url = f"{project.url}_sandbox/crons/{bot['id']}"
    assert bot["cronString"] == "*/15 * * * *"
    answer = project.session.post(url).json()
    assert (answer["ran"], answer["failed"], answer["answer"]["checked"]) == (True, False, 1)


def test_a_schedule_is_kept_changed_and_taken_away(project: Project) -> None:
    project.register()
    found = []
    for arguments in ([], ["0 3 * * *"], [], ["off"], ["off"], []):
        given = ["--status-schedule", *arguments] if arguments else []
        assert project.register(*given).exit_code == 0
        found.append(project.bot(STATUS_BOT).get("cronString"))
    daily = "0 3 * * *"
    assert found == ["*/15 * * * *", daily, daily, None, None, "*/15 * * * *"]
    assert project.register("--status-schedule", "rate(1 hour)").exit_code == 2


def test_without_a_schedule_the_feature_cron_is_not_missed(project: Project) -> None:
    project.change(project.project(), features=["bots"])
    result = project.register()
    assert (result.exit_code, told(result, "missing")) == (1, ["project feature cron"])
    assert project.register("--status-schedule", "off").exit_code == 0


def test_an_installation_of_before_gets_the_narrow_policies(project: Project) -> None:
    project.register()
    programs = [*project.resources("ClientApplication"), project.bot(NOTIFICATION_BOT)]
    for one in programs:
        project.change(project.membership(one), accessPolicy=None)
    for name in (policy_name(SERVICE), policy_name("notification")):
        project.delete(project.policy(name))
    plan = project.register("--plan")
    result = project.register()
    assert told(plan, "changed") == told(result, "changed")
    assert told(result, "changed") == [
        "membership of ClientApplication prescriber-bots",
        "membership of Bot dosespot-notification-bot",
    ]
    given = [project.membership(one)["accessPolicy"]["reference"] for one in programs]
    names = [policy_name(SERVICE), policy_name("notification")]
    assert given == [f"AccessPolicy/{project.policy(name)['id']}" for name in names]


def test_only_an_administrator_may_register(project: Project) -> None:
    result = project.run("register", token=project.add_member().token)
    assert (result.exit_code, project.writes()) == (1, [])
    assert "does not belong to a project administrator" in result.stderr


def test_without_a_token_and_a_terminal_it_says_what_to_set(project: Project) -> None:
    result = project.run("register", token="")
    assert result.exit_code == 2
    assert "Set MEDPLUM_ACCESS_TOKEN" in result.stderr


def test_a_bot_without_a_membership_is_told(project: Project) -> None:
    project.register()
    bot = project.bot("dosespot-sync-status-bot")
    project.delete(project.membership(bot))
    result = project.register()
    assert f"Bot/{bot['id']} has no ProjectMembership, delete it" in result.stderr


def test_prescribers_with_the_policy_can_use_the_bots_and_read_no_secret(project: Project) -> None:
    project.register()
    policy = project.policy()
    prescriber = project.add_member()
    membership = project.servers.fhir.resources("ProjectMembership")[-1]
    project.change(membership, accessPolicy={"reference": f"AccessPolicy/{policy['id']}"})
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner/{prescriber.id}"},
        "active": True,
        "code": [{"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": "PrescribingClinician"}]}],
    }
    role = project.create(role)
    assert project.execute(SELF_BOT, {}, prescriber.token).body["status"] == "created"
    patient = project.create(PATIENT)
    given = {"patientId": patient["id"]}
    assert project.execute(SYNC_BOT, given, prescriber.token).status == 200
    assert "url" in project.execute(IFRAME_BOT, given, prescriber.token).body

    def status(method: str, path: str, body: dict | None = None) -> int:
        headers = {"Authorization": f"Bearer {prescriber.token}"}
        url = f"{project.url}fhir/R4/{path}"
        return project.session.request(method, url, json=body, headers=headers).status_code

    for kind in ("ClientApplication", "AuditEvent", "AccessPolicy", "Project", "User", "Basic"):
        assert status("GET", kind) == 403
    assert status("POST", "Basic", {"resourceType": "Basic", "code": {"text": "claim"}}) == 403
    assert status("PUT", f"PractitionerRole/{role['id']}", {**role, "active": False}) == 403
    assert status("POST", "PractitionerRole", role) == 403
    assert status("PUT", f"Bot/{project.bot(SELF_BOT)['id']}", project.bot(SELF_BOT)) == 403
    headers = {"Authorization": f"Bearer {prescriber.token}"}
    seen = project.session.get(f"{project.url}fhir/R4/Bot", headers=headers).json()
    assert all("sourceCode" not in entry["resource"] for entry in seen["entry"])


def test_prescribers_with_the_policy_change_of_themselves_only_what_bots_do_not_go_by(
    project: Project,
) -> None:
    project.register()
    policy = project.policy()
    content = {k: v for k, v in policy.items() if k not in ("id", "meta")}
    member, colleague = project.add_member(access_policy=content), project.add_member()
    headers = {"Authorization": f"Bearer {member.token}"}

    def url(practitioner: str) -> str:
        return f"{project.url}fhir/R4/Practitioner/{practitioner}"

    before = project.session.get(url(member.id), headers=headers).json()
    theirs = project.session.get(url(colleague.id), headers=headers)
    assert theirs.status_code == 200
    changes = {
        "identifier": [{"system": NPI, "value": colleague.npi}],
        "name": [{"family": "Another"}],
        "birthDate": "1970-01-01",
        "active": False,
        "qualification": [{"code": {"text": "EPCS"}}],
        "extension": [{"url": "https://dosespot.com/registration-status", "valueCode": "x"}],
        "telecom": [{"system": "phone", "value": "345-987-6543"}],
    }
    sent = {**before, **changes}
    answer = project.session.put(url(member.id), json=sent, headers=headers)
    written = {name: value for name, value in answer.json().items() if name != "meta"}
    expected = {**before, "telecom": changes["telecom"]}
    assert (answer.status_code, written) == (
        200,
        {name: value for name, value in expected.items() if name != "meta"},
    )
    refused = project.session.put(url(colleague.id), json=theirs.json(), headers=headers)
    assert refused.status_code == 403


def test_the_policy_of_before_is_brought_in_line(project: Project) -> None:
    project.register()
    policy = project.policy()
    wide = {"resourceType": "Practitioner", "interaction": ["read", "update"]}
    project.change(policy, resource=[wide, {"resourceType": "Basic"}])
    assert told(project.register(), "changed") == [f"AccessPolicy {PRESCRIBER_POLICY}"]
    settled = project.policy()
    assert settled["resource"] == policy["resource"]


def test_fhir_profiles_are_installed_by_url_and_mended(project: Project) -> None:
    code_system = {
        "resourceType": "CodeSystem",
        "url": "https://example.org/codes",
        "status": "active",
        "content": "complete",
    }
    server = ProjectAdmin(Http(), project.url, GivenToken(project.admin.token))

    def run(content: dict) -> LedgerEntry:
        entries: list[LedgerEntry] = []
        found = look(server, project.id, [content])
        order = InstallOptions(FunctionName(), project.secrets, [content], project.url)
        Installer(server, Ledger(server, plan=False, report=entries.append), found, order).run()
        (entry,) = [one for one in entries if one.what.startswith("CodeSystem")]
        return entry

    assert run(code_system).status == "created"
    assert run(code_system).status == "unchanged"
    changed = run({**code_system, "status": "retired"})
    assert (changed.status, changed.details) == ("changed", ('status: "active" -> "retired"',))
    (stored,) = project.resources("CodeSystem")
    assert stored["status"] == "retired"


def test_the_credential_goes_to_aws_as_well(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        results = [project.register("--aws-secret", "bots", *more) for more in AFTER_A_PLAN_TWICE]
        stored = boto3.client("secretsmanager").get_secret_value(SecretId="bots")["SecretString"]
    verdicts = [line.split()[0] for r in results for line in r.stdout.splitlines() if "AWS" in line]
    assert verdicts == ["created", "created", "unchanged"]
    (client,) = project.resources("ClientApplication")
    assert json.loads(stored) == {
        "MEDPLUM_BASE_URL": project.url,
        "MEDPLUM_CLIENT_ID": client["id"],
        "MEDPLUM_CLIENT_SECRET": client["secret"],
    }
    assert client["secret"] not in "".join(result.output for result in results)


def test_no_secret_is_ever_shown(project: Project) -> None:
    outputs = [
        project.register("--plan", "--verbose").output,
        project.register("--verbose").output,
        project.run("doctor", "--verbose").output,
        project.run("doctor", "--json").output,
    ]
    project.set_secrets(DOSESPOT_CLINIC_KEY=SENTINEL[:-1], DOSESPOT_WEBHOOK_SECRET=f"{SENTINEL}4")
    outputs += [project.run("doctor", "--verbose").output, project.run("register").output]
    (client,) = project.resources("ClientApplication")
    dosespot = project.servers.dosespot
    secrets = [SENTINEL[:-1], client["secret"], project.admin.token]
    secrets += [dosespot.clinic_key, dosespot.subscription_key]
    assert [secret for output in outputs for secret in secrets if secret in output] == []
    assert len("".join(outputs)) > 5000
    assert PRESCRIBER_POLICY in outputs[0]
