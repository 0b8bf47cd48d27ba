"""What each program that administers a project may do beside that: by resource and act."""

from collections.abc import Iterator
from typing import Any

import pytest

from bots.catalog import BOTS
from deploy.medplum.program_policies import RULES, SERVICE
from fhir_profiles.systems import NPI, PRACTITIONER_ROLE_TYPE, REGISTRATION_STATUS
from tests.integration.clinic import TIMEOUT_S, new_npi
from tests.integration.project import Project, Servers, new_project

ACTS = ("search", "read", "history", "create", "update", "delete")
NOTHING = ""
BOT = {"Bot": "search read"}
STATUS = {**BOT, "AuditEvent": "search create", "Practitioner": "search read update"}
GRANTS = {"PractitionerRole": "search read history"}
AT_CLINICS = {"PractitionerRole": "search read history update", "Organization": "search read"}
BILLING = {"Account": "search read history create update"}
INVITATIONS = {
    "Task": "search read history create update",
    "Communication": "search read create update",
}
KEPT = {"Basic": "search read create update"}

CHANGING = ("notification", "sync_status", SERVICE)
ALLOWED: dict[str, dict[str, str]] = {
    SERVICE: {
        **STATUS,
        **AT_CLINICS,
        **KEPT,
        **INVITATIONS,
        **BILLING,
        "AccessPolicy": "search read",
        "Organization": "search read create",
        "MedicationKnowledge": "search create",
    },
    "notification": {
        **STATUS,
        **AT_CLINICS,
        **BILLING,
        "MedicationRequest": "search read create update",
        "Organization": "search read create",
        "Patient": "search read update",
        "Task": "search read create update",
    },
    "sync_status": {**STATUS, **AT_CLINICS, **KEPT, **BILLING},
    "my_details": {
        **STATUS,
        "PractitionerRole": "search read history update",
        "Location": "search read",
        "Organization": "search read",
    },
    "readiness": {
        **BOT,
        **GRANTS,
        "Organization": "search read",
        "AuditEvent": "search create",
        "Practitioner": "search read",
    },
}
"""By program and type the acts that it needs; every other act on every other type is refused."""

SAMPLES: dict[str, dict[str, Any]] = {
    "AccessPolicy": {"name": "another"},
    "Account": {"status": "active"},
    "AuditEvent": {
        "type": {"code": "rest"},
        "recorded": "2026-11-29T00:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "test"}},
    },
    "Basic": {"code": {"text": "claim"}},
    "Bot": {"name": "another"},
    "ClientApplication": {"name": "another", "secret": "shown"},
    "Communication": {"status": "completed"},
    "Condition": {"subject": {"reference": "Patient/1"}},
    "Location": {"name": "Clinic"},
    "MedicationRequest": {
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/1"},
        "medicationCodeableConcept": {"text": "x"},
    },
    "MedicationKnowledge": {"code": {"text": "x"}},
    "Observation": {"status": "final", "code": {"text": "weight"}},
    "Organization": {"name": "Clinic"},
    "Patient": {"name": [{"family": "Rossi"}]},
    "Practitioner": {"name": [{"family": "Smith"}]},
    "PractitionerRole": {"active": True},
    "Task": {"status": "requested", "intent": "order"},
    "StructureDefinition": {
        "url": "https://example.org/one",
        "name": "One",
        "status": "active",
        "kind": "resource",
        "abstract": False,
        "type": "Patient",
    },
}
"""What the bots use, and what somebody with their credential would look for."""


@pytest.fixture(scope="module")
def project(running: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = new_project(running, tmp_path_factory.mktemp("programs"))
    assert project.register().exit_code == 0
    with project.session:
        yield project


def token_of(project: Project, program: str) -> str:
    found = {bot.name: bot.identifier for bot in BOTS}
    (client,) = project.resources("ClientApplication")
    resource = client if program == SERVICE else project.bot(found[program])
    return project.servers.fhir.token_for(project.membership(resource)["id"])


def status(project: Project, token: str, method: str, path: str, body: Any = None) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{project.url}fhir/R4/{path}"
    return project.session.request(
        method, url, json=body, headers=headers, timeout=TIMEOUT_S
    ).status_code


def allowed(project: Project, token: str, kind: str) -> str:
    """The acts on that type which the server does not refuse with 403."""
    sample = {"resourceType": kind, **SAMPLES[kind]}
    stored = project.servers.fhir.add_resource(project.id, sample)
    path = f"{kind}/{stored['id']}"
    calls: dict[str, tuple[Any, ...]] = {
        "search": ("GET", kind),
        "read": ("GET", path),
        "history": ("GET", f"{path}/_history"),
        "create": ("POST", kind, sample),
        "update": ("PUT", path, {**stored, "language": "en"}),
        "delete": ("DELETE", path),
    }
    codes = {act: status(project, token, *calls[act]) for act in ACTS}
    project.delete(stored)
    assert set(codes.values()) <= {200, 201, 403, 404}
    return " ".join(act for act in ACTS if codes[act] < 400)


def test_every_program_that_administers_has_a_policy() -> None:
    administrating = {SERVICE, *(bot.name for bot in BOTS if bot.admin)}
    assert set(RULES) == set(ALLOWED) == administrating


@pytest.mark.parametrize("program", ALLOWED)
def test_a_program_may_do_what_it_needs_and_no_more(project: Project, program: str) -> None:
    token = token_of(project, program)
    found = {kind: allowed(project, token, kind) for kind in SAMPLES}
    assert found == {kind: ALLOWED[program].get(kind, NOTHING) for kind in SAMPLES}


@pytest.mark.parametrize("program", ALLOWED)
def test_a_program_stays_an_administrator(project: Project, program: str) -> None:
    token = token_of(project, program)
    member = project.add_member()
    reached = [
        status(project, token, "GET", path)
        for path in (f"Project/{project.id}", f"ProjectMembership/{member.membership_id}")
    ]
    assert reached == [200, 200]


@pytest.mark.parametrize("program", CHANGING)
def test_a_program_changes_nobodys_identity(project: Project, program: str) -> None:
    token, member = token_of(project, program), project.add_member()
    (before,) = [one for one in project.resources("Practitioner") if one["id"] == member.id]
    sent = {
        **before,
        "identifier": [{"system": NPI, "value": new_npi()}],
        "name": [{"family": "Another"}],
        "birthDate": "1970-01-01",
        "extension": [{"url": "https://example.org/status", "valueCode": "x"}],
    }
    assert status(project, token, "PUT", f"Practitioner/{member.id}", sent) == 200
    (after,) = [one for one in project.resources("Practitioner") if one["id"] == member.id]
    kept = {name: before[name] for name in ("identifier", "name", "birthDate")}
    assert {name: after[name] for name in kept} == kept
    assert after["extension"] == sent["extension"]


def test_the_bot_for_ones_own_details_changes_no_name_no_role_and_no_clinic(
    project: Project,
) -> None:
    token, member = token_of(project, "my_details"), project.add_member()
    (person,) = [one for one in project.resources("Practitioner") if one["id"] == member.id]
    coding = {"system": PRACTITIONER_ROLE_TYPE, "code": "ReportingClinician"}
    role = project.create(
        {
            "resourceType": "PractitionerRole",
            "active": False,
            "practitioner": {"reference": f"Practitioner/{member.id}"},
            "organization": {"reference": "Organization/1"},
            "location": [{"reference": "Location/1"}],
            "code": [{"coding": [coding]}],
        }
    )
    numbers = [{"system": NPI, "value": new_npi()}]
    coding = {**coding, "code": "PrescribingClinician"}
    for before, sent in (
        (person, {"name": [{"family": "Another"}], "active": False, "extension": []}),
        (
            role,
            {
                "active": True,
                "practitioner": {"reference": "Practitioner/1"},
                "organization": {"reference": "Organization/2"},
                "location": [{"reference": "Location/2"}],
                "code": [{"coding": [coding]}],
                "period": {},
            },
        ),
    ):
        kind = before["resourceType"]
        path, body = f"{kind}/{before['id']}", {**before, **sent, "identifier": numbers}
        assert status(project, token, "PUT", path, body) == 200
        (after,) = [one for one in project.resources(kind) if one["id"] == before["id"]]
        assert after == {**before, "meta": after["meta"], "identifier": numbers}


@pytest.mark.parametrize("program", CHANGING)
def test_a_program_gives_nobody_a_role_and_moves_nobody_to_a_clinic(
    project: Project, program: str
) -> None:
    token, member = token_of(project, program), project.add_member()
    coding = {"system": PRACTITIONER_ROLE_TYPE, "code": "ReportingClinician"}
    before = project.create(
        {
            "resourceType": "PractitionerRole",
            "active": False,
            "practitioner": {"reference": f"Practitioner/{member.id}"},
            "organization": {"reference": "Organization/1"},
            "code": [{"coding": [coding]}],
        }
    )
    more = {"active": True, "organization": {"reference": "Organization/2"}, "period": {}}
    status_there = [{"url": REGISTRATION_STATUS, "valueCode": "Pending"}]
    coding = {**coding, "code": "PrescribingClinician"}
    sent = {**before, **more, "code": [{"coding": [coding]}], "extension": status_there}
    assert status(project, token, "PUT", f"PractitionerRole/{before['id']}", sent) == 200
    (after,) = [one for one in project.resources("PractitionerRole") if one["id"] == before["id"]]
    assert after == {**before, "meta": after["meta"], "extension": status_there}


@pytest.mark.parametrize("program", ALLOWED)
def test_no_program_sees_the_source_of_a_bot(project: Project, program: str) -> None:
    bot = project.bot("dosespot-iframe-bot")
    project.change(bot, sourceCode={"url": "Binary/1"})
    headers = {"Authorization": f"Bearer {token_of(project, program)}"}
    reply = project.session.get(f"{project.url}fhir/R4/Bot/{bot['id']}", headers=headers)
    assert "sourceCode" not in reply.text
