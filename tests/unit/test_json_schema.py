"""The JSON Schema of the bots' inputs and outputs, and the command that prints it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from bots.catalog import BOTS
from deploy.cli import main
from deploy.reference.json_schema import json_schema
from shared.errors import InputRefused
from shared.runtime.bot_input import parse_input
from shared.runtime.inputs import WarningOutput
from shared.runtime.one_or_page import cursor_of
from tests.builders import PRACTITIONER_ID, form

SCHEMA = json_schema(BOTS)
MODELS = {bot.identifier: bot.models for bot in BOTS}

ENROLL, SELF = "dosespot-enroll-prescriber-bot", "dosespot-self-enroll-prescriber-bot"
SYNC, PATIENT = "dosespot-sync-status-bot", "dosespot-patient-sync-bot"
RX, HISTORY = "dosespot-prescriptions-sync-bot", "dosespot-medication-history-bot"
REPORTED = "dosespot-self-reported-medications-sync-bot"
READINESS, SUPERVISOR = "dosespot-readiness-bot", "dosespot-set-supervising-prescriber"
PHARMACIES, FAVORITE = "dosespot-search-pharmacy-bot", "dosespot-add-favorite-medication-bot"
ADD, DEFAULT = "dosespot-add-patient-pharmacy-bot", "dosespot-default-pharmacy-bot"
PHARMACY = {
    "resourceType": "Organization",
    "identifier": [{"system": "https://dosespot.com/pharmacy-id", "value": "7"}],
}
CLINIC, MEMBERS = "dosespot-register-clinic-bot", "dosespot-clinician-clinics-bot"
DETAILS = "dosespot-my-details-bot"
INVITE = "dosespot-invite-prescribers-bot"
NAMED: dict[str, Any] = {"practitionerId": PRACTITIONER_ID, "practitionerRoleTypes": [1, 6]}
LICENSE = {"LicenseNumber": "036-123456", "State": "IL"}

GOOD: list[tuple[str, dict[str, Any]]] = [
    (ENROLL, NAMED),
    (ENROLL, {**NAMED, "initIdp": True, "initTfa": None, "tfaType": "Token"}),
    (ENROLL, {**NAMED, "medicalLicenseNumbers": [LICENSE, {**LICENSE, "ClinicId": 123}]}),
    (ENROLL, {**NAMED, "medicalLicenseNumbers": [{**LICENSE, "ClinicId": "123"}]}),
    (SELF, {}),
    (DETAILS, {}),
    (DETAILS, {"phone": "3451234567", "locations": [{"practitionerRoleId": PRACTITIONER_ID}]}),
    (SELF, {"medicalLicenseNumbers": None, "tfaType": "Mobile"}),
    ("dosespot-iframe-bot", {}),
    ("dosespot-iframe-bot", {"patientId": "p-1"}),
    (PATIENT, {"patientId": "p-1", "update": True}),
    (SYNC, {}),
    (SYNC, {"cursor": cursor_of("2026-03-01T09:30:00.123Z"), "pageSize": 200}),
    (SYNC, {"practitionerId": PRACTITIONER_ID, "dryRun": True}),
    ("dosespot-notification-bot", {"EventType": "ClinicianConfirmed", "Data": {"A": 1}, "B": 2}),
    (RX, {"patientId": "p-1", "start": "2026-03-10", "end": "2026-03-10"}),
    (RX, {"patientId": "p-1", "start": "2026-03-09", "end": "2026-03-10", "raw": True}),
    (HISTORY, {"patientId": "p-1", "start": "2026-03-10", "end": "2026-03-10"}),
    (REPORTED, {"patientId": "p-1", "raw": False}),
    (REPORTED, {"patientId": "p-1", "start": "2026-03-10", "end": "2026-03-10"}),
    (READINESS, {"practitionerId": PRACTITIONER_ID}),
    (READINESS, {"pageSize": 100}),
    ("dosespot-create-prescriber-bot", form()),
    ("dosespot-billing-report-bot", {}),
    ("dosespot-billing-report-bot", {"firstMonth": "2026-01", "lastMonth": "2026-12"}),
    ("dosespot-setup-progress-bot", {}),
    (
        "dosespot-setup-progress-bot",
        {"cursor": cursor_of("2026-03-01T09:30:00.123Z"), "pageSize": 100},
    ),
    (INVITE, {"practitioners": [{"practitionerId": "a"}]}),
    (
        INVITE,
        {
            "practitioners": [{"practitionerId": "a", "organizationId": "o"}],
            "action": "cancel",
            "expiresInDays": 90,
        },
    ),
    (
        SUPERVISOR,
        {"practitionerId": "a", "supervisorPractitionerId": "b", "action": "remove"},
    ),
    (SUPERVISOR, {"practitionerId": "a", "supervisorPractitionerId": "b"}),
    ("dosespot-iframe-bot", {"organizationId": "o-1"}),
    (PATIENT, {"patientId": "p-1", "organizationId": None}),
    ("dosespot-notification-counts-bot", {}),
    ("dosespot-notification-counts-bot", {"organizationId": "o-1"}),
    ("dosespot-search-medication-bot", {"name": "lis"}),
    ("dosespot-search-allergen-bot", {"name": "pen"}),
    (PHARMACIES, {"name": "Elm", "specialty": [8, "EPCS"], "pageNumber": 2}),
    (FAVORITE, {"resourceType": "MedicationKnowledge", "code": {}, "administrationGuidelines": []}),
    (FAVORITE, {"resourceType": "ActivityDefinition", "dosage": [], "quantity": {"value": 30}}),
    (ADD, {"patientId": "p-1", "pharmacy": PHARMACY, "setAsPrimary": True}),
    (ADD, {"patientId": "p-1", "pharmacyId": 7}),
    (ADD, {"patientId": "p-1", "pharmacyId": "7", "organizationId": "o-1"}),
    (DEFAULT, {"pharmacyId": 7, "patientIds": ["p-1"], "dryRun": True, "maxPatients": 5}),
    (DEFAULT, {"pharmacyId": 7}),
    (CLINIC, {"locationId": "l-1", "noClinicCreated": True}),
    (CLINIC, {"existingClinicId": 1002}),
    (MEMBERS, {"practitionerId": "a", "add": ["o-1"], "remove": None}),
]
BAD: list[tuple[str, dict[str, Any]]] = [
    ("dosespot-billing-report-bot", {"firstMonth": "2026-13"}),
    (INVITE, {"practitioners": []}),
    (INVITE, {"practitioners": [{"practitionerId": "a"}], "expiresInDays": 91}),
    (INVITE, {"practitioners": [{"practitionerId": "a"}], "action": "delete"}),
    (ENROLL, {}),
    (ENROLL, {**NAMED, "practitionerId": "a/b"}),
    (ENROLL, {**NAMED, "practitionerId": "a" * 65}),
    (ENROLL, {**NAMED, "practitionerRoleTypes": []}),
    (ENROLL, {**NAMED, "practitionerRoleTypes": [7]}),
    (ENROLL, {**NAMED, "initIdp": "yes"}),
    (ENROLL, {**NAMED, "tfaType": "Fax"}),
    (ENROLL, {**NAMED, "more": 1}),
    (SELF, {"practitionerId": PRACTITIONER_ID}),
    (SELF, {"medicalLicenseNumbers": [{"State": "IL"}]}),
    (PATIENT, {}),
    (SYNC, {"pageSize": 201}),
    (RX, {"patientId": "p-1", "start": "2026-03-10"}),
    (RX, {"patientId": "p-1", "start": 20260310, "end": "2026-03-10"}),
    (READINESS, {"pageSize": 0}),
    (DETAILS, {"fName": "Jane"}),
    (DETAILS, {"locations": [{"useAsDefault": "yes"}]}),
    ("dosespot-notification-bot", {"Data": {}}),
    (SUPERVISOR, {"practitionerId": "a", "supervisorPractitionerId": "b", "action": "keep"}),
    (PATIENT, {"patientId": "p-1", "organizationId": "Organization/1"}),
    ("dosespot-notification-counts-bot", {"organizationId": "a/b"}),
    ("dosespot-search-medication-bot", {"name": "li"}),
    ("dosespot-search-allergen-bot", {}),
    (PHARMACIES, {"name": "Elm", "specialty": [7]}),
    (PHARMACIES, {"name": "Elm", "pageNumber": 0}),
    (FAVORITE, {"resourceType": "Medication"}),
    (FAVORITE, {"code": {}}),
    (ADD, {"pharmacyId": 7}),
    (ADD, {"patientId": "p-1", "pharmacyId": 0}),
    (DEFAULT, {"pharmacyId": 0}),
    (DEFAULT, {"pharmacyId": 7, "maxPatients": 1001}),
    (CLINIC, {"existingClinicId": "1002"}),
    (CLINIC, {"clinicKey": "key"}),
    (MEMBERS, {"practitionerId": "a", "add": "o-1"}),
]


def validator(identifier: str, which: str) -> Draft202012Validator:
    part = SCHEMA["properties"][identifier]["properties"][which]
    return Draft202012Validator({"$schema": SCHEMA["$schema"], "$defs": SCHEMA["$defs"], **part})


def test_the_schema_is_one_of_its_dialect() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [*SCHEMA["properties"]] == [bot.identifier for bot in BOTS]


@pytest.mark.parametrize(("bot", "given"), GOOD, ids=str)
def test_what_a_bot_takes_is_valid(bot: str, given: dict[str, Any]) -> None:
    parse_input(MODELS[bot][0], given)
    validator(bot, "input").validate(given)


def test_there_is_an_example_of_every_bots_input() -> None:
    assert {bot for bot, _ in GOOD} == {bot.identifier for bot in BOTS}


@pytest.mark.parametrize(("bot", "given"), BAD, ids=str)
def test_what_a_bot_refuses_is_not_valid(bot: str, given: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        parse_input(MODELS[bot][0], given)
    assert not validator(bot, "input").is_valid(given)


def described(schema: dict[str, Any]) -> bool:
    return str(schema.get("description", "")).endswith(".")


def test_every_type_and_every_field_says_what_it_is() -> None:
    silent = [
        (name, field)
        for name, schema in SCHEMA["$defs"].items()
        for field, one in [("", schema), *schema.get("properties", {}).items()]
        if not described(one)
    ]
    assert silent == []


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
def test_only_warnings_may_be_absent_from_an_output(bot: Any) -> None:
    answered: type[BaseModel] = bot.models[1]
    schema = SCHEMA["$defs"][answered.__name__]
    optional = schema.get("properties", {}).keys() - set(schema.get("required", ()))
    assert optional == ({"warnings"} if issubclass(answered, WarningOutput) else set())


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(main, ["schema", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command_prints_the_schema_of_all_bots_or_of_one_by_either_name() -> None:
    assert json.loads(printed()) == SCHEMA
    one = json.loads(printed("iframe"))
    assert one == json.loads(printed("dosespot-iframe-bot"))
    assert [*one["properties"]] == ["dosespot-iframe-bot"]
    assert [*one["$defs"]] == ["FindingOutput", "IframeInput", "IframeOutput"]


def test_the_command_writes_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    assert printed("--output", str(file)) == ""
    assert json.loads(file.read_text("utf-8")) == SCHEMA


def test_the_command_names_the_bots_where_there_is_no_such_bot() -> None:
    done = CliRunner().invoke(main, ["schema", "nobody"])
    assert done.exit_code == 2
    assert "there is no bot nobody; the bots are a" in done.output
