"""DoseSpot's own Swagger document, for those who have it."""

import os

import pytest

from tests.contract.swagger import SwaggerContract


@pytest.fixture(scope="module")
def contract() -> SwaggerContract:
    path = os.environ.get("DOSESPOT_SWAGGER")
    if not path:
        pytest.skip("DOSESPOT_SWAGGER does not name DoseSpot's Swagger document")
    return SwaggerContract(path)
