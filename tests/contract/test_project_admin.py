"""What is made on a Medplum server at most once: a creation without an answer may have happened."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import responses

from deploy.medplum.server import ProjectAdmin
from shared.errors import LookUpFirst
from shared.fhir.credential import GivenToken
from shared.http.sending import Http
from tests.builders import PROJECT_ID, dropped

BASE = "https://fhir.example.com/"
POLICY = {"resourceType": "AccessPolicy", "name": "made up"}

CREATIONS: dict[str, tuple[str, Callable[[ProjectAdmin], Any]]] = {
    "Bot": (
        f"{BASE}admin/projects/{PROJECT_ID}/bot",
        lambda server: server.create_bot(PROJECT_ID, "made up", "of nothing"),
    ),
    "ClientApplication": (
        f"{BASE}admin/projects/{PROJECT_ID}/client",
        lambda server: server.create_client(PROJECT_ID, "made up", "of nothing"),
    ),
    "AccessPolicy": (
        f"{BASE}fhir/R4/AccessPolicy",
        lambda server: server.create_unless_found(POLICY, "AccessPolicy?name=made up"),
    ),
}


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mocked:
        yield mocked


@pytest.mark.parametrize("answer", [{"status": 503}, {"body": dropped()}], ids=["503", "dropped"])
@pytest.mark.parametrize("kind", CREATIONS)
def test_a_creation_without_an_answer_has_to_be_looked_up(
    wire: responses.RequestsMock, kind: str, answer: dict[str, Any]
) -> None:
    url, create = CREATIONS[kind]
    wire.post(url, **answer)
    told = f"was asked to create the {kind} and gave no usable answer"
    with pytest.raises(LookUpFirst, match=told):
        create(ProjectAdmin(Http(), BASE, GivenToken("made-up-token")))
