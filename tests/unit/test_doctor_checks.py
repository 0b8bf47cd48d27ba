"""The doctor's rules on values: what waits for what, and what servers' answers mean."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bots.catalog import BOTS
from deploy.medplum.doctor.bot_checks import (
    NO_ADMINISTRATOR,
    REGISTER,
    WIDE,
    check_bot,
    check_bot_errors,
    check_function,
)
from deploy.medplum.doctor.comparison_checks import NEVER, check_comparisons
from deploy.medplum.doctor.dosespot_checks import check_clinician, check_epcs
from deploy.medplum.doctor.finding import (
    Check,
    CheckReport,
    CheckVerdict,
    examine,
    missing,
    note,
    ok,
)
from deploy.medplum.doctor.secret_checks import check_secret
from deploy.medplum.error_trial import bot_errors
from deploy.medplum.installation import Installation
from deploy.medplum.program_policies import policy_name
from deploy.medplum.wanted import FunctionName, wanted_bot
from fhir_profiles.comparison_round import ComparisonRound
from shared.dosespot.wire import ClinicEntry, ClinicianItem
from shared.errors import InputRefused, RemoteUnavailable
from shared.fhir.executed import Failed, NotRun, executed
from shared.runtime.outcome import operation_outcome
from shared.runtime.payload import Secret
from tests.builders import CLINIC_ID

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def unreachable():
    raise RemoteUnavailable("The FHIR server could not be reached.")


def test_a_check_waits_for_those_that_it_needs():
    checks = [
        Check("a", (), lambda: ok("Fine.")),
        Check("b", ("a",), lambda: note("Well.")),
        Check("c", ("b",), unreachable),
        Check("d", ("a", "c"), lambda: ok("Never asked.")),
        Check("e", ("d",), lambda: missing("Never asked.")),
    ]
    assert list(examine(checks)) == [
        CheckReport("a", CheckVerdict.OK, "Fine."),
        CheckReport("b", CheckVerdict.NOTE, "Well."),
        CheckReport("c", CheckVerdict.MISSING, "The FHIR server could not be reached."),
        CheckReport(
            "d", CheckVerdict.NOT_CHECKED, "Could not be checked because of `c`.", needs="c"
        ),
        CheckReport(
            "e", CheckVerdict.NOT_CHECKED, "Could not be checked because of `c`.", needs="c"
        ),
    ]


def outcome(text: str) -> dict:
    return {"resourceType": "OperationOutcome", "issue": [{"details": {"text": text}}]}


@pytest.mark.parametrize(
    ("body", "verdict", "sentence"),
    [
        ({"errorType": "InputRefused", "errorMessage": "refused"}, "ok", "Answers."),
        (
            {"errorType": "Misconfigured", "errorMessage": "baseUrl must be an https URL."},
            "missing",
            "The function fails: baseUrl must be an https URL.",
        ),
        (
            {"errorType": "Runtime.ImportModuleError", "errorMessage": "No module named 'bots'"},
            "missing",
            "The function fails: No module named 'bots'",
        ),
        (
            outcome("Function not found: arn:aws:lambda:us-east-1:1:function:x:live"),
            "missing",
            "there is no such Lambda function. Run `prescriber-bots deploy`",
        ),
        (
            outcome(
                "User: arn:aws:sts::1:assumed-role/x is not authorized to perform:"
                " lambda:InvokeFunction on resource: y"
            ),
            "missing",
            "the Medplum server may not invoke the function",
        ),
        (outcome("Bots not enabled"), "missing", "does not have the feature `bots`"),
        (outcome("Unsupported bot runtime"), "missing", "must be awslambda"),
        (outcome("Whatever"), "missing", "The server did not run the bot (400): Whatever"),
        ([], "missing", "The server did not run the bot (400): "),
    ],
)
def test_what_a_server_says_of_a_function_is_put_into_words(body, verdict, sentence):
    result = check_function(executed(400, json.dumps(body).encode()))
    assert (result.verdict, sentence in result.sentence) == (verdict, True)


def returned(status: int):
    """What came of a bot that returned the refusal of the probe."""
    refusal = operation_outcome(InputRefused("No."))
    return executed(status, json.dumps(refusal).encode())


@pytest.mark.parametrize("status", [200, 400])
def test_a_returned_refusal_is_an_answer_too(status):
    assert check_function(returned(status)) == ok("Answers.")


RAISED_ONE = Failed("No.", "InputRefused")


@pytest.mark.parametrize(
    ("outcome", "stored", "verdict", "sentence"),
    [
        (returned(400), "returned", "ok", "answers them with their status; so the bots return"),
        (returned(400), "raised", "note", "but the bots raise theirs"),
        (returned(400), None, "note", "Run `prescriber-bots register`."),
        (returned(200), "returned", "missing", "callers take for success"),
        (returned(200), "raised", "ok", "answers them with 200; so the bots raise"),
        (returned(200), None, "ok", "answers them with 200; so the bots raise"),
        (RAISED_ONE, "returned", "missing", "older than this program"),
        (RAISED_ONE, "raised", "note", "older than this program"),
        (NotRun(403, {}), None, "note", "older than this program"),
        (returned(400), "yes", "missing", "MEDPLUM_BOT_ERRORS must be returned or raised"),
    ],
)
def test_whether_errors_are_returned_has_to_fit_the_server(outcome, stored, verdict, sentence):
    named = {"MEDPLUM_BOT_ERRORS": Secret(valueString=stored)} if stored else {}
    result = check_bot_errors(bot_errors(outcome), named)
    assert (result.verdict, sentence in result.sentence) == (verdict, True)


def test_an_answer_that_is_no_json_is_no_answer_of_the_function():
    result = check_function(executed(200, b"<html>"))
    assert result.sentence == "The server did not run the bot (200): "


def test_a_function_that_takes_the_probe_is_another_one():
    result = check_function(executed(200, b'{"nextCursor": null}'))
    assert result == missing(
        "The function is not this bot's: it answers an input that the bot refuses. Run"
        " `prescriber-bots register`."
    )


ADMINISTRATING = next(one for one in BOTS if one.admin)
POLICY = policy_name(ADMINISTRATING.name)
OWN = {"accessPolicy": {"reference": "AccessPolicy/2"}}
ANOTHERS = {"accessPolicy": {"reference": "AccessPolicy/3"}}


@pytest.mark.parametrize(
    ("hours", "ended", "verdict", "sentence"),
    [
        (24, True, "ok", "Nobody was last compared with DoseSpot before 2026-03-09 12:00 UTC."),
        (25, True, "missing", "before 2026-03-09 11:00 UTC. See whether the schedule runs"),
        (1, False, "ok", "round began 2026-03-10 11:00 UTC and has not compared everybody yet."),
        (25, False, "missing", "has not compared everybody yet. See whether the schedule runs"),
    ],
)
def test_a_comparison_may_be_a_day_old(hours, ended, verdict, sentence):
    since = NOW - timedelta(hours=hours)
    known = ComparisonRound(CLINIC_ID, since=since, ended=NOW if ended else None)
    result = check_comparisons(known, NOW)
    assert (result.verdict, sentence in result.sentence) == (verdict, True)


def test_a_project_without_a_schedule_is_told_and_not_blamed():
    assert check_comparisons(ComparisonRound(CLINIC_ID), NOW) == note(NEVER)


@pytest.mark.parametrize(
    ("membership", "sentence"),
    [
        ({"admin": True, **OWN}, "Set up, with its function and rights."),
        ({"admin": True, "active": True, **OWN}, "Set up, with its function and rights."),
        ({"admin": True}, f"{WIDE} {REGISTER}"),
        ({"admin": True, **ANOTHERS}, f"{WIDE} {REGISTER}"),
        ({"admin": True, "active": False, **OWN}, f"{NO_ADMINISTRATOR} {REGISTER}"),
        ({"admin": False}, f"{NO_ADMINISTRATOR} {REGISTER}"),
        ({}, f"{NO_ADMINISTRATOR} {REGISTER}"),
        (None, f"{NO_ADMINISTRATOR} {REGISTER}"),
    ],
)
def test_a_bot_that_should_administrate_needs_a_membership_that_counts(membership, sentence):
    bot = ADMINISTRATING
    function = FunctionName()
    there = {**wanted_bot({}, bot, function.value), "id": "1"}
    found = Installation(
        project={},
        bots={bot.identifier: [there]},
        unfinished={bot.identifier: []},
        clients=[],
        named_client=None,
        policies={POLICY: [{"resourceType": "AccessPolicy", "id": "2"}]},
        conformance={},
        operations={},
        memberships={} if membership is None else {"Bot/1": membership},
    )
    assert check_bot(bot, found, function).sentence == sentence


SECRETS = {
    name: Secret.model_validate({"valueString": value})
    for name, value in {
        "DOSESPOT_CLINIC_ID": "12",
        "DOSESPOT_USER_ID": "Ada",
        "DOSESPOT_CLINC_KEY": "x",
        "OTHER": "x",
    }.items()
}


@pytest.mark.parametrize(
    ("name", "verdict", "sentence"),
    [
        ("DOSESPOT_CLINIC_ID", "ok", "Set and well-formed."),
        ("NPI_REGISTRY_CHECK", "ok", "The project has none, and needs none."),
        (
            "DOSESPOT_USER_ID",
            "missing",
            "DOSESPOT_USER_ID must be a number. Give it to `prescriber-bots register`.",
        ),
        (
            "DOSESPOT_CLINIC_KEY",
            "missing",
            "The project has none; is DOSESPOT_CLINC_KEY meant?"
            " Give it to `prescriber-bots register`.",
        ),
        (
            "MEDPLUM_CLIENT_ID",
            "missing",
            "The project has none. Give it to `prescriber-bots register`.",
        ),
        (
            "DOSESPOT_WEBHOOK_SECRET",
            "note",
            "The project has none. Only push notifications need it.",
        ),
    ],
)
def test_a_secret_is_told_by_its_name_only(name, verdict, sentence):
    result = check_secret(name, SECRETS)
    assert (result.verdict, result.sentence) == (verdict, sentence)


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        (ClinicianItem(Active=True, Roles=["ClinicianAdmin"]), "ok"),
        (ClinicianItem(Roles=[4]), "ok"),
        (ClinicianItem(Active=False, Roles=["ClinicianAdmin"]), "missing"),
        (ClinicianItem(AccountLocked=True, Roles=["ClinicianAdmin"]), "missing"),
        (ClinicianItem(Roles=["PrescribingClinician"]), "missing"),
        (None, "missing"),
    ],
)
def test_the_clinician_must_be_an_active_clinician_admin(item, verdict):
    assert check_clinician(item).verdict == verdict


@pytest.mark.parametrize(
    ("clinics", "verdict", "said"),
    [
        ([ClinicEntry(ClinicId=1, HasEpcs=True)], "ok", "EPCS on"),
        ([ClinicEntry(ClinicId=1, HasEpcs=False)], "note", "EPCS off"),
        ([ClinicEntry(ClinicId=1)], "note", "does not say"),
        ([ClinicEntry(ClinicId=2, HasEpcs=True)], "note", "does not say"),
    ],
)
def test_a_clinic_without_epcs_is_worth_a_note(clinics, verdict, said):
    result = check_epcs(ClinicianItem(ClinicInfo=clinics), 1)
    assert (result.verdict, said in result.sentence) == (verdict, True)
