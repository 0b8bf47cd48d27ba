"""What the sandbox's DoseSpot answers about clinics is as in DoseSpot's own Swagger document."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from deploy.sandbox.dosespot.app import create_app
from deploy.sandbox.dosespot.clinics import OPERATIONS
from deploy.sandbox.serve import LocalServer
from tests.contract.dosespot_records import CLINIC
from tests.contract.swagger import SwaggerContract
from tests.loopback import loopback_session
from tests.sandbox.served_dosespot import Clock, Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    clock = Clock()
    app = create_app(now=clock)
    with LocalServer().start(app) as local, loopback_session() as session:
        yield Sandbox(local.url, app, clock, session)
    app.close()


def test_every_operation_on_clinics_fits_the_document_good_or_refused(
    sandbox: Sandbox, contract: SwaggerContract
) -> None:
    violations: list[str] = []
    called: set[str] = set()

    def call(method: str, path: str, body: Any = None, **query: str) -> Any:
        reply = sandbox.send(method, path, json=body, params=query).json()
        violations.extend(contract.violations(method, f"api/{path}", query, body, reply))
        named = re.sub(r"^clinics/\d+", "clinics/{clinic_id:int}", path)
        called.add(
            f"{method} {re.sub(r'^clinicians/[0-9]+', 'clinicians/{clinician_id:int}', named)}"
        )
        return reply

    jane = sandbox.create()
    north = call("POST", "clinics", CLINIC)["ClinicId"]
    assert call("PUT", f"clinics/{north}", CLINIC)["Result"]["ResultCode"] == "OK"
    shown = call("GET", f"clinics/{north}")["Clinic"]
    assert {name: shown[name] for name in CLINIC} == CLINIC
    assert len(call("POST", f"clinicians/{jane}/clinics", {"ClinicIds": [north, 9]})) == 2
    listed = call("GET", f"clinicians/{jane}/clinicIds", clinicStatus="Active")["Items"]
    assert {"ClinicId": north} in listed
    assert len(call("DELETE", f"clinics/{north}/clinicians", {"ClinicianIds": [jane, 9]})) == 2
    for method, path, body in (
        ("GET", "clinics/9", None),
        ("PUT", "clinics/9", CLINIC),
        ("GET", "clinicians/9/clinicIds", None),
    ):
        assert call(method, path, body)["Result"]["ResultCode"] == "ERROR"
    assert violations == []
    assert called - {"POST clinics"} == {operation.name for operation in OPERATIONS}
