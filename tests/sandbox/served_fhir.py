"""The sandbox's FHIR server as tests use it: a ticking clock, and members who call it over HTTP."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import requests

from deploy.sandbox.fhir.app import FhirServer

JANE = {
    "resourceType": "Practitioner",
    "name": [{"family": "Smith", "given": ["Jane", "Marie"]}],
    "birthDate": "1980-05-15",
}
NOT_FOUND = {
    "resourceType": "OperationOutcome",
    "id": "not-found",
    "issue": [{"severity": "error", "code": "not-found", "details": {"text": "Not found"}}],
}
FHIR_JSON = "application/fhir+json"
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


class Clock:
    """Ticks one second each time it is asked."""

    def __init__(self) -> None:
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class Member:
    """An ordinary member of a project of its own, with an HTTP session that carries its token."""

    server: FhirServer
    base: str
    project: str
    http: requests.Session
    profile: str

    def create(self, resource: dict) -> dict:
        answer = self.http.post(f"{self.base}{resource['resourceType']}", json=resource)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def url(self, resource: dict) -> str:
        return f"{self.base}{resource['resourceType']}/{resource['id']}"


def member_of(server: FhirServer, base: str, project: str, session: requests.Session) -> Member:
    email = f"{project}@example.com"
    person = server.add_person(project, JANE, email, "correct horse")
    session.headers.update({"Authorization": f"Bearer {person.token}", "X-Medplum": "extended"})
    return Member(server, base, project, session, f"Practitioner/{person.profile_id}")


@dataclass
class Admin:
    """An administrator of a project of its own, who calls the project-admin API."""

    server: FhirServer
    root: str
    project: str
    token: str

    def post(self, path: str, body: object, *, project: str | None = None) -> requests.Response:
        url = f"{self.root}admin/projects/{project or self.project}/{path}"
        return requests.post(url, json=body, headers=self._headers, timeout=10)

    def get(self, path: str) -> requests.Response:
        """An answer to a path below the server's root, such as `fhir/R4/Bot`."""
        return requests.get(f"{self.root}{path}", headers=self._headers, timeout=10)

    def read(self, reference: str) -> dict:
        return self.get(f"fhir/R4/{reference}").json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Medplum": "extended"}


def admin_of(server: FhirServer, base: str, project: str) -> Admin:
    email = f"admin.{project}@example.com"
    person = server.add_person(project, JANE, email, "correct horse", admin=True)
    return Admin(server, base.removesuffix("fhir/R4/"), project, person.token)
