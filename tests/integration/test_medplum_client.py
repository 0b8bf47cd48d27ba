"""An unmodified MedplumClient of @medplum/core, as apps use it, runs the bots."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.members.caller import NOT_ENROLLED
from tests import npm
from tests.integration.clinic import ADMIN_BOT, Clinic, Member
from tests.integration.creating import setting
from tests.integration.self_service import (
    IFRAME_BOT,
    SELF_BOT,
    SYNC_BOT,
    add_patient,
    grant,
    open_page,
)

pytestmark = pytest.mark.outside

FILES = Path(__file__).parent / "medplum_client"
Calls = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def client_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the script and @medplum/core, outside of the repository."""
    return npm.install(FILES, tmp_path_factory.mktemp("medplum") / "client")


@pytest.fixture
def run(clinic: Clinic, client_folder: Path) -> Callable[..., list[dict[str, Any]]]:
    """Signs somebody in and runs bots as them; gives a result or an error for each call."""

    def run(member: Member, login: str, *calls: Calls) -> list[dict[str, Any]]:
        asked = {
            "baseUrl": clinic.fhir_url,
            "email": login,
            "password": "sandbox-password",
            "calls": [{"bot": bot, "input": given} for bot, given in calls],
        }
        told = json.loads(npm.run("run_bots.mjs", client_folder, json.dumps(asked)))
        assert told["profile"] == f"Practitioner/{member.id}"
        return list(told["answers"])

    return run


def test_an_administrator_gets_results_as_objects_and_refusals_as_errors(
    clinic: Clinic, prescriber: Member, run: Callable[..., list[dict[str, Any]]]
) -> None:
    asked = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    login = clinic.sandbox.ready["people"]["admin"]["login"]
    created, refused, wrong = run(
        clinic.admin,
        login,
        (ADMIN_BOT, asked),
        (ADMIN_BOT, {**asked, "initIdp": True}),
        (ADMIN_BOT, {"practitionerId": prescriber.id}),
    )
    assert created["result"] == {
        "doseSpotClinicianId": clinic.clinician(prescriber)["id"],
        "projectMembership": clinic.read(f"ProjectMembership/{prescriber.membership_id}"),
        "practitioner": clinic.practitioner(prescriber),
        "registrationStatus": "Pending",
        "idpInitialized": False,
        "tfaInitialized": False,
    }
    for answer, kind, sentence in (
        (refused, "StageRefused", "Prescriber has a pending legal agreement. "),
        (wrong, "InputRefused", "practitionerRoleTypes: is required; add it."),
    ):
        error = answer["error"]
        told = json.loads(error["message"])
        assert set(told) == {"errorMessage", "errorType", "requestId", "stackTrace"}
        assert told["errorType"] == kind
        assert sentence in told["errorMessage"]
        assert error["name"] == "OperationOutcomeError"
        (issue,) = error["outcome"]["issue"]
        assert issue["details"]["text"] == error["message"]


def test_a_person_is_shown_a_plain_sentence_where_errors_are_returned(
    clinic: Clinic, prescriber: Member, run: Callable[..., list[dict[str, Any]]]
) -> None:
    calls = (
        (ADMIN_BOT, {"practitionerRoleTypes": [9]}),
        (IFRAME_BOT, {}),
        (IFRAME_BOT, {"patientId": "nobody"}),
    )
    login = f"p{prescriber.npi}@clinic.example"
    with setting(clinic, "MEDPLUM_BOT_ERRORS", "returned"):
        wrong, early, unknown = run(prescriber, login, *calls)
    assert wrong["error"]["message"] == (
        "Is required; add it (practitionerId); Must be at most 6 (practitionerRoleTypes[0])"
    )
    for answer in (early, unknown):
        assert answer["error"]["message"] == NOT_ENROLLED
    told = [(one["error"]["outcome"]["id"], one["error"]["name"]) for one in (wrong, early)]
    assert told == [
        ("bad-request", "OperationOutcomeError"),
        ("forbidden", "OperationOutcomeError"),
    ]


def test_an_older_server_makes_a_success_of_what_is_returned_so_it_is_raised(
    clinic: Clinic, prescriber: Member, run: Callable[..., list[dict[str, Any]]]
) -> None:
    clinic.switch_fhir(answers_returned_errors=False)
    login = f"p{prescriber.npi}@clinic.example"
    told = []
    for value in ("returned", "raised"):
        with setting(clinic, "MEDPLUM_BOT_ERRORS", value):
            told += run(prescriber, login, (IFRAME_BOT, {}))
    success, raised = told
    assert success["result"]["resourceType"] == "OperationOutcome"
    assert json.loads(raised["error"]["message"])["errorMessage"] == NOT_ENROLLED


def test_a_prescriber_goes_the_hooks_way_from_enrollment_to_dosespot(
    clinic: Clinic, prescriber: Member, run: Callable[..., list[dict[str, Any]]]
) -> None:
    grant(clinic, prescriber)
    patient = {"patientId": add_patient(clinic, name=[{"given": ["Ines"], "family": "Core"}])["id"]}
    login = f"p{prescriber.npi}@clinic.example"
    hook = ((SELF_BOT, {}), (SYNC_BOT, patient), (IFRAME_BOT, patient))
    early, enrolled, synced, opened = run(prescriber, login, hook[2], *hook)
    assert "the patient has no DoseSpot id yet" in early["error"]["message"]
    assert enrolled["result"] == {
        "status": "already_enrolled",  # opening the iFrame has created the clinician
        "doseSpotClinicianId": clinic.clinician(prescriber)["id"],
        "registrationStatus": "Pending",
        "epcsEnabled": False,
        "nextSteps": ["Sign the legal agreements in DoseSpot, then open ePrescribing again."],
    }
    assert synced["result"]["status"] == "created"
    assert set(opened["result"]) == {"url"}
    page = open_page(clinic, opened["result"]["url"])
    assert (page.status_code, "Legal agreements" in page.text) == (200, True)
    clinic.prescriber_does(prescriber, "sign-agreements")
    advanced, unchanged, _ = run(prescriber, login, *hook)
    assert advanced["result"]["status"] == "advanced"
    assert unchanged["result"] == {**synced["result"], "status": "unchanged"}
