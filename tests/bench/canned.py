"""What the stand-in servers of the benchmark answer: always the same, whatever came before.

There are two prescribers. Jane is never known, so that each run of hers is a first one: it creates,
links and records. The other one is enrolled to the end, and their patient known, so that there is
nothing to do. Nothing is checked; the sandbox is for that.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bots.iframe import IDENTIFIER as IFRAME
from bots.patient_sync import IDENTIFIER as PATIENT_SYNC
from bots.self_enroll import IDENTIFIER as SELF_ENROLL
from tests.builders import (
    ADMIN_ID,
    BOT_ID,
    CLINICIAN_ID,
    PRACTITIONER_ID,
    PROJECT_ID,
    dosespot_clinician,
    lambda_payload,
    membership,
    meta,
    practitioner,
    project,
    sample,
    secrets,
)

ENROLLED_ID = "1c3f5a7e-9b2d-4f60-8a1c-3e5d7f9b1a2c"
ENROLLED_CLINICIAN_ID = CLINICIAN_ID + 1
PATIENT_ID = "6e0b9d52-7c41-4a3f-9d1e-2b8f5c7a9e34"
JANE, ENROLLED, ADMIN = (f"Practitioner/{one}" for one in (PRACTITIONER_ID, ENROLLED_ID, ADMIN_ID))
API = "/webapi/v2/"
BOTS, CALLERS = "made-up-bots-token", "made-up-callers-token"
ROLE_TYPE = "https://dosespot.com/practitionerrole-type"

Canned = dict[str, Any]


EVENTS: dict[str, tuple[str, str, Canned]] = {
    "create": (SELF_ENROLL, JANE, {}),
    "steady": (SELF_ENROLL, ENROLLED, {}),
    "sync": (PATIENT_SYNC, ENROLLED, {"patientId": PATIENT_ID}),
    "iframe": (IFRAME, ENROLLED, {"patientId": PATIENT_ID}),
}
"""What runs there are: the bot, the caller and the input."""

OPENING = ("steady", "sync", "iframe")
"""What an app's hook runs, one after the other, when a prescriber opens a patient in DoseSpot."""

STATUSES = {"create": "created", "steady": "already_enrolled", "sync": "unchanged"}


def is_as_expected(kind: str, answer: Mapping[str, Any]) -> bool:
    """Whether a run has done what it should."""
    return "url" in answer if kind == "iframe" else answer.get("status") == STATUSES[kind]


def events(fhir_url: str, dosespot_url: str) -> dict[str, Canned]:
    """Payloads of all runs.

    The self-enroll bot runs as itself, because its token has to show memberships; the other bots
    run as the caller.
    """
    secret = secrets(
        DOSESPOT_BASE_URL=f"{dosespot_url}{API}",
        DOSESPOT_IFRAME_URL=f"{dosespot_url}/LoginSingleSignOn.aspx",
        DOSESPOT_USER_ID="1",
    )
    return {
        kind: lambda_payload(
            given,
            bot={"reference": f"Bot/{BOT_ID}", "display": bot},
            baseUrl=f"{fhir_url}/",
            requester={"reference": who},
            accessToken=BOTS if bot == SELF_ENROLL else CALLERS,
            traceId="00000000-0000-4000-8000-000000000000",
            secrets=secret,
        )
        for kind, (bot, who, given) in EVENTS.items()
    }


def answer(method: str, target: str, token: str, body: bytes) -> tuple[int, Any]:
    """Status and JSON of the answer to a call at either server."""
    path = urlsplit(target).path
    if path.startswith(API):
        return 200, _DOSESPOT[method, path.removeprefix(API)]
    if path == "/auth/me":
        return 200, _CALLER if token == CALLERS else _ME
    what = path.removeprefix("/fhir/R4").strip("/")
    sent = json.loads(body) if body else None
    if sent is not None and what == "":
        return 200, _batch(sent)
    return _fhir(method, what, dict(parse_qsl(urlsplit(target).query)), sent)


def _batch(sent: Canned) -> Canned:
    entries = []
    for entry in sent["entry"]:
        url = urlsplit(entry["request"]["url"])
        method = entry["request"]["method"]
        status, resource = _fhir(
            method, url.path, dict(parse_qsl(url.query)), entry.get("resource")
        )
        entries.append({"response": {"status": str(status)}, "resource": resource})
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entries}


def _fhir(method: str, what: str, query: dict[str, str], sent: Any) -> tuple[int, Any]:
    if method == "POST":
        return 201, {**sent, "id": BOT_ID}
    if method == "PUT":
        return 200, {**sent, "meta": meta("44444444-0000-4000-8000-000000000001")}
    kind, _, known = what.partition("/")
    if known.endswith("/_history"):
        return 200, _found([_RESOURCES[kind][JANE]])
    if known:
        return 200, _RESOURCES[kind][what]
    who = query.get("profile") or query.get("practitioner")
    return 200, _found([_RESOURCES[kind][who]] if who else [])


def _found(resources: list[Canned]) -> Canned:
    entry = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry}


def _role(who: str) -> Canned:
    return {
        "resourceType": "PractitionerRole",
        "id": BOT_ID,
        "meta": meta(),
        "practitioner": {"reference": who},
        "active": True,
        "code": [{"coding": [{"system": ROLE_TYPE, "code": "PrescribingClinician"}]}],
    }


_PROJECT = project({"name": "dosespotMaxClinicians", "valueInteger": 0})
_LINK = {
    "system": "https://dosespot.com/clinician-identifier",
    "value": str(ENROLLED_CLINICIAN_ID),
}
_LINKED = membership(profile={"reference": ENROLLED}, identifier=[_LINK])
_DONE = {
    "url": "https://dosespot.com/registration-status",
    "valueCode": "TFAActivatedSuccess",
}
_EPCS = {
    "code": {"coding": [{"system": "https://dosespot.com/qualification", "code": "epcs"}]},
    "period": {"start": "2026-03-01T09:30:00Z"},
}
_PATIENT = {
    "resourceType": "Patient",
    "id": PATIENT_ID,
    "meta": meta(),
    "identifier": [{"system": "https://dosespot.com/patient-id", "value": "8155"}],
    "name": [{"family": "Miller", "given": ["Ann"]}],
    "birthDate": "1971-03-08",
    "gender": "female",
}
_ME = {
    **sample("fhir_auth_me"),
    "profile": {"resourceType": "Bot", "id": BOT_ID, "name": SELF_ENROLL},
}
_CALLER = {
    **_ME,
    "profile": {"resourceType": "Practitioner", "id": ENROLLED_ID},
    "membership": _LINKED,
}
_RESOURCES: dict[str, dict[str, Canned]] = {
    "Patient": {f"Patient/{PATIENT_ID}": _PATIENT},
    "Practitioner": {
        JANE: practitioner(),
        ENROLLED: practitioner(id=ENROLLED_ID, extension=[_DONE], qualification=[_EPCS]),
    },
    "PractitionerRole": {who: _role(who) for who in (JANE, ENROLLED)},
    "Project": {f"Project/{PROJECT_ID}": _PROJECT},
    "ProjectMembership": {
        JANE: membership(),
        ENROLLED: _LINKED,
        ADMIN: membership(profile={"reference": ADMIN}, admin=True),
    },
}


def _clinician(number: int, status: str, agreements: str) -> dict[tuple[str, str], Canned]:
    path = f"api/clinicians/{number}"
    item = dosespot_clinician(ClinicianId=number)
    return {
        ("GET", path): sample("dosespot_clinician", Item=item),
        ("GET", f"{path}/registrationStatus"): sample("dosespot_registration_status", Item=status),
        ("GET", f"{path}/legalAgreements"): sample(f"dosespot_agreements_{agreements}"),
    }


_DOSESPOT: dict[tuple[str, str], Canned] = {
    ("POST", "connect/token"): sample("dosespot_token"),
    ("GET", "api/clinician"): sample("dosespot_nobody_found"),
    ("POST", "api/clinicians"): sample("dosespot_created"),
    **_clinician(CLINICIAN_ID, "Pending", "pending"),
    **_clinician(ENROLLED_CLINICIAN_ID, "TFAActivatedSuccess", "signed"),
}
