"""The whole installation on one machine: FHIR server, Lambda, DoseSpot, NPI Registry and pages.

The servers know each other only by URL, as they would anywhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from starlette.types import ASGIApp

from bots.dispatch import Dispatcher
from deploy.aws.functions.relay_endpoint import relay_endpoint
from deploy.relay.rules import RelaySettings
from deploy.sandbox.clinic import admit_pages, project_secrets, seed_dosespot, seed_fhir
from deploy.sandbox.dosespot.app import DoseSpotServer
from deploy.sandbox.dosespot.app import create_app as create_dosespot
from deploy.sandbox.examples import examples
from deploy.sandbox.fhir.app import create_app as create_fhir
from deploy.sandbox.fhir.backend import Invoker
from deploy.sandbox.fhir.sign_in_page import Guest, SignInHints
from deploy.sandbox.functions.app import create_app as create_functions
from deploy.sandbox.nppes.app import API_PATH, NppesServer
from deploy.sandbox.pages import Site, origin
from deploy.sandbox.pages import create_app as create_pages
from deploy.sandbox.people import NEWCOMER, PASSWORD, PEOPLE, REGISTRATIONS, Person
from deploy.sandbox.serve import listen
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Http
from shared.runtime.services import Services

DOSESPOT_PATH = "webapi/v2/"
TOKEN_LIFETIME_S = 24 * 3600.0


@dataclass(frozen=True)
class Ports:
    """Ports to listen on; 0 takes any free one."""

    fhir: int = 0
    dosespot: int = 0
    functions: int = 0
    pages: int = 0
    nppes: int = 0


def functions_app(
    by_bot_id: Mapping[str, str] | None = None,
    make_services: Callable[[], Services] = Services,
    *,
    relay: RelaySettings | None = None,
    verbose: bool = False,
) -> ASGIApp:
    """The Lambda endpoint, at which every function is the one of all bots, whatever its name.

    Args:
        by_bot_id: names of bots by the id that the Bot resource has on a FHIR server.
        make_services: makes what the bots keep between their runs.
        relay: what the relay's endpoint knows, where it is served beside Lambda's.
        verbose: whether log lines go to standard error as well.
    """
    all_bots = Dispatcher(make_services, by_bot_id)
    served = relay_endpoint(all_bots, lambda: relay) if relay else None
    return create_functions({}, all_bots, relay=served, verbose=verbose)


def describe_dosespot(server: DoseSpotServer, url: str) -> dict[str, Any]:
    """How to reach the DoseSpot stand-in that listens at `url`; no secrets."""
    return {
        "baseUrl": f"{url}{DOSESPOT_PATH}",
        "controlUrl": f"{url}_sandbox/",
        "clinicId": server.clinic_id,
    }


class Sandbox:
    """Starts and stops everything; a context manager.

    Args:
        ports: where to listen.
        data: folder in which both servers keep their state; None keeps it in memory.
        make_services: makes what the bots keep between their runs.
        verbose: whether the bots' log lines go to standard error.
        invoker: runs the bots instead of the Lambda endpoint.

    Raises:
        PortTaken: names every port that is taken.

    Attributes:
        ready: how to reach everything; filled when the servers accept connections.
    """

    def __init__(
        self,
        ports: Ports | None = None,
        data: Path | None = None,
        make_services: Callable[[], Services] = Services,
        *,
        verbose: bool = False,
        invoker: Invoker | None = None,
    ) -> None:
        ports = ports or Ports()
        if data is not None:
            data.mkdir(parents=True, exist_ok=True)
        self._at = listen(asdict(ports))
        self.dosespot = create_dosespot(_database(data, "dosespot"))
        self.fhir = create_fhir(
            database=_database(data, "fhir"),
            base_url=self._url("fhir"),
            functions_url=self._url("functions"),
            invoker=invoker,
            first_password=PASSWORD,
            hints=SignInHints(
                guests=[Guest(p.email, PASSWORD, p.name, p.description) for p in PEOPLE],
                examples=examples(),
            ),
        )
        self._functions = functions_app(make_services=make_services, verbose=verbose)
        self._nppes = NppesServer(REGISTRATIONS)
        self.ready: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Fills the servers where they are new, and starts them."""
        if not self.fhir.resources("Project"):
            seed_fhir(self.fhir, seed_dosespot(self.dosespot))
        self._at["fhir"].start(self.fhir)
        self._at["dosespot"].start(self.dosespot)
        self._at["functions"].start(self._functions)
        self._at["nppes"].start(self._nppes)
        self.ready = self._describe()
        fhir = self._as_administrator()
        self._set_secrets(fhir)
        self._start_pages(fhir)
        return self

    def __exit__(self, *_: object) -> None:
        for listener in self._at.values():  # together, because each takes a moment
            listener.begin_to_stop()
        for listener in self._at.values():
            listener.stop()
        self.fhir.close()
        self.dosespot.close()

    def forget_calls(self) -> None:
        """Has all servers count their calls from now on, as `DELETE _sandbox/calls` has one."""
        for server in (self.fhir, self.dosespot, self._nppes):
            server.forget_calls()

    def _url(self, name: str) -> str:
        return self._at[name].url

    def _as_administrator(self) -> FhirClient:
        administrator = next(p["token"] for p in self.ready["people"].values() if p["admin"])
        return FhirClient(Http(), self._url("fhir"), GivenToken(administrator))

    def _set_secrets(self, fhir: FhirClient) -> None:
        """Writes the project's secrets; the ports may differ from those of an earlier run."""
        secrets = [{"name": n, "valueString": v} for n, v in self._secrets().items()]
        for project in self.fhir.resources("Project"):
            fhir.apply(project, lambda found: {**found, "secret": secrets})

    def _start_pages(self, fhir: FhirClient) -> None:
        client = admit_pages(self.fhir, fhir, self._url("pages"))
        iframe = origin(self._url("dosespot"))
        site = Site(self._url("fhir"), client, iframe, self.dosespot.clinic_id, NEWCOMER)
        self._at["pages"].start(create_pages(site))
        self.ready["pages"]["clientId"] = client

    def _secrets(self) -> dict[str, str]:
        registry = f"{self._url('nppes')}{API_PATH}"
        return project_secrets(
            self.fhir, self.dosespot, self._url("dosespot"), DOSESPOT_PATH, registry
        )

    def _describe(self) -> dict[str, Any]:
        memberships = {
            membership["profile"]["reference"]: membership["id"]
            for membership in self.fhir.resources("ProjectMembership")
        }
        return {
            "fhir": {"baseUrl": self._url("fhir")},
            "dosespot": describe_dosespot(self.dosespot, self._url("dosespot")),
            "functions": {"baseUrl": self._url("functions")},
            "pages": {"baseUrl": self._url("pages")},
            "nppes": {
                "baseUrl": f"{self._url('nppes')}{API_PATH}",
                "controlUrl": f"{self._url('nppes')}_sandbox/",
            },
            "people": {person.key: self._person(person, memberships) for person in PEOPLE},
            "bots": {bot["name"]: {"id": bot["id"]} for bot in self.fhir.resources("Bot")},
            "secrets": list(self._secrets()),
        }

    def _person(self, person: Person, memberships: dict[str, str]) -> dict[str, Any]:
        practitioner = next(
            one["id"]
            for one in self.fhir.resources("Practitioner")
            if any(identifier["value"] == person.npi for identifier in one["identifier"])
        )
        membership = memberships[f"Practitioner/{practitioner}"]
        return {
            "name": person.name,
            "login": person.email,
            "password": PASSWORD,
            "token": self.fhir.token_for(membership, TOKEN_LIFETIME_S),
            "practitionerId": practitioner,
            "membershipId": membership,
            "admin": person.admin,
        }


def _database(data: Path | None, name: str) -> str:
    return ":memory:" if data is None else str(data / f"{name}.sqlite")
