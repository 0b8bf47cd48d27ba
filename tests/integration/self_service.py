"""Prescribers who enroll themselves and open DoseSpot, as the tests set them up and run them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from bots.dispatch import FUNCTION
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.systems import (
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    PRACTITIONER_ROLE_TYPE,
)
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic, Member

SELF_BOT = "dosespot-self-enroll-prescriber-bot"
SYNC_BOT = "dosespot-patient-sync-bot"
IFRAME_BOT = "dosespot-iframe-bot"
SERVICE_SECRETS = ("MEDPLUM_CLIENT_ID", "MEDPLUM_CLIENT_SECRET")

IFRAME_ENROLLS = "DOSESPOT_IFRAME_ENROLLS"

INITIALIZE_IDP = "idpInit"
INITIALIZE_TFA = "initTfaActivate"


def practitioner_role(member: Member, *codes: str, **changes: Any) -> dict[str, Any]:
    """The PractitionerRole of the guide."""
    concepts = [{"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": code}]} for code in codes]
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner/{member.id}"},
        "active": True,
        "code": concepts,
        **changes,
    }
    return {name: value for name, value in role.items() if value is not None}


def grant(clinic: Clinic, member: Member, *codes: str, **changes: Any) -> dict[str, Any]:
    """An administrator lets the member enroll themselves; a change to None leaves it out."""
    role = practitioner_role(member, *(codes or ("PrescribingClinician",)), **changes)
    return create(clinic, role, clinic.admin)


def create(clinic: Clinic, resource: dict[str, Any], by: Member) -> dict[str, Any]:
    """Somebody creates a resource over FHIR."""
    reply = clinic.session.post(
        f"{clinic.fhir_url}fhir/R4/{resource['resourceType']}",
        json=resource,
        headers={"Authorization": f"Bearer {by.token}"},
        timeout=TIMEOUT_S,
    )
    reply.raise_for_status()
    return dict(reply.json())


def self_enroll(clinic: Clinic, member: Member, bot: str = SELF_BOT, **given: Any) -> Answer:
    """The prescriber runs the self-enroll bot."""
    return clinic.execute(bot, given, member.token)


def sync(clinic: Clinic, member: Member, patient: dict[str, Any], **given: Any) -> Answer:
    """The prescriber brings a patient to DoseSpot."""
    return clinic.execute(SYNC_BOT, {"patientId": patient["id"], **given}, member.token)


def enrolled(clinic: Clinic, **options: Any) -> Member:
    """Somebody who has enrolled themselves and signed the agreements."""
    member = clinic.add_member(**options)
    grant(clinic, member)
    assert self_enroll(clinic, member).body["status"] == "created"
    clinic.prescriber_does(member, "sign-agreements")
    clinic.reset()
    return member


def linked(clinic: Clinic, member: Member) -> tuple[int, ...]:
    """The DoseSpot ids on the membership."""
    return clinician_ids(clinic.read(f"ProjectMembership/{member.membership_id}")).numbers


def signed_in_patient(clinic: Clinic) -> Member:
    """A patient who may sign in to the project."""
    login = f"{clinic.add_member().npi}@patients.example"
    patient = {"resourceType": "Patient", "name": [{"given": ["Maria"], "family": "Rossi"}]}
    added = clinic.sandbox.fhir.add_person(clinic.project, patient, login, "sandbox-password")
    return Member(added.profile_id, added.membership_id, added.token)


@contextmanager
def bot_as_itself(
    clinic: Clinic, bot: str, *, admin: bool = False, run_as_user: bool = False
) -> Iterator[str]:
    """Another Bot of the same name, in another set-up; gives its identifier."""
    identifier = f"{bot}-as-itself"
    identifiers = [
        {"system": MEDPLUM_BOTS, "value": identifier},
        {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": FUNCTION},
    ]
    added = clinic.sandbox.fhir.add_bot(
        clinic.project, bot, identifiers, run_as_user=run_as_user, admin=admin
    )
    try:
        yield identifier
    finally:
        clinic.delete(f"Bot/{added.id}")


@contextmanager
def without_secrets(clinic: Clinic, *names: str) -> Iterator[None]:
    """The project has all its secrets but these."""
    before = clinic.read(f"Project/{clinic.project}")
    kept = [secret for secret in before["secret"] if secret["name"] not in names]
    assert len(before["secret"]) - len(kept) == len(names)
    clinic.write({**before, "secret": kept})
    try:
        yield
    finally:
        current = clinic.read(f"Project/{clinic.project}")
        clinic.write({**current, "secret": before["secret"]})


def invoke(clinic: Clinic, payload: dict[str, Any]) -> dict[str, Any]:
    """Runs the bots' function as AWS Lambda would be asked to, past the FHIR server."""
    functions = clinic.sandbox.ready["functions"]["baseUrl"]
    url = f"{functions}2015-03-31/functions/{FUNCTION}/invocations"
    reply = clinic.session.post(url, json=payload, timeout=TIMEOUT_S)
    assert reply.headers.get("X-Amz-Function-Error") == "Unhandled"
    return dict(reply.json())


def secrets(clinic: Clinic) -> dict[str, Any]:
    """The project's secrets, as they stand in a payload."""
    return {one["name"]: one for one in clinic.read(f"Project/{clinic.project}")["secret"]}


def writes(clinic: Clinic) -> list[str]:
    """`Clinic.writes`, but for the tokens that the bots' own ClientApplication gets."""
    return [call for call in clinic.writes() if call != "POST /oauth2/token"]


def dosespot_writes(clinic: Clinic) -> list[str]:
    """What was asked of DoseSpot that may have changed something there: ends of paths."""
    return [call.rsplit("/", 1)[1] for call in writes(clinic) if "/webapi/" in call]


def add_patient(clinic: Clinic, **changes: Any) -> dict[str, Any]:
    """A patient whom only changes tell apart from others; a change to None leaves it out."""
    patient = {
        "resourceType": "Patient",
        "name": [{"given": ["Maria", "Elena"], "family": "Rossi"}],
        "gender": "female",
        "birthDate": "1961-03-02",
        "telecom": [{"system": "phone", "use": "mobile", "value": "345-765-4321"}],
        "address": [
            {"line": ["9 Elm St"], "city": "Springfield", "state": "IL", "postalCode": "62704"}
        ],
        **changes,
    }
    wanted = {name: value for name, value in patient.items() if value is not None}
    return clinic.sandbox.fhir.add_resource(clinic.project, wanted)


def patients(clinic: Clinic, family: str) -> list[dict[str, Any]]:
    """What DoseSpot has under a last name."""
    everybody = clinic.session.get(f"{clinic.control_url}patients", timeout=TIMEOUT_S).json()
    return [patient for patient in everybody if patient["last_name"] == family]


def open_page(clinic: Clinic, url: str) -> requests.Response:
    """What DoseSpot shows at a single sign-on link."""
    return clinic.session.get(url, timeout=TIMEOUT_S)
