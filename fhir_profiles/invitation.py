"""An invitation to enroll, as a FHIR Task, and each e-mail about it, as a Communication.

Prescribers may write both types, so what a Task says counts only as far as an administrator or our
own client wrote it; see `shared/invitations/rules/counting.py`. Neither holds a text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Self

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, positive_number, text
from fhir_profiles.instants import instant, last_updated
from fhir_profiles.systems import INVITATION, INVITATION_MAIL, INVITATION_TASK, RUN

MOST_INVITATIONS = 20
"""So many can be found of one person at one clinic."""
MOST_MAILS = 20
"""So many can be found about one invitation."""


class InvitationStatus(StrEnum):
    """How an invitation stands, as the status of the Task."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class MailStatus(StrEnum):
    """How an e-mail stands, as the status of the Communication.

    `PREPARATION` is written before it is sent: where it stays, nobody knows whether it was.
    """

    PREPARATION = "preparation"
    COMPLETED = "completed"
    NOT_DONE = "not-done"


@dataclass(frozen=True)
class InvitationKey:
    """Which invitation it is.

    Attributes:
        practitioner: reference of who is invited.
        clinic: DoseSpot's number of the clinic.
        number: counts the invitations of that person to that clinic, from 1.
    """

    practitioner: str
    clinic: int
    number: int

    @classmethod
    def read(cls, value: str) -> Self | None:
        """The key that an identifier's value spells; None if it spells none."""
        practitioner, *numbers = value.rsplit(".", 2)
        clinic, number = [positive_number(one) for one in numbers] if len(numbers) == 2 else (0, 0)
        if not (practitioner and clinic and number):
            return None
        return cls(f"Practitioner/{practitioner}", clinic, number)

    @property
    def value(self) -> str:
        """The value of the Task's identifier (system INVITATION)."""
        return f"{self.practitioner.rpartition('/')[2]}.{self.clinic}.{self.number}"

    def mail(self, number: int) -> str:
        """The value of the identifier (system INVITATION_MAIL) of an e-mail, counted from 1."""
        return f"{self.value}.{number}"


@dataclass(frozen=True)
class Invitation:
    """An invitation as a Task says it.

    Attributes:
        key: which it is.
        status: how it stands.
        until: when it expires (aware time); None if that can't be read.
        resource: the raw Task.
    """

    key: InvitationKey
    status: InvitationStatus
    until: datetime | None
    resource: Resource

    @property
    def reference(self) -> str:
        """Reference of the Task."""
        return f"Task/{self.resource.get('id')}"


@dataclass(frozen=True)
class InvitationMail:
    """An e-mail about an invitation as a Communication says it.

    Attributes:
        number: counts the e-mails about the invitation, from 1.
        status: how it stands.
        at: when it was sent or, where that is open, prepared; None if that can't be read.
        run: the run that prepared it last.
        resource: the raw Communication.
    """

    number: int
    status: MailStatus
    at: datetime | None
    run: str
    resource: Resource


def keys_of(practitioner: str, clinic: int) -> list[InvitationKey]:
    """The keys of all invitations that there can be of a person to a clinic."""
    numbers = range(1, MOST_INVITATIONS + 1)
    return [InvitationKey(practitioner, clinic, number) for number in numbers]


def invitation_task(
    key: InvitationKey, role: str, requester: str, now: datetime, until: datetime
) -> Resource:
    """A new invitation.

    Args:
        key: which it is.
        role: reference of the PractitionerRole in which the person is to enroll.
        requester: reference of who invites.
        now: aware time.
        until: when it expires, aware.
    """
    return {
        "resourceType": "Task",
        "meta": {"profile": [INVITATION_TASK]},
        "identifier": [{"system": INVITATION, "value": key.value}],
        "status": InvitationStatus.REQUESTED.value,
        "intent": "order",
        "code": {"coding": [{"system": INVITATION, "code": "enroll"}]},
        "focus": {"reference": role},
        "authoredOn": _written(now),
        "lastModified": _written(now),
        "requester": {"reference": requester},
        "owner": {"reference": key.practitioner},
        "restriction": {"period": {"end": _written(until)}},
    }


def read_invitation(task: Resource) -> Invitation | None:
    """The invitation out of a Task; None if it is none of ours."""
    key = InvitationKey.read(_value(task, INVITATION))
    status = text(task.get("status"))
    if key is None or status not in list(InvitationStatus):
        return None
    if owner_of(task) != key.practitioner:
        return None
    end = child(child(task, "restriction"), "period").get("end")
    return Invitation(key, InvitationStatus(status), instant(end), task)


def owner_of(task: Resource) -> str:
    """Reference of who is invited."""
    return text(child(task, "owner").get("reference"))


def with_invitation_status(task: Resource, status: InvitationStatus, now: datetime) -> Resource:
    """The Task with that status; the same object where it has it already."""
    if task.get("status") == status.value:
        return task
    return {**task, "status": status.value, "lastModified": _written(now)}


def with_expiry(task: Resource, until: datetime, now: datetime) -> Resource:
    """The Task that expires then."""
    restriction = {**child(task, "restriction"), "period": {"end": _written(until)}}
    return {**task, "restriction": restriction, "lastModified": _written(now)}


def prepared_mail(invitation: Invitation, number: int, run: str) -> Resource:
    """The Communication of an e-mail that is about to be sent, by that run."""
    return {
        "resourceType": "Communication",
        "identifier": [
            {"system": INVITATION_MAIL, "value": invitation.key.mail(number)},
            {"system": RUN, "value": run},
        ],
        "basedOn": [{"reference": invitation.reference}],
        "status": MailStatus.PREPARATION.value,
        "recipient": [{"reference": invitation.key.practitioner}],
    }


def prepared_again(mail: InvitationMail, run: str) -> Resource:
    """The Communication of an e-mail that was not sent, and is about to be, by that run."""
    identifiers = [
        one for _, one in entries(mail.resource, "identifier") if one.get("system") != RUN
    ]
    kept = {name: one for name, one in mail.resource.items() if name != "statusReason"}
    return {
        **kept,
        "identifier": [*identifiers, {"system": RUN, "value": run}],
        "status": MailStatus.PREPARATION.value,
    }


def sent_mail(communication: Resource, now: datetime) -> Resource:
    """The Communication, once the e-mail was sent."""
    return {**communication, "status": MailStatus.COMPLETED.value, "sent": _written(now)}


def unsent_mail(communication: Resource, why: str) -> Resource:
    """The Communication, once it is known that the e-mail was not sent.

    Args:
        communication: as it was prepared.
        why: a name of our errors; nothing about a person.
    """
    return {
        **communication,
        "status": MailStatus.NOT_DONE.value,
        "statusReason": {"text": why},
    }


def read_mail(key: InvitationKey, communication: Resource) -> InvitationMail | None:
    """The e-mail out of a Communication; None if it is not about that invitation."""
    head, _, tail = _value(communication, INVITATION_MAIL).rpartition(".")
    number, status = positive_number(tail), text(communication.get("status"))
    if head != key.value or number is None or status not in list(MailStatus):
        return None
    at = instant(communication.get("sent")) or instant(last_updated(communication))
    run = _value(communication, RUN)
    return InvitationMail(number, MailStatus(status), at, run, communication)


def last_mail(key: InvitationKey, communications: Iterable[Resource]) -> InvitationMail | None:
    """The last e-mail about an invitation; None if there is none."""
    found = [mail for one in communications if (mail := read_mail(key, one)) is not None]
    return max(found, key=lambda mail: mail.number, default=None)


def _value(resource: Resource, system: str) -> str:
    found = (one for _, one in entries(resource, "identifier") if one.get("system") == system)
    return next((text(one.get("value")) for one in found), "")


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
