"""DoseSpot as an enrollment run sees it, over a `Sender` in memory."""

import json
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.reply import read
from shared.dosespot.settings import DoseSpotSettings
from shared.dosespot.wire import ClinicianItem
from shared.enrollment.dosespot_network import FOUND_NOBODY, DoseSpotNetwork
from shared.enrollment.record_change import Wish, new_clinician
from shared.enrollment.rules.situation import Shown, Situation
from shared.errors import RecordsDisagree
from shared.http.sending import Call, Reply
from shared.http.token_cache import TokenCache
from shared.members.dosespot_clinician import clinician_of, identity_shown
from shared.members.rules.another_person import UNKNOWN_ID
from shared.members.rules.clinician import Clinician
from shared.records.identity import Identity
from shared.records.prescriber import MedicalLicense
from shared.together import Together
from tests.builders import CLINIC_ID, CLINICIAN_ID, dosespot_clinician, prescriber
from tests.core.one_run import Inline
from tests.core.situations import (
    IDP,
    JANE,
    MOBILE,
    SHE,
    TFA,
    TOKEN,
    admin,
    by_herself,
    situation,
    subject,
)

BASE = "https://dosespot.example/"
OK, NOT_FOUND = {"ResultCode": "OK"}, {"ResultCode": "ERROR", "ResultDescription": "not found"}
STATUS = RegistrationStatus.IDP_SUCCESS


class DoseSpot:
    """Answers by path; keeps the calls."""

    def __init__(self, **changes: Any) -> None:
        self.calls: list[Call] = []
        self.found: int | None = CLINICIAN_ID
        self.items = {CLINICIAN_ID: dosespot_clinician(**changes)}
        self.unsigned = False
        self.result: dict[str, Any] = OK

    def send(self, call: Call) -> Reply:
        """Answers."""
        if call.url.endswith("connect/token"):
            return _json({"access_token": "a", "expires_in": 600})
        self.calls.append(call)
        path = call.url.removeprefix(f"{BASE}api/")
        if call.method != "GET":
            return _json({"Id": 4712, "Result": self.result})
        if path == "clinician":
            return _json({"Id": self.found, "Result": OK if self.found else NOT_FOUND})
        if path.endswith("registrationStatus"):
            return _json({"Item": STATUS.value, "Result": OK})
        if path.endswith("legalAgreements"):
            dates = [{"AgreementId": 1, "AgreementDate": None if self.unsigned else "2026-01-01"}]
            return _json({"Items": dates, "Result": OK})
        item = self.items.get(int(path.removeprefix("clinicians/")))
        return _json({"Item": item, "Result": OK if item else NOT_FOUND})

    @property
    def network(self) -> DoseSpotNetwork:
        """The port over it."""
        settings = DoseSpotSettings(BASE, CLINIC_ID, "made-up-key", "made-up-subscription")
        client = DoseSpotClient(self, TokenCache(monotonic), settings, 1)
        return DoseSpotNetwork(client, Together(Inline()))

    def asked(self) -> list[str]:
        """Method, path and query of the calls."""
        return [
            f"{one.method} {one.url.removeprefix(BASE)} {dict(one.params) or ''}".strip()
            for one in self.calls
        ]


def _json(body: Any) -> Reply:
    return Reply(200, {}, json.dumps(body).encode())


LOOK_UP = "GET api/clinician {'npi': '1234567893'}"
ASKED = [
    f"GET api/clinicians/{CLINICIAN_ID}",
    f"GET api/clinicians/{CLINICIAN_ID}/registrationStatus",
]
SHOWN = Clinician(
    CLINICIAN_ID,
    STATUS,
    agreement_pending=False,
    active=True,
    locked=False,
    confirmed=True,
    clinic_has_epcs=True,
)


def linked(**changes: Any) -> Situation:
    return situation(subject=subject(CLINICIAN_ID), **changes)


def test_who_is_not_linked_is_looked_up_by_npi_and_confirmed_by_the_record() -> None:
    server = DoseSpot()
    shown = server.network.look(situation(), admin(), None)
    assert server.asked() == [LOOK_UP, *ASKED]
    assert (shown.clinician, shown.identity, shown.change) == (SHOWN, SHE, None)
    assert shown.stored["ClinicianRoleType"] == ["PrescribingClinician"]


@pytest.mark.parametrize(
    ("s", "known_id"), [(linked(), None), (linked(), 9), (situation(), CLINICIAN_ID)]
)
def test_an_id_is_asked_for_the_memberships_own_first(s: Situation, known_id: int | None) -> None:
    server = DoseSpot()
    assert server.network.look(s, admin(), known_id).clinician == SHOWN
    assert server.asked() == ASKED


def test_nobody_is_shown_where_the_look_up_finds_nobody() -> None:
    server = DoseSpot()
    server.found = None
    assert server.network.look(situation(), admin(), None) == Shown()
    assert server.asked() == [LOOK_UP]


@pytest.mark.parametrize(
    ("s", "known_id", "ends"),
    [
        (situation(), None, FOUND_NOBODY),
        (linked(), None, UNKNOWN_ID),
        (linked(), CLINICIAN_ID, UNKNOWN_ID),
        (linked(), 9, UNKNOWN_ID),
        (situation(), CLINICIAN_ID, None),
    ],
)
def test_an_id_without_a_record_is_refused_unless_a_claim_only_remembers_it(
    s: Situation, known_id: int | None, ends: str | None
) -> None:
    server = DoseSpot()
    server.items = {}
    if ends is None:
        assert server.network.look(s, admin(), known_id) == Shown()
        return
    with pytest.raises(RecordsDisagree) as caught:
        server.network.look(s, admin(), known_id)
    assert str(caught.value) == ends


@pytest.mark.parametrize(
    ("order", "asks"),
    [
        (admin(), False),
        (admin(stages=frozenset({TFA})), False),
        (admin(stages=frozenset({IDP})), True),
        (by_herself(), True),
    ],
)
def test_agreements_are_asked_for_where_they_matter(order: Any, asks: bool) -> None:
    server = DoseSpot()
    server.unsigned = True
    shown = server.network.look(linked(), order, None)
    assert shown.clinician == replace(SHOWN, agreement_pending=asks)
    assert any("legalAgreements" in one for one in server.asked()) is asks


def test_the_record_is_compared_with_what_the_run_wishes() -> None:
    server = DoseSpot(City="Chicago", Active=False, Roles=["ClinicianAdmin"])
    license_ = MedicalLicense("036-1", "IL")
    agent = frozenset({ClinicianRole.PRESCRIBING_AGENT_CLINICIAN})
    s = linked(granted=agent, was_active=False)
    change = server.network.look(s, admin(licenses=(license_,)), None).change
    assert change is not None
    assert (change["City"], change["Active"]) == ("Springfield", True)
    assert change["ClinicianRoleType"] == ["ClinicianAdmin", "PrescribingAgentClinician"]
    assert change["MedicalLicenseNumbers"] == [
        {"ClinicId": "123", "LicenseNumber": "036-1", "State": "IL"}
    ]
    hers = server.network.look(replace(s, granted=None), by_herself(), None).change
    assert hers is not None
    assert (hers["City"], hers["Active"]) == ("Springfield", False)
    assert hers["ClinicianRoleType"] == ["ClinicianAdmin"]


WRITES: dict[str, Callable[[DoseSpotNetwork], object]] = {
    "create": lambda network: network.create(situation(), admin(), 12.0),
    "edit": lambda network: network.edit(CLINICIAN_ID, {"City": "Chicago"}, 12.0),
    "begin IDP": lambda network: network.begin(CLINICIAN_ID, IDP, MOBILE, 12.0),
    "begin TFA": lambda network: network.begin(CLINICIAN_ID, TFA, MOBILE, 12.0),
}


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_under_a_claim_is_not_sent_after_its_time(name: str) -> None:
    server = DoseSpot()
    before = monotonic()
    WRITES[name](server.network)
    (call,) = server.calls
    assert call.send_until_s is not None
    assert before + 12.0 <= call.send_until_s <= monotonic() + 12.0


def test_somebody_new_is_created_as_the_records_say() -> None:
    server = DoseSpot()
    assert server.network.create(situation(), admin(), 12.0) == 4712
    (call,) = server.calls
    assert (call.method, call.url) == ("POST", f"{BASE}api/clinicians")
    wish = Wish(prescriber(), admin().roles, (), CLINIC_ID, False, None)
    assert call.json == new_clinician(wish)


def test_a_record_is_replaced_as_a_whole() -> None:
    server = DoseSpot()
    server.network.edit(CLINICIAN_ID, {"City": "Chicago"}, 12.0)
    assert server.asked() == [f"PUT api/clinicians/{CLINICIAN_ID}"]
    assert server.calls[0].json == {"City": "Chicago"}


@pytest.mark.parametrize(
    ("stage", "tfa_type", "path", "body"),
    [
        (IDP, MOBILE, "idpInit", None),
        (TFA, MOBILE, "initTfaActivate", {"TfaTypeId": "Mobile"}),
        (TFA, TOKEN, "initTfaActivate", {"TfaTypeId": "Token"}),
    ],
)
def test_a_stage_is_begun_by_its_call(stage: Any, tfa_type: Any, path: str, body: Any) -> None:
    server = DoseSpot()
    assert server.network.begin(CLINICIAN_ID, stage, tfa_type, 12.0) is True
    assert server.asked() == [f"POST api/clinicians/{CLINICIAN_ID}/{path}"]
    assert server.calls[0].json == body
    begun = "Two factor authentication activation is already in progress"
    server.result = {"ResultCode": "ERROR", "ResultDescription": begun}
    assert server.network.begin(CLINICIAN_ID, stage, tfa_type, 12.0) is False


def test_the_status_is_asked_for_alone() -> None:
    server = DoseSpot()
    assert server.network.status(CLINICIAN_ID) is STATUS
    assert server.asked() == ASKED[1:]


def item(**changes: Any) -> ClinicianItem:
    return read(ClinicianItem, dosespot_clinician(**changes))


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, {}),
        (
            {"Active": None, "AccountLocked": None, "Confirmed": None},
            {"active": None, "locked": None, "confirmed": None},
        ),
        (
            {"Active": False, "AccountLocked": True, "Confirmed": False},
            {"active": False, "locked": True, "confirmed": False},
        ),
        ({"ClinicInfo": None}, {"clinic_has_epcs": None}),
        ({"ClinicInfo": [{"ClinicId": 9, "HasEpcs": True}]}, {"clinic_has_epcs": None}),
        (
            {
                "ClinicInfo": [
                    {"ClinicId": 9, "HasEpcs": True},
                    {"ClinicId": CLINIC_ID, "HasEpcs": False},
                ]
            },
            {"clinic_has_epcs": False},
        ),
    ],
)
def test_flags_are_those_of_the_clinic_and_null_stays_unknown(
    changes: dict[str, Any], shown: dict[str, Any]
) -> None:
    found = clinician_of(item(**changes), CLINICIAN_ID, STATUS, CLINIC_ID)
    assert found == replace(SHOWN, **shown)


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, SHE),
        ({"NPINumber": None}, replace(SHE, npis=frozenset())),
        ({"NPINumber": " 1234567893 "}, SHE),
        ({"DateOfBirth": None}, replace(SHE, birth_date="")),
        ({"DateOfBirth": "1980-05-15"}, SHE),
        ({"LastName": " "}, replace(SHE, family_names=frozenset())),
        ({"LastName": None, "NPINumber": "", "DateOfBirth": ""}, Identity()),
    ],
)
def test_who_dosespot_says_that_somebody_is(changes: dict[str, Any], who: Identity) -> None:
    assert identity_shown(item(**changes)) == who
    assert JANE.id == CLINICIAN_ID
