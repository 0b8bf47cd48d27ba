"""What the bots ask of DoseSpot about clinics, and what they make of its answers."""

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from shared.clinics.rules.details import ClinicDetails
from shared.dosespot.clinics import ClinicsClient, NewClinic
from shared.dosespot.settings import DoseSpotSettings
from shared.errors import DoseSpotRefused, LookUpFirst, NotAuthorized
from shared.http.sending import Call, Reply
from shared.http.token_cache import TokenCache
from shared.records.prescriber import StreetAddress
from tests.contract.swagger import SwaggerContract

BASE = "https://dosespot.example/webapi/v2/"
SETTINGS = DoseSpotSettings(BASE, 7, "made-up-clinic-key", "made-up-subscription-key")
ADDRESS = StreetAddress("1 A St", "Suite 2", "Cairo", "IL", "62914-1234")
CLINIC = ClinicDetails("North", ADDRESS, "6182345678x12", "6182345679", "The North Clinic")
OK = {"ResultCode": "OK", "ResultDescription": ""}


class Wire:
    """Answers every call but that for a token with the same body, and keeps the calls."""

    def __init__(self, body: Any, status: int = 200) -> None:
        self.body, self.status = body, status
        self.calls: list[Call] = []

    def send(self, call: Call) -> Reply:
        if call.form is not None:
            return Reply(200, {}, b'{"access_token": "t", "expires_in": 600}')
        self.calls.append(call)
        return Reply(self.status, {}, json.dumps(self.body).encode())

    @property
    def client(self) -> ClinicsClient:
        return ClinicsClient(self, TokenCache(monotonic), SETTINGS, 5)


ASKED: list[tuple[Callable[[ClinicsClient], Any], Any]] = [
    (
        lambda client: client.create_clinic(CLINIC.record(), 9.0),
        {"ClinicId": 8, "ClinicKey": "k", "Result": OK},
    ),
    (lambda client: client.clinic(8), {"Clinic": {"ClinicId": 8, **CLINIC.record()}, "Result": OK}),
    (lambda client: client.clinics_of(5), {"Items": [{"ClinicId": 8}], "Result": OK}),
    (lambda client: client.link(5, 8, 9.0), [{"Result": OK}]),
    (lambda client: client.unlink(5, 8, 9.0), [{"Result": OK}]),
]


@pytest.mark.parametrize("index", range(len(ASKED)))
def test_what_is_asked_fits_the_document(contract: SwaggerContract, index: int) -> None:
    ask, body = ASKED[index]
    wire = Wire(body)
    ask(wire.client)
    (call,) = wire.calls
    path = call.url.removeprefix(BASE)
    assert contract.violations(call.method, path, call.params, call.json, body) == []


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({"ClinicId": 8, "ClinicKey": "k", "Result": OK}, NewClinic(8, "k")),
        ({"ClinicId": "8", "ClinicKey": " k ", "Result": OK, "More": 1}, NewClinic(8, "k")),
        ({"ClinicId": 8, "ClinicKey": None, "Result": OK}, NewClinic(8, "")),
        ({"ClinicId": 8, "Result": OK}, NewClinic(8, "")),
        ({"ClinicId": 8, "ClinicKey": 5, "Result": OK}, NewClinic(8, "")),
        ({"ClinicId": 8, "ClinicKey": "a\nb", "Result": OK}, NewClinic(8, "")),
    ],
)
def test_a_new_clinic_is_its_number_and_perhaps_a_key(body: Any, made: NewClinic) -> None:
    client = Wire(body).client
    assert client.create_clinic({}, 9.0) == made
    assert "k" not in repr(made).replace("NewClinic", "").replace("key", "")


ERROR = {"ResultCode": "ERROR", "ResultDescription": "Property: City Details: City is required"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"ClinicId": 0, "ClinicKey": None, "Result": OK}, LookUpFirst),
        (200, {"ClinicId": None, "ClinicKey": "k", "Result": OK}, LookUpFirst),
        (200, {"Id": 8, "ClinicKey": "k", "Result": OK}, LookUpFirst),
        (200, {"ClinicId": 8, "ClinicKey": "k"}, LookUpFirst),
        (200, None, LookUpFirst),
        (401, {}, LookUpFirst),
        (200, {"ClinicId": 8, "ClinicKey": "k", "Result": ERROR}, LookUpFirst),
        (200, {"ClinicId": 0, "ClinicKey": None, "Result": ERROR}, DoseSpotRefused),
        (400, {"Message": "The request is invalid.", "ModelState": {"a": ["x"]}}, DoseSpotRefused),
    ],
)
def test_only_what_is_known_to_have_had_no_effect_is_refused(
    status: int, body: Any, kind: type[Exception]
) -> None:
    wire = Wire(body, status)
    with pytest.raises(kind):
        wire.client.create_clinic({}, 9.0)
    assert len(wire.calls) == 1


DENIED = {"ResultCode": "ERROR", "ResultDescription": "User is not authorized to do this action."}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ([{"Result": OK}], None),
        ({"Result": OK}, None),
        ([{"Result": ERROR}], DoseSpotRefused),
        ([{"Result": DENIED}], NotAuthorized),
        ([], LookUpFirst),
        ([{"Result": OK}, {"Result": OK}], LookUpFirst),
        ([None], LookUpFirst),
        (None, LookUpFirst),
    ],
)
def test_the_one_answer_of_an_array_is_the_clinics(body: Any, kind: type[Exception] | None) -> None:
    client = Wire(body).client
    for write in (client.link, client.unlink):
        if kind is None:
            write(5, 8, 9.0)
        else:
            with pytest.raises(kind):
                write(5, 8, 9.0)


@pytest.mark.parametrize(
    ("items", "numbers"),
    [
        (None, set()),
        ([], set()),
        ([{"ClinicId": "8"}, {"ClinicId": None}, {"ClinicId": 9}], {8, 9}),
    ],
)
def test_clinics_of_somebody_are_read_however_they_are_written(
    items: Any, numbers: set[int]
) -> None:
    assert Wire({"Items": items, "Result": OK}).client.clinics_of(5) == numbers
