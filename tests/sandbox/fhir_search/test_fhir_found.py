"""What a search over HTTP finds: parameters and modifiers, type by type."""

import pytest

from tests.sandbox.fhir_search.searched import NPI


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
