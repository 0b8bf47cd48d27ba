"""DoseSpot's own Swagger document, for those who have it, and the sandbox's DoseSpot."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from deploy.sandbox.dosespot.app import DoseSpotServer, create_app
from deploy.sandbox.serve import LocalServer
from tests.contract.swagger import SwaggerContract


@pytest.fixture(scope="module")
def contract() -> SwaggerContract:
    path = os.environ.get("DOSESPOT_SWAGGER")
    if not path:
        pytest.skip("DOSESPOT_SWAGGER does not name DoseSpot's Swagger document")
    return SwaggerContract(path)


@pytest.fixture
def server() -> Iterator[tuple[str, DoseSpotServer]]:
    app = create_app(now=lambda: datetime(2026, 3, 12, 23, 38, 38, 207000, tzinfo=UTC))
    with LocalServer().start(app) as local:
        yield f"{local.url}webapi/v2/", app
    app.close()
