"""The made-up clinic that a new sandbox starts with: project, people, bots, patients.

Everything that an administrator and an engineer would set up by hand on a Medplum server.
"""

from typing import Any

from bots.catalog import BOTS
from bots.dispatch import FUNCTION
from deploy.medplum.access_policy import access_policy
from deploy.medplum.operations import wanted_operation
from deploy.medplum.program_policies import SERVICE, program_policy
from deploy.medplum.wanted import SCHEDULE
from deploy.sandbox.dosespot.app import DoseSpotServer
from deploy.sandbox.examples import LOCATIONS
from deploy.sandbox.fhir.app import FhirServer
from deploy.sandbox.people import PASSWORD, PATIENTS, PEOPLE
from fhir_profiles.systems import (
    CLINICIAN_IDENTIFIER,
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    PRACTITIONER_ROLE_TYPE,
)
from shared.fhir.client import FhirClient
from shared.runtime import known_secrets
from shared.runtime.bot import BotFunction
from shared.runtime.start import Start

SERVICE_NAME = "Prescriber bots"
PAGES_NAME = "Prescriber pages"
PUSH_SECRET = "sandbox-push-notification-secret"  # noqa: S105 - proves nothing outside a sandbox


def seed_dosespot(server: DoseSpotServer) -> int:
    """Makes the clinic's first administrator, whom nobody could create by a call.

    Returns:
        The administrator's clinician id.
    """
    administrator = next(person for person in PEOPLE if person.roles)
    return server.add_clinician(
        administrator.clinician(), [role.value for role in administrator.roles]
    )


def seed_fhir(server: FhirServer, administrators_clinician_id: int) -> None:
    """Sets the project up: members, who may enroll themselves, bots, their credential, patients."""
    project = server.add_project("Sandbox clinic", features=("bots", "cron", "email"))
    clinician = {"system": CLINICIAN_IDENTIFIER, "value": str(administrators_clinician_id)}
    office, *_ = [server.add_resource(project, location) for location in LOCATIONS]
    # The administrator comes first, because whoever may enroll themselves has it from them.
    for person in sorted(PEOPLE, key=lambda person: not person.admin):
        added = server.add_person(
            project,
            person.practitioner(),
            person.email,
            PASSWORD,
            admin=person.admin,
            identifiers=[clinician] if person.roles else [],
        )
        for role in person.grants:
            granted = _practitioner_role(added.profile_id, role.value, office)
            server.add_resource(project, granted)
    for bot in BOTS:
        added_bot = server.add_bot(
            project,
            bot.identifier,
            [
                {"system": MEDPLUM_BOTS, "value": bot.identifier},
                {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": FUNCTION},
            ],
            run_as_user=bot.run_as_user,
            admin=bot.admin,
            access_policy=program_policy(bot.name) if bot.admin else None,
            **_starts(bot),
        )
        if bot.operation is not None:
            runs = f"Bot/{added_bot.id}"
            server.add_resource(project, wanted_operation({}, bot, bot.operation, runs))
    server.add_client(project, SERVICE_NAME, admin=True, access_policy=program_policy(SERVICE))
    server.add_resource(project, access_policy())
    for patient, observations in PATIENTS:
        subject = server.add_resource(project, patient)
        for observation in observations:
            reference = {"reference": f"Patient/{subject['id']}"}
            server.add_resource(project, {**observation, "subject": reference})


def admit_pages(server: FhirServer, fhir: FhirClient, url: str) -> str:
    """Lets the pages at this address have people sign in, and at no other.

    Returns:
        Id of the pages' ClientApplication, which is made where there is none yet.
    """
    clients = server.resources("ClientApplication")
    client = next((one for one in clients if one["name"] == PAGES_NAME), None)
    if client is None:
        project = server.resources("Project")[0]["id"]
        client = server.add_resource(
            project, {"resourceType": "ClientApplication", "name": PAGES_NAME}
        )
    fhir.apply(client, lambda found: {**found, "redirectUris": [url]})
    return str(client["id"])


def project_secrets(
    fhir: FhirServer, dosespot: DoseSpotServer, dosespot_url: str, api_path: str, registry_url: str
) -> dict[str, str]:
    """The project secrets of the clinic, for servers at these addresses."""
    service = next(
        one for one in fhir.resources("ClientApplication") if one["name"] == SERVICE_NAME
    )
    administrator = next(
        identifier["value"]
        for membership in fhir.resources("ProjectMembership")
        for identifier in membership.get("identifier", [])
        if membership.get("admin")
    )
    return {
        known_secrets.BASE_URL: f"{dosespot_url}{api_path}",
        known_secrets.IFRAME_URL: f"{dosespot_url}LoginSingleSignOn.aspx",
        known_secrets.CLINIC_ID: str(dosespot.clinic_id),
        known_secrets.CLINIC_KEY: dosespot.clinic_key,
        known_secrets.SUBSCRIPTION_KEY: dosespot.subscription_key,
        known_secrets.USER_ID: administrator,
        known_secrets.WEBHOOK_SECRET: PUSH_SECRET,
        known_secrets.NPI_REGISTRY_URL: registry_url,
        known_secrets.SERVICE_ID: service["id"],
        known_secrets.SERVICE_SECRET: service["secret"],
    }


def _starts(bot: BotFunction) -> dict[str, Any]:
    """Elements of a Bot that let something else than a call start it."""
    webhook = {"publicWebhook": True} if Start.WEBHOOK in bot.starts else {}
    return {**webhook, **({"cronString": SCHEDULE} if Start.CRON in bot.starts else {})}


def _practitioner_role(practitioner_id: str, code: str, office: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner/{practitioner_id}"},
        "active": True,
        "location": [{"reference": f"Location/{office['id']}"}],
        "code": [{"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": code}]}],
    }
