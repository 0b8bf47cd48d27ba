"""One sandbox for all integration tests; each test brings its own people."""

from collections.abc import Iterator

import pytest

from deploy.local.sandbox import Sandbox
from tests.integration.clinic import DEA, Clinic, Member


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    clinic = Clinic(sandbox)
    clinic.reset()
    with clinic.session:
        yield clinic
        clinic.reset()


@pytest.fixture
def prescriber(clinic: Clinic) -> Member:
    """Somebody with DEA numbers in two states."""
    return clinic.add_member(dea=DEA)
