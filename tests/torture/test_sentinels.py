"""Whatever runs, and however it fails: nothing of a person and no secret gets out of a bot."""

import json
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bots.catalog import BOTS
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, REGISTRATION_STATUS
from shared.errors import Unforeseen
from shared.http.sending import Call
from tests.builders import dea, form, npi
from tests.integration.choosing import medication
from tests.integration.clinic import Clinic, Member, new_npi
from tests.integration.my_details import as_itself
from tests.integration.prescribing import ALWAYS
from tests.integration.self_service import add_patient
from tests.torture.breaking import WAYS, BreakingHttp
from tests.torture.every_bot import admins, body, everything
from tests.torture.flows import FLOWS, Flow
from tests.torture.watching import (
    BORN,
    CITY,
    DEA,
    EMAIL,
    FAMILY,
    FAX,
    GIVEN,
    LICENSE,
    PHONE,
    STREET,
    Watch,
    about,
    carried,
    heard,
    watching,
)

SLOW = [way for way in WAYS if "crash" not in way]
REFUSALS = [(status, code) for status in (200, 400, 403, 404) for code in ("ERROR", "OK")]
FAULTS = (ValueError(FAMILY), KeyError(DEA), OSError(2, EMAIL, STREET), RuntimeError(PHONE))
FAULTS[0].__cause__, FAULTS[1].__context__ = KeyError(EMAIL), TypeError(BORN)


@pytest.fixture
def watch(clinic: Clinic) -> Iterator[Watch]:
    with watching(clinic) as watch:
        yield watch


def test_runs_that_end_well_and_unforeseen_faults_in_them_quote_nothing(watch: Watch) -> None:
    ran = set()
    for bot, given, by in everything(watch):
        for watch.left, watch.fault in enumerate(FAULTS):
            assert isinstance(watch.run(bot, given, by), Unforeseen | None)
        watch.fault = None
        assert watch.run(bot, given, by) is None
        ran.add(bot)
    assert ran == {bot.name for bot in BOTS}
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.INFO)


VALUES: dict[str, list[Any]] = {
    "admin_enroll": [
        [FAMILY],
        {"practitionerId": f"{GIVEN} {FAMILY}", "practitionerRoleTypes": [FAMILY], "tfaType": FAX},
        {"practitionerId": [PHONE], "initIdp": BORN, EMAIL: 1, STREET: 2, FAX: 3},
        {"medicalLicenseNumbers": [{"LicenseNumber": LICENSE * 9, "State": CITY, EMAIL: 1}, PHONE]},
    ],
    "self_enroll": [FAMILY, {"medicalLicenseNumbers": LICENSE, "tfaType": FAMILY, EMAIL: FAMILY}],
    "iframe": [{"patientId": f"{GIVEN} {FAMILY}"}, {EMAIL: FAMILY}],
    "patient_sync": [{"patientId": EMAIL, "update": FAMILY}, {STREET: FAMILY}],
    "prescriptions_sync": [{"patientId": EMAIL, "start": FAMILY, "end": BORN, STREET: FAMILY}],
    "medication_history": [{"patientId": [EMAIL], "start": BORN, "end": FAMILY, "raw": EMAIL}],
    "self_reported_medications_sync": [{"patientId": PHONE, "start": FAMILY}, {EMAIL: FAMILY}],
    "sync_status": [{"practitionerId": EMAIL, "pageSize": FAMILY}, {"cursor": FAMILY}],
    "readiness": [{"practitionerId": EMAIL, "pageSize": FAMILY}, {"cursor": FAMILY}],
    "billing_report": [{"firstMonth": EMAIL, "lastMonth": FAMILY}, {FAX: 1}],
    "setup_progress": [{"cursor": EMAIL, "pageSize": FAMILY}, {FAX: 1}],
    "notification": [{"EventType": [FAMILY], "Data": BORN}, EMAIL],
    "notification_counts": [[FAMILY], {EMAIL: FAMILY}],
    "search_medication": [{"name": FAMILY * 50}, {"name": [FAMILY], EMAIL: 1}],
    "search_allergen": [{"name": FAMILY * 50}, {"name": {FAMILY: 1}, EMAIL: 1}],
    "search_pharmacy": [{"name": [FAMILY], "specialty": [FAMILY], "zip": 7, STREET: 1}],
    "add_favorite_medication": [
        {"resourceType": FAMILY, "code": FAMILY},
        medication(20001, FAMILY * 200),
        {**medication(20001), "code": {"text": FAMILY, "coding": [{"code": PHONE}]}},
    ],
    "add_patient_pharmacy": [
        {"patientId": EMAIL, "pharmacyId": PHONE, "setAsPrimary": FAMILY},
        {"patientId": "a", "pharmacy": {"resourceType": "Organization", "name": FAMILY}},
    ],
    "default_pharmacy": [{"pharmacyId": PHONE, "patientIds": [EMAIL], FAX: FAMILY}],
    "supervisor": [{"practitionerId": EMAIL, "supervisorPractitionerId": 7, "action": FAMILY}],
    "register_clinic": [
        [FAMILY],
        {"locationId": f"{GIVEN} {FAMILY}", "existingClinicId": PHONE, EMAIL: 1},
        {"clinicName": f"{FAMILY}<", "address1": STREET * 9, "city": PHONE, "state": CITY},
        {"zipCode": FAMILY, "primaryPhone": EMAIL, "primaryFax": LICENSE, "clinicName": EMAIL},
    ],
    "clinician_clinics": [{"practitionerId": EMAIL, "add": [FAMILY, STREET], "remove": DEA}],
    "my_details": [
        [FAMILY],
        {"phone": [PHONE], "details": {"npi": 7, EMAIL: 1}, "mailingAddress": STREET, FAX: 2},
        {"dateOfBirth": BORN, "phone": FAMILY, "fax": EMAIL, "details": {"npi": PHONE}},
        {"locations": [{"practitionerRoleId": FAMILY, "deaNumber": DEA, "state": CITY}]},
        {"locations": [{"practitionerRoleId": EMAIL, "medicalLicenseNumber": LICENSE * 9}]},
    ],
    "invite_prescribers": [
        {"practitioners": [{"practitionerId": EMAIL, "organizationId": PHONE}, FAMILY]},
        {"practitioners": FAMILY, "action": LICENSE, "expiresInDays": BORN, EMAIL: 1},
    ],
    "create_prescriber": [
        [FAMILY],
        {"fName": [GIVEN], "lName": FAMILY * 6, "email": FAMILY, "phone": PHONE * 2, EMAIL: 1},
        {"details": {"npi": PHONE, "dea": FAMILY, EMAIL: 1}, "mailingAddress": STREET, FAX: 2},
        form(dateOfBirth=f"2{BORN[1:]}", lName=f"{FAMILY}<", details={"npi": DEA[2:]}),
        {"locations": [{"locationName": FAMILY, "state": CITY, "deaNumber": PHONE}, FAMILY]},
    ],
}
IDS = {
    "admin_enroll": [{"practitionerId": FAMILY, "practitionerRoleTypes": [1]}],
    "iframe": [{"patientId": FAMILY}, {"patientId": PHONE}],
    "patient_sync": [{"patientId": LICENSE}],
    "prescriptions_sync": [{"patientId": LICENSE, **ALWAYS}],
    "add_patient_pharmacy": [{"patientId": FAMILY, "pharmacyId": 1}],
    "sync_status": [{"practitionerId": FAMILY}],
    "supervisor": [{"practitionerId": FAMILY, "supervisorPractitionerId": DEA, "action": "add"}],
    "clinician_clinics": [{"practitionerId": FAMILY, "add": [PHONE]}],
    "register_clinic": [{"locationId": FAMILY}, {"existingClinicId": 8675300}],
    "create_prescriber": [form(locations=[{"locationId": FAMILY}, {"locationName": STREET}])],
}


BY_MEMBERS = ("self_enroll", "iframe", "patient_sync", "notification", "notification_counts")
BY_MEMBERS += ("search_medication", "search_allergen", "search_pharmacy")
BY_MEMBERS += ("add_favorite_medication", "add_patient_pharmacy", "my_details")
TORTURE = pytest.mark.torture


@pytest.mark.parametrize("inputs", [VALUES, IDS], ids=["values", "ids"])
def test_a_refused_input_is_not_quoted(watch: Watch, inputs: dict[str, list[Any]]) -> None:
    member = watch.person()
    assert watch.run("self_enroll", {}, member) is None
    for bot, given in [(name, one) for name in inputs for one in inputs[name]]:
        by = member if bot in BY_MEMBERS else watch.clinic.admin
        watch.execute(bot, given, by)
        assert watch.run(bot, given, as_itself(watch.clinic, by) if bot == "my_details" else by)


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": [npi(FAMILY), npi(PHONE), dea(PHONE, CITY), dea(FAMILY, "IL")]},
        {"identifier": [npi(EMAIL), dea(DEA, "IL"), dea(DEA, "NY"), {"value": FAMILY}]},
        {"name": [{"family": FAMILY * 6, "given": [GIVEN * 6], "prefix": [FAMILY * 2]}]},
        {"name": [{"given": [FAMILY]}], "birthDate": f"2{BORN[1:]}"},
        {"address": [{"line": [f"PO Box {STREET}", STREET], "state": CITY, "postalCode": FAMILY}]},
        {"telecom": [{"system": "fax", "value": FAMILY}, {"system": "email", "value": PHONE}]},
        {"extension": [{"url": REGISTRATION_STATUS, "valueString": FAMILY}], "name": []},
        {"membership": [{"system": CLINICIAN_IDENTIFIER, "value": FAMILY}]},
        {"membership": [{"system": CLINICIAN_IDENTIFIER, "value": n} for n in ("1", DEA[2:])]},
    ],
)
def test_a_refused_record_is_not_quoted(watch: Watch, changes: dict[str, Any]) -> None:
    member = watch.person(**changes)
    assert watch.run("admin_enroll", admins(member), watch.clinic.admin)
    assert watch.run("self_enroll", {}, member)
    assert watch.run("iframe", {}, member)


def refusal(status: int, code: str, details: str) -> dict[str, Any]:
    """An answer of either server that quotes."""
    result = {"ResultCode": code, "ResultDescription": f"Property: Email Details: {details}"}
    told = {"Result": result, "Id": FAMILY, "Item": details, "Items": FAMILY, "error": details}
    outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": details}]}
    return {"kind": "text", "path": ".*", "status": status, "body": json.dumps({**told, **outcome})}


@pytest.mark.parametrize(
    "name",
    [name if name == "admin, first run" else pytest.param(name, marks=TORTURE) for name in FLOWS],
)
def test_broken_calls_and_answers_that_quote_make_nothing_known(watch: Watch, name: str) -> None:
    clinic, flow, errors = watch.clinic, FLOWS[name], []
    runs = runs_of(watch, flow)
    for at, way in enumerate(SLOW):
        given, by, _ = next(runs)
        errors.append(watch.run(flow.bot, given, by, BreakingHttp(watch, at, WAYS[way])))
    for at, (status, code) in enumerate(REFUSALS):
        for break_it in (clinic.break_fhir, clinic.break_dosespot):
            given, by, member = next(runs)
            break_it(**refusal(status, code, quoting(member)), skip=at % 4)
            errors.append(watch.run(flow.bot, given, by))
    given, by, member = next(runs)
    clinic.break_dosespot(**refusal(400, "ERROR", quoting(member)), times=2)
    gives_the_link = flow.bot == "iframe"  # whoever is enrolled by now gets it, with a warning
    watch.execute(flow.bot, given, by, 200 if gives_the_link else 400)
    assert sum(error is not None for error in errors) + watch.warned > 9


def runs_of(watch: Watch, flow: Flow) -> Iterator[tuple[Any, Member, Member]]:
    """Runs of a flow, again and again: the input, who runs it, and who is enrolled.

    Where the end of a run leaves nothing to ask of enrollment, each has a prescriber of its own.
    """
    leaves_nothing = flow in (FLOWS["sync, first run"], FLOWS["iframe, EPCS"])
    member = None
    while True:
        if member is None or leaves_nothing:
            member = watch.person()
            flow.prepare(watch.clinic, member)
        if flow.bot == "admin_enroll":
            yield admins(member, **flow.input), watch.clinic.admin, member
        elif flow.bot == "patient_sync":
            patient = add_patient(watch.clinic, **about(new_npi()))
            yield {"patientId": patient["id"]}, member, member
        else:
            yield {}, member, member


def quoting(member: Member) -> str:
    told = f"{FAMILY} {member.npi}: {BORN} not found, {EMAIL} already exists."
    return f"{told} {member.dea} {PHONE}"


def test_a_broken_creation_makes_nothing_known(watch: Watch) -> None:
    sent, admin, errors = body(watch, invite=True), watch.clinic.admin, []
    told = f"{FAMILY} {GIVEN} {BORN} {EMAIL} {DEA}"
    for at, way in enumerate(SLOW):
        errors.append(
            watch.run("create_prescriber", sent, admin, BreakingHttp(watch, at, WAYS[way]))
        )
    for at, (status, code) in enumerate(REFUSALS):
        watch.clinic.break_fhir(**refusal(status, code, told), skip=at % 4)
        watch.clinic.break_registry(**refusal(status, code, told))
        changed = {**sent, "phone": f"345-987-65{at:02}"}
        errors.append(watch.run("create_prescriber", changed, admin))
    assert sum(error is not None for error in errors) > 4


def test_no_error_brings_along_one_that_quotes(watch: Watch) -> None:
    member = watch.person()
    errors = [watch.run(bot, given, member) for bot in VALUES for given in VALUES[bot]]
    watch.fault = FAULTS[0]
    for error in filter(None, [*errors, watch.run("self_enroll", {}, member)]):
        watch.clean(*carried(error))


def test_a_reply_with_malformed_headers_shows_no_url(watch: Watch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor() as pool:

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.recv(9999)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nno header\r\n\r\n{}")

        pool.submit(answer)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with heard() as lines:
            watch.send(Call("DoseSpot", "look", "GET", url, {}, {"lastName": FAMILY}))
    watch.clean(*lines)
