"""Inviting somebody: told once by e-mail, whatever dies in between, and whoever else invites."""

from typing import Any

import pytest

from fhir_profiles.invitation import InvitationKey, InvitationStatus, MailStatus
from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.errors import LookUpFirst, Misconfigured, RemoteUnavailable
from shared.invitations.invitees import (
    DEACTIVATED,
    NO_ADDRESS,
    NO_ROLE,
    NOT_A_MEMBER,
    UNKNOWN,
    WantedInvitee,
)
from shared.invitations.mailing import NO_TIME, SUBJECT
from shared.invitations.rules.next_act import ACCEPTED, OPEN_MAIL
from tests.builders import CLINIC_ID, practitioner
from tests.core.inviting import (
    ADMIN,
    CANCEL,
    COLLEAGUE,
    INVITE,
    JANE,
    PAGE,
    RESEND,
    Crash,
    Postbox,
    Practice,
    Wire,
    fails_with,
    granting_role,
    member,
)

CALLS, PREPARES = 5, 3
"""How many calls a run makes that invites somebody, and which of them writes the Communication."""
DOWN, SILENT, WRONG = RemoteUnavailable("down"), LookUpFirst("?"), Misconfigured("wrong")


def test_an_invitation_is_a_task_and_a_mail_and_a_communication() -> None:
    practice = Practice()
    (result,) = practice.run()
    assert (result.outcome.value, result.reason, result.clinic) == ("invited", "", CLINIC_ID)
    (invitation,) = practice.invitations
    assert result.invitation == invitation
    assert invitation.key == InvitationKey(JANE, CLINIC_ID, 1)
    task = invitation.resource
    assert (task["focus"], task["owner"], task["requester"]) == (
        {"reference": "PractitionerRole/role"},
        {"reference": JANE},
        {"reference": ADMIN},
    )
    assert (invitation.status, str(invitation.until)) == (
        InvitationStatus.REQUESTED,
        "2026-03-24 12:00:00+00:00",
    )
    (mail,) = practice.postbox.mails
    assert (mail.to, mail.subject) == ("jane.smith@example.com", SUBJECT)
    assert PAGE in mail.text
    assert "March 24, 2026" in mail.text
    assert not any(word in mail.text for word in ("Jane", "Smith", "1980", "DoseSpot"))
    kept = practice.mail
    assert kept is not None
    assert (kept.status, kept.number) == (MailStatus.COMPLETED, 1)
    assert [event["subtype"][0]["code"] for event, _ in practice.kept] == [
        "prescriber-invited",
        "invitation-mailed",
    ]


def test_a_second_run_sends_nothing_and_writes_nothing() -> None:
    practice = Practice()
    practice.run()
    before = dict(practice.server.resources)
    assert practice.outcome(run="run-2") == "alreadyInvited"
    assert practice.server.resources == before
    assert len(practice.postbox.mails) == 1


def calls_of(practice: Practice, action: Any) -> int:
    wire = Wire(practice.server)
    practice.run(action, wire=wire)
    return wire.count


def dies(practice: Practice, action: Any, at: int, *, after: bool) -> None:
    def crash() -> None:
        raise Crash

    with pytest.raises(Crash):
        practice.run(action, wire=Wire(practice.server, at, crash, after))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(CALLS))
def test_whichever_call_a_run_dies_at_no_later_run_mails_twice(at: int, after: bool) -> None:
    assert calls_of(Practice(), INVITE) == CALLS
    practice = Practice()
    dies(practice, INVITE, at, after=after)
    outcome, mails = practice.outcome(run="run-2"), len(practice.postbox.mails)
    if (at, after) < (PREPARES, True):
        assert (outcome, mails) == ("invited", 1)
    elif (at, after) == (PREPARES, True):
        assert (outcome, mails) == ("mayHaveBeenSent", 0)
    else:
        assert (outcome, mails) == ("alreadyInvited" if after else "mayHaveBeenSent", 1)
    assert practice.outcome(run="run-3") in ("alreadyInvited", "mayHaveBeenSent")
    assert len(practice.invitations) == 1


@pytest.mark.parametrize("sent", [False, True])
def test_a_run_that_dies_while_it_sends_leaves_a_mail_that_nobody_sends_again(sent: bool) -> None:
    practice = Practice()
    practice.postbox = Postbox(answers=[(Crash(), sent)])
    with pytest.raises(Crash):
        practice.run()
    (result,) = practice.run(run="run-2")
    assert (result.outcome.value, result.reason) == ("mayHaveBeenSent", OPEN_MAIL)
    assert len(practice.postbox.mails) == sent
    assert practice.outcome(RESEND, run="run-3") == "refused"
    practice.pass_(hours=1)
    assert practice.outcome(RESEND, run="run-4") == "resent"
    assert len(practice.postbox.mails) == sent + 1


@pytest.mark.parametrize("at", range(CALLS))
def test_two_runs_that_meet_send_one_mail(at: int) -> None:
    practice = Practice()
    others: list[str] = []

    def other() -> None:
        others.append(practice.outcome(run="run-2"))

    mine = practice.outcome(wire=Wire(practice.server, at, other))
    assert len(practice.postbox.mails) == 1
    assert len(practice.invitations) == 1
    assert sorted([mine, *others]).count("invited") == 1
    assert {mine, *others} <= {"invited", "alreadyInvited", "mayHaveBeenSent"}


@pytest.mark.parametrize("at", range(CALLS))
def test_two_runs_that_resend_at_once_send_one_mail(at: int) -> None:
    practice = Practice()
    practice.run()
    practice.pass_(hours=2)
    others: list[str] = []

    def other() -> None:
        others.append(practice.outcome(RESEND, run="run-2"))

    mine = practice.outcome(RESEND, wire=Wire(practice.server, at, other))
    assert len(practice.postbox.mails) == 2
    assert sorted([mine, *others]).count("resent") == 1


@pytest.mark.parametrize("error", [DOWN, WRONG])
def test_a_mail_that_was_not_sent_is_sent_by_the_next_run(error: Any) -> None:
    practice = Practice()
    practice.postbox = fails_with(error)
    (result,) = practice.run()
    assert (result.outcome.value, result.reason) == ("refused", str(error))
    assert practice.mail is not None
    assert practice.mail.status is MailStatus.NOT_DONE
    assert practice.outcome(run="run-2") == "invited"
    assert (len(practice.postbox.mails), practice.mail.number) == (1, 1)
    assert practice.mail.status is MailStatus.COMPLETED


@pytest.mark.parametrize("at", range(6))
def test_two_runs_that_meet_after_a_failure_send_one_mail(at: int) -> None:
    practice = Practice()
    practice.postbox = fails_with(DOWN)
    practice.run()
    practice.outcome(wire=Wire(practice.server, at, lambda: practice.run(run="run-2")), run="3")
    assert len(practice.postbox.mails) == 1


def test_a_mail_without_an_answer_is_open() -> None:
    practice = Practice()
    practice.postbox = fails_with(SILENT, sent=True)
    (result,) = practice.run()
    assert (result.outcome.value, result.reason) == ("mayHaveBeenSent", OPEN_MAIL)
    assert practice.outcome(run="run-2") == "mayHaveBeenSent"
    assert len(practice.postbox.mails) == 1


def test_without_a_channel_the_invitation_is_kept_and_mailed_once_there_is_one() -> None:
    practice = Practice()
    assert practice.outcome(mails=False) == "invited"
    assert practice.outcome(mails=False) == "alreadyInvited"
    assert (practice.postbox.mails, practice.mail) == ([], None)
    assert practice.outcome() == "invited"
    assert (len(practice.postbox.mails), len(practice.invitations)) == (1, 1)


def test_a_mail_is_not_begun_without_time_for_it() -> None:
    practice = Practice()
    practice.has_time = False
    (result,) = practice.run()
    assert (result.outcome.value, result.reason) == ("refused", NO_TIME)
    assert (practice.postbox.mails, practice.mail) == ([], None)


def test_a_second_mail_is_sent_after_a_while_and_the_invitation_lasts_anew() -> None:
    practice = Practice()
    practice.run()
    practice.pass_(minutes=59)
    (result,) = practice.run(RESEND)
    assert (result.outcome.value, result.reason) == (
        "refused",
        "The last e-mail is from 2026-03-10 12:00 UTC. Another may be sent from"
        " 2026-03-10 13:00 UTC on.",
    )
    practice.pass_(minutes=1)
    assert practice.outcome(RESEND) == "resent"
    assert len(practice.postbox.mails) == 2
    assert str(practice.invitations[0].until) == "2026-03-24 13:00:00+00:00"


def test_cancelled_expired_and_declined_invitations_can_be_made_anew() -> None:
    practice = Practice()
    practice.run()
    assert practice.outcome(CANCEL) == "cancelled"
    assert practice.outcome(CANCEL) == "cancelled"
    assert practice.outcome(RESEND) == "refused"
    assert practice.outcome() == "invited"
    practice.pass_(days=14)
    assert practice.outcome(RESEND) == "refused"
    assert practice.outcome() == "invited"
    practice.writes_task(JANE, status="rejected")
    assert practice.outcome(CANCEL) == "refused"
    assert practice.outcome() == "invited"
    assert [one.key.number for one in practice.invitations] == [1, 2, 3, 4]
    assert len(practice.postbox.mails) == 4


def test_an_accepted_invitation_is_not_mailed_and_can_be_cancelled() -> None:
    practice = Practice()
    practice.run()
    practice.writes_task(JANE, status="accepted")
    (result,) = practice.run()
    assert (result.outcome.value, result.reason) == ("alreadyInvited", ACCEPTED)
    assert practice.outcome(RESEND) == "refused"
    assert practice.outcome(CANCEL) == "cancelled"
    assert len(practice.postbox.mails) == 1


@pytest.mark.parametrize("action", [INVITE, RESEND, CANCEL])
def test_who_is_enrolled_is_told_so(action: Any) -> None:
    practice = Practice()
    practice.run()
    clinician = {"system": CLINICIAN_IDENTIFIER, "value": "7"}
    practice.server.put(member(JANE, identifier=[clinician]))
    before = dict(practice.server.resources)
    assert practice.outcome(action) == "alreadyEnrolled"
    assert practice.server.resources == before


@pytest.mark.parametrize(
    ("gone", "changed", "reason"),
    [
        (JANE, (), UNKNOWN),
        (f"ProjectMembership/{member(JANE)['id']}", (), NOT_A_MEMBER),
        (None, (member(JANE, active=False),), DEACTIVATED),
        ("PractitionerRole/role", (), NO_ROLE),
        (None, ({**granting_role(), "active": False},), NO_ROLE),
        (None, (practitioner(telecom=[]),), NO_ADDRESS),
        (None, (practitioner(telecom=None),), NO_ADDRESS),
        (None, (practitioner(telecom=[{"system": "email", "value": "x\r\nBcc: y"}]),), NO_ADDRESS),
    ],
)
def test_who_can_not_be_invited_is_told_why(gone: Any, changed: Any, reason: str) -> None:
    practice = Practice(*changed)
    if gone:
        practice.server.delete(gone)
    before = dict(practice.server.resources)
    (result,) = practice.run()
    assert (result.outcome.value, result.reason) == ("refused", reason)
    assert (practice.server.resources, practice.postbox.mails) == (before, [])


def test_nobody_affects_another() -> None:
    other = "Practitioner/9"
    practice = Practice(practitioner(id="9"), member(other), granting_role(other, "role-9"))
    practice.postbox = fails_with(DOWN)
    wanted = [WantedInvitee("Practitioner/unknown"), WantedInvitee(JANE), WantedInvitee(other)]
    results = practice.run(wanted=wanted)
    assert [(one.practitioner, one.outcome.value) for one in results] == [
        ("Practitioner/unknown", "refused"),
        (JANE, "refused"),
        (other, "invited"),
    ]


def test_what_others_write_neither_invites_nor_takes_an_invitation_away() -> None:
    practice = Practice()
    practice.run()
    practice.writes_task(COLLEAGUE, status="cancelled", owner={"reference": COLLEAGUE})
    assert practice.outcome() == "alreadyInvited"
    assert practice.outcome(CANCEL) == "cancelled"
    (invitation,) = practice.invitations
    assert invitation.key.practitioner == JANE
    assert invitation.resource["owner"] == {"reference": JANE}


def test_an_invitation_by_a_prescriber_counts_for_nothing_and_blocks_none() -> None:
    practice = Practice()
    practice.server.author = JANE
    practice.run(mails=False)
    practice.server.author = ADMIN
    assert practice.outcome() == "invited"
    assert [one.key.number for one in practice.invitations] == [1, 2]
    assert len(practice.postbox.mails) == 1


def test_a_task_that_somebody_changes_meanwhile_is_left_alone() -> None:
    practice = Practice()
    practice.run()
    practice.server.before_write = [lambda: practice.writes_task(JANE, status="accepted")]
    (result,) = practice.run(CANCEL)
    assert result.outcome.value == "refused"
    assert practice.invitations[0].status is InvitationStatus.ACCEPTED


def test_a_denied_server_says_what_to_set_up() -> None:
    practice = Practice()
    practice.server.denied = {"Task"}
    with pytest.raises(Misconfigured) as caught:
        practice.run()
    assert "MEDPLUM_CLIENT_ID" in str(caught.value)
