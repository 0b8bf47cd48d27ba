"""What the doctor concludes of a stack on AWS: values in, verdicts out."""

import pytest

from deploy.aws.condition import AlarmCondition, FunctionCondition, QueueCondition
from deploy.aws.stack import Existing
from deploy.medplum.doctor.stack_checks import (
    check_alarms,
    check_function,
    check_functions,
    check_invoker,
    check_mail_identity,
    check_queues,
    check_stack,
)


@pytest.mark.parametrize(
    ("status", "verdict", "said"),
    [
        (None, "missing", "There is no stack bots here."),
        ("CREATE_COMPLETE", "ok", "ended well"),
        ("UPDATE_COMPLETE", "ok", "ended well"),
        ("UPDATE_ROLLBACK_COMPLETE", "note", "rolled back"),
        ("UPDATE_IN_PROGRESS", "note", "under way (UPDATE_IN_PROGRESS)"),
        ("ROLLBACK_COMPLETE", "missing", "(ROLLBACK_COMPLETE)"),
        ("DELETE_FAILED", "missing", "(DELETE_FAILED)"),
    ],
)
def test_a_stack_is_as_its_last_change_left_it(status, verdict, said):
    existing = status and Existing("arn", status, {}, {}, {})
    result = check_stack("bots", existing)
    assert (result.verdict, said in result.sentence) == (verdict, True)


@pytest.mark.parametrize(
    ("function", "verdict", "said"),
    [
        (FunctionCondition("f", "3", "Active"), "ok", "Version 3"),
        (FunctionCondition("f", "3"), "ok", "Version 3"),
        (FunctionCondition("f", None), "missing", "no alias live"),
        (FunctionCondition("f", "3", "Active", has_own_role=False), "missing", "role"),
        (FunctionCondition("f", "3", "Active", is_newest=False), "missing", "is older code"),
        (FunctionCondition("f", "3", "Inactive"), "note", "not run for long"),
        (FunctionCondition("f", "3", "Failed"), "missing", "it is Failed"),
        (FunctionCondition("f", "3", "Pending"), "missing", "it is Pending"),
    ],
)
def test_a_function_is_as_good_as_what_is_behind_its_alias(function, verdict, said):
    result = check_function(function)
    assert (result.verdict, said in result.sentence) == (verdict, True)


def test_of_several_functions_the_worst_are_told():
    good, asleep = FunctionCondition("a", "1", "Active"), FunctionCondition("b", "2", "Inactive")
    bad = FunctionCondition("c", None)
    assert check_functions([good]).sentence == "The versions behind the alias live: a 1."
    assert check_functions([good, asleep]).sentence.startswith("b: Version 2 was not run")
    assert check_functions([good, asleep, bad]).sentence.startswith("c: There is no alias live")


QUIET, UNHEARD = AlarmCondition("a", "OK", True), AlarmCondition("b", "OK", False)
RINGING = AlarmCondition("c", "ALARM", True)


@pytest.mark.parametrize(
    ("names", "found", "verdict", "said"),
    [
        (["a"], [QUIET], "ok", "None of 1 rings."),
        (["a"], [AlarmCondition("a", "INSUFFICIENT_DATA", True)], "ok", "None of 1 rings."),
        (["a", "b"], [QUIET, UNHEARD], "note", "1 of 2 are sent to nobody"),
        (["a", "c"], [QUIET, RINGING], "missing", "Ringing: c."),
        (["a", "gone"], [QUIET], "missing", "Not there: gone."),
    ],
)
def test_alarms_are_there_and_silent_and_somebody_hears_them(names, found, verdict, said):
    result = check_alarms(names, found)
    assert (result.verdict, said in result.sentence) == (verdict, True)


@pytest.mark.parametrize(
    ("found", "verdict", "sentence"),
    [
        ([], "ok", "There are none."),
        ([QueueCondition("q", False, 9)], "ok", "Waiting: 9 in q."),
        ([QueueCondition("d", True, 0)], "ok", "Waiting: 0 in d."),
        (
            [QueueCondition("q", False, 9), QueueCondition("d", True, 1)],
            "missing",
            "What failed for good waits: 9 in q, 1 in d. docs/how-to/alarms.md says what to do.",
        ),
    ],
)
def test_only_what_failed_for_good_is_a_defect_of_queues(found, verdict, sentence):
    result = check_queues(found)
    assert (result.verdict, result.sentence) == (verdict, sentence)


@pytest.mark.parametrize(
    ("attached", "invoker", "verdict"),
    [(1, "", "ok"), (0, "arn:aws:iam::1:role/medplum", "ok"), (0, "", "note")],
)
def test_somebody_may_run_the_bots(attached, invoker, verdict):
    assert check_invoker(attached, invoker).verdict == verdict


IDENTITY = "arn:aws:ses:us-east-1:123456789012:identity/"


@pytest.mark.parametrize(
    ("identity", "sender", "verdict", "said"),
    [
        ("", "", "ok", "sends no e-mail by Amazon SES"),
        (f"{IDENTITY}clinic.example", "", "ok", "sends no e-mail by Amazon SES"),
        ("", "erx@clinic.example", "note", "--mail-identity"),
        (f"{IDENTITY}clinic.example", "erx@clinic.example", "ok", "may send"),
        (f"{IDENTITY}erx@clinic.example", "ERx@clinic.example", "ok", "may send"),
        (f"{IDENTITY}clinic.example", "erx@mail.clinic.example", "ok", "may send"),
        (f"{IDENTITY}other@clinic.example", "erx@clinic.example", "missing", "another identity"),
        (f"{IDENTITY}nic.example", "erx@clinic.example", "missing", "another identity"),
    ],
)
def test_the_bots_may_send_as_who_the_project_says_they_are(identity, sender, verdict, said):
    result = check_mail_identity(identity, sender)
    assert (result.verdict, said in result.sentence) == (verdict, True)
