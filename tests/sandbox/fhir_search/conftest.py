"""A server with records of every kind that is searched."""

from collections.abc import Iterator

import pytest
import requests

from deploy.sandbox.fhir.app import create_app
from deploy.sandbox.serve import LocalServer
from tests.sandbox.fhir_search.searched import RESOURCES, World, practitioner
from tests.sandbox.served_fhir import Clock


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with LocalServer() as http, requests.Session() as session:
        server = create_app(base_url=http.url, now=Clock())
        http.start(server)
        project, other = server.add_project("Clinic"), server.add_project("Other")
        server.add_resource(
            other, practitioner("elsewhere", active=True, name=[{"family": "Smith"}])
        )
        for resource in RESOURCES:
            server.add_resource(project, resource)
        person = server.add_person(
            project,
            {"resourceType": "RelatedPerson", "patient": {"reference": "Patient/homer"}},
            "admin@example.com",
            "correct horse",
            admin=True,
            identifiers=[{"system": "https://dosespot.com/clinician-id", "value": "77"}],
            access_policy={"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]},
        )
        session.headers["Authorization"] = f"Bearer {person.token}"
        server.add_client(project, "Enrollment client")
        server.add_bot(project, "enroll-bot", [{"system": "urn:bots", "value": "enroll"}])
        yield World(server, f"{http.url}fhir/R4/", session, project, person.membership_id)
    server.close()
