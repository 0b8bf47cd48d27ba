"""A sandbox whose DoseSpot does everything twice that it is asked twice."""

from collections.abc import Iterator

import pytest

from deploy.sandbox.sandbox import Sandbox
from tests.integration.clinic import Clinic, undisturbed
from tests.torture.breaking import QuickClock, Runner


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    with undisturbed(sandbox) as clinic:
        clinic.switch(second_create_same_npi="duplicate", repeated_init="accept")
        yield clinic


@pytest.fixture
def runner() -> Runner:
    return Runner(QuickClock())
