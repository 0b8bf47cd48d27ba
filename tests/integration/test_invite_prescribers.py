"""Inviting through `$execute`: whom, by what, once, and nobody but an administrator."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from shared.access.authorize import NOT_ADMINISTRATOR
from shared.invitations.invitees import NO_ROLE, UNKNOWN
from shared.mail.channel import NO_CHANNEL
from shared.mail.medplum import REFUSED
from tests.integration.clinic import Clinic
from tests.integration.inviting import (
    BOT,
    PAGE,
    invite,
    mailing,
    mails_to,
    outcomes,
    prescriber,
    tasks,
)


@pytest.fixture
def office(clinic: Clinic) -> Iterator[Clinic]:
    with mailing(clinic) as found:
        yield found


def instant(written: str) -> str:
    """An instant in the spelling of the answer."""
    return datetime.fromisoformat(written).isoformat()


def test_everybody_is_told_about_one_by_one(office: Clinic) -> None:
    new, enrolled, unauthorized = prescriber(office), prescriber(office), office.add_member()
    office.enroll(enrolled)
    answer = office.execute(
        BOT,
        {
            "practitioners": [
                {"practitionerId": one} for one in (new.id, enrolled.id, unauthorized.id, "unknown")
            ]
        },
        office.admin.token,
    )
    assert outcomes(answer) == ["invited", "alreadyEnrolled", "refused", "refused"]
    assert answer.body["mailed"] is True
    rows = answer.body["practitioners"]
    assert [one["reason"] for one in rows[2:]] == [NO_ROLE, UNKNOWN]
    (task,) = tasks(office, new)
    assert rows[0] == {
        "practitioner": f"Practitioner/{new.id}",
        "clinicId": office.clinic_id,
        "outcome": "invited",
        "reason": None,
        "invitation": {
            "reference": f"Task/{task['id']}",
            "status": "requested",
            "expires": instant(task["restriction"]["period"]["end"]),
        },
    }
    (mail,) = mails_to(office, new)
    assert PAGE in mail["text"]
    assert [event["subtype"][0]["code"] for event in office.events(f"Practitioner/{new.id}")] == [
        "prescriber-invited",
        "invitation-mailed",
    ]


def test_calls_at_once_send_one_mail(office: Clinic) -> None:
    member = prescriber(office)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: invite(office, member), range(4)))
    told = sorted(outcome for answer in answers for outcome in outcomes(answer))
    assert told.count("invited") == 1
    assert set(told) <= {"invited", "alreadyInvited", "mayHaveBeenSent"}
    assert len(mails_to(office, member)) == len(tasks(office, member)) == 1


def test_an_invitation_is_resent_after_a_while_only_and_can_be_cancelled(office: Clinic) -> None:
    member = prescriber(office)
    assert outcomes(invite(office, member, action="resend")) == ["refused"]
    invite(office, member, expiresInDays=3)
    assert outcomes(invite(office, member, action="resend")) == ["refused"]
    assert outcomes(invite(office, member, action="cancel")) == ["cancelled"]
    assert outcomes(invite(office, member)) == ["invited"]
    assert [one["status"] for one in tasks(office, member)] == ["cancelled", "requested"]
    assert len(mails_to(office, member)) == 2


def test_a_server_without_mail_is_told_and_the_next_call_sends(office: Clinic) -> None:
    member = prescriber(office)
    office.switch_fhir(has_mail_server=False)
    answer = invite(office, member)
    assert outcomes(answer) == ["refused"]
    assert answer.body["practitioners"][0]["reason"] == REFUSED
    office.switch_fhir(has_mail_server=True)
    assert outcomes(invite(office, member)) == ["invited"]
    assert len(mails_to(office, member)) == 1


def test_without_a_channel_invitations_are_kept_and_nothing_can_be_resent(clinic: Clinic) -> None:
    member = prescriber(clinic)
    answer = invite(clinic, member)
    assert (outcomes(answer), answer.body["mailed"]) == (["invited"], False)
    refused = invite(clinic, member, action="resend")
    assert (refused.status, refused.error) == (400, NO_CHANNEL)
    assert len(tasks(clinic, member)) == 1


def test_only_administrators_invite_and_nothing_is_written_for_others(office: Clinic) -> None:
    member = prescriber(office)
    for action in ("invite", "resend", "cancel"):
        answer = invite(office, member, by=member, action=action)
        assert (answer.status, answer.error) == (400, NOT_ADMINISTRATOR)
    assert (tasks(office, member), mails_to(office, member)) == ([], [])


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({}, "practitioners: is required; add it"),
        ({"practitioners": []}, "practitioners: must have at least 1 entry"),
        (
            {"practitioners": [{"practitionerId": "1"}, {"practitionerId": "1"}]},
            "practitioners: names somebody twice; name everybody once",
        ),
        ({"practitioners": [{"practitionerId": "1"}], "action": "delete"}, "action: must be "),
        ({"practitioners": [{"practitionerId": "1"}], "expiresInDays": 0}, "expiresInDays: must"),
        ({"practitioners": [{"practitionerId": "1"}], "expiresInDays": 91}, "expiresInDays: must"),
        ({"practitioners": [{"practitionerId": "1", "email": "x"}]}, "practitioners[0].email: "),
        ({"practitioners": [{"practitionerId": "1"}] * 51}, "practitioners: "),
    ],
)
def test_a_wrong_input_is_refused(clinic: Clinic, body: dict[str, object], told: str) -> None:
    answer = clinic.execute(BOT, body, clinic.admin.token)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused")
    assert told in answer.error
