"""Payload, secrets and input: what is wrong is named, all of it at once, and never quoted."""

import json
import logging
from dataclasses import astuple
from typing import Any

import pytest

from bots.admin_enroll.contract import AdminEnrollInput
from fhir_profiles.audit_event import AuditAction
from shared.audit.events import LogEvent
from shared.dosespot.codes import TfaType
from shared.errors import InputRefused, Misconfigured
from shared.records.prescriber import MedicalLicense
from shared.runtime.bot_input import parse_input
from shared.runtime.log import RunLog, set_up_logging
from shared.runtime.metrics import Metrics
from shared.runtime.payload import parse_payload
from shared.runtime.settings import Settings
from tests.builders import ABSENT, ADMIN_ID, PRACTITIONER_ID, lambda_payload, secrets

GOOD_INPUT = {"practitionerId": PRACTITIONER_ID, "practitionerRoleTypes": [1]}
LICENSE = {"LicenseNumber": "036-123456", "State": "IL"}

SECURE_URLS = {
    "https://fhir.example.com/": "https://fhir.example.com/",
    "https://fhir.example.com": "https://fhir.example.com/",
    "https://fhir.example.com:8443/base": "https://fhir.example.com:8443/base/",
    "http://localhost:8103/": "http://localhost:8103/",
    "http://127.0.0.1:8103": "http://127.0.0.1:8103/",
    "http://[::1]:8103/": "http://[::1]:8103/",
}
OTHER_URLS = [
    "http://fhir.example.com/",
    "http://localhost.example.com/",
    "http://127.0.0.1.example.com/",
    "http://127.0.0.1@example.com/",
    "http://10.0.0.1/",
    "https://name:word@example.com/",
    "https://example.com/?a=b",
    "https://example.com/#a",
    "https://",
    "https://[::1",
    "ftp://example.com/",
    "fhir.example.com",
    "",
]


def refused_payload(event: Any) -> str:
    with pytest.raises(Misconfigured) as refused:
        parse_payload(event)
    return str(refused.value)


def refused_secrets(**changes: Any) -> str:
    payload = parse_payload(lambda_payload(secrets=secrets(**changes)))
    with pytest.raises(Misconfigured) as refused:
        Settings(payload.secrets).dosespot()
    return str(refused.value)


def refused_input(given: Any) -> list[str]:
    with pytest.raises(InputRefused) as refused:
        parse_input(AdminEnrollInput, given)
    text = str(refused.value)
    assert text.startswith("The bot's input was refused. ")
    assert text.endswith(".")
    return text.removeprefix("The bot's input was refused. ")[:-1].split("; ")


def named(fields: str) -> str:
    return (
        "This function must be run by a Medplum server, such as by Bot/$execute; its payload is not"
        f" usable: {fields}. baseUrl must be an https URL; accessToken must be there, and requester"
        " or else bot."
    )


def test_payload_of_a_medplum_server_is_read() -> None:
    payload = parse_payload(lambda_payload({"practitionerId": "1"}))
    assert payload.baseUrl == "https://fhir.example.com/"
    assert payload.who == f"Practitioner/{ADMIN_ID}"
    assert payload.accessToken == "made-up-access-token"
    assert payload.input == {"practitionerId": "1"}
    assert payload.trace_id == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    shown = f"{payload!r} {payload} {payload.requester} {payload.secrets!r}"
    assert "callers" not in shown
    assert "made-up" not in shown


@pytest.mark.parametrize("given", ["Jane Smith", "a\nb", "x" * 129, "", None], ids=repr)
def test_what_is_no_trace_id_is_passed_over(given: Any) -> None:
    assert parse_payload(lambda_payload(traceId=given)).trace_id is None


@pytest.mark.parametrize("left_out", ["bot", "contentType", "traceId", "headers", "secrets"])
def test_payload_may_lack_what_is_not_needed(left_out: str) -> None:
    assert parse_payload(lambda_payload(**{left_out: ABSENT})).input == {}


@pytest.mark.parametrize(("url", "base"), SECURE_URLS.items())
def test_secrets_go_to_https_or_to_this_machine(url: str, base: str) -> None:
    assert parse_payload(lambda_payload(baseUrl=url)).baseUrl == base
    payload = parse_payload(lambda_payload(secrets=secrets(DOSESPOT_BASE_URL=url)))
    assert Settings(payload.secrets).dosespot().base_url == base


@pytest.mark.parametrize("url", OTHER_URLS)
def test_secrets_go_nowhere_else(url: str) -> None:
    assert refused_payload(lambda_payload(baseUrl=url)) == named("baseUrl")
    assert refused_secrets(DOSESPOT_BASE_URL=url or "x") == (
        "Project secrets must be corrected: DOSESPOT_BASE_URL must be an https URL such as"
        " https://my.staging.dosespot.com/webapi/v2/. Set them in Project.secret."
    )


@pytest.mark.parametrize(
    "url", ["https://example.com?", "https://exam ple.com/", "https://a.b:99999/", "https://a.b\n"]
)
def test_malformed_base_url_is_refused(url: str) -> None:
    assert refused_payload(lambda_payload(baseUrl=url)) == named("baseUrl")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"accessToken": ABSENT}, "accessToken"),
        ({"accessToken": ""}, "accessToken"),
        ({"requester": ABSENT, "bot": ABSENT}, "requester"),
        ({"requester": None, "bot": None}, "requester"),
        ({"bot": {"reference": "Bot"}}, "bot"),
        ({"requester": {"reference": "Practitioner"}}, "requester"),
        ({"requester": {"reference": "Practitioner/1?_id=2"}}, "requester"),
        ({"requester": {"display": "Alex Example"}}, "requester"),
        ({"secrets": {"A": {"valueInteger": "made-up-clinic-key"}}}, "secrets"),
        ({"secrets": ["made-up-clinic-key"]}, "secrets"),
        ({"traceId": {"x": 1}}, "traceId"),
        (
            {"accessToken": None, "baseUrl": None, "requester": {}},
            "accessToken, baseUrl, requester",
        ),
    ],
    ids=str,
)
def test_unusable_payload_names_every_fault_and_no_value(
    changes: dict[str, Any], fields: str
) -> None:
    assert refused_payload(lambda_payload(**changes)) == named(fields)


@pytest.mark.parametrize("event", [None, "text", [], 7], ids=repr)
def test_what_is_no_object_is_no_payload(event: Any) -> None:
    assert refused_payload(event) == named("no JSON object")


@pytest.mark.parametrize("clinic", ["123", " 123 ", {"valueInteger": 123}], ids=repr)
def test_secrets_may_be_strings_or_integers(clinic: Any) -> None:
    payload = parse_payload(lambda_payload(secrets=secrets(DOSESPOT_CLINIC_ID=clinic)))
    settings = Settings(payload.secrets).dosespot()
    assert astuple(settings) == (
        "https://dosespot.example.com/webapi/v2/",
        123,
        "made-up-clinic-key",
        "made-up-subscription-key",
        ("DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY"),
    )
    assert "made-up" not in repr(settings)


def test_all_missing_secrets_are_named_at_once() -> None:
    text = refused_secrets(
        DOSESPOT_BASE_URL=ABSENT,
        DOSESPOT_CLINIC_ID="  ",
        DOSESPOT_CLINIC_KEY={"valueBoolean": True},
    )
    assert text == (
        "Project secrets must be corrected: DOSESPOT_BASE_URL, DOSESPOT_CLINIC_ID,"
        " DOSESPOT_CLINIC_KEY missing. Set them in Project.secret."
    )


@pytest.mark.parametrize("clinic", ["12a", "-1", "1.5", "١٢"])
def test_clinic_that_is_no_number_is_named(clinic: str) -> None:
    assert refused_secrets(DOSESPOT_CLINIC_ID=clinic) == (
        "Project secrets must be corrected: DOSESPOT_CLINIC_ID must be a number."
        " Set them in Project.secret."
    )


def test_missing_and_malformed_secrets_are_named_at_once() -> None:
    text = refused_secrets(
        DOSESPOT_BASE_URL="ftp://x", DOSESPOT_CLINIC_ID="x", DOSESPOT_CLINIC_KEY=ABSENT
    )
    for name in ("DOSESPOT_BASE_URL", "DOSESPOT_CLINIC_ID", "DOSESPOT_CLINIC_KEY"):
        assert name in text


def test_input_of_the_guide_is_taken() -> None:
    given = {**GOOD_INPUT, "initIdp": True, "initTfa": False, "tfaType": "Token"}
    taken = parse_input(AdminEnrollInput, given)
    absent = {"medicalLicenseNumbers": None, "organizationId": None}
    assert taken.model_dump() == {**given, **absent}
    assert parse_input(AdminEnrollInput, GOOD_INPUT).tfaType is None
    chosen = parse_input(AdminEnrollInput, {**GOOD_INPUT, "tfaType": "Token"})
    assert (chosen.tfaType, chosen.order().tfa_type) == ("Token", TfaType.TOKEN)


@pytest.mark.parametrize("given", [None, "text", [], 7], ids=repr)
def test_input_that_is_no_object_is_refused(given: Any) -> None:
    with pytest.raises(InputRefused, match="must be a JSON object, one per call; send it"):
        parse_input(AdminEnrollInput, given)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"practitionerId": "Jane Smith"}, "practitionerId"),
        ({"practitionerId": "a/../b"}, "practitionerId"),
        ({"practitionerId": 7}, "practitionerId"),
        ({"practitionerRoleTypes": []}, "practitionerRoleTypes"),
        ({"practitionerRoleTypes": 1}, "practitionerRoleTypes"),
        ({"practitionerRoleTypes": [1, 7]}, "practitionerRoleTypes[1]"),
        ({"practitionerRoleTypes": ["1"]}, "practitionerRoleTypes[0]"),
        ({"practitionerRoleTypes": [True]}, "practitionerRoleTypes[0]"),
        ({"initIdp": "true"}, "initIdp"),
        ({"initTfa": 1}, "initTfa"),
        ({"tfaType": "Fax"}, "tfaType"),
        ({"medicalLicenseNumbers": [LICENSE, {}]}, "medicalLicenseNumbers[1].LicenseNumber"),
        ({"medicalLicenseNumbers": [{**LICENSE, "State": "ZZ"}]}, "medicalLicenseNumbers[0].State"),
        ({"practitionerID": "x"}, "practitionerID"),
        ({"ssn": "987-65-4321"}, "ssn"),
    ],
    ids=str,
)
def test_wrong_input_is_named_by_its_path_and_not_quoted(
    change: dict[str, Any], problem: str
) -> None:
    first = refused_input({**GOOD_INPUT, **change})[0]
    assert first.partition(": ")[0] == problem
    assert not any(value in first for value in ("Jane", "987-65-4321", "Fax", "ZZ", ".."))


def test_unknown_inputs_are_refused_by_name() -> None:
    assert refused_input({**GOOD_INPUT, "password": "p", "otp": 1}) == [
        "password: this bot has no such input",
        "remove it",
        "otp: this bot has no such input",
        "remove it",
    ]


def test_all_problems_of_the_input_are_told_at_once() -> None:
    problems = refused_input({"practitionerRoleTypes": [0], "initIdp": "x", "pin": "1"})
    paths = [one.partition(": ")[0] for one in problems if ": " in one]
    assert paths == ["practitionerId", "practitionerRoleTypes[0]", "initIdp", "pin"]


def test_allowed_values_are_told_as_they_are_spelled() -> None:
    assert "'Mobile' or 'Token'" in refused_input({**GOOD_INPUT, "tfaType": "mobile"})[0]


def test_license_is_taken_as_dosespot_will_store_it() -> None:
    given = {**GOOD_INPUT, "medicalLicenseNumbers": [{"licenseNumber": " A-1 ", "state": "il"}]}
    assert parse_input(AdminEnrollInput, given).order().licenses == (MedicalLicense("A-1", "IL"),)


def test_license_with_both_spellings_of_a_name_is_refused() -> None:
    given = {**GOOD_INPUT, "medicalLicenseNumbers": [{**LICENSE, "state": "NY"}]}
    assert refused_input(given)[0] == "medicalLicenseNumbers[0].state: this bot has no such input"


@pytest.mark.parametrize(("clinic", "taken"), [(7, "7"), ("7", "7"), (2**31 - 1, "2147483647")])
def test_clinic_of_a_license_may_be_a_number_or_a_text(clinic: Any, taken: str) -> None:
    given = {**GOOD_INPUT, "medicalLicenseNumbers": [{**LICENSE, "ClinicId": clinic}]}
    (license_,) = parse_input(AdminEnrollInput, given).order().licenses
    assert license_.clinic_id == taken


@pytest.mark.parametrize(
    "clinic", [0, -1, 2**31, "0", "1.0", "", " 7", "\u0667", True, 7.0, []], ids=repr
)
def test_what_is_no_clinic_is_refused(clinic: Any) -> None:
    given = {**GOOD_INPUT, "medicalLicenseNumbers": [{**LICENSE, "ClinicId": clinic}]}
    assert refused_input(given)[0].startswith("medicalLicenseNumbers[0].ClinicId: must be a")


def test_license_of_white_space_is_refused() -> None:
    given = {**GOOD_INPUT, "medicalLicenseNumbers": [{**LICENSE, "LicenseNumber": "  "}]}
    assert refused_input(given)[0].startswith("medicalLicenseNumbers[0].LicenseNumber: ")


def test_log_lines_are_ascii_json_with_the_trace_id(caplog: pytest.LogCaptureFixture) -> None:
    set_up_logging()
    log = RunLog("admin_enroll", Metrics())
    log.trace_id = "trace-1"
    log(AuditAction.STATUS_RECORDED, before="Größe\n", after=None)
    log.warning(LogEvent.NOT_AUDITED, error="FhirDenied")
    assert [(record.levelno, json.loads(record.message)) for record in caplog.records] == [
        (
            logging.INFO,
            {"step": "status-recorded", "bot": "admin_enroll", "traceId": "trace-1"}
            | {"level": "INFO", "before": "Größe\n", "after": None},
        ),
        (
            logging.WARNING,
            {"step": "not-audited", "bot": "admin_enroll", "traceId": "trace-1"}
            | {"level": "WARNING", "error": "FhirDenied"},
        ),
    ]
    assert all(record.message.isascii() and "\n" not in record.message for record in caplog.records)
