"""What a search for pharmacies found, as FHIR has it: each once, in DoseSpot's order."""

from collections.abc import Iterable

from fhir_profiles import Resource
from shared.dosespot.catalog_wire import PharmacyItem, pharmacy_of


def organizations(found: Iterable[PharmacyItem]) -> list[Resource]:
    """The pharmacies as Organizations without ids; one that DoseSpot gives no id is left out."""
    by_id: dict[int, Resource] = {}
    for item in found:
        number = item.PharmacyId or 0
        if number > 0 and number not in by_id:
            by_id[number] = pharmacy_of(item, number).organization()
    return list(by_id.values())
