"""What a run of `prescriber-bots register` creates, mends, plans, refuses, and goes on with."""

import pytest

from bots.catalog import BOTS
from deploy.medplum.installation import look
from deploy.medplum.ledger import Ledger, LedgerEntry
from deploy.medplum.register import Installer, InstallOptions
from deploy.medplum.server import ProjectAdmin
from deploy.medplum.wanted import FunctionName
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS
from shared.fhir.credential import GivenToken
from shared.http.sending import Http
from tests.integration.clinic import ADMIN_BOT
from tests.integration.project import SENTINEL, Project
from tests.integration.register.registering import ERRORS, note_of, told

NOTHING_TO_DO = "Nothing to do.\n"


def test_an_empty_project_can_enroll_after_it(project: Project) -> None:
    result = project.register()
    assert (result.exit_code, result.stderr) == (0, "")
    prescriber = project.add_member()
    order = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    answer = project.execute(ADMIN_BOT, order, project.admin.token)
    assert answer.facts["registrationStatus"] == "Pending"


def test_a_second_run_writes_nothing_and_says_so(registered: Project) -> None:
    registered.reset()
    result = registered.register()
    (trial,) = registered.writes()
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


def test_what_was_changed_by_hand_is_mended_and_what_is_others_is_kept(registered: Project) -> None:
    bot = registered.bot("dosespot-sync-status-bot")
    theirs = {"system": "https://example.org/bots", "value": "7"}
    function = {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": "another"}
    identifiers = [theirs, bot["identifier"][0], function]
    registered.change(bot, runAsUser=True, identifier=identifiers, cronString="0 * * * *")
    registered.change(registered.membership(bot), admin=False)
    policy = registered.policy()
    registered.change(policy, resource=[{"resourceType": "*"}])
    registered.set_secrets(DOSESPOT_CLINIC_ID=None, THEIRS="kept")
    result = registered.register()
    mended = registered.bot("dosespot-sync-status-bot")
    assert mended["identifier"] == [theirs, *bot["identifier"]]
    assert (mended["runAsUser"], mended["cronString"]) == (False, "0 * * * *")
    assert registered.membership(mended)["admin"] is True
    assert registered.policy()["resource"] == policy["resource"]
    assert registered.secret("THEIRS") == {"name": "THEIRS", "valueString": "kept"}
    assert "             runAsUser: true -> false" in result.stdout
    assert told(result, "changed") == [
        "AccessPolicy prescriber-bots: prescriber",
        "membership of Bot dosespot-sync-status-bot",
        "Bot dosespot-sync-status-bot",
    ]
    assert registered.register().stdout.endswith(NOTHING_TO_DO)


@pytest.mark.parametrize(
    "fault",
    [{"when": "after"}, pytest.param({"when": "before", "skip": 1}, marks=pytest.mark.torture)],
)
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
        assert runs < 80
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


def test_a_missing_feature_is_told(project: Project) -> None:
    project.change(project.project(), features=None)
    result = project.register()
    assert result.exit_code == 1
    assert told(result, "missing") == ["project feature bots", "project feature cron"]


def test_only_an_administrator_may_register(project: Project) -> None:
    result = project.run("register", token=project.add_member().token)
    assert (result.exit_code, project.writes()) == (1, [])
    assert "does not belong to a project administrator" in result.stderr


def test_without_a_token_and_a_terminal_it_says_what_to_set(project: Project) -> None:
    result = project.run("register", token="")
    assert result.exit_code == 2
    assert "Set MEDPLUM_ACCESS_TOKEN" in result.stderr


def test_a_bot_without_a_membership_is_told(registered: Project) -> None:
    bot = registered.bot("dosespot-sync-status-bot")
    registered.delete(registered.membership(bot))
    result = registered.register()
    assert f"Bot/{bot['id']} has no ProjectMembership, delete it" in result.stderr


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
