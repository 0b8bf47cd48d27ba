"""A project whose administrator invites people, over a FHIR server and a mail channel in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.invitation import Invitation, InvitationMail, last_mail, read_invitation
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from fhir_profiles.today import Today
from shared.audit.trail import Keyed, Trail
from shared.errors import BotError
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Call, Reply
from shared.invitations.invite import Invitations, InviteeResult
from shared.invitations.invitees import WantedInvitee, read_invitees
from shared.invitations.mailing import Mailing
from shared.invitations.rules.next_act import InvitationAction
from shared.mail.message import MailMessage
from shared.together import Together
from tests.builders import CLINIC_ID, PRACTITIONER_ID, membership, practitioner
from tests.core.fhir_in_memory import BASE, FhirServer
from tests.core.one_run import Inline, Time

JANE, ADMIN, COLLEAGUE = f"Practitioner/{PRACTITIONER_ID}", "Practitioner/admin", "Practitioner/co"
LASTS = timedelta(days=14)
PAGE = "https://app.example/signin"
INVITE, RESEND, CANCEL = InvitationAction


class Crash(Exception):
    """The process dies; nothing of ours catches it."""


def member(profile: str, **more: Any) -> Resource:
    name = profile.replace("/", "-")
    return membership(id=name, profile={"reference": profile}, **more)


def granting_role(practitioner_: str = JANE, id_: str = "role") -> Resource:
    coding = [{"system": PRACTITIONER_ROLE_TYPE, "code": "PrescribingClinician"}]
    return {
        "resourceType": "PractitionerRole",
        "id": id_,
        "meta": {"author": {"reference": ADMIN}},
        "active": True,
        "practitioner": {"reference": practitioner_},
        "code": [{"coding": coding}],
    }


@dataclass
class Postbox:
    """A channel; `answers` go wrong, one for each mail, and the mail is taken where it says so."""

    mails: list[MailMessage] = field(default_factory=list)
    answers: list[tuple[Exception | None, bool]] = field(default_factory=list)

    def send(self, message: MailMessage) -> None:
        error, is_taken = self.answers.pop(0) if self.answers else (None, True)
        if is_taken:
            self.mails.append(message)
        if error is not None:
            raise error

    def try_out(self) -> str:
        raise AssertionError("nobody tries it")


@dataclass
class Wire:
    """Sends a run's calls on; something else happens before call number `at`, or after it."""

    server: FhirServer
    at: int = -1
    happens: Callable[[], object] = lambda: None
    after: bool = False
    count: int = 0

    def send(self, call: Call) -> Reply:
        mine, self.count = self.count, self.count + 1
        if mine == self.at and not self.after:
            self.happens()
        reply = self.server.send(call)
        if mine == self.at and self.after:
            self.happens()
        return reply


class Practice:
    """The project; Jane may be invited."""

    def __init__(self, *more: Resource) -> None:
        self.server = FhirServer(
            member(ADMIN, admin=True),
            member(COLLEAGUE),
            member(JANE),
            practitioner(),
            granting_role(),
            *more,
        )
        self.server.author = ADMIN
        self.postbox, self.time, self.kept = Postbox(), Time(), list[Keyed]()
        self.server.now = self.time
        self.has_time = True

    def run(
        self,
        action: InvitationAction = INVITE,
        *,
        wire: Wire | None = None,
        run: str = "run-1",
        mails: bool = True,
        wanted: Sequence[WantedInvitee] = (WantedInvitee(JANE),),
    ) -> list[InviteeResult]:
        """One run of the bot's use case."""
        client = FhirClient(wire or Wire(self.server), BASE, GivenToken("t"), lambda _: True)
        together = Together(Inline())
        write: Callable[[Sequence[Keyed]], None] = self.kept.extend
        trail = Trail("invite", ADMIN, self.time, lambda *_, **__: None, together, write)
        trail.run = run
        mailing = Mailing(client, self.postbox, PAGE, run, self.time, lambda _: self.has_time)
        invitations = Invitations(client, mailing if mails else None, trail, together, self.time)
        people = read_invitees(
            client, wanted, lambda *_: CLINIC_ID, Today(self.time()), mails=mails
        )
        results = invitations.run(action, people, LASTS)
        trail.save()
        return results

    def outcome(self, action: InvitationAction = INVITE, **options: Any) -> str:
        """What a run said of Jane."""
        (result,) = self.run(action, **options)
        return result.outcome.value

    @property
    def invitations(self) -> list[Invitation]:
        """All there are, in the order in which they were made."""
        tasks = [one for one in self.server.resources.values() if one["resourceType"] == "Task"]
        return [one for task in tasks if (one := read_invitation(task))]

    @property
    def mail(self) -> InvitationMail | None:
        """The last e-mail about the last invitation."""
        found = self.server.resources.values()
        mails = [one for one in found if one["resourceType"] == "Communication"]
        return last_mail(self.invitations[-1].key, mails)

    def writes_task(self, author: str, **changes: Any) -> None:
        """Somebody writes the last invitation's Task."""
        task = self.invitations[-1].resource
        meta = {**task["meta"], "author": {"reference": author}}
        self.server.put({**task, "meta": meta, **changes})

    def pass_(self, **time: float) -> None:
        self.time.passed_s += timedelta(**time).total_seconds()


def fails_with(error: BotError, *, sent: bool = False) -> Postbox:
    """A channel that fails once."""
    return Postbox(answers=[(error, sent)])
