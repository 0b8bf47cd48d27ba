"""A project whose bots are functions of the test, which keep the payloads that they are given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from deploy.sandbox.fhir.app import FhirServer, create_app
from deploy.sandbox.functions.app import create_app as create_functions
from deploy.sandbox.serve import LocalServer
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS

JANE = {"resourceType": "Practitioner", "name": [{"family": "Smith", "given": ["Jane"]}]}
Served = tuple[FhirServer, str, dict[str, Any]]


@dataclass
class World:
    server: FhirServer
    url: str
    functions: dict[str, Callable[[dict, Any], Any]]
    project: str
    jane: str
    profile: str
    payloads: list[dict] = field(default_factory=list)

    def bot(self, handler: Callable[[dict, Any], Any], **more: Any) -> str:
        """Adds a bot that runs `handler`, and keeps the payloads that it is given."""
        name = f"function-{len(self.functions)}"

        def run(payload: dict, context: Any) -> Any:
            self.payloads.append(payload)
            return handler(payload, context)

        self.functions[name] = run
        identifiers = [
            {"system": MEDPLUM_BOTS, "value": name},
            {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": name},
        ]
        return self.server.add_bot(self.project, name, identifiers, **more).id

    def execute(self, path: str, token: str | None = None, **sent: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.jane}", **sent.pop("headers", {})}
        url = f"{self.url}fhir/R4/Bot/{path}"
        return requests.post(url, headers=headers, timeout=10, **sent)

    def events(self, bot: str) -> list[dict]:
        events = self.server.resources("AuditEvent")
        return [e for e in events if e["entity"][0]["what"]["reference"] == f"Bot/{bot}"]


@contextmanager
def bots_server() -> Iterator[Served]:
    """A server, its URL, and the functions that it can run."""
    functions: dict[str, Any] = {}
    with LocalServer() as lambda_http, LocalServer() as http:
        lambda_http.start(create_functions(functions))
        server = create_app(base_url=http.url, functions_url=lambda_http.url)
        http.start(server)
        yield server, http.url, functions
    server.close()


def world_of(served: Served) -> World:
    """A project of its own with one member, Jane."""
    server, url, functions = served
    secrets = {"KEY": "abc", "LIMIT": 3, "STRICT": True}
    project = server.add_project("Clinic", secrets, features=("bots", "cron"))
    jane = server.add_person(project, JANE, f"{project}@example.com", "correct horse")
    return World(server, url, functions, project, jane.token, f"Practitioner/{jane.profile_id}")
