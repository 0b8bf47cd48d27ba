"""The stand-ins as tests serve them: one a module, with something new behind it for each test."""

from collections.abc import Iterator

import pytest
import requests

from deploy.sandbox.dosespot.app import create_app
from deploy.sandbox.fhir.app import FhirServer
from deploy.sandbox.fhir.app import create_app as create_fhir
from deploy.sandbox.serve import LocalServer
from tests.loopback import loopback_session
from tests.sandbox import served_dosespot, served_fhir
from tests.sandbox.served_bots import Served, World, bots_server, world_of
from tests.sandbox.served_dosespot import Sandbox, Slot
from tests.sandbox.served_fhir import Admin, Member, admin_of, member_of
from tests.sandbox.served_iframe import Iframe
from tests.sandbox.served_prescribing import Practice


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    with LocalServer() as server, loopback_session() as session:
        slot = Slot(server.url, session)
        server.start(slot)
        yield slot


@pytest.fixture
def sandbox(slot: Slot) -> Iterator[Sandbox]:
    clock = served_dosespot.Clock()
    slot.app = create_app(now=clock)
    yield Sandbox(slot.url, slot.app, clock, slot.session)
    slot.app.close()


@pytest.fixture
def practice(sandbox: Sandbox) -> Practice:
    return Practice(sandbox)


@pytest.fixture
def iframe(slot: Slot) -> Iterator[Iframe]:
    iframe = Iframe(slot.url)
    slot.app = iframe.app
    yield iframe
    iframe.app.close()


@pytest.fixture(scope="module")
def fhir() -> Iterator[tuple[FhirServer, str]]:
    with LocalServer() as http:
        server = create_fhir(base_url=http.url, now=served_fhir.Clock())
        http.start(server)
        yield server, f"{http.url}fhir/R4/"
    server.close()


@pytest.fixture
def member(fhir: tuple[FhirServer, str]) -> Iterator[Member]:
    server, base = fhir
    with requests.Session() as session:
        yield member_of(server, base, server.add_project("Clinic"), session)


@pytest.fixture
def stranger(fhir: tuple[FhirServer, str]) -> Iterator[Member]:
    server, base = fhir
    with requests.Session() as session:
        yield member_of(server, base, server.add_project("Other clinic"), session)


@pytest.fixture
def admin(fhir: tuple[FhirServer, str]) -> Admin:
    server, base = fhir
    return admin_of(server, base, server.add_project("Clinic"))


@pytest.fixture(scope="module")
def served_with_bots() -> Iterator[Served]:
    with bots_server() as served:
        yield served


@pytest.fixture
def world(served_with_bots: Served) -> World:
    return world_of(served_with_bots)
