"""Which Tasks are invitations, whose word counts in them, and how they stand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fhir.resources.R4B.communication import Communication
from fhir.resources.R4B.task import Task

from fhir_profiles import Resource
from fhir_profiles.invitation import (
    Invitation,
    InvitationKey,
    InvitationStatus,
    MailStatus,
    invitation_task,
    last_mail,
    prepared_again,
    prepared_mail,
    read_invitation,
    read_mail,
    sent_mail,
    unsent_mail,
    with_invitation_status,
)
from shared.invitations.rules.counting import as_it_counts
from shared.invitations.rules.standing import NOT_ADMITTED, InvitationStanding, standing

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(days=14)
JANE, ADMIN, COLLEAGUE = "Practitioner/a.b-1", "Practitioner/admin", "Practitioner/co"
KEY = InvitationKey(JANE, 123, 2)
TASK = invitation_task(KEY, "PractitionerRole/1", ADMIN, NOW, UNTIL)


def by(author: str, **changes: Any) -> Resource:
    return {**TASK, "id": "1", "meta": {"author": {"reference": author}}, **changes}


def invitation(**changes: Any) -> Invitation:
    found = read_invitation(by(ADMIN, **changes))
    assert found is not None
    return found


def test_a_key_is_read_as_it_is_written() -> None:
    assert (KEY.value, KEY.mail(3)) == ("a.b-1.123.2", "a.b-1.123.2.3")
    assert InvitationKey.read(KEY.value) == KEY


@pytest.mark.parametrize(
    "value", ["", "a", "a.1", "a.0.1", "a.1.x", ".1.1", "a.1.-1", "a.1.1.", "a..1"]
)
def test_another_identifier_is_no_key(value: str) -> None:
    assert InvitationKey.read(value) is None


def test_what_is_written_is_valid_r4_and_read_again() -> None:
    Task.model_validate(TASK)
    assert invitation() == Invitation(KEY, InvitationStatus.REQUESTED, UNTIL, by(ADMIN))
    for one in mails():
        Communication.model_validate(one)


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": []},
        {"identifier": None},
        {"identifier": [{"system": "urn:other", "value": KEY.value}]},
        {"identifier": [{"system": "urn:prescriber-bots:invitation", "value": 7}]},
        {"status": "draft"},
        {"status": None},
        {"owner": {"reference": COLLEAGUE}},
        {"owner": "Practitioner/a.b-1"},
        {"owner": None},
    ],
    ids=str,
)
def test_another_task_is_no_invitation(changes: dict[str, Any]) -> None:
    assert read_invitation({**TASK, **changes}) is None


@pytest.mark.parametrize(
    "restriction", [None, {}, {"period": "x"}, {"period": {"end": 7}}, {"period": {"end": "2030"}}]
)
def test_an_invitation_whose_end_can_not_be_read_has_expired(restriction: Any) -> None:
    found = invitation(restriction=restriction)
    assert standing(found, NOW) is InvitationStanding.EXPIRED


@pytest.mark.parametrize(
    ("status", "at", "stands"),
    [
        ("requested", NOW, "open"),
        ("requested", UNTIL - timedelta(seconds=1), "open"),
        ("requested", UNTIL, "expired"),
        ("accepted", UNTIL, "accepted"),
        ("completed", NOW, "used"),
        ("cancelled", NOW, "cancelled"),
        ("rejected", NOW, "declined"),
    ],
)
def test_an_invitation_stands_by_its_status_and_end(status: str, at: datetime, stands: str) -> None:
    assert standing(invitation(status=status), at).value == stands


def test_who_is_not_let_in_is_told_what_to_do() -> None:
    assert standing(None, NOW) is InvitationStanding.NONE
    let_in = {InvitationStanding.OPEN, InvitationStanding.ACCEPTED}
    assert set(NOT_ADMITTED) == set(InvitationStanding) - let_in
    assert all("Ask your administrator" in sentence for sentence in NOT_ADMITTED.values())


@pytest.mark.parametrize(
    ("versions", "status"),
    [
        ([by(ADMIN)], "requested"),
        ([by(ADMIN, status="cancelled"), by(ADMIN)], "cancelled"),
        ([by(JANE, status="accepted"), by(ADMIN)], "accepted"),
        ([by(JANE, status="rejected"), by(ADMIN)], "rejected"),
        ([by(JANE, status="rejected"), by(JANE, status="accepted"), by(ADMIN)], "rejected"),
        ([by(JANE, status="accepted"), by(JANE, status="rejected"), by(ADMIN)], "accepted"),
        ([by(COLLEAGUE, status="rejected"), by(ADMIN)], "requested"),
        ([by(COLLEAGUE, status="cancelled"), by(JANE, status="accepted"), by(ADMIN)], "accepted"),
        ([by(JANE, status="cancelled"), by(ADMIN)], "requested"),
        ([by(JANE, status="accepted"), by(ADMIN, status="cancelled")], "cancelled"),
        ([by(JANE, status="accepted"), by(ADMIN, status="completed")], "completed"),
        ([by(JANE, status="requested"), by(ADMIN, status="rejected")], "rejected"),
        ([by(JANE, status="accepted"), by(ADMIN, status="rejected")], "accepted"),
        (
            [by(JANE, restriction={"period": {"end": "2099-01-01T00:00:00Z"}}), by(ADMIN)],
            "requested",
        ),
        ([by(COLLEAGUE, owner={"reference": COLLEAGUE}), by(ADMIN)], "requested"),
        ([by(JANE)], None),
        ([by("")], None),
        ([], None),
        ([{}, by(ADMIN)], "requested"),
        ([None, by(ADMIN)], None),
        ([by(JANE, status="accepted"), None, by(ADMIN)], None),
    ],
)
def test_administrators_invite_and_the_invited_answer(
    versions: list[Resource | None], status: str | None
) -> None:
    found = as_it_counts(versions, {ADMIN})
    if status is None:
        assert found is None
    else:
        newest = versions[0] or by(ADMIN)
        assert found == {**by(ADMIN), "status": status, "meta": newest.get("meta", found["meta"])}


def test_a_status_that_is_there_changes_nothing() -> None:
    assert with_invitation_status(TASK, InvitationStatus.REQUESTED, UNTIL) is TASK
    changed = with_invitation_status(TASK, InvitationStatus.CANCELLED, UNTIL)
    assert changed == {
        **TASK,
        "status": "cancelled",
        "lastModified": "2026-03-24T12:00:00.000+00:00",
    }


def mails() -> list[Resource]:
    first = prepared_mail(invitation(), 1, "run-1")
    second = sent_mail(prepared_mail(invitation(), 2, "run-2"), NOW)
    third = unsent_mail(prepared_mail(invitation(), 3, "run-3"), "Misconfigured")
    return [first, second, third]


def test_mails_are_read_as_they_were_kept() -> None:
    read = [read_mail(KEY, one) for one in mails()]
    assert [(one.number, one.status, one.at, one.run) for one in read if one] == [
        (1, MailStatus.PREPARATION, None, "run-1"),
        (2, MailStatus.COMPLETED, NOW, "run-2"),
        (3, MailStatus.NOT_DONE, None, "run-3"),
    ]
    assert last_mail(KEY, mails()) == read[2]
    assert last_mail(InvitationKey(JANE, 123, 1), mails()) is None


def test_a_mail_that_was_not_sent_is_prepared_again_by_another_run() -> None:
    failed = last_mail(KEY, mails())
    assert failed is not None
    assert prepared_again(failed, "run-4") == prepared_mail(invitation(), 3, "run-4")


@pytest.mark.parametrize(
    "changes", [{"status": "unknown"}, {"identifier": None}, {"identifier": [{"value": "x"}]}]
)
def test_another_communication_is_no_mail(changes: dict[str, Any]) -> None:
    assert read_mail(KEY, {**mails()[0], **changes}) is None
