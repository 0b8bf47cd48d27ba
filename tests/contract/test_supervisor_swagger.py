"""Setting a supervisor on the wire: exact requests, and their fit to DoseSpot's Swagger."""

import json
import os
from collections.abc import Callable

import pytest
import responses

from deploy.sandbox.sandbox import Sandbox
from deploy.sandbox.serve import LocalServer
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import DoseSpotRefused, LookUpFirst
from shared.http.sending import Http
from shared.http.token_cache import TokenCache
from tests.builders import CLINIC_ID, sample
from tests.contract.recording_proxy import Exchange, RecordingProxy
from tests.contract.swagger import SwaggerContract
from tests.integration.clinic import DEA, Clinic, Member

SWAGGER = os.environ.get("DOSESPOT_SWAGGER")
BASE = "https://dosespot.example.com/webapi/v2/"
SETTINGS = DoseSpotSettings(BASE, CLINIC_ID, "made-up-clinic-key", "made-up-subscription-key")
URL = f"{BASE}api/clinicians/4711/supervisors"
REFUSED = {"ResultCode": "ERROR", "ResultDescription": "Supervisor Jane Smith not found"}

CALLS: dict[str, tuple[str, object, Callable[[DoseSpotClient], None]]] = {
    "add": (
        "PUT",
        [{"ClinicId": CLINIC_ID, "SupervisorId": 815}],
        lambda dosespot: dosespot.add_supervisor(4711, 815, 10.0),
    ),
    "remove": (
        "DELETE",
        {"ClinicIds": [CLINIC_ID]},
        lambda dosespot: dosespot.remove_supervisors(4711, 10.0),
    ),
}


@pytest.fixture
def dosespot() -> DoseSpotClient:
    return DoseSpotClient(Http(), TokenCache(lambda: 1000.0), SETTINGS, 42)


@responses.activate
@pytest.mark.parametrize("name", CALLS)
def test_requests_are_exact(dosespot: DoseSpotClient, name: str) -> None:
    method, body, ask = CALLS[name]
    responses.post(f"{BASE}connect/token", json=sample("dosespot_token"))
    responses.add(method, URL, json={"Result": {"ResultCode": "OK"}})
    ask(dosespot)
    sent = responses.calls[-1].request
    assert (sent.method, sent.url, json.loads(sent.body or "")) == (method, URL, body)


@responses.activate
@pytest.mark.parametrize("name", CALLS)
def test_refusals_and_silence_are_told(dosespot: DoseSpotClient, name: str) -> None:
    method, _, ask = CALLS[name]
    responses.post(f"{BASE}connect/token", json=sample("dosespot_token"))
    responses.add(method, URL, json={"Result": REFUSED})
    responses.add(method, URL, status=500)
    with pytest.raises(DoseSpotRefused, match=r"the supervisor: Supervisor \.\.\. not found"):
        ask(dosespot)
    with pytest.raises(LookUpFirst):
        ask(dosespot)


@pytest.mark.skipif(not SWAGGER, reason="DOSESPOT_SWAGGER names no file")
def test_a_supervision_fits_the_published_contract() -> None:
    with Sandbox() as sandbox, LocalServer() as between:
        clinic = Clinic(sandbox)
        proxy = RecordingProxy(clinic.control_url.removesuffix("_sandbox/"))
        between.start(proxy.app())
        agent, supervisor = (_enrolled(clinic, role) for role in (5, 1))
        _point_the_bots_at(clinic, f"{between.url}webapi/v2/")
        for action in ("add", "remove"):
            _supervise(clinic, agent, supervisor, action)
        clinic.session.close()
    contract = SwaggerContract(str(SWAGGER))
    assert [violation for e in proxy.exchanges for violation in _violations(contract, e)] == []
    made = [e.method for e in proxy.exchanges if e.path.endswith("/supervisors")]
    assert made == ["PUT", "DELETE"]


def _violations(contract: SwaggerContract, e: Exchange) -> list[str]:
    return contract.violations(e.method, e.path, e.query, e.body, e.answer)


def _enrolled(clinic: Clinic, role: int) -> Member:
    member = clinic.add_member(dea=DEA)
    assert clinic.enroll(member, practitionerRoleTypes=[role]).status == 200
    return member


def _supervise(clinic: Clinic, agent: Member, supervisor: Member, action: str) -> None:
    body = {
        "practitionerId": agent.id,
        "supervisorPractitionerId": supervisor.id,
        "action": action,
    }
    bot = "dosespot-set-supervising-prescriber"
    assert clinic.execute(bot, body, clinic.admin.token).status == 200


def _point_the_bots_at(clinic: Clinic, base_url: str) -> None:
    project = clinic.read(f"Project/{clinic.project}")
    secrets = [
        {**secret, "valueString": base_url} if secret["name"] == "DOSESPOT_BASE_URL" else secret
        for secret in project["secret"]
    ]
    clinic.write({**project, "secret": secrets})
