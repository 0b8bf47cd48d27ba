"""Every call that an enrollment makes, and every answer that it gets, fits DoseSpot's Swagger."""

import os

import pytest

from deploy.sandbox.sandbox import Sandbox
from deploy.sandbox.serve import LocalServer
from tests.contract.recording_proxy import RecordingProxy
from tests.contract.swagger import SwaggerContract
from tests.integration.clinic import DEA, Clinic

SWAGGER = os.environ.get("DOSESPOT_SWAGGER")
CALLED = {
    ("GET", "api/clinician"),
    ("POST", "api/clinicians"),
    ("PUT", "api/clinicians/{id}"),
    ("GET", "api/clinicians/{id}"),
    ("GET", "api/clinicians/{id}/registrationStatus"),
    ("GET", "api/clinicians/{id}/legalAgreements"),
    ("POST", "api/clinicians/{id}/idpInit"),
    ("POST", "api/clinicians/{id}/initTfaActivate"),
}


@pytest.mark.skipif(not SWAGGER, reason="DOSESPOT_SWAGGER names no file")
def test_a_whole_enrollment_fits_the_published_contract() -> None:
    with Sandbox() as sandbox, LocalServer() as between:
        clinic = Clinic(sandbox)
        proxy = RecordingProxy(clinic.control_url.removesuffix("_sandbox/"))
        between.start(proxy.app())
        _point_the_bots_at(clinic, f"{between.url}webapi/v2/")
        _enroll(clinic)
    contract = SwaggerContract(str(SWAGGER))
    violations = [
        f"{e.method} {e.path}: {violation}"
        for e in proxy.exchanges
        for violation in contract.violations(e.method, e.path, e.query, e.body, e.answer)
    ]
    assert violations == []
    made = {(e.method, _without_id(e.path)) for e in proxy.exchanges}
    assert made == CALLED
    assert all("subscription-key" in e.headers for e in proxy.exchanges)


def _point_the_bots_at(clinic: Clinic, base_url: str) -> None:
    project = clinic.read(f"Project/{clinic.project}")
    secrets = [
        {**secret, "valueString": base_url} if secret["name"] == "DOSESPOT_BASE_URL" else secret
        for secret in project["secret"]
    ]
    clinic.write({**project, "secret": secrets})


def _enroll(clinic: Clinic) -> None:
    prescriber = clinic.add_member(dea=DEA)
    license_ = {"LicenseNumber": "036-123456", "State": "IL"}
    clinic.enroll(prescriber, medicalLicenseNumbers=[license_])
    clinic.enroll(prescriber, practitionerRoleTypes=[1, 3])
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.enroll(prescriber, initIdp=True)
    clinic.prescriber_does(prescriber, "pass-idp")
    clinic.enroll(prescriber, initTfa=True)
    clinic.prescriber_does(prescriber, "activate-tfa")
    assert clinic.enroll(prescriber).body["registrationStatus"] == "TFAActivatedSuccess"


def _without_id(path: str) -> str:
    return "/".join("{id}" if part.isdecimal() else part for part in path.split("/"))
