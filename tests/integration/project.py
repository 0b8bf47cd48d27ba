"""A project of a Medplum server as an engineer finds it, and the commands run on it in-process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.sandbox.clinic import seed_dosespot
from deploy.sandbox.dosespot.app import DoseSpotServer
from deploy.sandbox.dosespot.app import create_app as create_dosespot
from deploy.sandbox.fhir.app import FhirServer
from deploy.sandbox.fhir.app import create_app as create_fhir
from deploy.sandbox.people import PASSWORD, Person
from deploy.sandbox.sandbox import DOSESPOT_PATH, functions_app
from deploy.sandbox.serve import LocalServer
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, MEDPLUM_BOTS, PRESCRIBER_POLICY
from tests.integration.clinic import TIMEOUT_S, Answer, Member, execute, new_npi

SENTINEL = "Sentinel0Value1Of2Some3Secret456"
RUNNER = CliRunner()


@dataclass
class Servers:
    """A Medplum, Lambda and DoseSpot on this machine, without bots."""

    fhir: FhirServer
    fhir_url: str
    dosespot: DoseSpotServer
    dosespot_url: str
    administrators_clinician_id: int


@contextmanager
def servers() -> Iterator[Servers]:
    with LocalServer() as fhir_at, LocalServer() as dosespot_at, LocalServer() as functions_at:
        fhir = create_fhir(base_url=fhir_at.url, functions_url=functions_at.url)
        dosespot = create_dosespot()
        administrator = seed_dosespot(dosespot)
        fhir_at.start(fhir)
        dosespot_at.start(dosespot)
        functions_at.start(functions_app())
        yield Servers(fhir, fhir_at.url, dosespot, dosespot_at.url, administrator)
    fhir.close()
    dosespot.close()


@dataclass
class Project:
    """A project with one administrator."""

    servers: Servers
    id: str
    admin: Member
    folder: Path
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        return self.servers.fhir_url

    @property
    def secrets(self) -> dict[str, str]:
        """What a secrets file holds for this installation."""
        dosespot = self.servers.dosespot
        return {
            "DOSESPOT_BASE_URL": f"{self.servers.dosespot_url}{DOSESPOT_PATH}",
            "DOSESPOT_IFRAME_URL": f"{self.servers.dosespot_url}LoginSingleSignOn.aspx",
            "DOSESPOT_CLINIC_ID": str(dosespot.clinic_id),
            "DOSESPOT_CLINIC_KEY": dosespot.clinic_key,
            "DOSESPOT_SUBSCRIPTION_KEY": dosespot.subscription_key,
            "DOSESPOT_USER_ID": str(self.servers.administrators_clinician_id),
            "DOSESPOT_WEBHOOK_SECRET": SENTINEL,
        }

    def secrets_file(self, **changes: Any) -> str:
        """A private file with the secrets; a change to None leaves one out."""
        path = self.folder / "secrets.json"
        secrets = {**self.secrets, **changes}
        path.touch(mode=0o600)
        path.write_text(json.dumps({k: v for k, v in secrets.items() if v is not None}))
        return str(path)

    def run(self, *arguments: str, token: str | None = None) -> Result:
        """Runs a command as the administrator."""
        return RUNNER.invoke(
            main,
            arguments,
            env={
                "MEDPLUM_BASE_URL": self.url,
                "MEDPLUM_ACCESS_TOKEN": self.admin.token if token is None else token,
            },
        )

    def register(self, *arguments: str, **changes: Any) -> Result:
        """Runs `register` with the secrets file."""
        return self.run("register", "--secrets-file", self.secrets_file(**changes), *arguments)

    def doctor(self, *arguments: str) -> dict[str, tuple[str, str]]:
        """Verdict and sentence of each of the doctor's checks."""
        result = self.run("doctor", "--json", *arguments)
        told = json.loads(result.stdout)
        assert result.exit_code == (0 if told["ok"] else 1)
        return {one["name"]: (one["verdict"], one["sentence"]) for one in told["checks"]}

    def resources(self, kind: str) -> list[dict[str, Any]]:
        """What the project has of a type."""
        return self.servers.fhir.resources(kind, self.id)

    def bot(self, identifier: str) -> dict[str, Any]:
        """The Bot with an identifier of ours."""
        wanted = {"system": MEDPLUM_BOTS, "value": identifier}
        (found,) = [one for one in self.resources("Bot") if wanted in one.get("identifier", [])]
        return found

    def membership(self, resource: dict[str, Any]) -> dict[str, Any]:
        """The membership of a Bot or client."""
        profile = f"{resource['resourceType']}/{resource['id']}"
        memberships = self.resources("ProjectMembership")
        (found,) = [one for one in memberships if one["profile"]["reference"] == profile]
        return found

    def policy(self, name: str = PRESCRIBER_POLICY) -> dict[str, Any]:
        """The AccessPolicy of a name of ours."""
        (found,) = [one for one in self.resources("AccessPolicy") if one["name"] == name]
        return found

    def project(self) -> dict[str, Any]:
        (found,) = self.resources("Project")
        return found

    def secret(self, name: str) -> dict[str, Any] | None:
        """A project secret as it is stored."""
        found = [one for one in self.project().get("secret", []) if one["name"] == name]
        return found[0] if found else None

    def change(self, resource: dict[str, Any], /, **changes: Any) -> dict[str, Any]:
        """Somebody changes elements by hand; a change to None takes one away."""
        changed = {k: v for k, v in {**resource, **changes}.items() if v is not None}
        path = f"{resource['resourceType']}/{resource['id']}"
        return self._send("PUT", f"fhir/R4/{path}", changed)

    def create(self, resource: dict[str, Any]) -> dict[str, Any]:
        return self._send("POST", f"fhir/R4/{resource['resourceType']}", resource)

    def delete(self, resource: dict[str, Any]) -> None:
        self._send("DELETE", f"fhir/R4/{resource['resourceType']}/{resource['id']}", None)

    def set_secrets(self, **values: str | None) -> None:
        """Somebody sets secrets by hand; None takes one away."""
        kept = [one for one in self.project().get("secret", []) if one["name"] not in values]
        given = [{"name": n, "valueString": v} for n, v in values.items() if v is not None]
        self.change(self.project(), secret=kept + given)

    def add_member(self, **options: Any) -> Member:
        """A person with a Practitioner that can be enrolled."""
        npi = new_npi()
        person = Person(key=f"p{npi}", given=("Jane",), family="Smith", npi=npi)
        added = self.servers.fhir.add_person(
            self.id, person.practitioner(), person.email, PASSWORD, **options
        )
        return Member(added.profile_id, added.membership_id, added.token, npi)

    def execute(self, bot: str, body: Any, token: str) -> Answer:
        return execute(self.session, self.url, bot, body, token)

    def break_writes(self, **fault: Any) -> None:
        """Breaks the next write of a command."""
        for method in ("POST", "PUT"):
            body = {"method": method, "path": r"/fhir/R4/.+(?<!\$execute)|/admin/.+", **fault}
            self.session.post(f"{self.url}_sandbox/faults", json=body, timeout=TIMEOUT_S)

    def switch(self, **switches: Any) -> None:
        """Turns switches of the FHIR server."""
        url = f"{self.url}_sandbox/switches"
        self.session.patch(url, json=switches, timeout=TIMEOUT_S).raise_for_status()

    def reset(self) -> None:
        """No faults, default switches, nothing counted."""
        self.session.put(f"{self.url}_sandbox/switches", json={}, timeout=TIMEOUT_S)
        for what in ("faults", "calls"):
            self.session.delete(f"{self.url}_sandbox/{what}", timeout=TIMEOUT_S)

    def writes(self) -> list[str]:
        """Every call since the last reset that may have changed something."""
        calls = self.session.get(f"{self.url}_sandbox/calls", timeout=TIMEOUT_S).json()["calls"]
        harmless = ("GET ", "POST /oauth2/token")
        return [one for one in calls if not one.startswith(harmless) and one != "POST /fhir/R4/"]

    def _send(self, method: str, path: str, body: Any) -> dict[str, Any]:
        reply = self.session.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.admin.token}"},
            timeout=TIMEOUT_S,
        )
        reply.raise_for_status()
        return dict(reply.json())


@contextmanager
def in_use(project: Project) -> Iterator[Project]:
    """A project for one test: no faults, nothing counted, and afterwards all as it was before."""
    kept = project.servers.fhir.rows_of(project.id)
    project.reset()
    with project.session:
        yield project
        project.reset()
    project.servers.fhir.put_back(kept)


def new_project(servers: Servers, folder: Path, *features: str) -> Project:
    """An empty project with an administrator who is known to DoseSpot.

    Args:
        servers: where it is.
        folder: for a file of secrets.
        features: what the server lets it do besides running bots.
    """
    project = servers.fhir.add_project("Clinic", features=("bots", "cron", *features))
    npi = new_npi()
    person = Person(key=f"admin{npi}", given=("Ada",), family="Quinn", npi=npi)
    clinician = str(servers.administrators_clinician_id)
    added = servers.fhir.add_person(
        project,
        person.practitioner(),
        person.email,
        PASSWORD,
        admin=True,
        identifiers=[{"system": CLINICIAN_IDENTIFIER, "value": clinician}],
    )
    admin = Member(added.profile_id, added.membership_id, added.token, npi)
    return Project(servers, project, admin, folder)
