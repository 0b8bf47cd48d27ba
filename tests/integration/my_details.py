"""Prescribers who look at and complete their own details, as the tests set them up and run them."""

from dataclasses import replace
from typing import Any

from fhir_profiles.systems import MEDPLUM_BOTS
from tests.integration.clinic import Answer, Clinic, Member
from tests.integration.self_service import grant

BOT = "dosespot-my-details-bot"

CONTACT: dict[str, Any] = {
    "phone": "345-123-4567",
    "fax": "567-123-4568",
    "mailingAddress": {
        "address1": "123 Main St",
        "address2": "Suite 100",
        "city": "Springfield",
        "state": "IL",
        "zipCode": "62701",
    },
}
"""What is on record of everybody, and has to be given with whatever is changed."""


def my_details(clinic: Clinic, member: Member, **given: Any) -> Answer:
    """The prescriber runs the bot."""
    return clinic.execute(BOT, given, member.token)


def workplace(
    clinic: Clinic, member: Member, state: str = "IL", **changes: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An administrator lets the member prescribe at a new location: the role and the Location."""
    location = clinic.sandbox.fhir.add_resource(
        clinic.project,
        {
            "resourceType": "Location",
            "name": f"{state} office",
            "address": {
                "line": ["4 Elm St"],
                "city": "Springfield",
                "state": state,
                "postalCode": "62701",
            },
        },
    )
    reference = {"reference": f"Location/{location['id']}"}
    return grant(clinic, member, location=[reference], **changes), location


def as_itself(clinic: Clinic, member: Member) -> Member:
    """The member with the token with which a server runs the bot: its own."""
    fhir = clinic.sandbox.fhir
    named = {"system": MEDPLUM_BOTS, "value": BOT}
    (bot,) = [one for one in fhir.resources("Bot") if named in one["identifier"]]
    profile = {"reference": f"Bot/{bot['id']}"}
    (membership,) = [
        one
        for one in fhir.resources("ProjectMembership")
        if one["profile"]["reference"] == profile["reference"]
    ]
    return replace(member, token=fhir.token_for(membership["id"]))


def complete(role: dict[str, Any], dea: str) -> dict[str, Any]:
    """An input that completes everything at one location."""
    numbers = {"naDeaNumber": "XS1234563", "medicalLicenseNumber": "036-1"}
    one = {"practitionerRoleId": role["id"], "useAsDefault": True, "deaNumber": dea, **numbers}
    return {**CONTACT, "phone": "345-123-9999", "locations": [one]}
