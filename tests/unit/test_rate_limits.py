"""What a call takes of DoseSpot's rate limits and of Medplum's units."""

from typing import Any

import pytest

from shared.dosespot.limits import DoseSpotLimits, operation
from shared.fhir.units import FhirUnits, units
from shared.http.quota import Quota
from shared.http.sending import Call

DOSESPOT, FHIR = "https://my.staging.dosespot.com/webapi/v2/", "https://fhir.example/"


def dosespot(method: str, path: str) -> Call:
    return Call("DoseSpot", "answer", method, f"{DOSESPOT}{path}", {})


def fhir(method: str, path: str, json: Any = None) -> Call:
    return Call("The FHIR server", "answer", method, f"{FHIR}{path}", {}, json=json)


def test_an_operation_is_a_method_and_a_path_without_its_numbers() -> None:
    one, other = (dosespot("GET", f"api/clinicians/{n}/registrationStatus") for n in (7, 10002))
    assert operation(one) == operation(other)
    assert operation(one) == "GET /webapi/v2/api/clinicians/{id}/registrationStatus"
    assert operation(dosespot("POST", "api/clinicians")) != operation(
        dosespot("GET", "api/clinicians")
    )


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "connect/token", 2000),
        ("GET", "api/clinicians/7", 1000),
        ("GET", "api/clinician", 1000),
        ("POST", "api/clinicians", 400),
        ("PUT", "api/clinicians/7", 400),
        ("DELETE", "api/clinicians/7/supervisors", 400),
    ],
)
def test_a_call_takes_of_its_operations_limit_and_of_the_total(
    method: str, path: str, limit: int
) -> None:
    call = dosespot(method, path)
    assert DoseSpotLimits().charges(call) == [
        (Quota(("DoseSpot", operation(call)), limit, 10.0), 1),
        (Quota("DoseSpot", 2000, 10.0), 1),
    ]


def test_a_share_leaves_at_least_one_call() -> None:
    assert DoseSpotLimits().share(0.5) == DoseSpotLimits(1000, 500, 200, 1000)
    assert DoseSpotLimits().share(0.0001) == DoseSpotLimits(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("call", "cost"),
    [
        (fhir("GET", "fhir/R4/Practitioner/1"), 1),
        (fhir("GET", "fhir/R4/Practitioner?name=a"), 20),
        (fhir("GET", "fhir/R4/Practitioner"), 20),
        (fhir("PUT", "fhir/R4/Practitioner/1"), 100),
        (fhir("POST", "fhir/R4/AuditEvent"), 100),
        (fhir("GET", "auth/me"), 0),
        (fhir("POST", "oauth2/token"), 0),
    ],
)
def test_a_read_a_search_and_a_write_cost_what_medplum_says(call: Call, cost: int) -> None:
    assert units(call) == cost


def test_a_batch_costs_what_its_entries_cost() -> None:
    requests = [("GET", "Practitioner/1"), ("GET", "ProjectMembership?profile=x"), ("POST", "A")]
    entries = [{"request": {"method": method, "url": url}} for method, url in requests]
    batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    assert units(fhir("POST", "fhir/R4/", batch)) == 121


def test_each_server_has_limits_of_its_own() -> None:
    call = fhir("GET", "fhir/R4/Practitioner/1")
    assert DoseSpotLimits().charges(call) == []
    assert FhirUnits(50_000).charges(call) == [(Quota("The FHIR server", 50_000, 60.0), 1)]
    assert FhirUnits().charges(dosespot("GET", "api/clinicians/7")) == []
    assert FhirUnits().charges(fhir("GET", "auth/me")) == []
