"""What the stand-in servers of the benchmark answer: always the same, whatever came before.

There are two prescribers. Jane is never known, so that each run of hers is a first one: it creates,
links and records. Of the other one all is written down, so that there is nothing to do. Nothing is
checked; the sandbox is for that.
"""

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.builders import (
    ADMIN_ID,
    BOT_ID,
    CLINICIAN_ID,
    PRACTITIONER_ID,
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
JANE, ENROLLED, ADMIN = (f"Practitioner/{one}" for one in (PRACTITIONER_ID, ENROLLED_ID, ADMIN_ID))
API = "/webapi/v2/"
ROLE_TYPE = "https://dosespot.com/practitionerrole-type"

Canned = dict[str, Any]


def events(fhir_url: str, dosespot_url: str) -> dict[str, Canned]:
    """Payloads of the self-enroll bot, which runs as itself: a first run, and one that is done."""
    secret = secrets(DOSESPOT_BASE_URL=f"{dosespot_url}{API}", DOSESPOT_USER_ID="1")
    trace = "00000000-0000-4000-8000-000000000000"
    return {
        kind: lambda_payload(
            {},
            baseUrl=f"{fhir_url}/",
            requester={"reference": who},
            traceId=trace,
            secrets=secret,
        )
        for kind, who in {"create": JANE, "steady": ENROLLED}.items()
    }


def answer(method: str, target: str, body: bytes) -> tuple[int, Any]:
    """Status and JSON of the answer to a call at either server."""
    path = urlsplit(target).path
    if path.startswith(API):
        return 200, _DOSESPOT[method, path.removeprefix(API)]
    if path == "/auth/me":
        return 200, _ME
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
        return 200, _RESOURCES[kind][ENROLLED if what == ENROLLED else JANE]
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


_LINK = {"system": "https://dosespot.com/clinician-identifier", "value": str(CLINICIAN_ID)}
_PENDING = {"url": "https://dosespot.com/registration-status", "valueCode": "Pending"}
_PROJECT = project({"name": "dosespotMaxClinicians", "valueInteger": 0})
_ME = {
    **sample("fhir_auth_me"),
    "profile": {"resourceType": "Bot", "id": BOT_ID, "name": "Enroll prescriber"},
}
_RESOURCES: dict[str, dict[str, Canned]] = {
    "Practitioner": {
        JANE: practitioner(),
        ENROLLED: practitioner(id=ENROLLED_ID, extension=[_PENDING]),
    },
    "PractitionerRole": {who: _role(who) for who in (JANE, ENROLLED)},
    "Project": {JANE: _PROJECT},
    "ProjectMembership": {
        JANE: membership(),
        ENROLLED: membership(profile={"reference": ENROLLED}, identifier=[_LINK]),
        ADMIN: membership(profile={"reference": ADMIN}, admin=True),
    },
}
_CLINICIAN = f"api/clinicians/{CLINICIAN_ID}"
_DOSESPOT: dict[tuple[str, str], Canned] = {
    ("POST", "connect/token"): sample("dosespot_token"),
    ("GET", "api/clinician"): sample("dosespot_nobody_found"),
    ("POST", "api/clinicians"): sample("dosespot_created"),
    ("GET", _CLINICIAN): sample("dosespot_clinician", Item=dosespot_clinician()),
    ("GET", f"{_CLINICIAN}/registrationStatus"): sample(
        "dosespot_registration_status", Item="Pending"
    ),
    ("GET", f"{_CLINICIAN}/legalAgreements"): sample("dosespot_agreements_pending"),
}
