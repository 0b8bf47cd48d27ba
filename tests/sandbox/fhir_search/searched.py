"""The records that are searched, and how they are asked for."""

from dataclasses import dataclass
from typing import Any

import requests

from deploy.sandbox.fhir.app import FhirServer

NPI = "http://hl7.org/fhir/sid/us-npi"
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
