"""DoseSpot's names of what a pharmacy is, and the numbers that Medplum's hooks send for them.

Source: DoseSpot's enumeration table "Pharmacy Specialty Type", where 64 stands for two names; the
search of its REST API v2 takes names only.
"""

from collections.abc import Mapping
from types import MappingProxyType

NAMES = (
    "Any",
    "FaxPharmacy",
    "EPCS",
    "TwentyFourHourPharmacy",
    "LongTermCarePharmacy",
    "MailOrder",
    "Retail",
    "SpecialtyPharmacy",
)
NUMBERS: Mapping[int, str] = MappingProxyType(
    {
        1: "MailOrder",
        8: "Retail",
        16: "SpecialtyPharmacy",
        32: "LongTermCarePharmacy",
        64: "TwentyFourHourPharmacy",
        2048: "EPCS",
    }
)

_BY_SPELLING = {name.casefold(): name for name in NAMES} | {
    str(number): name for number, name in NUMBERS.items()
}


def specialty(given: str | int) -> str | None:
    """The name of a specialty that is given by name or number; None if DoseSpot knows no such."""
    return _BY_SPELLING.get(str(given).strip().casefold())
