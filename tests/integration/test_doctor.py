"""`prescriber-bots doctor` on a registered project: each defect is planted, and told."""

from collections.abc import Callable
from typing import Any

import pytest
from moto import mock_aws

from bots.catalog import BOTS
from deploy.medplum.doctor.comparison_checks import NEVER
from deploy.medplum.doctor.mail_checks import NO_CHANNEL
from deploy.medplum.program_policies import SERVICE, policy_name
from deploy.sandbox.people import Person
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, MEDPLUM_BOTS, PRESCRIBER_POLICY
from shared.members.caller import CALLERS_NOT_ONE_ID
from tests.integration.clinic import TIMEOUT_S, new_npi
from tests.integration.project import Project
from tests.integration.terminal import on_terminal
from tests.quick import first_of_each

IFRAME = "dosespot-iframe-bot"
SYNC = "dosespot-sync-status-bot"
PUSH = "dosespot-notification-bot"
OPERATION = "operation Practitioner/$dosespot-set-supervising-prescriber"
SERVICE_POLICY = policy_name(SERVICE)
POLICY = f"AccessPolicy {PRESCRIBER_POLICY}"


@pytest.fixture
def project(registered: Project) -> Project:
    """A sound one."""
    return registered


def test_a_sound_installation_is_found_so_and_nothing_is_changed(project: Project) -> None:
    before = {kind: project.resources(kind) for kind in ("Bot", "Project", "ProjectMembership")}
    project.reset()
    findings = project.doctor()
    assert findings.pop("comparison with DoseSpot") == ("note", NEVER)
    assert findings.pop("e-mail") == ("note", NO_CHANNEL)
    assert {verdict for verdict, _ in findings.values()} == {"ok"}
    assert {name for name in findings if name.startswith("function ")} == {
        f"function {bot.name}" for bot in BOTS
    }
    assert findings["function admin_enroll"] == ("ok", "Answers.")
    # What the functions write is the AuditEvents of refused calls.
    membership = project.membership(project.bot(PUSH))["id"]
    assert {call.rpartition("/")[2] for call in project.writes()} == {"$execute", membership}
    assert findings["push notifications"] == (
        "ok",
        f"Have DoseSpot post its push notifications to {project.url}webhook/{membership} with the"
        " header `Authorization: Secret <DOSESPOT_WEBHOOK_SECRET>`.",
    )
    assert before == {kind: project.resources(kind) for kind in before}


Defect = Callable[[Project], Any]


def change_bot(identifier: str, **changes: Any) -> Defect:
    return lambda project: project.change(project.bot(identifier), **changes)


def without_function(project: Project) -> None:
    bot = project.bot(IFRAME)
    project.change(bot, identifier=[{"system": MEDPLUM_BOTS, "value": IFRAME}])


def another_bot(project: Project) -> None:
    project.create({k: v for k, v in project.bot(IFRAME).items() if k not in ("id", "meta")})


def operation(project: Project) -> dict[str, Any]:
    (found,) = project.resources("OperationDefinition")
    return found


def operation_of_another_bot(project: Project) -> None:
    extension = {**operation(project)["extension"][0]}
    extension["valueReference"] = {"reference": f"Bot/{project.bot(IFRAME)['id']}"}
    project.change(operation(project), extension=[extension])


def another_operation(project: Project) -> None:
    project.create({k: v for k, v in operation(project).items() if k not in ("id", "meta")})


def client_without_right(project: Project) -> None:
    (client,) = project.resources("ClientApplication")
    project.change(project.membership(client), admin=False)


def without_right(identifier: str) -> Defect:
    return lambda project: project.change(project.membership(project.bot(identifier)), admin=False)


def without_policy(identifier: str) -> Defect:
    return lambda project: project.change(
        project.membership(project.bot(identifier)), accessPolicy=None
    )


def client_without_policy(project: Project) -> None:
    (client,) = project.resources("ClientApplication")
    project.change(project.membership(client), accessPolicy=None)


def service_policy_changed(project: Project) -> None:
    project.change(project.policy(SERVICE_POLICY), resource=[{"resourceType": "*"}])


def misspelt(project: Project) -> None:
    key = project.secret("DOSESPOT_CLINIC_KEY")["valueString"]
    project.set_secrets(DOSESPOT_CLINIC_KEY=None, DOSESPOT_CLINC_KEY=key)


def set_secrets(**values: str | None) -> Defect:
    return lambda project: project.set_secrets(**values)


def policy_changed(project: Project) -> None:
    policy = project.policy()
    project.change(policy, resource=[{"resourceType": "*"}])


def policy_of_before(project: Project) -> None:
    """Any prescriber could change every Practitioner, and write where the bots' claims are."""
    policy = project.policy()
    others = [one for one in policy["resource"] if one["resourceType"] != "Practitioner"]
    look = ["search", "read", "vread", "history", "update"]
    wide = {"resourceType": "Practitioner", "interaction": look}
    project.change(policy, resource=[*others, wide, {"resourceType": "Basic"}])


def policy_gone(project: Project) -> None:
    project.delete(project.policy())


def caller_identified(*identifiers: dict[str, str]) -> Defect:
    """The membership of whoever signs in carries these identifiers."""

    def plant(project: Project) -> None:
        found = project.resources("ProjectMembership")
        (own,) = [one for one in found if one["id"] == project.admin.membership_id]
        project.change(own, identifier=list(identifiers) or None)

    return plant


def another_clinician(*roles: str, **facts: Any) -> Defect:
    """The secrets name a clinician with these roles, of whom DoseSpot says that."""

    def plant(project: Project) -> None:
        person = Person(key=new_npi(), given=("Ben",), family="Ito", npi=new_npi())
        clinician = project.servers.dosespot.add_clinician(person.clinician(), list(roles))
        url = f"{project.servers.dosespot_url}_sandbox/clinicians/{clinician}"
        project.session.patch(url, json=facts, timeout=TIMEOUT_S).raise_for_status()
        project.set_secrets(DOSESPOT_USER_ID=str(clinician))

    return plant


DEFECTS: list[tuple[Defect, str, str]] = [
    (
        lambda project: project.change(project.project(), features=["cron"]),
        "project feature bots",
        "add `bots` to Project.features",
    ),
    (
        lambda project: project.change(project.project(), features=["bots"]),
        "schedule of the status sync",
        "add `cron` to Project.features",
    ),
    (change_bot(PUSH, publicWebhook=None), f"Bot {PUSH}", "publicWebhook: true"),
    (without_policy(PUSH), f"Bot {PUSH}", "No AccessPolicy of ours narrows"),
    (without_policy(SYNC), f"Bot {SYNC}", "No AccessPolicy of ours narrows"),
    (client_without_policy, "ClientApplication", "No AccessPolicy of ours narrows"),
    (service_policy_changed, f"AccessPolicy {SERVICE_POLICY}", "differs."),
    (another_bot, f"Bot {IFRAME}", "2 Bots have this identifier"),
    (without_function, f"Bot {IFRAME}", "The Bot is not up to date: identifier: +"),
    (change_bot(IFRAME, runAsUser=False), f"Bot {IFRAME}", "runAsUser: false -> true"),
    (
        change_bot(IFRAME, runtimeVersion="vmcontext"),
        f"Bot {IFRAME}",
        'runtimeVersion: "vmcontext" -> "awslambda"',
    ),
    (
        lambda project: project.delete(project.bot(IFRAME)),
        f"Bot {IFRAME}",
        "no Bot with this identifier. Run `prescriber-bots register`.",
    ),
    (operation_of_another_bot, OPERATION, "The OperationDefinition is not up to date:"),
    (
        lambda project: project.delete(operation(project)),
        OPERATION,
        "no OperationDefinition that runs the Bot. Run `prescriber-bots register`.",
    ),
    (another_operation, OPERATION, "2 OperationDefinitions have this code"),
    (without_right(SYNC), f"Bot {SYNC}", "ProjectMembership has no admin right"),
    (
        set_secrets(DOSESPOT_CLINIC_ID=None),
        "secret DOSESPOT_CLINIC_ID",
        "The project has none. Give it to `prescriber-bots register`.",
    ),
    (misspelt, "secret DOSESPOT_CLINIC_KEY", "is DOSESPOT_CLINC_KEY meant?"),
    (
        set_secrets(DOSESPOT_BASE_URL="http://example.org/"),
        "secret DOSESPOT_BASE_URL",
        "must be an https URL",
    ),
    (client_without_right, "ClientApplication", "has no admin right"),
    (
        set_secrets(MEDPLUM_CLIENT_SECRET="wrong"),
        "ClientApplication",
        "does not let the bots' ClientApplication in",
    ),
    (policy_changed, POLICY, "AccessPolicy: differs."),
    (policy_of_before, POLICY, "AccessPolicy: differs."),
    (policy_gone, POLICY, "AccessPolicy: does not exist."),
    (
        set_secrets(DOSESPOT_CLINIC_KEY="wrong"),
        "DoseSpot sign-in",
        "most likely DOSESPOT_CLINIC_ID or DOSESPOT_CLINIC_KEY is wrong",
    ),
    (
        set_secrets(DOSESPOT_SUBSCRIPTION_KEY="wrong"),
        "DoseSpot sign-in",
        "most likely DOSESPOT_SUBSCRIPTION_KEY is wrong",
    ),
    (
        set_secrets(DOSESPOT_USER_ID="99999"),
        "DoseSpot sign-in",
        "most likely DOSESPOT_USER_ID is not an active clinician of this clinic",
    ),
    (
        set_secrets(DOSESPOT_BASE_URL="http://127.0.0.1:9/"),
        "DoseSpot sign-in",
        "DoseSpot could not be reached",
    ),
    (
        another_clinician("PrescribingClinician"),
        "DoseSpot clinician",
        "does not have the role ClinicianAdmin (4)",
    ),
    (
        another_clinician("ClinicianAdmin", locked=True),
        "DoseSpot clinician",
        "is not active, or locked, in DoseSpot",
    ),
    (caller_identified(), "your DoseSpot identifier", "Add your DoseSpot clinician id"),
    (
        caller_identified(
            {"system": CLINICIAN_IDENTIFIER, "value": "10001"},
            {"system": CLINICIAN_IDENTIFIER, "value": "10002"},
        ),
        "your DoseSpot identifier",
        CALLERS_NOT_ONE_ID,
    ),
]


@pytest.mark.parametrize(
    ("plant", "name", "sentence"), first_of_each(DEFECTS, lambda row: row[1].split()[0])
)
def test_a_defect_is_told(project: Project, plant: Defect, name: str, sentence: str) -> None:
    plant(project)
    verdict, told = project.doctor()[name]
    assert verdict == "missing"
    assert sentence in told


def test_without_a_schedule_there_is_a_note(project: Project) -> None:
    project.change(project.bot(SYNC), cronString=None)
    verdict, told = project.doctor()["schedule of the status sync"]
    assert (verdict, told.startswith("No schedule compares")) == ("note", True)


def test_a_client_application_of_others_without_a_policy_of_ours_is_a_note(
    project: Project,
) -> None:
    theirs = project.servers.fhir.add_client(project.id, "theirs", admin=True)
    project.set_secrets(MEDPLUM_CLIENT_ID=theirs.id, MEDPLUM_CLIENT_SECRET=theirs.secret)
    verdict, told = project.doctor()["ClientApplication"]
    assert (verdict, f"`{SERVICE_POLICY}` has what the bots need" in told) == ("note", True)


def test_what_depends_on_something_missing_is_not_checked(project: Project) -> None:
    project.set_secrets(DOSESPOT_CLINIC_KEY=None)
    project.delete(project.bot(IFRAME))
    findings = project.doctor()
    assert findings["DoseSpot sign-in"] == (
        "not checked",
        "Could not be checked because of `secret DOSESPOT_CLINIC_KEY`.",
    )
    assert findings["DoseSpot EPCS"][0] == "not checked"
    assert findings["function iframe"][1] == f"Could not be checked because of `Bot {IFRAME}`."
    assert findings["function supervisor"][0] == "ok"


def test_members_whom_nothing_restricts_are_named_and_what_they_can_do(project: Project) -> None:
    policy = {"resourceType": "AccessPolicy", "resource": [{"resourceType": "Patient"}]}
    project.add_member(access_policy=policy)
    project.add_member(admin=True)
    free = [project.add_member() for _ in range(2)]
    verdict, sentence = project.doctor()["members without a policy"]
    named, told = sentence.split(": ", 1)
    assert (verdict, sorted(named.split(", "))) == (
        "note",
        sorted(f"ProjectMembership/{one.membership_id} of Practitioner/{one.id}" for one in free),
    )
    assert "can read the secret of every ClientApplication" in told
    assert "Run `prescriber-bots register`" in told


@pytest.mark.outside
def test_a_terminal_names_people(project: Project) -> None:
    member = project.add_member()
    seen = f"ProjectMembership/{member.membership_id} of Practitioner/{member.id}"
    environment = {"MEDPLUM_BASE_URL": project.url, "MEDPLUM_ACCESS_TOKEN": project.admin.token}
    status, shown = on_terminal("doctor", **environment)
    assert (status, sum(f"Jane Smith ({seen})" in line for line in shown)) == (0, 1)
    assert "Smith" not in project.run("doctor").output
    assert "Smith" not in project.run("doctor", "--json").output


def test_of_many_members_whom_nothing_restricts_the_first_are_named(project: Project) -> None:
    for _ in range(22):
        project.add_member()
    _, sentence = project.doctor()["members without a policy"]
    assert (sentence.count("ProjectMembership/"), ", and 2 more: " in sentence) == (20, True)


def test_what_could_not_be_checked_is_one_line_for_each_missing_thing(project: Project) -> None:
    project.set_secrets(DOSESPOT_CLINIC_KEY=None)
    project.delete(project.bot(IFRAME))
    result = project.run("doctor")
    waiting = [line for line in result.stdout.splitlines() if line.startswith("not checked")]
    assert waiting == [
        f"not checked  function iframe, because of Bot {IFRAME}",
        "not checked  DoseSpot sign-in, DoseSpot clinician, DoseSpot EPCS, because of secret"
        " DOSESPOT_CLINIC_KEY",
    ]
    assert result.exit_code == 1


def test_what_the_server_does_not_show_is_told_once(project: Project) -> None:
    project.session.post(
        f"{project.url}_sandbox/faults",
        json={"method": "GET", "path": "/fhir/R4/Project/.+", "kind": "status", "status": 403},
        timeout=TIMEOUT_S,
    ).raise_for_status()
    findings = project.doctor()
    told = [name for name, (verdict, _) in findings.items() if verdict == "missing"]
    assert told == ["administrator"]
    assert {verdict for verdict, _ in findings.values()} == {"ok", "missing", "not checked"}


def test_a_stack_on_aws_is_checked_where_one_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        findings = project.doctor("--stack", "elsewhere")
    verdict, told = findings["AWS stack elsewhere"]
    assert (verdict, told.startswith("There is no stack elsewhere here.")) == ("missing", True)
    assert findings["AWS queues"][0] == "not checked"
    assert not [name for name in project.doctor() if name.startswith("AWS")]


def test_a_server_that_is_none_leaves_everything_else_unchecked(project: Project) -> None:
    result = project.run("doctor", "--base-url", project.servers.dosespot_url)
    first, second = result.stdout.splitlines()
    checks = len(project.doctor())
    assert (result.exit_code, result.stderr) == (1, "")
    assert first.startswith("missing      server: No Medplum server answers at --base-url.")
    assert second == (
        "not checked  administrator, project feature bots, secret DOSESPOT_BASE_URL,"
        f" and {checks - 4} more, because of server"
    )
