"""A pharmacy of DoseSpot's as an Organization.

`identifier[0]` is DoseSpot's id, because Medplum's pharmacy search takes it as the key of a row;
`address[0]` and the first phone and fax are what it shows (`@medplum/dosespot-react` 5.1.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import entries, positive_number, text
from fhir_profiles.systems import DOSESPOT_PHARMACY, NCPDP, ORGANIZATION_TYPE, PHARMACY_SERVICE

_TYPE = {"coding": [{"system": ORGANIZATION_TYPE, "code": "prov"}], "text": "Pharmacy"}


@dataclass(frozen=True)
class Pharmacy:
    """A pharmacy.

    Attributes:
        dosespot_id: DoseSpot's id.
        name: the store's name; "" if it is unknown, as every text here.
        ncpdp_id: seven digits by which the network knows it.
        lines: of the street address.
        city: the city.
        state: two letters.
        postal_code: ZIP code.
        phone: main number.
        fax: fax number.
        services: what the network can send it, such as `NewRx` or `EPCS`.
    """

    dosespot_id: int
    name: str = ""
    ncpdp_id: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""
    fax: str = ""
    services: tuple[str, ...] = ()

    def organization(self) -> Resource:
        """The Organization, without an id."""
        parts = {
            "name": self.name or f"Pharmacy {self.dosespot_id}",
            "telecom": list(self._telecom()),
            "address": [address] if (address := self._address()) else [],
            "extension": [
                {"url": PHARMACY_SERVICE, "valueCode": service} for service in self.services
            ],
        }
        return {
            "resourceType": "Organization",
            "identifier": list(self._identifiers()),
            "active": True,
            "type": [_TYPE],
            **{name: value for name, value in parts.items() if value},
        }

    def _identifiers(self) -> Iterator[Resource]:
        yield {"system": DOSESPOT_PHARMACY, "value": str(self.dosespot_id)}
        if self.ncpdp_id:
            yield {"system": NCPDP, "value": self.ncpdp_id}

    def _telecom(self) -> Iterator[Resource]:
        for system, value in (("phone", self.phone), ("fax", self.fax)):
            if value:
                yield {"system": system, "value": value, "use": "work"}

    def _address(self) -> Resource:
        parts = {
            "line": list(self.lines),
            "city": self.city,
            "state": self.state,
            "postalCode": self.postal_code,
        }
        return {name: value for name, value in parts.items() if value}


def dosespot_pharmacy_id(organization: Resource) -> int | None:
    """DoseSpot's id of a pharmacy; None if the Organization carries none, or several."""
    found = {
        positive_number(text(identifier.get("value")))
        for _, identifier in entries(organization, "identifier")
        if identifier.get("system") == DOSESPOT_PHARMACY
    }
    return found.pop() if len(found) == 1 else None
