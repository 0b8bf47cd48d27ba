"""Whatever a payload, a Practitioner or an answer of DoseSpot holds: a bot ends well or explains.

What a bot gets instead of what it expects is one value in it exchanged, dropped or wrapped, or
something else altogether. A fault that was not foreseen is no explanation.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.catalog import BOTS
from bots.notification.contract import ENROLLMENT_EVENTS, PATIENT_EVENTS
from deploy.sandbox.clinic import PUSH_SECRET
from shared.errors import BotError, DoseSpotRefused, FixInput, Misconfigured, Unforeseen
from shared.http.sending import Call, Http, Reply, Sender, unavailable
from shared.runtime.services import Services
from tests.integration.choosing import medication, synced
from tests.integration.clinic import DEA, TIMEOUT_S, Clinic, Member, new_dea
from tests.integration.creating import new_form
from tests.integration.my_details import as_itself, complete, workplace
from tests.integration.prescribing import (
    ALWAYS,
    add_history,
    add_reported,
    known_patient,
    write_prescription,
)
from tests.integration.self_service import add_patient
from tests.torture.breaking import QuickClock
from tests.torture.flows import FOREIGN, Flow, payload

KEPT = (
    *("ProjectMembership", "Practitioner", "PractitionerRole", "Patient", "Project", "Consent"),
    *("MedicationRequest", "MedicationDispense", "Organization", "Location", "Task"),
    *("Communication", "Account"),
)
NEVER_CHANGED = ("resourceType", "id", "meta")
RUNS = 4

NASTY = ["", " ", "\x00", "\n", "\u202e", "\ud800", "\u212a", "..", "9" * 5000, "A" * 20000, "true"]
texts = st.text(max_size=12) | st.sampled_from(NASTY)
numbers = st.sampled_from([0, -1, 1, 1.5, True, 10**12, 10**400, 1e308]) | st.integers()
scalars = st.none() | st.booleans() | numbers | texts
anything = st.recursive(
    scalars, lambda some: st.lists(some, max_size=3) | st.dictionaries(texts, some, max_size=3)
)
ways = st.sampled_from(["exchange", "drop", "list", "object", "whole"])
changes = st.tuples(st.integers(0, 10**6), ways, anything)
Change = tuple[int, str, Any]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container in a value, with a key or an index of it."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys if isinstance(value, dict | list) else ():
        yield value, key
        if isinstance(value[key], dict | list):
            yield from places(value[key])


def changed(whole: Any, change: Change) -> Any:
    """A copy with something else in one place, or in place of the whole."""
    index, how, other = change
    copy = deepcopy(whole)
    found = list(places(copy))
    if how == "whole" or not found:
        return other
    holder, key = found[index % len(found)]
    if how == "drop":
        del holder[key]
    else:
        wrapped = {"list": [holder[key], other], "object": {"value": holder[key]}}
        holder[key] = wrapped.get(how, other)
    return copy


def explore(examples: int, check: Callable[..., None], **drawn: st.SearchStrategy[Any]) -> None:
    profile = settings(max_examples=examples, derandomize=True, deadline=None)
    profile(given(**drawn)(check))()


def quick_and_long(quick: int, long: int) -> pytest.MarkDecorator:
    cases = [quick, pytest.param(long, marks=pytest.mark.torture)]
    return pytest.mark.parametrize("examples", cases, ids=["quick", "long"])


class Fenced:
    """A `Sender` to the sandbox; nobody is reached at any other address."""

    def __init__(self, clinic: Clinic) -> None:
        self._http = Http()
        ready = clinic.sandbox.ready
        self._known = clinic.fhir_url, ready["dosespot"]["baseUrl"], ready["nppes"]["baseUrl"]

    def send(self, call: Call) -> Reply:
        if not call.url.startswith(self._known):
            raise unavailable(call.service)
        return self._http.send(call)


def run(bot: str, event: Any, http: Sender) -> BotError | None:
    """Runs a bot in this process; returns the explanation where it does not end well."""
    clock = QuickClock()
    services = Services(http=http, now=clock.now, sleep=clock.sleep)
    handler = next(known for known in BOTS if known.name == bot).handler(lambda: services)
    try:
        assert isinstance(handler(event, None), dict | list)
    except BotError as raised:
        error = raised
    else:
        return None
    sentence = str(error)
    assert not isinstance(error, Unforeseen), sentence
    assert (sentence.isascii(), sentence.isprintable(), sentence[-1:]) == (True, True, "."), (
        sentence
    )
    return error


def event(clinic: Clinic, by: Member, request: Any) -> dict[str, Any]:
    """What a Medplum server would run any bot with."""
    made = payload(clinic, Flow("", {}, lambda _c, _m: None, "", (0, 0)), by)
    return {**made, "input": request, "headers": {"x-dosespot-secret": f"Secret {PUSH_SECRET}"}}


def newcomer(clinic: Clinic) -> Member:
    member = clinic.add_member(dea=DEA, practitioner={"extension": [FOREIGN]})
    clinic.authorize(member)
    return member


def everything(clinic: Clinic) -> list[Any]:
    """What both systems hold."""
    found = [one for kind in KEPT for one in clinic.sandbox.fhir.resources(kind)]
    urls = [f"{clinic.control_url}{path}" for path in ("clinicians", "patients")]
    return [*found, *(clinic.session.get(url, timeout=TIMEOUT_S).json() for url in urls)]


def unversioned(found: list[Any]) -> list[Any]:
    """The same for who asked DoseSpot first: writing a claim and taking it back leaves a trace."""
    return [{**one, "meta": {}} if isinstance(one, dict) else one for one in found]


def requests_of(clinic: Clinic) -> dict[str, tuple[Any, Member]]:
    """Good inputs for each bot, with who runs it; after a space, what tells one from another."""
    fresh, known, agent = newcomer(clinic), newcomer(clinic), newcomer(clinic)
    assert clinic.enroll(known).status == 200
    assert clinic.enroll(agent, practitionerRoleTypes=[5]).status == 200
    there, _ = workplace(clinic, fresh)
    licenses = [{"LicenseNumber": "036.1", "State": "IL", "ClinicId": "1"}]
    more = {"medicalLicenseNumbers": licenses, "tfaType": "Token"}
    patient = {"patientId": add_patient(clinic)["id"]}
    charted, number = known_patient(clinic, known)
    written = write_prescription(clinic, known, number)
    add_history(clinic, number)
    add_reported(clinic, number)
    chosen = {"patientId": synced(clinic, known)["id"]}
    data = {"ClinicianId": clinic.clinician(known)["id"]}
    about = {"PatientId": number, "PrescriptionId": written, "ClinicId": clinic.clinic_id, **data}
    both = {"practitionerId": agent.id, "supervisorPractitionerId": known.id}
    return {
        "admin_enroll": (
            {"practitionerId": fresh.id, "practitionerRoleTypes": [1, 2], **more},
            clinic.admin,
        ),
        "self_enroll": (more, newcomer(clinic)),
        "iframe": (patient, known),
        "patient_sync": ({**patient, "update": True}, known),
        "medication_history": ({"patientId": charted["id"], **ALWAYS}, known),
        "self_reported_medications_sync": ({"patientId": charted["id"]}, known),
        "prescriptions_sync": ({"patientId": charted["id"], **ALWAYS, "raw": False}, known),
        "sync_status": ({"practitionerId": known.id, "dryRun": False}, clinic.admin),
        **{
            f"notification {kind}": ({"EventType": kind, "Data": about}, clinic.admin)
            for kind in sorted(ENROLLMENT_EVENTS | PATIENT_EVENTS | {"AllergyStatusUpdate"})
        },
        "readiness": ({"practitionerId": known.id}, clinic.admin),
        "clinician_clinics": ({"practitionerId": known.id, "add": ["none"]}, clinic.admin),
        "my_details": (complete(there, new_dea()), as_itself(clinic, fresh)),
        "register_clinic": ({"existingClinicId": clinic.clinic_id}, clinic.admin),
        "supervisor": ({**both, "action": "add"}, clinic.admin),
        "create_prescriber": (new_form(clinic, invite=True), clinic.admin),
        "notification_counts": ({}, known),
        "search_medication": ({"name": "lis"}, known),
        "search_allergen": ({"name": "pen"}, known),
        "search_pharmacy": ({"name": "Elm", "specialty": [8, "EPCS"], "pageNumber": 1}, known),
        "add_favorite_medication": (medication(20001), known),
        "add_patient_pharmacy": ({**chosen, "pharmacyId": 60001, "setAsPrimary": True}, known),
        "default_pharmacy": (
            {"pharmacyId": 60002, "patientIds": [chosen["patientId"]], "dryRun": False},
            clinic.admin,
        ),
        "billing_report": ({"firstMonth": "2026-03", "lastMonth": "2026-04"}, clinic.admin),
        "setup_progress": ({"pageSize": 3}, clinic.admin),
        "invite_prescribers": (
            {"practitioners": [{"practitionerId": newcomer(clinic).id}], "action": "invite"},
            clinic.admin,
        ),
    }


@quick_and_long(quick=25, long=300)
def test_any_payload_is_run_or_refused_without_effect(clinic: Clinic, examples: int) -> None:
    http = Fenced(clinic)
    events = {row: event(clinic, by, request) for row, (request, by) in requests_of(clinic).items()}
    assert {row.split()[0] for row in events} == {bot.name for bot in BOTS}

    def check(row: str, where: str, change: Change) -> None:
        bot, whole = row.split(maxsplit=1)[0], events[row]
        part = {**whole, "input": changed(whole["input"], change)}
        before = everything(clinic)
        error = run(bot, part if where == "input" else changed(whole, change), http)
        if isinstance(error, DoseSpotRefused):
            assert unversioned(everything(clinic)) == unversioned(before)
        elif error is not None:
            assert everything(clinic) == before

    rows = st.sampled_from(list(events))
    explore(examples, check, row=rows, where=st.sampled_from(["input", "payload"]), change=changes)


class Shown:
    """A `Sender` to a FHIR server that has one Practitioner as no FHIR server takes it."""

    def __init__(self, http: Sender, practitioner: dict[str, Any]) -> None:
        self._http, self._shown, self.writes = http, practitioner, 0

    def send(self, call: Call) -> Reply:
        if call.url.endswith(f"/Practitioner/{self._shown['id']}"):
            if call.writes:
                self._shown, self.writes = call.json, self.writes + 1
            return Reply(200, {}, json.dumps(self._shown).encode())
        reply = self._http.send(call)
        bundle = call.json if isinstance(call.json, dict) else {}
        if bundle.get("type") != "batch":
            return reply
        answer = reply.json()
        for asked, entry in zip(bundle["entry"], answer["entry"], strict=True):
            if asked["request"]["url"] == f"Practitioner/{self._shown['id']}":
                entry["resource"] = self._shown
        return Reply(200, {}, json.dumps(answer).encode())


def check_practitioner(clinic: Clinic, bot: str, make: Callable[[Any], Any]) -> None:
    """Who is refused is not touched; `make` gives what the FHIR server shows of a newcomer."""
    member = newcomer(clinic)
    whole = clinic.practitioner(member)
    kept = {name: whole.pop(name) for name in NEVER_CHANGED}
    mutant = make(whole)
    shown = Shown(Fenced(clinic), {**(mutant if isinstance(mutant, dict) else {}), **kept})
    roles = {"practitionerRoleTypes": [1]} if bot == "admin_enroll" else {}
    request = {"practitionerId": member.id, **roles}
    by, given = (member, {}) if bot == "self_enroll" else (clinic.admin, request)
    before = unversioned(everything(clinic))
    error = run(bot, event(clinic, by, given), shown)
    if isinstance(error, FixInput):
        assert unversioned(everything(clinic)) == before
        assert shown.writes == 0


@quick_and_long(quick=10, long=120)
def test_any_practitioner_is_enrolled_or_refused_without_effect(
    clinic: Clinic, examples: int
) -> None:
    def check(bot: str, change: Change) -> None:
        check_practitioner(clinic, bot, lambda whole: changed(whole, change))

    bots = st.sampled_from(["admin_enroll", "self_enroll", "readiness"])
    explore(examples, check, bot=bots, change=changes)


@pytest.mark.parametrize("odd", [{"extension": 5}, {"photo": [{"title": "\ud800"}]}], ids=ascii)
def test_an_odd_practitioner_is_enrolled_or_refused(clinic: Clinic, odd: dict[str, Any]) -> None:
    check_practitioner(clinic, "admin_enroll", lambda whole: {**whole, **odd})


WISHES = (
    "issue a token",
    "look up the NPI",
    "create the clinician",
    "get the clinician",
    "get the registration status",
    "list the legal agreements",
    "initialize identity proofing",
)


class Lying:
    """A `Sender` that exchanges one answer of DoseSpot, after the call has had its effect."""

    def __init__(self, http: Sender, wish: str, at: int, lie: Callable[[bytes], bytes]) -> None:
        self._http, self._wish, self._left, self._lie = http, wish, at, lie

    def send(self, call: Call) -> Reply:
        reply = self._http.send(call)
        if call.service == "DoseSpot" and call.wish == self._wish:
            self._left -= 1
            if self._left == -1:
                return Reply(200, {}, self._lie(reply.body))
        return reply


def check_lie(clinic: Clinic, signed: bool, wish: str, at: int, lie: Any) -> None:
    """Never two clinicians, and later runs make up for whatever one answer said."""
    http, member = Fenced(clinic), newcomer(clinic)
    mine = event(clinic, member, {})
    if signed:
        assert run("self_enroll", mine, http) is None
        clinic.prescriber_does(member, "sign-agreements")
    run("self_enroll", mine, Lying(http, wish, at, lie))
    assert len(clinic.clinicians(member.npi)) <= 1
    assert any(run("self_enroll", mine, http) is None for _ in range(RUNS))
    assert len(clinic.clinicians(member.npi)) == 1


@quick_and_long(quick=10, long=120)
def test_any_answer_of_dosespot_is_made_up_for(clinic: Clinic, examples: int) -> None:
    def check(signed: bool, wish: str, at: int, change: Change) -> None:
        def lie(body: bytes) -> bytes:
            return json.dumps(changed(json.loads(body), change)).encode()

        check_lie(clinic, signed, wish, at, lie)

    wish, at = st.sampled_from(WISHES), st.integers(0, 1)
    explore(examples, check, signed=st.booleans(), wish=wish, at=at, change=changes)


@quick_and_long(quick=10, long=120)
def test_any_practitioner_and_any_answer_of_dosespot_have_a_verdict(
    clinic: Clinic, examples: int
) -> None:
    member = newcomer(clinic)
    assert clinic.enroll(member).status == 200
    asked = event(clinic, clinic.admin, {"practitionerId": member.id})
    whole = clinic.practitioner(member)
    kept = {name: whole.pop(name) for name in NEVER_CHANGED}
    before = everything(clinic)

    def check(wish: str, record: Change, answer: Change) -> None:
        def lie(body: bytes) -> bytes:
            return json.dumps(changed(json.loads(body), answer)).encode()

        mutant = changed(whole, record)
        odd = {**(mutant if isinstance(mutant, dict) else {}), **kept}
        assert run("readiness", asked, Lying(Shown(Fenced(clinic), odd), wish, 0, lie)) is None

    wish = st.sampled_from(WISHES[3:6])
    explore(examples, check, wish=wish, record=changes, answer=changes)
    assert everything(clinic) == before


OK = {"ResultCode": "OK"}
LIES = {
    "nested too deeply": ("look up the NPI", b"[" * 100_000),
    "token of other letters": ("issue a token", b'{"access_token": "\\u4e2d"}'),
    "known word with another K": (
        "look up the NPI",
        b'{"Result": {"ResultCode": "ERROR", "ResultDescription": "to\\u212aen"}}',
    ),
    "huge id": ("create the clinician", json.dumps({"Id": 10**12, "Result": OK}).encode()),
    "id is true": ("create the clinician", json.dumps({"Id": True, "Result": OK}).encode()),
}


@pytest.mark.parametrize("name", LIES)
def test_an_odd_answer_of_dosespot_is_made_up_for(clinic: Clinic, name: str) -> None:
    wish, body = LIES[name]
    check_lie(clinic, False, wish, 0, lambda _body: body)


ODD: dict[str, dict[str, str]] = {
    "token": {"accessToken": "\u4e2d"},
    "host": {"baseUrl": "https://a..b/"},
    "key in typographic quotes": {"DOSESPOT_SUBSCRIPTION_KEY": "\u201ckey\u201d"},
    "key in two lines": {"DOSESPOT_SUBSCRIPTION_KEY": "one\ntwo"},
    "question mark": {"DOSESPOT_BASE_URL": "https://dosespot.example/webapi/v2/?"},
    "huge number": {"DOSESPOT_CLINIC_ID": "1" * 5000},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_setting_is_named(clinic: Clinic, name: str) -> None:
    member = newcomer(clinic)
    whole = event(clinic, member, {})
    ((key, value),) = ODD[name].items()
    if key in whole["secrets"]:
        secrets = {**whole["secrets"], key: {"name": key, "valueString": value}}
        error = run("self_enroll", {**whole, "secrets": secrets}, Fenced(clinic))
    else:  # a host that is no name is looked up nowhere
        error = run("self_enroll", {**whole, key: value}, Http())
    assert isinstance(error, Misconfigured)
    assert key in str(error)
