"""The pharmacies that prescriptions can go to: made-up ones, in several states.

Their NCPDP ids begin with the number of their state and belong to nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

NEW_RX, REFILL, CHANGE, RX_FILL, CANCEL, EPCS = 1, 2, 4, 8, 16, 2048
"""Bits of a service level: the messages that a pharmacy takes."""

PharmacySpecialty = Literal[
    "Any",
    "FaxPharmacy",
    "EPCS",
    "TwentyFourHourPharmacy",
    "LongTermCarePharmacy",
    "MailOrder",
    "Retail",
    "SpecialtyPharmacy",
]


@dataclass(frozen=True)
class CatalogPharmacy:
    """One store; `ncpdp_id` is None where it can be reached by fax alone."""

    id: int
    name: str
    address: str
    city: str
    state: str
    zip_code: str
    phone: str
    fax: str
    ncpdp_id: str | None
    level: int
    kinds: tuple[PharmacySpecialty, ...]

    @property
    def specialties(self) -> tuple[PharmacySpecialty, ...]:
        """What kind of pharmacy it is, with EPCS where it takes controlled substances."""
        return (*self.kinds, "EPCS") if self.level & EPCS else self.kinds

    @property
    def whole_address(self) -> str:
        """The address in one line."""
        return f"{self.address}, {self.city}, {self.state} {self.zip_code}"


FIRST_PHARMACY_ID = 60001

# Name, address, phone (the fax is the number after it), NCPDP id, mark.
_TABLE = """
Elm Street Pharmacy  | 100 Elm St, Springfield, IL 62704  | 2175550111 | 1499017
Corner Drug Store    | 22 Main Sq, Springfield, IL 62701  | 2175550121 | 1499025 | no-cancel
Nightlight Pharmacy  | 5 Lakeshore Dr, Chicago, IL 60601  | 3125550111 | 1499033 | 24-hour
Prairie Fax Pharmacy | 9 County Rd 12, Ashland, IL 62612  | 2175550131 |         | fax
Hudson Apothecary    | 310 Hudson St, New York, NY 10013  | 2125550111 | 3399014
Empire Specialty     | 77 State St, Albany, NY 12207      | 5185550111 | 3399022 | specialty
Golden Gate Drugs    | 1 Bay St, San Francisco, CA 94133  | 4155550111 | 0599013
Redwood Pharmacy     | 48 Main St, Eureka, CA 95501       | 7075550111 | 0599021 | no-epcs
Lone Star Pharmacy   | 600 Congress Ave, Austin, TX 78701 | 5125550111 | 4599018
Gulf Mail Pharmacy   | 2000 Port Blvd, Houston, TX 77002  | 7135550111 | 4599026 | mail
Sunshine Drugs       | 12 Ocean Dr, Miami Beach, FL 33139 | 3055550111 | 1099019 | few
Palm Long-Term Care  | 350 Palm Ave, Tampa, FL 33602      | 8135550111 | 1099027 | long-term
Bluegrass Pharmacy   | 15 Vine St, Lexington, KY 40507    | 8595550111 | 1899016
Liberty Pharmacy     | 2 Arch St, Philadelphia, PA 19106  | 2155550111 | 3999011
"""

_ALL = NEW_RX | REFILL | CHANGE | RX_FILL | CANCEL | EPCS
_MARKS: dict[str, tuple[int, tuple[PharmacySpecialty, ...]]] = {
    "": (_ALL, ("Retail",)),
    "no-cancel": (_ALL & ~CANCEL, ("Retail",)),
    "no-epcs": (_ALL & ~EPCS, ("Retail",)),
    "few": (NEW_RX | REFILL, ("Retail",)),
    "24-hour": (_ALL, ("Retail", "TwentyFourHourPharmacy")),
    "mail": (_ALL, ("MailOrder",)),
    "specialty": (_ALL, ("SpecialtyPharmacy",)),
    "long-term": (_ALL, ("LongTermCarePharmacy",)),
    "fax": (0, ("FaxPharmacy",)),
}


def _pharmacies() -> Iterator[CatalogPharmacy]:
    for number, line in enumerate(_TABLE.strip().splitlines(), FIRST_PHARMACY_ID):
        name, where, phone, ncpdp_id, *marks = map(str.strip, line.split("|"))
        address, city, state_and_zip = where.split(", ")
        state, zip_code = state_and_zip.split()
        level, kinds = _MARKS["".join(marks)]
        yield CatalogPharmacy(
            id=number,
            name=name,
            address=address,
            city=city,
            state=state,
            zip_code=zip_code,
            phone=phone,
            fax=str(int(phone) + 1),
            ncpdp_id=ncpdp_id or None,
            level=level,
            kinds=kinds,
        )


PHARMACIES = tuple(_pharmacies())
"""The whole catalog."""
