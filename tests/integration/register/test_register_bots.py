"""The bots that `prescriber-bots register` installs: functions, errors, schedule, notifications."""

from typing import Any

import pytest

from bots.catalog import BOTS
from fhir_profiles.systems import (
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    OPERATION_IMPLEMENTATION,
)
from tests.integration.clinic import ADMIN_BOT
from tests.integration.project import SENTINEL, Project
from tests.integration.register.registering import ERRORS, NOTIFICATION_BOT, note_of, told

STATUS_BOT = "dosespot-sync-status-bot"
SUPERVISOR_BOT = "dosespot-set-supervising-prescriber"
OPERATION = f"operation Practitioner/${SUPERVISOR_BOT}"


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


def test_a_server_that_runs_no_bot_leaves_the_errors_as_they_are(registered: Project) -> None:
    registered.change(registered.project(), features=["cron"])
    result = registered.register()
    assert told(result, "kept") == [ERRORS]
    assert "No bot could be run to find out" in result.stdout
    assert registered.secret("MEDPLUM_BOT_ERRORS")["valueString"] == "returned"


def test_what_somebody_gives_is_not_tried(project: Project) -> None:
    assert ERRORS in told(project.register(MEDPLUM_BOT_ERRORS="raised"), "created")
    assert project.secret("MEDPLUM_BOT_ERRORS")["valueString"] == "raised"
    result = project.register(MEDPLUM_BOT_ERRORS="never")
    assert "MEDPLUM_BOT_ERRORS must be returned or raised" in result.stderr


def test_a_server_that_names_functions_itself_is_told_nothing(registered: Project) -> None:
    result = registered.register("--no-external-function-id")
    bot = registered.bot(ADMIN_BOT)
    assert bot["identifier"] == [{"system": MEDPLUM_BOTS, "value": ADMIN_BOT}]
    assert f"medplum-bot-lambda-{bot['id']}  for {ADMIN_BOT}" in result.stdout


def test_the_function_may_have_another_name_and_no_alias(project: Project) -> None:
    project.register("--function", "clinic", "--alias", "")
    function = project.bot(ADMIN_BOT)["identifier"][1]
    assert function["value"] == "clinic"


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


def test_an_operation_runs_the_bot_and_what_others_added_to_it_stays(project: Project) -> None:
    plan = project.register("--plan")
    result = project.register()
    assert OPERATION in told(plan, "created")
    assert OPERATION in told(result, "created")
    (definition,) = project.resources("OperationDefinition")
    assert definition["extension"] == [runs(project, SUPERVISOR_BOT)]
    theirs = {"url": "https://example.org/kept", "valueString": "by somebody else"}
    extension = [theirs, runs(project, ADMIN_BOT)]
    project.change(definition, extension=extension, purpose="Kept.", type=False)
    assert OPERATION in told(project.register(), "changed")
    (definition,) = project.resources("OperationDefinition")
    assert definition["extension"] == [theirs, runs(project, SUPERVISOR_BOT)]
    assert (definition["purpose"], definition["type"]) == ("Kept.", True)
    assert OPERATION in told(project.register(), "unchanged")


def test_an_operation_of_others_with_the_same_code_runs_our_bot(project: Project) -> None:
    theirs = {
        "resourceType": "OperationDefinition",
        "url": "https://example.org/theirs",
        "name": "theirs",
        "status": "draft",
        "kind": "operation",
        "code": SUPERVISOR_BOT,
        "system": False,
        "type": True,
        "instance": False,
    }
    project.create(theirs)
    assert OPERATION in told(project.register(), "changed")
    (definition,) = project.resources("OperationDefinition")
    assert definition["url"] == "https://example.org/theirs"
    assert definition["extension"] == [runs(project, SUPERVISOR_BOT)]
    project.create(theirs)
    assert "delete all but one" in project.register().stderr


def runs(project: Project, bot: str) -> dict[str, Any]:
    """What says that an operation is done by a Bot."""
    return {
        "url": OPERATION_IMPLEMENTATION,
        "valueReference": {"reference": f"Bot/{project.bot(bot)['id']}"},
    }


def test_the_server_compares_everybody_by_a_schedule(registered: Project) -> None:
    bot = registered.bot(STATUS_BOT)
    url = f"{registered.url}_sandbox/crons/{bot['id']}"
    assert bot["cronString"] == "*/15 * * * *"
    answer = registered.session.post(url).json()
    assert (answer["ran"], answer["failed"], answer["answer"]["checked"]) == (True, False, 1)


def test_a_schedule_is_kept_changed_and_taken_away(registered: Project) -> None:
    found = []
    for arguments in ([], ["0 3 * * *"], [], ["off"], ["off"], []):
        given = ["--status-schedule", *arguments] if arguments else []
        assert registered.register(*given).exit_code == 0
        found.append(registered.bot(STATUS_BOT).get("cronString"))
    daily = "0 3 * * *"
    assert found == ["*/15 * * * *", daily, daily, None, None, "*/15 * * * *"]
    assert registered.register("--status-schedule", "rate(1 hour)").exit_code == 2


def test_without_a_schedule_the_feature_cron_is_not_missed(project: Project) -> None:
    project.change(project.project(), features=["bots"])
    result = project.register()
    assert (result.exit_code, told(result, "missing")) == (1, ["project feature cron"])
    assert project.register("--status-schedule", "off").exit_code == 0
