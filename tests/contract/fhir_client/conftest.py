"""The FHIR client on a wire that answers as each test says."""

from collections.abc import Iterator

import pytest
import responses

from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Http
from tests.contract.fhir_client.wire import BASE, Pauses, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def fhir(pauses: Pauses) -> FhirClient:
    return FhirClient(Http(), BASE, GivenToken("made-up-access-token"), pauses)
