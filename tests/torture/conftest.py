"""A sandbox whose DoseSpot does everything twice that it is asked twice."""

from collections.abc import Iterator

import pytest

from deploy.sandbox.sandbox import Sandbox
from tests.integration.clinic import Clinic, opened, undisturbed
from tests.torture.breaking import QuickClock, Runner


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def shared_clinic(sandbox: Sandbox) -> Iterator[Clinic]:
    with opened(sandbox) as clinic:
        yield clinic


@pytest.fixture
def clinic(shared_clinic: Clinic) -> Iterator[Clinic]:
    with undisturbed(shared_clinic) as clinic:
        clinic.switch(second_create_same_npi="duplicate", repeated_init="accept")
        yield clinic


@pytest.fixture
def runner() -> Runner:
    return Runner(QuickClock())
