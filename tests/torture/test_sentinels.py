"""Whatever runs, and however it fails: nothing of a person and no secret gets out of a bot.

Everybody here has values that occur nowhere else. They are looked for, with and without their
signs, in every log line of a run, every text of its error, `$execute`'s answers and AuditEvents.
"""

import json
import logging
import re
import socket
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bots.catalog import BOTS
from bots.notification.contract import PATIENT_EVENTS
from deploy.sandbox.clinic import PUSH_SECRET
from deploy.sandbox.nppes.records import individual
from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.systems import CLINICIAN_IDENTIFIER, REGISTRATION_STATUS
from shared.errors import BotError, Unforeseen
from shared.http.sending import Call, Http, Reply, Sender
from shared.runtime.services import Services
from tests.builders import dea, form, npi
from tests.integration.choosing import medication
from tests.integration.clinic import Clinic, Member, new_dea, new_npi
from tests.integration.creating import setting
from tests.integration.inviting import mailing
from tests.integration.my_details import as_itself, complete, workplace
from tests.integration.prescribing import ALWAYS, add_history, add_reported, write_prescription
from tests.integration.self_service import add_patient, without_secrets
from tests.torture.breaking import WAYS, BreakingHttp, QuickClock
from tests.torture.flows import FLOWS, Flow, payload

FAMILY, GIVEN, MIDDLE, BORN = "Zyxwvut", "Quorble", "Vexmire", "1973-11-29"
STREET, SUITE, CITY, ZIP = "77 Quuxley Rd", "Suite Grault", "Plughville", "62795-4821"
PHONE, FAX, EMAIL, LICENSE = "345-987-6543", "678-987-6541", "@garply.example", "LX-90817-FRED"
DEA, STATES = "MZ8675300", ("IL", "NY")
PERSONAL = (FAMILY, GIVEN, MIDDLE, BORN, "11/29/1973", STREET, SUITE, CITY, ZIP, PHONE, FAX, EMAIL)
PERSONAL += (LICENSE, DEA, DEA[2:])
HEADERS = {"authorization": "Bearer callers-own-token", "cookie": "callers-own-cookie"}
HEADERS |= {"x-dosespot-secret": f"Secret {PUSH_SECRET}"}
SLOW = [way for way in WAYS if "crash" not in way]
REFUSALS = [(status, code) for status in (200, 400, 403, 404) for code in ("ERROR", "OK")]
FAULTS = (ValueError(FAMILY), KeyError(DEA), OSError(2, EMAIL, STREET), RuntimeError(PHONE))
FAULTS[0].__cause__, FAULTS[1].__context__ = KeyError(EMAIL), TypeError(BORN)
KEPT = ("Task", "Communication", "Account")
ACTS = ("invite", "invite", "resend", "cancel")
GOOD = ({}, "sign-agreements"), ({"initIdp": True}, "pass-idp"), ({"initTfa": True}, "activate-tfa")

_lines: ContextVar[list[str] | None] = ContextVar("lines", default=None)


def bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def about(key: str) -> dict[str, Any]:
    """What everybody's record says; only the e-mail address has to differ."""
    contacts = {"phone": PHONE, "fax": FAX, "email": f"{key}{EMAIL}"}
    return {
        "name": [{"family": FAMILY, "given": [GIVEN, MIDDLE]}],
        "birthDate": BORN,
        "telecom": [{"system": s, "use": "work", "value": v} for s, v in contacts.items()],
        "address": [{"line": [STREET, SUITE], "city": CITY, "state": "IL", "postalCode": ZIP}],
    }


CLOCKS = {"created", "msecs", "relativeCreated", "thread", "process"}
"""What a record says in long numbers of its own, in which a DEA number's seven digits turn up."""


class Listening(logging.Handler):
    """Keeps what any logger is told while a bot runs, whatever thread of the run tells it."""

    def emit(self, record: logging.LogRecord) -> None:
        if (lines := _lines.get()) is not None:
            told = {name: value for name, value in vars(record).items() if name not in CLOCKS}
            lines += [self.format(record), repr(told)]


class Watch:
    """Runs bots and looks for sentinels in what they let out.

    A `Sender` too, which learns the tokens, and raises `fault` from call number `left` on.
    """

    def __init__(self, clinic: Clinic) -> None:
        self.clinic, self.clock, self.http = clinic, QuickClock(), Http()
        secrets = clinic.read(f"Project/{clinic.project}")["secret"]
        secret = [s["valueString"] for s in secrets if s["name"].endswith(("KEY", "SECRET"))]
        tokens = (clinic.admin.token, *HEADERS.values())
        self.secrets = {bare(one) for one in (*secret, *tokens)}
        self.personal = {bare(one) for one in PERSONAL}
        self.left, self.fault = 0, None
        self.warned = 0

    def send(self, call: Call) -> Reply:
        self.left -= 1
        if self.fault is not None and self.left < 0:
            raise self.fault.with_traceback(None)  # which every raise would lengthen
        reply = self.http.send(call)
        if call.form is not None and b"access_token" in reply.body:
            self.secrets.add(bare(str(reply.json()["access_token"])))
        if call.wish == "create the clinic":
            self.secrets.add(bare(str(reply.json()["ClinicKey"])))
        return reply

    def person(self, membership: Any = (), **changes: Any) -> Member:
        """Somebody who is made of sentinels, but for the changes."""
        number, deas = new_npi(), {state: new_dea("MZ") for state in STATES}
        numbers = [npi(number), *(dea(value, state) for state, value in deas.items())]
        whole = {"identifier": numbers, **about(number), **changes}
        member = self.clinic.add_member(practitioner=whole, identifiers=membership)
        self.clinic.authorize(member)
        self.personal |= {number, *(part for one in deas.values() for part in (bare(one), one[2:]))}
        self.secrets.add(bare(member.token))
        return replace(member, npi=number, dea=deas)

    def run(self, bot: str, given: Any, by: Member, http: Sender | None = None) -> BotError | None:
        """Runs a bot in this process; returns what it raised, once nothing was found in it."""
        event = payload(self.clinic, Flow("", {}, lambda _c, _m: None, "", (0, 0)), by)
        services = Services(http=http or self, now=self.clock.now, sleep=self.clock.sleep)
        handler = next(known for known in BOTS if known.name == bot).handler(lambda: services)
        watched, error, answer = _lines.set(lines := []), None, {}
        try:
            answer = handler({**event, "input": given, "headers": HEADERS}, None)
        except BotError as raised:
            error = raised
        finally:
            _lines.reset(watched)
        assert lines or isinstance(error, Unforeseen), "a run leaves a line"
        self.clean(*lines, *(shown(error) if error else ()))
        answered = bare(json.dumps(answer))
        assert not [secret for secret in self.secrets if secret in answered]
        warnings = answer.get("warnings", []) if isinstance(answer, dict) else []
        self.clean(json.dumps(warnings))
        self.warned += bool(warnings)
        return error

    def execute(self, bot: str, given: Any, by: Member, status: int = 400) -> None:
        """Lets `$execute` fail, or warn, and looks at its answer."""
        identifier = next(known.identifier for known in BOTS if known.name == bot)
        answer = self.clinic.execute(identifier, given, by.token)
        assert answer.status == status
        self.clean(json.dumps(answer.body))

    def events(self) -> list[str]:
        """All AuditEvents, but for the agents: there the server itself puts the caller's name."""
        found = self.clinic.sandbox.fhir.resources("AuditEvent")
        return [json.dumps({**event, "agent": []}) for event in found]

    def clean(self, *texts: str) -> None:
        for text in texts:
            told = bare(text)
            assert not [one for one in self.personal | self.secrets if one in told], text


def shown(error: BaseException) -> list[str]:
    """Every text of an error that somebody prints or sends somewhere."""
    trace = "".join(traceback.format_exception(error, chain=True))
    return [str(error), repr(error), repr(error.args), repr(vars(error)), trace]


def carried(error: BaseException) -> Iterator[str]:
    """The texts of the errors that come along with one, also where no stack trace shows them."""
    for other in filter(None, (error.__cause__, error.__context__)):
        yield from (*shown(other), *carried(other))


@pytest.fixture
def watch(clinic: Clinic) -> Iterator[Watch]:
    """Every logger at DEBUG; what the bots set up may then say otherwise."""
    names = [None, "urllib3", *logging.root.manager.loggerDict]
    before = {logger: logger.level for logger in map(logging.getLogger, names)}
    for logger in before:
        logger.setLevel(logging.NOTSET if "urllib3." in logger.name else logging.DEBUG)
    logging.root.addHandler(listening := Listening(logging.DEBUG))
    Services()
    watch = Watch(clinic)
    earlier = set(watch.events())
    yield watch
    logging.root.removeHandler(listening)
    for logger, level in before.items():
        logger.setLevel(level)
    for url in (clinic.control_url, f"{clinic.fhir_url}_sandbox/"):
        clinic.session.delete(f"{url}faults", timeout=30).raise_for_status()
    watch.clean(*(event for event in watch.events() if event not in earlier))
    kept = [clinic.sandbox.fhir.resources(kind) for kind in KEPT]
    watch.clean(json.dumps(kept))


def admins(member: Member, **more: Any) -> dict[str, Any]:
    """The admin bot's input."""
    licenses = [{"LicenseNumber": LICENSE, "State": "IL"}]
    whom = {"practitionerId": member.id, "practitionerRoleTypes": [1]}
    return {**whom, "medicalLicenseNumbers": licenses, **more}


def body(watch: Watch, **changes: Any) -> dict[str, Any]:
    """A form about somebody who is made of sentinels, whom the NPI Registry knows otherwise."""
    number, own_dea = new_npi(), new_dea("MZ")
    watch.personal |= {number, bare(own_dea), own_dea[2:]}
    watch.clinic.register(individual(number, GIVEN, MIDDLE, license_number=LICENSE))
    names = {"fName": GIVEN, "mName": MIDDLE, "lName": FAMILY, "dateOfBirth": BORN}
    contacts = {"username": f"{FAMILY}{number}", "email": f"{number}{EMAIL}"}
    numbers = {"phone": PHONE, "fax": FAX, "details": {"npi": number, "dea": own_dea}}
    address = {"address1": STREET, "address2": SUITE, "city": CITY, "state": "IL", "zipCode": ZIP}
    return form(**{**names, **contacts, **numbers, "mailingAddress": address, **changes})


def everything(watch: Watch) -> Iterator[tuple[str, Any, Member]]:
    """Runs of every bot, each when it can end well: its name, its input and who runs it."""
    clinic, admin, mine, other = watch.clinic, watch.clinic.admin, watch.person(), watch.person()
    for flags, step in (*GOOD, ({}, "")):
        yield "admin_enroll", admins(mine, **flags), admin
        yield "self_enroll", {}, other
        for member in (mine, other) if step else ():
            clinic.prescriber_does(member, step)
    patient = {"patientId": add_patient(clinic, **about(new_npi()))["id"]}
    yield from (("patient_sync", {**patient, **more}, mine) for more in ({}, {"update": True}))
    number = dosespot_patient_id(clinic.read(f"Patient/{patient['patientId']}"))
    notes = {"PharmacyNotes": f"{GIVEN} {PHONE}", "Comment": EMAIL, "Directions": FAMILY}
    written = write_prescription(clinic, mine, number, directions=STREET, fields=notes)
    write_prescription(clinic, mine, number, fields={"PrescriptionId": None, **notes})
    add_history(clinic, number, PharmacyNotes=EMAIL, Directions=STREET)
    add_reported(clinic, number, Comment=PHONE, Directions=FAMILY)
    for bot, more in product(CHARTING, ({}, {"raw": True})):
        yield bot, {**patient, **ALWAYS, **more}, mine
    yield "iframe", patient, mine
    yield "notification_counts", {}, mine
    yield "search_medication", {"name": "lis"}, mine
    yield "search_allergen", {"name": "pen"}, mine
    yield "search_pharmacy", {"name": FAMILY, "address": STREET, "phoneOrFax": PHONE}, mine
    yield "add_favorite_medication", medication(20001, f"{FAMILY} takes one"), mine
    yield "add_patient_pharmacy", {**patient, "pharmacyId": 60001, "setAsPrimary": True}, mine
    given = {"pharmacyId": 60002, "patientIds": [patient["patientId"]]}
    yield "default_pharmacy", given, admin
    yield from first_openings(watch)
    yield from own_details(watch, mine)
    yield "sync_status", {"practitionerId": mine.id}, admin
    yield "readiness", {"practitionerId": mine.id}, admin
    data = {"ClinicianId": clinic.clinician(mine)["id"], "LastName": FAMILY}
    yield "notification", {"EventType": "ClinicianConfirmed", "Data": data}, admin
    named = {"PatientId": number, "PrescriptionId": written, "ClinicId": clinic.clinic_id}
    notes = {"StatusNotes": f"{GIVEN} {FAMILY} {PHONE}", "StatusDetails": EMAIL}
    for kind in sorted(PATIENT_EVENTS):
        yield "notification", {"EventType": kind, "Data": {**data, **named, **notes}}, admin
    yield "create_prescriber", body(watch, invite=True), admin
    people = {"practitioners": [{"practitionerId": one.id} for one in (watch.person(), mine)]}
    with mailing(clinic):
        yield from (("invite_prescribers", {**people, "action": act}, admin) for act in ACTS)
    yield "setup_progress", {}, admin
    with setting(clinic, "BILLING_PRICE", "39.00"):
        yield "sync_status", {"practitionerId": mine.id}, admin
        yield "billing_report", {}, admin
    agent = watch.person()
    yield "admin_enroll", admins(agent, practitionerRoleTypes=[5]), admin
    both = {"practitionerId": agent.id, "supervisorPractitionerId": mine.id, "action": "add"}
    yield "supervisor", both, admin
    yield from further_clinic(watch, mine)


def first_openings(watch: Watch) -> Iterator[tuple[str, Any, Member]]:
    """DoseSpot is opened by somebody who is not enrolled, without a patient and with one."""
    yield "iframe", {}, watch.person()
    given = {"patientId": add_patient(watch.clinic, **about(new_npi()))["id"]}
    yield "patient_sync", given, watch.person()


def further_clinic(watch: Watch, mine: Member) -> Iterator[tuple[str, Any, Member]]:
    """A clinic is registered, and somebody added to it."""
    clinic, admin = watch.clinic, watch.clinic.admin
    address = {"address1": STREET, "address2": SUITE, "city": CITY, "state": "IL", "zipCode": ZIP}
    contacts = {"primaryPhone": PHONE, "primaryFax": FAX}
    with without_secrets(clinic):  # a key that is kept is put away again
        yield "register_clinic", {"clinicName": f"{GIVEN} {FAMILY}", **address, **contacts}, admin
        (organization,) = [
            one["id"]
            for one in clinic.sandbox.fhir.resources("Organization")
            if one.get("name") == f"{GIVEN} {FAMILY}"
        ]
        yield "clinician_clinics", {"practitionerId": mine.id, "add": [organization]}, admin


def own_details(watch: Watch, mine: Member) -> Iterator[tuple[str, Any, Member]]:
    its_own = as_itself(watch.clinic, mine)
    watch.secrets.add(bare(its_own.token))
    there, _ = workplace(watch.clinic, mine)
    yield "my_details", {}, its_own
    yield "my_details", {**complete(there, ""), "phone": PHONE, "fax": FAX}, its_own


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


CHARTING = ("prescriptions_sync", "medication_history", "self_reported_medications_sync")
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
        watched = _lines.set(lines := [])
        watch.send(Call("DoseSpot", "look", "GET", url, {}, {"lastName": FAMILY}))
        _lines.reset(watched)
    watch.clean(*lines)
