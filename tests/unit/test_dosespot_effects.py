"""What an answer to a write says about its effect: kind of reply by text, and nothing assumed."""

import json
from typing import Any

import pytest

from shared.dosespot.effects import LONGEST_TEXT, Done, Effect, Open, Refused, effect, says_refusal

KNOWN = [
    "Email Address already exists",
    "NPI already exists",
    "This NPI is already in use by another clinician",
    "NPI is not in the correct format",
    "State is not a two-letter abbreviation",
    "ClinicianRoleType is not a list of known role types",
    "City is required",
    "Height is required for patients under 18",
    "Address1 must not contain line breaks",
    "DateOfBirth must not be in the future",
    "Weight must be greater than zero",
    "The field MiddleName must be a string with a maximum length of 35.",
    "FirstName exceeds 35 characters",
    "The maximum length of City is 35",
    "Prefix is too long",
    "Email is not a valid address",
    "DateOfBirth is invalid",
    "Invalid Email Address",
    "User is not authorized to do this action.",
    "This clinic has no permission for EPCS",
    "Clinician not found",
    "Supervisor with this id was not found",
    "Supervisor 4712 not found",
    "Supervisor Jane Smith not found",
    "Patient could not be found",
    "Pharmacy not found",
    "Medication with this id was not found",
    "The favorite does not exist",
    "The clinician does not exist",
    "There is no such agreement to be signed",
    "Clinician has a pending legal agreement",
    "Clinician has no DEA number",
    "EPCS was not requested for this clinician",
    "Identity proofing is already initialized",
    "Identity proofing has already been completed",
    "Identity proofing is not initialized",
    "Identity proofing cannot be initialized at this step",
    "Clinician has not completed identity proofing",
    "Two factor authentication activation is already in progress",
    "Two factor authentication deactivation is in progress",
    "Clinician is not linked to this clinic",
]
NOT_KNOWN = [
    "",
    " ",
    "Error",
    "An error has occurred.",
    "An error occurred while saving the entity changes. See the inner exception for details.",
    "Timeout expired",
    "Execution Timeout Expired. The timeout period elapsed prior to completion of the operation",
    "The operation timed out",
    "Transaction (Process ID 52) was deadlocked on lock resources with another process",
    "The server was not found or was not accessible",
    "Object reference not set to an instance of an object.",
    "An item with the same key has already been added.",
    "Value cannot be null.",
    "There is already an open DataReader associated with this Command",
    "The connection must be open",
    "Invalid operation: the field is required",
    "The clinician was created but the Email is not in the correct format",
    "NPI already exists, please try again",
    "The request is required to be retried: server busy",
    "Service unavailable",
    "Clinician service not found",
    "Pharmacy service not found",
    "Favorite added, but the drug not found",
    "Clinician saved, but the Email is not in the correct format",
    "Clinician was stored elsewhere and its picture not found",
    "Failed to create clinician: Email already exists",
    "The task was cancelled",
    "Unknown",
    "Not Found",
    "404 page not found",
    "No HTTP resource was found that matches the request",
    "Forbidden",
    "The request is invalid.",
    "City is required" + " " * LONGEST_TEXT,
]
FAULTS = [
    "timeout expired",
    "time-out",
    "it timed out",
    "chosen as the deadlock victim",
    "an exception was thrown",
    "an error occurred",
    "error while saving",
    "internal error",
    "unexpected result",
    "unhandled fault",
    "try again",
    "please retry",
    "rerun it",
    "temporarily unavailable",
    "not available now",
    "overloaded",
    "busy",
    "the task was canceled",
    "aborted",
    "rolled back",
    "object disposed",
    "failed to save",
    "unable to save",
    "bad gateway",
    "SQL",
    "the connection is closed",
    "invalid operation",
    "operation is not valid",
    "object reference not set",
    "null reference",
    "same key",
    "see the stack trace",
    "the clinician has been created",
    "clinician created, but",
]
TEXTS = [(text, True) for text in KNOWN] + [(text, False) for text in NOT_KNOWN]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_outweighs_a_refusal(fault: str) -> None:
    assert not says_refusal(f"City is required: {fault}")
    assert not says_refusal(f"{fault.upper()} Property: City Details: City is required")


REFUSAL = "Email Address already exists"
FAULT = "Timeout expired"
CREATED = {"Id": 4711, "Result": {"ResultCode": "OK", "ResultDescription": ""}}
MODEL_STATE = {"request.City": ["The City field is required."]}
INVALID = "The request is invalid."


def result(text: Any, code: Any = "ERROR", **more: Any) -> dict[str, Any]:
    return {**more, "Result": {"ResultCode": code, "ResultDescription": text}}


def body(given: Any) -> bytes:
    return json.dumps(given).encode()


@pytest.mark.parametrize(("text", "known"), TEXTS)
@pytest.mark.parametrize("label", ["", "Property: City Details: "])
def test_a_text_is_known_as_a_refusal_or_not(text: str, known: bool, label: str) -> None:
    assert says_refusal(label + text) is known


@pytest.mark.parametrize("status", [200, 400, 403, 404, 408, 409, 422, 499])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (REFUSAL, Refused(REFUSAL)),
        (FAULT, Open(FAULT)),
        (
            f"{REFUSAL} Property: City Details: {FAULT}",
            Open(f"{REFUSAL} Property: City Details: {FAULT}"),
        ),
        ("Whatever", Open("Whatever")),
        ("", Open()),
        (None, Open()),
        (7, Open()),
        ([REFUSAL], Open()),
    ],
)
def test_dosespots_own_error_counts_alike_under_each_status(
    status: int, text: Any, expected: Effect
) -> None:
    assert effect(status, body(result(text))) == expected
    assert effect(status, body(result(text, Id=0)), creates=True) == expected
    assert effect(status, body(result(text, code=" error "))) == expected


@pytest.mark.parametrize(
    "status", [100, 201, 202, 204, 206, 301, 302, 304, 307, 401, 500, 502, 503, 504, 599]
)
@pytest.mark.parametrize(
    "given", [CREATED, result(REFUSAL), {"Message": REFUSAL}, REFUSAL, None], ids=str
)
def test_other_statuses_leave_it_open_whatever_they_say(status: int, given: Any) -> None:
    assert effect(status, body(given)) == Open()
    assert effect(status, body(given), creates=True) == Open()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (CREATED, Done(4711)),
        (result("", "OK", Id="4711"), Done(4711)),
        (result("", " ok ", Id=2**31 - 1), Done(2**31 - 1)),
        (result(None, "OK", Id=1), Done(1)),
        *(
            (result("", "OK", Id=none), Open())
            for none in (0, -1, None, True, 2**31, "", "x", "\u0661", "9" * 5000, 4711.5, [4711])
        ),
        (result("", "OK"), Open()),
        (result(REFUSAL, Id=4711), Open(REFUSAL)),
        (result(REFUSAL, Id=-1), Refused(REFUSAL)),
        (result(REFUSAL), Refused(REFUSAL)),
    ],
)
def test_a_create_is_done_only_with_a_usable_id(given: Any, expected: Effect) -> None:
    assert effect(200, body(given), creates=True) == expected


def test_another_write_is_done_without_an_id() -> None:
    assert effect(200, body(result("", "OK"))) == Done()
    assert effect(200, body(CREATED)) == Done()
    assert effect(200, body(result(REFUSAL, Id=4711))) == Refused(REFUSAL)


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"null",
        b"{",
        b"[]",
        b"7",
        b"<html>City is required</html>",
        b"[" * 100_000,
        b"\xff",
        body(REFUSAL),
        body({"Message": REFUSAL}),
        body({"Message": INVALID, "ModelState": MODEL_STATE}),
        body({"Result": None}),
        body({"Result": REFUSAL}),
        body(result(REFUSAL, code=None)),
        body(result(REFUSAL, code="")),
        body(result(REFUSAL, code="WARNING")),
    ],
)
def test_a_200_in_no_form_of_dosespots_is_open(given: bytes) -> None:
    assert effect(200, given, creates=True) == Open()
    assert effect(200, given) == Open()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422])
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (body({"Message": REFUSAL}), Refused(REFUSAL)),
        (body({"Message": FAULT}), Open(FAULT)),
        (body({"Message": None}), Open()),
        (body(REFUSAL), Refused(REFUSAL)),
        (REFUSAL.encode(), Refused(REFUSAL)),
        (b"Not Found", Open("Not Found")),
        (b"<p>City is required</p>", Open()),
        (b"", Open()),
        (b"null", Open("null")),
        (b"[]", Open()),
        (body({"Message": INVALID}), Open(INVALID)),
        (body({"Message": INVALID, "ModelState": {}}), Open(INVALID)),
        (body({"Message": INVALID, "ModelState": "x"}), Open(INVALID)),
        (
            body({"Message": INVALID, "ModelState": {**MODEL_STATE, "n": [7, None]}}),
            Refused("The request is invalid: The City field is required."),
        ),
        (
            body({"Message": INVALID, "ModelState": {"a": "Wrong.", "b": {}}}),
            Refused("The request is invalid: Wrong."),
        ),
        (
            body({"Message": INVALID, "ModelState": {"a": ["An error has occurred."]}}),
            Open("The request is invalid: An error has occurred."),
        ),
        (body(result("", "OK", Id=4711)), Open()),
        (body(result(REFUSAL, "OK")), Open()),
        (body(result(REFUSAL, None)), Open()),
        (body({**result(FAULT), "Message": REFUSAL}), Open(FAULT)),
    ],
)
def test_a_4xx_is_a_refusal_only_with_a_known_text(
    status: int, given: bytes, expected: Effect
) -> None:
    assert effect(status, given, creates=True) == expected
    assert effect(status, given) == expected
