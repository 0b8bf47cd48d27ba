"""The people of the sandbox: made up, with identifiers whose check digits are right."""

from dataclasses import dataclass, field
from typing import Any

from deploy.sandbox.nppes.records import individual, organization
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.systems import DEA, IDENTIFIER_TYPE, LOINC, NPI
from shared.records.measures import HEIGHT, WEIGHT

PASSWORD = "sandbox-password"  # noqa: S105 - everybody's, and it opens nothing but a sandbox


@dataclass(frozen=True)
class Person:
    """Somebody with a login.

    Attributes:
        key: how commands and the ready file call the person.
        given: first names.
        family: last name.
        suffix: degrees and the like after the name.
        npi: National Provider Identifier.
        dea: DEA numbers by state.
        admin: whether an administrator of the project.
        roles: roles in DoseSpot of somebody who is there from the start; empty for all others.
        grants: roles in which an administrator lets the person enroll themselves.
        complete: whether the profile has everything that enrollment needs.
    """

    key: str
    given: tuple[str, ...]
    family: str
    npi: str
    dea: dict[str, str] = field(default_factory=dict)
    admin: bool = False
    roles: tuple[ClinicianRole, ...] = ()
    grants: tuple[ClinicianRole, ...] = ()
    complete: bool = True
    suffix: str = ""

    @property
    def email(self) -> str:
        """The login."""
        return f"{self.key}@clinic.example"

    @property
    def name(self) -> str:
        """First names and last name."""
        return " ".join([*self.given, self.family])

    @property
    def description(self) -> str:
        """What somebody who signs in as this person has to know."""
        if self.admin:
            return (
                "administrator, and Clinician Admin in DoseSpot"
                if self.roles
                else "administrator who is not in DoseSpot yet, and so can't enroll others"
            )
        count = ("no DEA number", "one DEA number", "two DEA numbers")[len(self.dea)]
        states = f" ({', '.join(self.dea)})" if self.dea else ""
        lacks = [
            *(["has no prescribing role yet"] * (not self.grants)),
            *(["fax number is missing"] * (not self.complete)),
        ]
        return "; ".join([f"prescriber with {count}{states}", *lacks])

    def practitioner(self) -> dict[str, Any]:
        """The person's FHIR Practitioner."""
        return {
            "resourceType": "Practitioner",
            "active": True,
            "name": [
                {
                    "family": self.family,
                    "given": list(self.given),
                    "prefix": ["Dr."],
                    **({"suffix": [self.suffix]} if self.suffix else {}),
                }
            ],
            "birthDate": "1980-05-15",
            "identifier": [
                {"system": NPI, "value": self.npi},
                *(_dea_identifier(number, state) for state, number in self.dea.items()),
            ],
            "telecom": [
                {"system": "email", "value": self.email},
                {"system": "phone", "use": "work", "value": "345-123-4567"},
                *([{"system": "fax", "use": "work", "value": "567-123-4568"}] * self.complete),
            ],
            "address": [
                {
                    "line": ["123 Main St", "Suite 100"],
                    "city": "Springfield",
                    "state": "IL" if self.complete else "Illinois",
                    "postalCode": "62701",
                }
            ],
        }

    def clinician(self) -> dict[str, Any]:
        """The person's record in DoseSpot, for who is there from the start."""
        return {
            "FirstName": self.given[0],
            "LastName": self.family,
            "DateOfBirth": "1980-05-15",
            "Email": self.email,
            "Address1": "123 Main St",
            "City": "Springfield",
            "State": "IL",
            "ZipCode": "62701",
            "PrimaryPhone": "3451234567",
            "PrimaryPhoneType": "Work",
            "PrimaryFax": "5671234568",
            "NPINumber": self.npi,
            "Active": True,
        }

    def registration(self) -> dict[str, Any]:
        """What the NPI Registry shows of the person."""
        return individual(self.npi, self.given[0], self.family)


def _dea_identifier(number: str, state: str) -> dict[str, Any]:
    return {
        "type": {"coding": [{"system": IDENTIFIER_TYPE, "code": "DEA"}]},
        "system": DEA,
        "value": number,
        "assigner": {"display": state},
    }


_PRESCRIBER = (ClinicianRole.PRESCRIBING_CLINICIAN,)

PEOPLE = (
    Person(
        key="admin",
        given=("Ada",),
        family="Quinn",
        npi="1000000004",
        admin=True,
        roles=(ClinicianRole.CLINICIAN_ADMIN,),
    ),
    Person(
        key="smith",
        given=("Jane", "Marie"),
        family="Smith",
        npi="1234567893",
        dea={"IL": "AS1234563", "NY": "CS9876547"},
        grants=_PRESCRIBER,
    ),
    Person(
        key="obrien",
        given=("Noah",),
        family="O'Brien",
        npi="1558598797",
        grants=_PRESCRIBER,
        suffix="MD, MPH, FAAP",
    ),
    Person(
        key="garcia",
        given=("Elena",),
        family="Garcia",
        npi="1993999998",
        dea={"IL": "BG1388568"},
        grants=_PRESCRIBER,
    ),
    Person(key="okafor", given=("Chidi",), family="Okafor", npi="1723456780", grants=_PRESCRIBER),
    Person(
        key="lopez",
        given=("Luis",),
        family="Lopez",
        npi="1467560003",
        grants=_PRESCRIBER,
        complete=False,
    ),
    Person(key="newadmin", given=("Nora",), family="de la Cruz", npi="2000000002", admin=True),
    Person(key="kim", given=("Sun",), family="Kim", npi="1912301003"),
)


NEWCOMER: dict[str, Any] = {
    "fName": "Priya",
    "lName": "O'Connor-Patel",
    "username": "poconnorpatel",
    "email": "priya@clinic.example",
    "phone": "+1 (345) 123-4567",
    "fax": "567-123-4568",
    "gender": "F",
    "dateOfBirth": "1984-02-29",
    "details": {
        "npi": "1497777775",
        "dea": "FO1234563",
        "speciality": "Family Medicine",
        "providerType": "MD",
    },
    "mailingAddress": {
        "address1": "123 Main St",
        "address2": "Suite 100",
        "city": "Springfield",
        "state": "IL",
        "zipCode": "627011234",
        "country": "US",
    },
    "ifBillingSameAsMailing": True,
    "authSmsConsent": True,
    "smsConsent": False,
}
"""A form's body, of somebody whom only the NPI Registry knows when a sandbox starts."""

ORGANIZATION_NPI = "1376555557"
REGISTRATIONS = (
    *(person.registration() for person in PEOPLE),
    individual(NEWCOMER["details"]["npi"], NEWCOMER["fName"], NEWCOMER["lName"]),
    organization(ORGANIZATION_NPI, "Sandbox clinic"),
)
"""What the NPI Registry knows."""


def _patient(given: str, family: str, gender: str, birth_date: str, contact: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "name": [{"given": [given], "family": family}],
        "gender": gender,
        "birthDate": birth_date,
        "telecom": [
            {"system": "phone", "use": "mobile", "value": "345-765-4321"},
            {"system": "email", "value": contact},
        ],
        "address": [
            {"line": ["9 Elm St"], "city": "Springfield", "state": "IL", "postalCode": "62704"}
        ],
    }


def _measured(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "effectiveDateTime": "2026-05-01",
        "valueQuantity": {"value": value, "unit": unit, "code": unit},
    }


PATIENTS: tuple[tuple[dict[str, Any], list[dict[str, Any]]], ...] = (
    (_patient("Maria", "Rossi", "female", "1961-03-02", "rossi@patients.example"), []),
    (
        _patient("Tim", "Young", "male", "2017-09-14", "young@patients.example"),
        [_measured(HEIGHT, 131, "cm"), _measured(WEIGHT, 28.5, "kg")],
    ),
)
"""Patients, each with their Observations."""
