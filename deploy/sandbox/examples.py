"""What can be typed into the pages' forms by hand, and leads to success in a sandbox; all made up.

The sign-in page of the sandbox shows it. Pages for a real server say nothing of it.
"""

from typing import Any

from deploy.sandbox.dosespot.identity import RIGHT_CODE
from deploy.sandbox.fhir.sign_in_page import Example
from deploy.sandbox.people import NEWCOMER, PATIENTS


def _location(name: str, street: str, zip_code: str, phone: str, fax: str) -> dict[str, Any]:
    return {
        "resourceType": "Location",
        "status": "active",
        "name": name,
        "address": {
            "use": "work",
            "line": [street],
            "city": "Springfield",
            "state": "IL",
            "postalCode": zip_code,
        },
        "telecom": [
            {"system": "phone", "use": "work", "value": phone},
            {"system": "fax", "use": "work", "value": fax},
        ],
    }


LOCATIONS = (
    _location("Downtown office", "12 Capitol Ave", "62701", "217-523-4510", "217-523-4511"),
    _location("Lakeside office", "48 Lakeside Rd", "62703", "217-523-4520", "217-523-4521"),
)
"""Places that a clinic can be registered from, and that a prescriber can work at."""

NEW_CLINIC = {
    "clinicName": "Prairie Family Clinic",
    "address1": "7 Prairie St",
    "city": "Springfield",
    "state": "IL",
    "zipCode": "62702",
    "primaryPhone": "217-523-4530",
    "primaryFax": "217-523-4531",
}
"""A clinic that is no Location yet, as the form asks for it."""

NEW_LICENSE = "036-123456"


def examples() -> tuple[Example, ...]:
    """What the sign-in page shows: a form or place, and what to enter there by its labels."""
    details, address = NEWCOMER["details"], NEWCOMER["mailingAddress"]
    names = [f"{p['name'][0]['given'][0]} {p['name'][0]['family']}" for p, _ in PATIENTS]
    return (
        Example(
            "Administrator: set up a clinic",
            (
                ("Location", " or ".join(one["name"] for one in LOCATIONS)),
                ("Clinic name", NEW_CLINIC["clinicName"]),
                ("Street", NEW_CLINIC["address1"]),
                ("City", NEW_CLINIC["city"]),
                ("State", "Illinois"),
                ("ZIP code", NEW_CLINIC["zipCode"]),
                ("Phone", NEW_CLINIC["primaryPhone"]),
                ("Fax", NEW_CLINIC["primaryFax"]),
            ),
        ),
        Example(
            "Administrator: add a prescriber",
            (
                ("First name", NEWCOMER["fName"]),
                ("Last name", NEWCOMER["lName"]),
                ("Date of birth", NEWCOMER["dateOfBirth"]),
                ("Username", NEWCOMER["username"]),
                ("E-mail", NEWCOMER["email"]),
                ("Phone", NEWCOMER["phone"]),
                ("Fax", NEWCOMER["fax"]),
                ("NPI", details["npi"]),
                ("DEA number", details["dea"]),
                ("State of the DEA number", "Illinois"),
                ("Medical license number", NEW_LICENSE),
                ("Street", address["address1"]),
                ("City", address["city"]),
                ("State", "Illinois"),
                ("ZIP code", address["zipCode"][:5]),
            ),
        ),
        Example(
            "Prescriber: your details",
            (("License number in Illinois", NEW_LICENSE),),
        ),
        Example(
            "Prescriber: DoseSpot's own page",
            (
                ("Identity questions", "the page says which answer is right"),
                ("ID.me", "answer the questions wrong three times"),
                ("Six-digit code", RIGHT_CODE),
                ("Patient", " or ".join(names)),
                ("Pharmacy name", "Elm"),
                ("Medication name", "Metformin"),
            ),
        ),
    )
