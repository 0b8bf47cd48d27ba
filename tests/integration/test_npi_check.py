"""The NPI Registry: what it refuses, warns of and can not say; made up for later; at enrollment.

The status sync looks at a whole project, so its tests have a sandbox of their own.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.sandbox.nppes.records import individual, organization
from deploy.sandbox.people import ORGANIZATION_NPI
from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.check_due import is_check_due
from shared.npi_check.check import POSTPONED
from shared.prescriber_form.rules.sentences import FormSentence
from shared.records.registry import NOT_IN_SERVICE, OTHER_LICENSE, OTHER_NAME, OTHER_STATE
from tests.integration.clinic import DEA, Clinic, Member, opened, undisturbed
from tests.integration.conftest import hurried
from tests.integration.creating import create, created, new_form, practitioners, setting
from tests.integration.self_service import SELF_BOT, grant

SYNC_BOT = "dosespot-sync-status-bot"
OUTAGES: dict[str, dict[str, Any]] = {
    "down": {"kind": "status", "status": 503},
    "gone": {"kind": "drop"},
    "busy": {"kind": "status", "status": 429, "retry_after": "60"},
    "HTML": {"kind": "html", "status": 200},
    "empty": {"kind": "empty"},
    "an error": {
        "kind": "text",
        "status": 200,
        "body": '{"Errors": [{"description": "x", "field": "version"}]}',
    },
}


@pytest.fixture(scope="module")
def office() -> Iterator[Clinic]:
    with Sandbox(make_services=hurried) as running, opened(running) as clinic:
        yield clinic


@pytest.fixture
def project(office: Clinic) -> Iterator[Clinic]:
    """A project whose Practitioners all may be looked at."""
    with undisturbed(office) as clinic:
        yield clinic


def npi_of(body: dict[str, Any]) -> str:
    return str(body["details"]["npi"])


def refused(clinic: Clinic, body: dict[str, Any]) -> str:
    answer = create(clinic, body)
    assert answer.body["errorType"] == "InputRefused"
    assert practitioners(clinic, npi_of(body)) == []
    return answer.error


def warned(clinic: Clinic, body: dict[str, Any]) -> list[tuple[str, str]]:
    answer = created(clinic, body)
    assert answer["npiCheck"] == "differs"
    return [(one["path"], one["sentence"]) for one in answer["warnings"]]


def sync(clinic: Clinic, **given: Any) -> list[dict[str, Any]]:
    answer = clinic.execute(SYNC_BOT, {"pageSize": 200, **given}, clinic.admin.token)
    assert answer.status == 200, answer.body
    return list(answer.body["npiChecks"])


def postponed(clinic: Clinic, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A form, and the Practitioner that was made of it while the registry was down."""
    body = new_form(clinic, **changes)
    clinic.break_registry(path=".*", kind="status", status=503)
    answer = created(clinic, body)
    assert answer["npiCheck"] == "postponed"
    assert is_check_due(answer["practitioner"])
    return body, answer["practitioner"]


def test_an_organizations_number_is_refused_with_the_tables_sentence(clinic: Clinic) -> None:
    body = new_form(clinic)
    clinic.register(organization(npi_of(body), "Example clinic"))
    assert refused(clinic, body) == f"The form was refused. details.npi: {FormSentence.NPI_TYPE}"
    known = {**body, "details": {**body["details"], "npi": ORGANIZATION_NPI}}
    assert FormSentence.NPI_TYPE in create(clinic, known).error


def test_a_number_that_is_not_in_service_is_refused(clinic: Clinic) -> None:
    body = new_form(clinic)
    clinic.deactivate(npi_of(body))
    assert refused(clinic, body).endswith(f"details.npi: {NOT_IN_SERVICE}.")
    body = new_form(clinic)
    clinic.register(individual(npi_of(body), "Jane", "Smith", status="D"))
    assert NOT_IN_SERVICE in refused(clinic, body)


def test_what_differs_is_a_warning_at_its_path(clinic: Clinic) -> None:
    body = new_form(clinic, locations=[{"locationName": "Registry", "medicalLicenseNumber": "1"}])
    place = {"resourceType": "Location", "name": "Registry", "address": {"state": "NY"}}
    clinic.sandbox.fhir.add_resource(clinic.project, place)
    clinic.register(individual(npi_of(body), "Jane", "Miller", state="NY"))
    assert warned(clinic, body) == [
        ("lName", OTHER_NAME),
        ("mailingAddress.state", OTHER_STATE),
        ("locations[0].medicalLicenseNumber", OTHER_LICENSE),
    ]


def test_an_answer_is_asked_for_once_a_day(clinic: Clinic) -> None:
    body = new_form(clinic)
    for _ in range(3):
        created(clinic, body)
    assert clinic.registry_calls() == 1


@pytest.mark.parametrize("name", OUTAGES)
def test_while_the_registry_is_out_of_order_creation_goes_on(clinic: Clinic, name: str) -> None:
    body = new_form(clinic)
    clinic.break_registry(path=".*", **OUTAGES[name])
    answer = created(clinic, body)
    assert {"path": "details.npi", "sentence": POSTPONED} in answer["warnings"]
    assert (answer["created"], answer["npiCheck"]) == (True, "postponed")
    assert is_check_due(answer["practitioner"])
    assert clinic.registry_calls() == 1
    again = created(clinic, body)
    assert (again["npiCheck"], is_check_due(again["practitioner"])) == ("passed", False)


def test_the_sync_makes_up_for_it_once(project: Clinic) -> None:
    _, practitioner = postponed(project)
    reference = f"Practitioner/{practitioner['id']}"
    expected = [{"practitioner": reference, "outcome": "passed", "findings": []}]
    assert sync(project, dryRun=True) == expected
    assert is_check_due(project.read(reference))
    assert sync(project) == expected
    after = project.read(reference)
    assert not is_check_due(after)
    assert {**practitioner, "meta": None} == {**after, "meta": None}
    assert sync(project) == []


def test_the_sync_tells_differences_once_and_refusals_until_they_are_mended(
    project: Clinic,
) -> None:
    body, practitioner = postponed(project)
    project.register(individual(npi_of(body), "Jane", "Miller"))
    reference = f"Practitioner/{practitioner['id']}"
    told = [f"Practitioner.name: {OTHER_NAME}"]
    assert sync(project) == [{"practitioner": reference, "outcome": "differs", "findings": told}]
    assert sync(project) == []
    body, practitioner = postponed(project)
    project.deactivate(npi_of(body))
    reference = f"Practitioner/{practitioner['id']}"
    told = [f"Practitioner.identifier: {NOT_IN_SERVICE}"]
    for _ in range(2):
        assert sync(project) == [
            {"practitioner": reference, "outcome": "refused", "findings": told}
        ]
    project.register(individual(npi_of(body), "Jane", "Smith"))
    assert [one["outcome"] for one in sync(project)] == ["passed"]


def test_the_sync_stops_asking_a_registry_that_does_not_answer(project: Clinic) -> None:
    first, _ = postponed(project)
    second, _ = postponed(project)
    project.reset()
    project.break_registry(path=".*", kind="html", status=200)
    assert [one["outcome"] for one in sync(project)] == ["postponed"]
    assert project.registry_calls() == 1
    assert len(sync(project)) == 2
    assert npi_of(first) != npi_of(second)


def test_the_sync_of_one_prescriber_makes_up_for_that_one(project: Clinic) -> None:
    _, other = postponed(project)
    body, practitioner = postponed(project, invite=True)
    (membership,) = project.read(f"ProjectMembership?profile=Practitioner/{practitioner['id']}")[
        "entry"
    ]
    member = Member(practitioner["id"], membership["resource"]["id"], "", npi_of(body))
    assert project.enroll(member).status == 200
    found = sync(project, practitionerId=practitioner["id"])
    assert [one["practitioner"] for one in found] == [f"Practitioner/{practitioner['id']}"]
    assert [one["practitioner"] for one in sync(project)] == [f"Practitioner/{other['id']}"]


def test_who_is_due_can_be_unknown_without_harm_to_the_sync(project: Clinic) -> None:
    project.break_fhir(method="POST", path="/fhir/R4/", kind="status", status=400, skip=1)
    assert sync(project) == []


def test_enrolling_asks_the_registry_only_where_the_project_wants_it(
    clinic: Clinic, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = clinic.add_member(dea=DEA)
    assert clinic.enroll(unknown).status == 200
    assert clinic.registry_calls() == 0
    organizations, known, another = (clinic.add_member(dea=DEA) for _ in range(3))
    clinic.register(organization(organizations.npi, "Example clinic"))
    clinic.register(individual(known.npi, "Jane", "Smith"))
    clinic.register(individual(another.npi, "Joan", "Miller"))
    with setting(clinic, "NPI_REGISTRY_CHECK", "enrollment"):
        for member, sentence in ((unknown, NOT_IN_SERVICE), (organizations, FormSentence.NPI_TYPE)):
            grant(clinic, member)
            for answer in (clinic.enroll(member), clinic.execute(SELF_BOT, {}, member.token)):
                assert answer.body["errorType"] == "RecordsRefused"
                assert f"Practitioner.identifier: {sentence}" in answer.error
        assert clinic.clinicians(organizations.npi) == []
        for member, doubts in ((known, 0), (another, 1)):
            caplog.clear()
            assert clinic.enroll(member).status == 200
            assert caplog.text.count(OTHER_NAME) == doubts
        clinic.break_registry(path=".*", kind="drop")
        assert clinic.enroll(clinic.add_member(dea=DEA)).status == 200


def test_another_value_of_the_setting_is_refused(clinic: Clinic) -> None:
    with setting(clinic, "NPI_REGISTRY_CHECK", "always"):
        answer = clinic.enroll(clinic.add_member())
    assert answer.body["errorType"] == "Misconfigured"
    assert "NPI_REGISTRY_CHECK must be enrollment" in answer.error
