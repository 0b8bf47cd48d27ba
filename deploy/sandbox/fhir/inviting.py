"""Makes somebody a member of a project: finds or creates user and profile, then the membership.

See https://www.medplum.com/docs/api/project-admin/invite. One email address is one user here, in
however many projects and whatever the `scope`; and there is no email, so that, as on a server where
none is set up, an invitation that should be mailed is made and then answered with an outcome.
"""

import secrets
from typing import Any

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.backend import FhirBackend, reference_id, reference_to
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import escape

PROFILES = ("Patient", "Practitioner")
SHORTCUTS = ("externalId", "accessPolicy", "access", "admin")
"""Elements of the membership that may also stand beside it."""


def invite(backend: FhirBackend, project: str, sent: Resource) -> Resource:
    """The membership, or the outcome that tells of the email that could not be sent.

    Args:
        backend: the server.
        project: id of the project.
        sent: the request's body.

    Raises:
        OutcomeError: 400 for what is missing or wrong, 409 for somebody who is a member already,
            412 where several profiles have the email address.
    """
    email = _checked(sent)["email"].lower()
    profile = _profile(backend, project, sent, email)
    membership = _membership(backend, project, sent, _user(backend, project, sent, email), profile)
    return membership if sent.get("sendEmail") is False else outcomes.email_not_sent()


def _checked(sent: Resource) -> Resource:
    if sent.get("resourceType") not in PROFILES:
        raise outcomes.invalid("Resource type is required", "resourceType")
    for name, text in (("firstName", "First name"), ("lastName", "Last name")):
        if not isinstance(sent.get(name), str) or not sent[name]:
            raise outcomes.invalid(f"{text} is required", name)
    if not isinstance(sent.get("email"), str) or "@" not in sent["email"]:
        raise outcomes.invalid("Valid email address is required", "email")
    if not isinstance(sent.get("membership", {}), dict):
        raise outcomes.invalid("Invalid membership", "membership")
    return sent


def _user(backend: FhirBackend, project: str, sent: Resource, email: str) -> Resource:
    """The user; somebody new gets the password that was sent, or the server's first password."""
    known = backend.resource(f"User/{backend.sessions.user_of(email)}")
    if known is not None:
        return known
    names = {name: sent[name] for name in ("firstName", "lastName")}
    scoped = sent["resourceType"] == "Patient" or sent.get("scope") == "project"
    of_project = {"project": {"reference": f"Project/{project}"}} if scoped else {}
    body = {"resourceType": "User", **names, "email": email, **of_project}
    user, _ = backend.server_repository(project).create("User", body)
    password = str(sent.get("password") or backend.first_password or secrets.token_urlsafe())
    backend.sessions.set_password(email, user["id"], password)
    return user


def _profile(backend: FhirBackend, project: str, sent: Resource, email: str) -> Resource:
    """The profile that the membership names, or else the project's one with the email address."""
    kind, named = sent["resourceType"], sent.get("membership", {}).get("profile")
    if named is None:
        body = {
            "resourceType": kind,
            "name": [{"given": [sent["firstName"]], "family": sent["lastName"]}],
            "telecom": [{"system": "email", "use": "work", "value": email}],
        }
        repository = backend.server_repository(project)
        return repository.create(kind, body, f"email={escape(email)}")[0]
    found = backend.resource(_reference(named))
    if found is None or found["meta"]["project"] != project:
        raise outcomes.invalid("Profile does not belong to project")
    if found["resourceType"] != kind:
        raise outcomes.invalid("Profile resourceType does not match request")
    return found


def _membership(
    backend: FhirBackend, project: str, sent: Resource, user: Resource, profile: Resource
) -> Resource:
    repository = backend.server_repository(project)
    details = {name: sent[name] for name in SHORTCUTS if name in sent} | sent.get("membership", {})
    details.pop("id", None)
    fixed: Resource = {
        "resourceType": "ProjectMembership",
        "project": {"reference": f"Project/{project}"},
        "user": reference_to(user),
        "profile": reference_to(profile),
    }
    existing = None if sent.get("forceNewMembership") else _existing(backend, project, user)
    if existing is None:
        return repository.create("ProjectMembership", {**details, **fixed})[0]
    if not sent.get("upsert"):
        raise outcomes.conflict("User is already a member of this project")
    if existing["profile"]["reference"] != fixed["profile"]["reference"]:
        raise outcomes.conflict("User is already a member of this project with a different profile")
    changed = {**existing, **details, **fixed}
    return repository.update("ProjectMembership", existing["id"], changed)


def _existing(backend: FhirBackend, project: str, user: Resource) -> Resource | None:
    found = backend.store.referring("ProjectMembership", "user", f"User/{user['id']}")
    return next((one for one in found if reference_id(one["project"]) == project), None)


def _reference(named: Any) -> str:
    return str(named.get("reference", "")) if isinstance(named, dict) else ""
