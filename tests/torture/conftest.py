"""A sandbox whose DoseSpot does everything twice that it is asked twice."""

from collections.abc import Iterator

import pytest

from deploy.sandbox.sandbox import Sandbox
from tests.integration.clinic import Clinic
from tests.torture.breaking import QuickClock, Runner


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    with Sandbox() as sandbox:
        clinic = Clinic(sandbox)
        clinic.reset()
        clinic.switch(second_create_same_npi="duplicate", repeated_init="accept")
        yield clinic
        clinic.session.close()


@pytest.fixture
def runner() -> Runner:
    return Runner(QuickClock())
