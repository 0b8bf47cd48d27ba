"""The checker of exchanges notices what DoseSpot's Swagger document does not allow."""

from typing import Any

import pytest

from tests.contract.dosespot_records import CLINIC, PATIENT, PRESCRIBER
from tests.contract.swagger import SwaggerContract


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("GET", "api/nothing"), ["no such operation"]),
        (("GET", "api/clinicians/x"), ["no such operation"]),
        (("GET", "api/clinician", {"name": "x"}), ["query.name: no such parameter"]),
        (("POST", "api/clinicians/1/idpInit", {}, {}), ["request: takes no body"]),
        (("POST", "api/clinicians/pin"), ["request: body missing"]),
        (("POST", "api/clinicians/pin", {}, {}), ["request: 'PIN' is a required property"]),
        (
            ("POST", "api/clinicians/pin", {}, {"PIN": 1}),
            ["request.PIN: 1 is not of type 'string'"],
        ),
        (("POST", "api/clinicians/pin", {}, {"PIN": None}), ["is not of type 'string'"]),
        (("POST", "api/clinicians/pin", {}, {"PIN": "1", "Pin": ""}), ["'Pin' was unexpected"]),
        (
            ("POST", "api/clinicians/1/initTfaActivate", {}, {"TfaTypeId": "SMS"}),
            ["request.TfaTypeId: 'SMS' is not one of"],
        ),
        (
            ("PUT", "api/clinicians/1/supervisors", {}, [{"ClinicId": 2**31}]),
            ["is not a 'int32'"],
        ),
        (("POST", "api/clinics", {}, {**CLINIC, "Address2": "x" * 36}), ["is too long"]),
        (
            ("PUT", "api/clinicians/1", {}, {**PRESCRIBER, "DEANumbers": [{"DEANumber": "1"}]}),
            ["request.DEANumbers.0.DEANumber: '1' does not match"],
        ),
        (
            ("POST", "api/clinicians", {}, {**PRESCRIBER, "DateOfBirth": "15.5.1980"}),
            ["request.DateOfBirth: '15.5.1980' is not a 'date-time'"],
        ),
        (("GET", "api/clinician", {}, None, {"Id": None, "Result": None}), []),
        (("GET", "api/clinician", {}, None, {"Id": "1"}), ["response.Id: '1' is not of type"]),
        (("GET", "api/clinician", {}, None, {"ID": 1}), ["'ID' was unexpected"]),
        (
            ("GET", "api/clinician", {}, None, {"Result": {}}),
            ["response.Result: 'ResultCode' is a required property"],
        ),
        (
            ("GET", "api/clinicians/1/registrationStatus", {}, None, {"Item": "Ready"}),
            ["response.Item: 'Ready' is not one of"],
        ),
        (("GET", "api/patients/search", {"pageNumber": "x"}), ["not of type integer"]),
        (("POST", "api/patients", {}, {**PATIENT, "Email": "x" * 81}), ["is too long"]),
        (
            ("GET", "api/patients/search", {}, None, {"PageResult": {"Page": 1}}),
            ["'Page' was unexpected"],
        ),
        (
            ("GET", "api/clinicians/1", {}, None, {"Item": {"ClinicianId": 1}}),
            ["is a required property"] * 10,
        ),
    ],
)
def test_the_checker_notices(
    contract: SwaggerContract, call: tuple[Any, ...], expected: list[str]
) -> None:
    found = contract.violations(*call)
    assert len(found) == len(expected), found
    assert all(part in sentence for part, sentence in zip(expected, found, strict=True)), found
