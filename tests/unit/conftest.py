"""Local servers for unit tests: one a module, with something new behind it for each test."""

from collections.abc import Iterator

import pytest
import requests

from deploy.local.dosespot.app import create_app
from deploy.local.fhir.app import FhirServer
from deploy.local.fhir.app import create_app as create_fhir
from deploy.local.serve import LocalServer
from tests.unit import local_dosespot, local_fhir
from tests.unit.local_dosespot import Sandbox, Slot
from tests.unit.local_dosespot_iframe import Iframe
from tests.unit.local_fhir import Admin, Member, admin_of, member_of


@pytest.fixture(scope="module")
def slot() -> Iterator[Slot]:
    with LocalServer() as server:
        slot = Slot(server.url)
        server.start(slot)
        yield slot


@pytest.fixture
def sandbox(slot: Slot) -> Iterator[Sandbox]:
    clock = local_dosespot.Clock()
    slot.app = create_app(now=clock)
    yield Sandbox(slot.url, slot.app, clock)
    slot.app.close()


@pytest.fixture
def iframe(slot: Slot) -> Iterator[Iframe]:
    iframe = Iframe(slot.url)
    slot.app = iframe.app
    yield iframe
    iframe.app.close()


@pytest.fixture(scope="module")
def fhir() -> Iterator[tuple[FhirServer, str]]:
    with LocalServer() as http:
        server = create_fhir(base_url=http.url, now=local_fhir.Clock())
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
