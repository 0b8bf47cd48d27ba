"""`email/v1/send`, as Medplum answers it, and the outbox of what a real server would send."""

import pytest
import requests

from tests.sandbox.served_fhir import JANE, Admin, admin_of

MAIL = {"to": "bob@example.com", "subject": "Hello", "text": "Hello Bob"}


def send(admin: Admin, body: object, token: str | None = None) -> int:
    headers = {"Authorization": f"Bearer {token or admin.token}"}
    url = f"{admin.root}email/v1/send"
    return requests.post(url, json=body, headers=headers, timeout=10).status_code


def outbox(admin: Admin) -> list[dict]:
    return requests.get(f"{admin.root}_sandbox/outbox", timeout=10).json()["mails"]


def has_mail(admin: Admin, value: bool) -> None:
    url = f"{admin.root}_sandbox/switches"
    requests.patch(url, json={"has_mail_server": value}, timeout=10).raise_for_status()


@pytest.fixture
def mailing(fhir):
    """An administrator of a project that may mail, on a server that can."""
    server, base = fhir
    admin = admin_of(server, base, server.add_project("Clinic", features=("bots", "email")))
    has_mail(admin, True)
    yield admin
    has_mail(admin, False)
    requests.delete(f"{admin.root}_sandbox/outbox", timeout=10)


def test_a_mail_is_kept_in_the_outbox(mailing):
    assert send(mailing, MAIL) == 200
    assert outbox(mailing) == [MAIL]
    requests.delete(f"{mailing.root}_sandbox/outbox", timeout=10)
    assert outbox(mailing) == []


def test_a_project_without_the_feature_mails_nothing(admin):
    assert (send(admin, MAIL), outbox(admin)) == (403, [])


def test_only_an_administrator_mails(mailing, fhir):
    person = fhir[0].add_person(mailing.project, JANE, "jane@example.com", "correct horse")
    assert (send(mailing, MAIL, person.token), outbox(mailing)) == (403, [])


def test_a_server_without_mail_answers_400(mailing):
    has_mail(mailing, False)
    assert (send(mailing, MAIL), outbox(mailing)) == (400, [])


@pytest.mark.parametrize("name", ["to", "subject"])
def test_a_mail_that_lacks_something_is_refused(mailing, name):
    assert (send(mailing, {**MAIL, name: ""}), outbox(mailing)) == (400, [])
