"""Search over HTTP: parameters, modifiers, paging, and what the Bundle looks like."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from deploy.sandbox.fhir.app import FhirServer, create_app
from deploy.sandbox.serve import LocalServer

NPI = "http://hl7.org/fhir/sid/us-npi"
BASIC = {"resourceType": "Basic", "code": {"text": "x"}}
EPCS = {"system": "https://dosespot.com/qualification", "code": "epcs"}


def practitioner(key: str, **elements: Any) -> dict:
    return {"resourceType": "Practitioner", "id": key, **elements}


def observation(key: str, **elements: Any) -> dict:
    base = {"resourceType": "Observation", "id": key, "status": "final"}
    return {**base, "code": {"coding": [{"system": "http://loinc.org", "code": key}]}, **elements}


RESOURCES = [
    practitioner(
        "jane",
        active=True,
        name=[{"family": "Smith", "given": ["Jane", "Marie"], "prefix": ["Dr."]}],
        identifier=[{"system": NPI, "value": "1234567893"}],
        telecom=[
            {"system": "email", "value": "jane@example.com"},
            {"system": "phone", "use": "work", "value": "345-123-4567"},
        ],
        qualification=[{"code": {"coding": [EPCS]}}],
    ),
    practitioner(
        "john",
        active=False,
        name=[{"family": "de Smet", "given": ["John"]}],
        identifier=[{"system": NPI, "value": "1003000126"}, {"value": "bare"}],
    ),
    practitioner("anne", name=[{"text": "Anne, of the \\ Hills"}]),
    {
        "resourceType": "PractitionerRole",
        "id": "active-role",
        "active": True,
        "practitioner": {"reference": "Practitioner/jane"},
        "organization": {"reference": "Organization/clinic"},
        "code": [{"coding": [{"system": "urn:roles", "code": "Prescriber"}]}],
    },
    {
        "resourceType": "PractitionerRole",
        "id": "role-without-active",
        "practitioner": {"reference": "Practitioner/jane"},
    },
    {
        "resourceType": "Patient",
        "id": "homer",
        "active": True,
        "name": [{"family": "Simpson", "given": ["Homer"]}],
        "birthDate": "1956-05-12",
        "generalPractitioner": [{"reference": "Practitioner/jane"}],
    },
    {"resourceType": "Patient", "id": "maggie", "birthDate": "2020-05"},
    observation(
        "weight", subject={"reference": "Patient/homer"}, effectiveDateTime="2024-03-01T10:00:00Z"
    ),
    observation(
        "height", subject={"reference": "Device/homer"}, effectivePeriod={"start": "2024-04-01"}
    ),
    {"resourceType": "Organization", "id": "clinic", "name": "Hill Valley Clinic", "active": True},
    {"resourceType": "AccessPolicy", "id": "policy", "name": "Read only"},
    {
        "resourceType": "PractitionerRole",
        "id": "role-at-location",
        "organization": {"identifier": {"system": "urn:clinics", "value": "7"}},
        "location": [{"reference": "Location/north"}],
    },
    {
        "resourceType": "AuditEvent",
        "id": "linked",
        "type": {"system": "urn:types", "code": "rest"},
        "recorded": "2030-01-01T00:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"observer": {"display": "bot"}},
        "entity": [
            {"what": {"reference": "Practitioner/jane"}},
            {"what": {"identifier": {"system": "urn:events", "value": "linked-1"}}},
        ],
    },
    {
        "resourceType": "Task",
        "id": "enroll-jane",
        "identifier": [{"system": "urn:tasks", "value": "1"}],
        "status": "requested",
        "intent": "order",
        "businessStatus": {"coding": [{"system": "urn:steps", "code": "Pending"}]},
        "focus": {"reference": "Practitioner/jane"},
        "for": {"reference": "Patient/homer"},
    },
    {
        "resourceType": "Communication",
        "id": "letter",
        "identifier": [{"system": "urn:letters", "value": "1"}],
        "status": "completed",
    },
    {
        "resourceType": "Account",
        "id": "account",
        "identifier": [{"system": "urn:accounts", "value": "1"}],
        "status": "active",
        "subject": [{"reference": "Patient/homer"}],
    },
    {
        "resourceType": "MedicationRequest",
        "id": "prescription",
        "identifier": [{"system": "urn:prescriptions", "value": "1"}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/homer"},
        "medicationCodeableConcept": {"text": "Aspirin"},
    },
    {
        "resourceType": "DetectedIssue",
        "id": "interaction",
        "status": "final",
        "patient": {"reference": "Patient/homer"},
    },
    {
        "resourceType": "VerificationResult",
        "id": "verified",
        "status": "validated",
        "target": [{"reference": "Practitioner/jane"}],
    },
    {
        "resourceType": "Provenance",
        "id": "signed",
        "target": [{"reference": "MedicationRequest/prescription"}],
        "recorded": "2030-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Practitioner/jane"}}],
    },
    {
        "resourceType": "ClaimResponse",
        "id": "covered",
        "status": "active",
        "type": {"text": "pharmacy"},
        "use": "preauthorization",
        "patient": {"reference": "Patient/homer"},
        "created": "2030-01-01",
        "insurer": {"display": "Insurer"},
        "request": {"reference": "Claim/1"},
        "outcome": "complete",
    },
    {
        "resourceType": "MedicationKnowledge",
        "id": "aspirin",
        "code": {"coding": [{"system": "urn:rxnorm", "code": "1191"}]},
    },
]


@dataclass
class World:
    server: FhirServer
    base: str
    http: requests.Session
    project: str
    member: str

    def bundle(self, query: str) -> dict:
        answer = self.http.get(self.base + query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, query: str) -> list[str]:
        return [entry["resource"]["id"] for entry in self.bundle(query).get("entry", [])]


class Clock:
    """One second later each time it is asked."""

    def __init__(self) -> None:
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with LocalServer() as http, requests.Session() as session:
        server = create_app(base_url=http.url, now=Clock())
        http.start(server)
        project, other = server.add_project("Clinic"), server.add_project("Other")
        server.add_resource(
            other, practitioner("elsewhere", active=True, name=[{"family": "Smith"}])
        )
        for resource in RESOURCES:
            server.add_resource(project, resource)
        person = server.add_person(
            project,
            {"resourceType": "RelatedPerson", "patient": {"reference": "Patient/homer"}},
            "admin@example.com",
            "correct horse",
            admin=True,
            identifiers=[{"system": "https://dosespot.com/clinician-id", "value": "77"}],
            access_policy={"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]},
        )
        session.headers["Authorization"] = f"Bearer {person.token}"
        server.add_client(project, "Enrollment client")
        server.add_bot(project, "enroll-bot", [{"system": "urn:bots", "value": "enroll"}])
        yield World(server, f"{http.url}fhir/R4/", session, project, person.membership_id)
    server.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["jane", "john", "anne"]),
        ("_id=jane", ["jane"]),
        ("_id=jane,anne", ["jane", "anne"]),
        ("_id=elsewhere", []),
        ("_id=" + ",".join(["jane"] * 400), ["jane"]),
        # Tokens.
        (f"identifier={NPI}|1234567893", ["jane"]),
        (f"identifier={NPI}%7C1234567893", ["jane"]),
        ("identifier=1234567893", ["jane"]),
        (f"identifier={NPI}|", ["jane", "john"]),
        ("identifier=|bare", ["john"]),
        ("identifier=|1234567893", []),
        ("identifier=urn:other|1234567893", []),
        ("identifier=" + ",".join(f"{NPI}|{n}" for n in (*range(49), 1234567893)), ["jane"]),
        (f"identifier=urn:other|1,{NPI}|1234567893,|bare", ["jane", "john"]),
        (f"identifier={NPI}|1234567893,{NPI}|1003000126", ["jane", "john"]),
        (f"identifier={NPI}|1234567893&identifier={NPI}|1003000126", []),
        (f"identifier={NPI}|1003000126&identifier=bare", ["john"]),
        (f"identifier:not={NPI}|1234567893", ["john", "anne"]),
        ("identifier:missing=true", ["anne"]),
        ("identifier:missing=false", ["jane", "john"]),
        ("email=jane@example.com", ["jane"]),
        ("email=345-123-4567", []),
        ("phone=345-123-4567", ["jane"]),
        ("telecom=345-123-4567", ["jane"]),
        ("telecom=email|jane@example.com", ["jane"]),
        ("telecom=fax|jane@example.com", []),
        ("qualification-code=https://dosespot.com/qualification|epcs", ["jane"]),
        ("qualification-code:missing=true", ["john", "anne"]),
        # Booleans: what is absent is neither.
        ("active=true", ["jane"]),
        ("active=false", ["john"]),
        ("active=true,false", ["jane", "john"]),
        ("active:not=true", ["john", "anne"]),
        ("active:missing=true", ["anne"]),
        # Strings: the start of any word, without regard to case.
        ("name=smi", ["jane"]),
        ("name=SM", ["jane", "john"]),
        ("name=marie", ["jane"]),
        ("name=mith", []),
        ("name=Jane+Smith", ["jane"]),
        ("name=Jane+Jones", []),
        ("name=Dr", ["jane"]),
        ("name=anne%5C,", ["anne"]),
        ("name=%5C%5C", ["anne"]),
        ("name:contains=mit", ["jane"]),
        ("name:exact=Smith", ["jane"]),
        ("name:exact=smith", []),
        ("name:exact=de+Smet", ["john"]),
        ("name:exact=Smet", []),
        ("name:missing=true", []),
        ("family=de+s", ["john"]),
        ("family=jane", []),
        ("given=Jane&family=Smith", ["jane"]),
        ("name:not=smith", ["john", "anne"]),
        # The time of the last write; the clock ticks with each.
        ("_lastUpdated=lt2030", []),
        ("_lastUpdated=ge2030-01-01&_id=jane", ["jane"]),
    ],
)
def test_practitioners_are_found(world, query, expected):
    assert world.ids(f"Practitioner?{query}") == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PractitionerRole?practitioner=Practitioner/jane&active=true", ["active-role"]),
        ("PractitionerRole?practitioner=jane", ["active-role", "role-without-active"]),
        ("PractitionerRole?practitioner=Practitioner/john", []),
        (
            "PractitionerRole?practitioner=Practitioner/john,Practitioner/jane&active=true",
            ["active-role"],
        ),
        ("PractitionerRole?organization=Organization/clinic", ["active-role"]),
        (
            "PractitionerRole?organization:missing=true",
            ["role-without-active", "role-at-location"],
        ),
        ("PractitionerRole?organization:identifier=urn:clinics|7", ["role-at-location"]),
        ("PractitionerRole?organization=urn:clinics|7", []),
        ("PractitionerRole?location=Location/north", ["role-at-location"]),
        ("AuditEvent?entity:identifier=urn:events|linked-1", ["linked"]),
        ("AuditEvent?entity:identifier=linked-1", ["linked"]),
        ("AuditEvent?entity:identifier=urn:events|", ["linked"]),
        ("AuditEvent?entity:identifier=urn:events|linked-2", []),
        ("AuditEvent?entity=urn:events|linked-1", []),
        ("AuditEvent?entity=linked-1", []),
        ("AuditEvent?entity=Practitioner/jane", ["linked"]),
        ("Task?identifier=urn:tasks|1&status=requested", ["enroll-jane"]),
        ("Task?focus=Practitioner/jane", ["enroll-jane"]),
        ("Task?business-status=urn:steps|Pending", ["enroll-jane"]),
        ("Task?patient=Patient/homer", ["enroll-jane"]),
        ("Communication?identifier=urn:letters|1", ["letter"]),
        ("Account?identifier=urn:accounts|1", ["account"]),
        ("Account?subject=Patient/homer", ["account"]),
        ("MedicationRequest?identifier=urn:prescriptions|1", ["prescription"]),
        ("MedicationRequest?status=active&_lastUpdated=ge2030-01-01", ["prescription"]),
        ("DetectedIssue?patient=Patient/homer", ["interaction"]),
        ("VerificationResult?target=Practitioner/jane", ["verified"]),
        ("Provenance?target=MedicationRequest/prescription", ["signed"]),
        ("ClaimResponse?request=Claim/1", ["covered"]),
        ("MedicationKnowledge?code=urn:rxnorm|1191", ["aspirin"]),
        ("Observation?status=final&_sort=-date&_count=1", ["height"]),
        ("PractitionerRole?role=urn:roles|Prescriber", ["active-role"]),
        ("Patient?general-practitioner=Practitioner/jane", ["homer"]),
        ("Patient?general-practitioner:not=Practitioner/jane", ["maggie"]),
        ("Patient?name=homer&active=true", ["homer"]),
        ("Patient?birthdate=1956-05-12", ["homer"]),
        ("Patient?birthdate=1956-05", ["homer"]),
        ("Patient?birthdate=1956", ["homer"]),
        ("Patient?birthdate=ne1956", ["maggie"]),
        ("Patient?birthdate=gt1956-05-12", ["maggie"]),
        ("Patient?birthdate=ge1956-05-12", ["homer", "maggie"]),
        ("Patient?birthdate=lt1956-05-12", []),
        ("Patient?birthdate=le1956-05-12", ["homer"]),
        ("Patient?birthdate=sa1956-05-11", ["homer", "maggie"]),
        ("Patient?birthdate=eb2020-05-01", ["homer"]),
        ("Patient?birthdate=2020-05-01", []),
        ("Observation?patient=Patient/homer", ["weight"]),
        ("Observation?patient=homer", ["weight"]),
        ("Observation?subject=homer", ["weight", "height"]),
        ("Observation?code=http://loinc.org|weight", ["weight"]),
        ("Observation?date=2024-03-01", ["weight"]),
        ("Observation?date=ge2024-03-01T10:00:00Z&date=lt2024-03-01T11:00:01%2B01:00", ["weight"]),
        ("Observation?date=gt2024-03-01T10:00:00Z", ["height"]),
        ("Observation?date=sa2024-03", ["height"]),
        ("Organization?name=valley&active=true", ["clinic"]),
        ("AccessPolicy?name=read", ["policy"]),
    ],
)
def test_other_types_are_found(world, query, expected):
    assert world.ids(query) == expected


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ProjectMembership?profile-type=Bot", 1),
        ("ProjectMembership?profile-type=RelatedPerson", 1),
        ("ProjectMembership?identifier=https://dosespot.com/clinician-id|77", 1),
        ("ProjectMembership?identifier=https://dosespot.com/clinician-id|", 1),
        ("ProjectMembership?identifier:missing=true", 2),
        ("ProjectMembership?access-policy:missing=false", 1),
        ("ProjectMembership?user-name=nobody&external-id=x", 0),
        ("Bot?name=enroll", 1),
        ("Bot?identifier=urn:bots|enroll", 1),
        ("ClientApplication?name=enrollment", 1),
        ("Project?name=clinic", 1),
        ("Project?name=other", 0),
        ("Project?owner:missing=true", 1),
        ("User?email=admin@example.com", 1),
        ("AuditEvent?type=execute&date=ge2030&entity=Bot/x&agent=Practitioner/jane", 0),
    ],
)
def test_medplums_own_types_are_found(world, query, count):
    assert len(world.ids(query)) == count


def test_memberships_are_found_by_who_they_are_for(world):
    member = world.bundle(f"ProjectMembership?_id={world.member}")["entry"][0]["resource"]
    for name in ("user", "profile", "project"):
        assert world.member in world.ids(f"ProjectMembership?{name}={member[name]['reference']}")


def test_update_is_searchable_at_once(world):
    created = world.http.post(f"{world.base}Device", json={"resourceType": "Device"}).json()
    created["identifier"] = [{"value": "new"}]
    world.http.put(f"{world.base}Device/{created['id']}", json=created)
    assert world.ids("Device?identifier=new") == [created["id"]]
    del created["identifier"]
    world.http.put(f"{world.base}Device/{created['id']}", json=created)
    assert world.ids("Device?identifier=new") == []


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("family", ["john", "jane", "anne"]),
        ("-family", ["jane", "john", "anne"]),
        ("-_lastUpdated", ["anne", "john", "jane"]),
        ("active,-_id", ["john", "jane", "anne"]),
    ],
)
def test_results_are_sorted_with_the_absent_last(world, sort, expected):
    assert world.ids(f"Practitioner?_sort={sort}") == expected


def test_pages_link_to_the_next(world):
    query = "Practitioner?_sort=_id&_count=2"
    first = world.bundle(query)
    assert [e["resource"]["id"] for e in first["entry"]] == ["anne", "jane"]
    links = {link["relation"]: link["url"] for link in first["link"]}
    assert links.keys() == {"self", "next"}
    assert links["self"] == f"{world.base}{query}"
    second = world.http.get(links["next"]).json()
    assert [e["resource"]["id"] for e in second["entry"]] == ["john"]
    assert [link["relation"] for link in second["link"]] == ["self"]
    assert world.ids("Practitioner?_sort=_id&_offset=1&_count=1") == ["jane"]


def test_twenty_are_given_unless_asked_and_a_thousand_at_most(world):
    project = world.server.add_project("Big")
    for number in range(1001):
        resource = {"resourceType": "Basic", "id": f"b{number}", "code": {"text": "x"}}
        world.server.add_resource(project, resource)
    client = world.server.add_client(project, "reader")
    token = world.server.token_for(client.membership_id)
    headers = {"Authorization": f"Bearer {token}"}

    def count(query: str) -> int:
        answer = requests.get(f"{world.base}Basic{query}", headers=headers, timeout=10)
        return len(answer.json()["entry"])

    assert [count(""), count("?_count=21"), count("?_count=5000")] == [20, 21, 1000]


def test_pages_in_the_order_of_writing_are_linked_by_cursor_and_shift_nobody(world):
    for _ in range(45):
        world.http.post(f"{world.base}Basic", json=BASIC)
    url, found = f"{world.base}Basic?_sort=_lastUpdated&_count=20", []
    whole = world.ids("Basic?_sort=_lastUpdated&_count=1000")
    while url:
        page = world.http.get(url).json()
        found += [one["resource"]["id"] for one in page["entry"]]
        url = next((link["url"] for link in page["link"] if link["relation"] == "next"), None)
        assert url is None or ("_cursor=" in url and "_offset" not in url)
        world.http.delete(f"{world.base}Basic/{found[0]}")
    assert found == whole
    assert len(found) >= 45


@pytest.mark.parametrize("query", ["_sort=_lastUpdated&_count=2", "_sort=-_lastUpdated&_count=20"])
def test_other_pages_are_linked_by_offset(world, query):
    for _ in range(21):
        world.http.post(f"{world.base}Basic", json=BASIC)
    following = world.bundle(f"Basic?{query}")["link"][-1]
    assert (following["relation"], "_offset=" in following["url"]) == ("next", True)


def test_empty_bundle_has_no_entry_and_no_total(world):
    assert world.bundle("Practitioner?name=nobody") == {
        "resourceType": "Bundle",
        "type": "searchset",
        "link": [{"relation": "self", "url": f"{world.base}Practitioner?name=nobody"}],
    }


def test_entries_say_what_they_are(world):
    bundle = world.bundle("Practitioner?_id=jane")
    assert "total" not in bundle
    entry = bundle["entry"][0]
    assert entry.keys() == {"fullUrl", "search", "resource"}
    assert entry["fullUrl"] == f"{world.base}Practitioner/jane"
    assert entry["search"] == {"mode": "match"}


def test_total_is_counted_only_when_asked_for(world):
    assert world.bundle("Practitioner?_total=accurate&_count=1")["total"] == 3
    assert world.bundle("Practitioner?_total=accurate&name=nobody")["total"] == 0
    assert "total" not in world.bundle("Practitioner?_total=none")
    counted = world.bundle("Practitioner?_summary=count&active=true")
    assert counted["total"] == 1
    assert "entry" not in counted


def test_fields_are_picked(world):
    bundle = world.bundle("Practitioner?_id=jane&_fields=active,birthDate")
    resource = bundle["entry"][0]["resource"]
    assert resource.keys() == {"resourceType", "id", "meta", "active"}


def test_search_by_post_means_the_same(world):
    url = f"{world.base}Practitioner/_search"
    answer = world.http.post(f"{url}?active=true", data={"name": "smith"})
    assert answer.status_code == 200
    assert [entry["resource"]["id"] for entry in answer.json()["entry"]] == ["jane"]
    assert "entry" not in world.http.post(url, data={"name": "nobody"}).json()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "birthdate=1980",
        "practitioner=1",
        "name:nonsense=1",
        "identifier:exact=1",
        "identifier:identifier=1",
        "active=maybe",
        "active:missing=maybe",
        "name=",
        "name=+",
        "identifier=a,,b",
        "_count=many",
        "_count=-1",
        "_offset=10001",
        "_cursor=nothing",
        "_sort=nonsense",
        "_total=maybe",
        "_summary=text",
        "_lastUpdated=yesterday",
        "_lastUpdated=xx2020",
        "_include=Practitioner:none",
        "_id=" + ",".join(["a"] * 401),
        "name=" + "+".join(["a"] * 401),
        "&".join(["name=a"] * 401),
    ],
)
def test_what_is_unknown_or_malformed_is_refused(world, query):
    answer = world.http.get(f"{world.base}Practitioner?{query}")
    assert answer.status_code == 400, answer.text
    outcome = answer.json()
    assert (outcome["resourceType"], outcome["issue"][0]["code"]) == ("OperationOutcome", "invalid")


def test_type_without_identifier_has_no_such_parameter(world):
    assert world.http.get(f"{world.base}AuditEvent?identifier=1").status_code == 400
    assert world.http.get(f"{world.base}Device?identifier=1").status_code == 200
