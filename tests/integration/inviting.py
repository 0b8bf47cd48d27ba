"""A clinic that invites by e-mail, as the tests of invitations drive it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from deploy.medplum.conformance import conformance_resources
from fhir_profiles.systems import INVITATION_TASK
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic, Member
from tests.integration.creating import setting

BOT = "dosespot-invite-prescribers-bot"
PAGE = "https://app.example/signin"


@contextmanager
def mailing(clinic: Clinic, **more: str) -> Iterator[Clinic]:
    """The clinic mails by Medplum, and its server keeps the profile of invitations.

    The outbox is empty at first.
    """
    clinic.session.delete(f"{clinic.fhir_url}_sandbox/outbox", timeout=TIMEOUT_S).raise_for_status()
    given = {"MAIL_CHANNEL": "medplum", "INVITATION_URL": PAGE, **more}
    clinic.switch_fhir(has_mail_server=True)
    known = {one.get("url") for one in clinic.sandbox.fhir.resources("StructureDefinition")}
    if INVITATION_TASK not in known:
        (profile,) = (one for one in conformance_resources() if one["url"] == INVITATION_TASK)
        clinic.sandbox.fhir.add_resource(clinic.project, profile)
    with ExitStack() as stack:
        for name, value in given.items():
            stack.enter_context(setting(clinic, name, value))
        yield clinic


def prescriber(clinic: Clinic, **options: Any) -> Member:
    """Somebody who may be invited."""
    member = clinic.add_member(**options)
    clinic.authorize(member)
    return member


def invite(clinic: Clinic, *members: Member, by: Member | None = None, **more: Any) -> Answer:
    """Runs the bot for these people."""
    people = [{"practitionerId": one.id} for one in members]
    body = {"practitioners": people, **more}
    return clinic.execute(BOT, body, (by or clinic.admin).token)


def outcomes(answer: Answer) -> list[str]:
    """What became of everybody."""
    assert answer.status == 200, answer.error
    return [one["outcome"] for one in answer.body["practitioners"]]


def tasks(clinic: Clinic, member: Member) -> list[dict[str, Any]]:
    """The invitations of somebody, the oldest first."""
    found, owner = clinic.sandbox.fhir.resources("Task"), f"Practitioner/{member.id}"
    theirs = [one for one in found if one.get("owner") == {"reference": owner}]
    return sorted(theirs, key=lambda one: str(one["identifier"][0]["value"]))


def mails_to(clinic: Clinic, member: Member) -> list[dict[str, str]]:
    """The e-mails to somebody."""
    return [one for one in clinic.mails() if one["to"] == f"p{member.npi}@clinic.example"]


def writes(clinic: Clinic, by: Member, resource: dict[str, Any]) -> int:
    """Somebody overwrites a resource by their own token; the HTTP status."""
    url = f"{clinic.fhir_url}fhir/R4/{resource['resourceType']}/{resource['id']}"
    headers = {"Authorization": f"Bearer {by.token}"}
    return clinic.session.put(url, json=resource, headers=headers, timeout=TIMEOUT_S).status_code
