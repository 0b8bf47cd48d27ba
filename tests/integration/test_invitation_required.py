"""Self-enrollment by invitation only, where the project says so: whom an invitation lets in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.invitations.rules.standing import NOT_ADMITTED, InvitationStanding
from tests.integration.clinic import Answer, Clinic, Member
from tests.integration.inviting import invite, mailing, outcomes, prescriber, tasks, writes

SELF, IFRAME = "dosespot-self-enroll-prescriber-bot", "dosespot-iframe-bot"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="milliseconds")


@pytest.fixture
def closed(clinic: Clinic) -> Iterator[Clinic]:
    """A clinic where only the invited enroll themselves."""
    with mailing(clinic, INVITATION_REQUIRED="true") as found:
        yield found


def enroll(clinic: Clinic, member: Member, bot: str = SELF) -> Answer:
    return clinic.execute(bot, {}, member.token)


def is_refused(answer: Answer, standing: InvitationStanding) -> bool:
    return (answer.status, answer.error) == (400, NOT_ADMITTED[standing])


@pytest.mark.parametrize("bot", [SELF, IFRAME])
def test_who_is_not_invited_does_not_get_in(closed: Clinic, bot: str) -> None:
    member = prescriber(closed)
    assert is_refused(enroll(closed, member, bot), InvitationStanding.NONE)
    assert closed.clinicians(member.npi) == []


@pytest.mark.parametrize("bot", [SELF, IFRAME])
def test_opening_accepts_and_uses_an_invitation(closed: Clinic, bot: str) -> None:
    member = prescriber(closed)
    invite(closed, member)
    assert enroll(closed, member, bot).status == 200
    (task,) = tasks(closed, member)
    assert task["status"] == "completed"
    assert len(closed.clinicians(member.npi)) == 1
    kept = [event["subtype"][0]["code"] for event in closed.events(f"Practitioner/{member.id}")]
    assert kept.count("invitation-accepted") == 1
    closed.delete(f"Task/{task['id']}")
    assert enroll(closed, member, bot).status == 200


def test_who_fails_to_enroll_has_accepted_and_needs_no_other_invitation(closed: Clinic) -> None:
    mail = [{"system": "email", "use": "work", "value": "jane@clinic.example"}]
    member = prescriber(closed, practitioner={"telecom": mail})
    assert outcomes(invite(closed, member)) == ["invited"]
    assert enroll(closed, member).body["errorType"] == "RecordsRefused"
    assert tasks(closed, member)[0]["status"] == "accepted"
    closed.write({**closed.practitioner(member), "telecom": [*mail, *contacts()]})
    assert enroll(closed, member).status == 200


def contacts() -> list[dict[str, str]]:
    return [
        {"system": "phone", "use": "work", "value": "345-123-4567"},
        {"system": "fax", "use": "work", "value": "567-123-4568"},
    ]


def cancelled(clinic: Clinic, member: Member) -> None:
    invite(clinic, member, action="cancel")


def declined(clinic: Clinic, member: Member) -> None:
    assert writes(clinic, member, {**tasks(clinic, member)[0], "status": "rejected"}) == 200


def expired(clinic: Clinic, member: Member) -> None:
    task = tasks(clinic, member)[0]
    clinic.write({**task, "restriction": {"period": {"end": YESTERDAY}}})


def off_boarded(clinic: Clinic, member: Member) -> None:
    enroll(clinic, member)
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    clinic.write({k: v for k, v in membership.items() if k != "identifier"})


@pytest.mark.parametrize(
    ("happens", "standing"),
    [
        (cancelled, InvitationStanding.CANCELLED),
        (declined, InvitationStanding.DECLINED),
        (expired, InvitationStanding.EXPIRED),
        (off_boarded, InvitationStanding.USED),
    ],
)
def test_a_closed_invitation_lets_nobody_in_and_another_one_does(
    closed: Clinic, happens: Any, standing: InvitationStanding
) -> None:
    member = prescriber(closed)
    invite(closed, member)
    happens(closed, member)
    assert is_refused(enroll(closed, member), standing)
    assert outcomes(invite(closed, member)) == ["invited"]
    assert enroll(closed, member).status == 200


def test_an_answer_of_the_invited_counts_whichever_comes_last(closed: Clinic) -> None:
    member = prescriber(closed)
    invite(closed, member)
    declined(closed, member)
    assert writes(closed, member, {**tasks(closed, member)[0], "status": "accepted"}) == 200
    assert enroll(closed, member).status == 200


def test_nobody_invites_themselves_nor_prolongs_or_answers_for_another(closed: Clinic) -> None:
    member, other = prescriber(closed), prescriber(closed)
    invite(closed, other)
    (task,) = tasks(closed, other)
    forged = {
        **{name: value for name, value in task.items() if name not in ("id", "meta")},
        "identifier": [{**task["identifier"][0], "value": f"{member.id}.{closed.clinic_id}.1"}],
        "owner": {"reference": f"Practitioner/{member.id}"},
        "status": "accepted",
    }
    created = closed.session.post(
        f"{closed.fhir_url}fhir/R4/Task",
        json=forged,
        headers={"Authorization": f"Bearer {member.token}"},
        timeout=30,
    )
    assert created.status_code == 201
    assert is_refused(enroll(closed, member), InvitationStanding.NONE)
    assert writes(closed, member, {**task, "status": "rejected"}) == 200
    assert enroll(closed, other).status == 200
    assert outcomes(invite(closed, member)) == ["invited"]
    assert enroll(closed, member).status == 200


def test_calls_at_once_both_get_in(closed: Clinic) -> None:
    member = prescriber(closed)
    invite(closed, member)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: enroll(closed, member), range(2)))
    assert [answer.status for answer in answers] == [200, 200], [one.error for one in answers]
    assert len(closed.clinicians(member.npi)) == 1


def test_an_administrator_enrolls_without_an_invitation(closed: Clinic) -> None:
    member = prescriber(closed)
    assert closed.enroll(member).status == 200
    assert enroll(closed, member).status == 200


def test_a_project_that_does_not_say_so_asks_for_none(clinic: Clinic) -> None:
    member = prescriber(clinic)
    clinic.reset()
    assert enroll(clinic, member).status == 200
    assert not [call for call in clinic.writes() if "Task" in call]
