"""What DoseSpot is told of a clinic: read from a Location, or from what an administrator typed.

Source of names and limits: `AddEditClinicRequest` of DoseSpot REST API v2. A clinic has no country
and no NPI.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.choice import CLINIC_PHONE, WORK_ADDRESS, WORK_FAX
from fhir_profiles.elements import child, value_text
from fhir_profiles.today import Today
from shared.claims.rules.steps import digest
from shared.records.findings import Finding, Findings
from shared.records.identifiers import (
    ADDRESS_STATES,
    parse_address_line,
    parse_city,
    parse_fax,
    parse_length,
    parse_phone,
    parse_plain,
    parse_state,
    parse_zip,
)
from shared.records.prescriber import StreetAddress
from shared.records.reading import Parse, Reading

CLINIC_NAME_LENGTH = 250
PHONE_TYPE = "Work"


@dataclass(frozen=True)
class ClinicDetails:
    """A clinic; empty texts mean that there is none."""

    name: str
    address: StreetAddress
    phone: str
    fax: str = ""
    long_name: str = ""

    @property
    def fingerprint(self) -> str:
        """The same for the same clinic, however it is spelled."""
        where = self.address
        spelled = (self.name, where.line1, where.city, where.state, where.zip_code[:5], self.phone)
        return digest([" ".join(one.casefold().split()) for one in spelled])

    def record(self) -> dict[str, Any]:
        """The clinic with DoseSpot's names, without empty fields."""
        record = {
            "ClinicName": self.name,
            "ClinicNameLongForm": self.long_name,
            "Address1": self.address.line1,
            "Address2": self.address.line2,
            "City": self.address.city,
            "State": self.address.state,
            "ZipCode": self.address.zip_code,
            "PrimaryPhone": self.phone,
            "PrimaryPhoneType": PHONE_TYPE,
            "PrimaryFax": self.fax,
            "Active": True,
        }
        return {name: value for name, value in record.items() if value}

    def contact(self) -> Resource:
        """Address and telecom of the clinic's Organization."""
        where = self.address
        address = {
            "line": [line for line in (where.line1, where.line2) if line],
            "city": where.city,
            "state": where.state,
            "postalCode": where.zip_code,
        }
        filled = {name: value for name, value in address.items() if value}
        telecom = [
            {"system": system, "value": value, "use": "work"}
            for system, value in (("phone", self.phone), ("fax", self.fax))
            if value
        ]
        parts = {"address": [filled] if filled else [], "telecom": telecom}
        return {name: value for name, value in parts.items() if value}


def read_location(location: Resource, today: Today) -> tuple[ClinicDetails, Findings]:
    """What a Location says of the clinic there; with a problem among the findings it has gaps."""
    address = child(location, "address")
    listed = {**location, "address": [address] if address else []}
    reading = Reading("Location", listed, today, WORK_ADDRESS)
    path, fax = reading.best(WORK_FAX, needed=False) or ("", {})
    details = ClinicDetails(
        name=reading.required("Location.name", "name", location.get("name"), parse_clinic_name),
        address=reading.address(WORK_ADDRESS, parse_address_line, parse_address_line),
        phone=reading.number(CLINIC_PHONE, "phone number", parse_phone),
        fax=reading.optional(f"{path}.value", value_text(fax, "value"), parse_fax),
    )
    return details, _of_one_address(reading.findings)


def parse_clinic_name(value: str) -> str:
    """A clinic's name, or its long form."""
    return parse_length(parse_plain(value), CLINIC_NAME_LENGTH)


RULES_OF_FIELDS: Mapping[str, Parse] = {
    "clinicName": parse_clinic_name,
    "clinicNameLongForm": parse_clinic_name,
    "address1": parse_address_line,
    "address2": parse_address_line,
    "city": parse_city,
    "state": partial(parse_state, states=ADDRESS_STATES),
    "zipCode": parse_zip,
    "primaryPhone": parse_phone,
    "primaryFax": parse_fax,
}
"""The fields of a clinic that is not a Location yet, each with its rule."""
OPTIONAL_FIELDS = frozenset({"clinicNameLongForm", "address2", "primaryFax"})


def details_of(fields: dict[str, str]) -> ClinicDetails:
    """The clinic, from the values of `RULES_OF_FIELDS`."""
    return ClinicDetails(
        name=fields["clinicName"],
        long_name=fields["clinicNameLongForm"],
        address=StreetAddress(
            fields["address1"],
            fields["address2"],
            fields["city"],
            fields["state"],
            fields["zipCode"],
        ),
        phone=fields["primaryPhone"],
        fax=fields["primaryFax"],
    )


def _of_one_address(findings: Findings) -> Findings:
    """The findings with FHIR's path of an address that occurs once."""

    def renamed(found: list[Finding]) -> list[Finding]:
        return [
            Finding(one.path.replace("Location.address[0]", "Location.address"), one.sentence)
            for one in found
        ]

    return Findings(renamed(findings.problems), renamed(findings.warnings))
