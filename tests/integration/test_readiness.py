"""The readiness bot about one person: every stage, what stands in the way, who may ask."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.sandbox.sandbox import Sandbox
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, NPI
from shared.access import authorize
from shared.members import enrolled
from shared.members.caller import CALLERS_NOT_ONE_ID
from tests.builders import dea, dosespot_clinician
from tests.integration.clinic import DEA, TIMEOUT_S, Clinic, Member
from tests.integration.readiness import (
    BOT,
    LICENSE,
    WITHOUT_END,
    codes,
    ready,
    run,
    signs_in,
    told,
    verdicts,
)
from tests.integration.self_service import SERVICE_SECRETS, bot_as_itself, without_secrets, writes


@pytest.fixture(scope="module")
def somebody(sandbox: Sandbox) -> Member:
    """Somebody with all steps behind them, whom tests leave as they found them."""
    clinic = Clinic(sandbox)
    with clinic.session:
        return ready(clinic)


def changed(clinic: Clinic, member: Member, **changes: Any) -> dict[str, Any]:
    """What is told while the Practitioner says something else."""
    before = clinic.practitioner(member)
    clinic.write({**before, **changes})
    try:
        return told(clinic, member)
    finally:
        clinic.write({**clinic.practitioner(member), **{name: before[name] for name in changes}})


def test_every_stage_says_what_comes_next_and_nothing_is_ever_written(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.authorize(prescriber)
    stages: list[tuple[list[tuple[str, str]], tuple[bool, bool]]] = []

    def look() -> None:
        clinic.reset()
        found = told(clinic, prescriber)
        reasons = [one for one in found["reasons"] if one["code"] != WITHOUT_END]
        stages.append(([(one["code"], one["owner"]) for one in reasons], verdicts(found)))
        assert writes(clinic) == []

    look()
    clinic.enroll(prescriber)
    look()
    for step, flags in (
        ("sign-agreements", {}),
        ("", {"initIdp": True}),
        ("pass-idp", {}),
        ("", {"initTfa": True}),
        ("activate-tfa", {}),
    ):
        if step:
            clinic.prescriber_does(prescriber, step)
        clinic.enroll(prescriber, **flags)
        look()
    assert stages == [
        ([("not-enrolled", "Administrator")], (False, False)),
        ([("agreement-pending", "Prescriber")], (False, False)),
        ([("status-registration-success", "Administrator")], (True, False)),
        ([("status-idp-initialize-success", "Prescriber")], (True, False)),
        ([("status-idp-success", "Administrator")], (True, False)),
        ([("status-tfa-activate-init", "Prescriber")], (True, False)),
        ([], (True, True)),
    ]


def test_an_answer_names_evidence_but_no_person(clinic: Clinic, somebody: Member) -> None:
    clinic.set_clinician(somebody, locked=True)
    answer = run(clinic, practitionerId=somebody.id).body
    clinic.set_clinician(somebody, locked=False)
    first = answer["prescribers"][0]["reasons"][0]
    assert first == {
        "code": "account-locked",
        "sentence": "The DoseSpot account is locked. Have DoseSpot support unlock it.",
        "owner": "DoseSpot",
        "blocks": ["nonControlled", "controlled"],
        "registrations": [],
        "evidence": {"path": "DoseSpot: AccountLocked", "value": "true"},
    }
    text = json.dumps(answer)
    personal = ("Smith", "Jane", "1980", "clinic.example", somebody.npi, *somebody.dea.values())
    assert [one for one in personal if one in text] == []


@pytest.mark.parametrize(
    ("fact", "code", "prescribes"),
    [
        ({"active": False}, "account-inactive", False),
        ({"confirmed": False}, "npi-unconfirmed", False),
        ({"status": "IDPError"}, "status-idp-error", True),
        ({"status": "SomethingNew"}, "status-unknown", False),
        ({"status": "NotApplicable"}, "status-not-applicable", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_dosespot_says_of_the_account_is_told(
    clinic: Clinic, somebody: Member, fact: dict[str, Any], code: str, prescribes: bool
) -> None:
    clinic.set_clinician(somebody, **fact)
    found = told(clinic, somebody)
    clinic.set_clinician(somebody, active=True, confirmed=True, status="TFAActivatedSuccess")
    assert (codes(found)[0], verdicts(found)) == (code, (prescribes, False))
    assert "epcs-not-true" in codes(found)
    assert verdicts(told(clinic, somebody)) == (True, True)


def shown(clinic: Clinic, member: Member, **changes: Any) -> dict[str, Any]:
    """What is told where DoseSpot's record of the clinician says something else."""
    number = clinic.clinician(member)["id"]
    deas = [{"DEANumber": value, "State": state} for state, value in member.dea.items()]
    here = {"ClinicId": clinic.sandbox.dosespot.clinic_id, "HasNewRx": True, "HasEpcs": True}
    whole = {"NPINumber": member.npi, "DEANumbers": deas, "ClinicInfo": [here], **changes}
    body = {"Item": dosespot_clinician(**whole), "Result": {"ResultCode": "OK"}}
    path = f".*/api/clinicians/{number}"
    clinic.break_dosespot(method="GET", path=path, kind="text", status=200, body=json.dumps(body))
    return told(clinic, member)


def test_other_clinics_and_this_clinics_settings_are_told(clinic: Clinic, somebody: Member) -> None:
    number = clinic.sandbox.dosespot.clinic_id
    here = {"ClinicId": number, "HasNewRx": True, "HasEpcs": True}
    others = [{"ClinicId": 900, "HasEpcs": True}, {"ClinicId": 901, "HasEpcs": False}]
    found = shown(clinic, somebody, ClinicInfo=[*others, here])
    assert (codes(found), verdicts(found)) == (
        ["other-clinic-not-checked", "other-clinic-without-epcs"],
        (True, True),
    )
    found = shown(clinic, somebody, ClinicInfo=others)
    assert (codes(found)[0], verdicts(found)) == ("clinic-not-linked", (False, False))
    found = shown(clinic, somebody, ClinicInfo=[{**here, "HasNewRx": False}])
    assert (codes(found), verdicts(found)) == (["clinic-without-new-rx"], (False, False))
    found = shown(clinic, somebody, ClinicInfo=[{**here, "HasEpcs": False}])
    assert (codes(found), verdicts(found)) == (
        ["clinic-without-epcs", "epcs-not-true"],
        (True, False),
    )


def test_a_role_or_a_dea_number_that_dosespot_does_not_show_is_not_there(
    clinic: Clinic, somebody: Member
) -> None:
    assert codes(shown(clinic, somebody, Roles=None)) == ["role-missing"]
    assert codes(shown(clinic, somebody, Roles=["PrescribingAgentClinician"])) == ["agent-role"]
    clinic_id = str(clinic.sandbox.dosespot.clinic_id)
    deas = [
        {"DEANumber": somebody.dea["IL"], "State": "IL", "ClinicId": clinic_id},
        {"DEANumber": somebody.dea["NY"], "State": "NY", "ClinicId": "900"},
    ]
    found = shown(clinic, somebody, DEANumbers=deas)
    assert (codes(found), signs_in(found)) == (["dea-not-in-dosespot"], ["IL"])
    found = shown(clinic, somebody, DEANumbers=None, DEANumber=somebody.dea["NY"])
    assert signs_in(found) == ["NY"]


def test_what_dosespot_leaves_open_contradicts_nothing(clinic: Clinic, somebody: Member) -> None:
    left_open = {"Active": None, "AccountLocked": None, "Confirmed": None, "ClinicInfo": None}
    found = shown(clinic, somebody, **left_open)
    assert (set(codes(found)), verdicts(found)) == ({"flag-left-open"}, (True, True))


def test_without_an_npi_nobody_can_tell_whose_clinician_it_is(
    clinic: Clinic, somebody: Member
) -> None:
    identifiers = [
        one for one in clinic.practitioner(somebody)["identifier"] if one["system"] != NPI
    ]
    found = changed(clinic, somebody, identifier=identifiers)
    assert codes(found)[:2] == ["clinician-of-another-person", "record-problem"]
    before = clinic.practitioner(somebody)
    clinic.write({**before, "identifier": identifiers})
    found = shown(clinic, somebody, NPINumber=None)
    clinic.write({**clinic.practitioner(somebody), "identifier": before["identifier"]})
    assert (codes(found)[0], verdicts(found)) == ("clinician-of-another-person", (False, False))


def test_ends_are_told_before_and_after(clinic: Clinic, somebody: Member) -> None:
    today = datetime.now(UTC).date()  # in no state is it two days earlier
    past, near = (today - timedelta(days=2)).isoformat(), (today + timedelta(days=30)).isoformat()
    identifiers = [
        {"system": NPI, "value": somebody.npi},
        dea(somebody.dea["IL"], "IL", period={"end": past}),
        dea(somebody.dea["NY"], "NY", period={"end": near}),
    ]
    found = changed(clinic, somebody, identifier=identifiers)
    assert (codes(found), signs_in(found)) == (["dea-ended", "dea-ends-soon"], ["NY"])
    assert verdicts(found) == (True, False)
    assert [one["evidence"]["value"] for one in found["reasons"]] == [past, near]
    assert found["reasons"][0]["registrations"] == ["Practitioner.identifier[1]"]

    epcs = clinic.practitioner(somebody)["qualification"]
    license_ = {"code": LICENSE, "issuer": {"display": "IL"}, "period": {"end": past}}
    found = changed(clinic, somebody, qualification=[*epcs, license_])
    assert (codes(found), verdicts(found)) == (["license-ended"], (False, False))


def test_what_is_wrong_with_the_records_is_told_all_at_once(clinic: Clinic) -> None:
    member = clinic.add_member(practitioner={"birthDate": "1980", "address": [], "active": False})
    found = told(clinic, member)
    reasons = {one["evidence"]["path"]: one["sentence"] for one in found["reasons"]}
    assert reasons["Practitioner.birthDate"].startswith("The date of birth must be a full date")
    assert reasons["Practitioner.address.city"] == "The city is missing; add it."
    assert codes(found)[0] == "practitioner-inactive"
    assert codes(found)[-3:] == ["not-enrolled", "no-dea", "self-service-not-granted"]
    assert verdicts(found) == (False, False)


def identify(clinic: Clinic, member: Member, *values: str) -> None:
    """The membership carries these DoseSpot ids."""
    membership = clinic.read(f"ProjectMembership/{member.membership_id}")
    identifiers = [{"system": CLINICIAN_IDENTIFIER, "value": value} for value in values]
    clinic.write({**membership, "identifier": identifiers})


def test_an_id_that_is_not_this_persons_is_told(clinic: Clinic, somebody: Member) -> None:
    member, number = clinic.add_member(dea=DEA), str(clinic.clinician(somebody)["id"])
    for values, expected in (
        ((number,), ["clinician-of-another-person", "clinician-id-shared"]),
        (("99999",), ["clinician-unknown"]),
        (("none",), ["clinician-id-unclear"]),
        (("99998", "99999"), ["clinician-id-unclear"]),
    ):
        identify(clinic, member, *values)
        found = told(clinic, member)
        assert (codes(found)[:-1], verdicts(found)) == (expected, (False, False))
        others = told(clinic, somebody)
        assert codes(others) == (["clinician-id-shared"] if values == (number,) else [])
    identify(clinic, member)


def test_who_has_no_membership_or_does_not_exist_is_told_so(
    clinic: Clinic, prescriber: Member
) -> None:
    clinic.delete(f"ProjectMembership/{prescriber.membership_id}")
    assert "no-membership" in codes(told(clinic, prescriber))
    nobody = Member("nobody", "", "")
    found = told(clinic, nobody)
    assert codes(found)[0] == "practitioner-not-found"
    assert verdicts(found) == (False, False)


@pytest.mark.parametrize(
    ("fault", "code", "owner"),
    [
        ({"kind": "empty"}, "not-checked", "Nobody"),
        ({"kind": "status", "status": 403}, "dosespot-denies", "Administrator"),
        ({"kind": "text", "status": 200, "body": "{}"}, "dosespot-answer-unusable", "DoseSpot"),
    ],
    ids=["no answer", "denied", "another form"],
)
@pytest.mark.parametrize("call", ["", "/registrationStatus", "/legalAgreements"])
def test_who_could_not_be_checked_is_not_ready(
    clinic: Clinic, somebody: Member, call: str, fault: dict[str, Any], code: str, owner: str
) -> None:
    path = f".*/api/clinicians/{clinic.clinician(somebody)['id']}{call}"
    clinic.break_dosespot(method="GET", path=path, **fault)
    found = told(clinic, somebody)
    first = found["reasons"][0]
    assert (first["code"], first["owner"]) == (code, owner)
    assert "In detail: DoseSpot" in first["sentence"]
    assert verdicts(found) == (False, False)


def test_one_look_takes_as_many_calls_whatever_there_is_to_tell(
    clinic: Clinic, somebody: Member
) -> None:
    told(clinic, somebody)
    clinic.reset()
    told(clinic, somebody)
    made = {
        url: clinic.session.get(f"{url}calls", timeout=TIMEOUT_S).json()["calls"]
        for url in (f"{clinic.fhir_url}_sandbox/", clinic.control_url)
    }
    fhir, dosespot = made.values()
    # The memberships, the records, then who else has the numbers beside who granted the role.
    batches = ["POST /fhir/R4/"] * 5
    assert [one for one in fhir if "$execute" not in one] in (
        ["GET /auth/me", *batches],
        [batches[0], "GET /auth/me", *batches[1:]],
    )
    assert len(dosespot) == 3


def refusals(clinic: Clinic) -> int:
    """How many refused attempts the bot has kept; it has nothing else to keep."""
    kept = [
        event
        for event in clinic.sandbox.fhir.resources("AuditEvent")
        if event["source"]["observer"].get("display") == "readiness"
    ]
    assert {event["subtype"][0]["code"] for event in kept} <= {"attempt-refused"}
    return len(kept)


def test_prescribers_may_ask_about_themselves_and_about_nobody_else(
    clinic: Clinic, somebody: Member, prescriber: Member
) -> None:
    assert codes(told(clinic, prescriber, by=prescriber))[0] == "not-enrolled"
    before = refusals(clinic)
    for given in ({"practitionerId": somebody.id}, {}):
        answer = run(clinic, by=prescriber, **given)
        assert answer.body["errorType"] == "NotAuthorized"
        assert answer.error == authorize.NOT_ADMINISTRATOR
    assert refusals(clinic) == before + 2


def test_an_administrator_needs_no_account_in_dosespot(clinic: Clinic, somebody: Member) -> None:
    assert verdicts(told(clinic, somebody, by=clinic.add_member(admin=True))) == (True, True)


def test_without_a_clinician_admin_in_the_secrets_the_callers_own_clinician_asks(
    clinic: Clinic, somebody: Member
) -> None:
    newcomer = clinic.add_member(admin=True)
    with without_secrets(clinic, "DOSESPOT_USER_ID"):
        assert verdicts(told(clinic, somebody)) == (True, True)
        assert verdicts(told(clinic, somebody, by=somebody)) == (True, True)
        answer = run(clinic, by=newcomer, practitionerId=somebody.id)
    assert answer.body["errorType"] == "Misconfigured"
    assert "DOSESPOT_USER_ID missing" in answer.error


def test_a_caller_with_two_clinician_ids_asks_as_none_of_them(
    clinic: Clinic, somebody: Member
) -> None:
    caller = clinic.add_member(admin=True)
    membership = clinic.read(f"ProjectMembership/{caller.membership_id}")
    identifiers = [{"system": CLINICIAN_IDENTIFIER, "value": value} for value in ("77776", "77777")]
    clinic.write({**membership, "identifier": identifiers})
    assert verdicts(told(clinic, somebody, by=caller)) == (True, True)
    with without_secrets(clinic, "DOSESPOT_USER_ID"):
        answer = run(clinic, by=caller, practitionerId=somebody.id)
    assert answer.refusal == ("RecordsDisagree", CALLERS_NOT_ONE_ID)


def test_the_bots_own_rights_are_enough_and_needed(clinic: Clinic, somebody: Member) -> None:
    with without_secrets(clinic, *SERVICE_SECRETS):
        assert verdicts(told(clinic, somebody, by=somebody)) == (True, True)
        with bot_as_itself(clinic, BOT) as without_rights:
            answer = run(clinic, bot=without_rights, practitionerId=somebody.id)
            assert answer.error == authorize.UNKNOWN_CALLER
        with bot_as_itself(clinic, BOT, run_as_user=True) as as_user:
            answer = run(clinic, by=somebody, bot=as_user, practitionerId=somebody.id)
            assert answer.error == enrolled.NO_CREDENTIAL
            answer = run(clinic, bot=as_user, practitionerId=somebody.id)
            assert verdicts(answer.body["prescribers"][0]) == (True, True)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"pageSize": 0}, "pageSize"),
        ({"pageSize": 101}, "pageSize"),
        ({"practitionerId": ".."}, "practitionerId"),
        ({"dryRun": True}, "dryRun"),
    ],
    ids=str,
)
def test_wrong_input_is_named(clinic: Clinic, given: dict[str, Any], named: str) -> None:
    answer = run(clinic, **given)
    assert answer.body["errorType"] == "InputRefused"
    assert answer.error.startswith(f"The bot's input was refused. {named}: ")
