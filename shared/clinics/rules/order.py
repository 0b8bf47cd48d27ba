"""What an administrator asks of a clinic's registration: which clinic, and what is known of it.

Every field is read on its own, so that all problems are reported at once.
"""

from dataclasses import dataclass
from typing import Any

from shared.clinics.rules.details import (
    OPTIONAL_FIELDS,
    RULES_OF_FIELDS,
    ClinicDetails,
    details_of,
)
from shared.records.findings import Findings
from shared.records.form_reading import FormReading
from shared.records.identifiers import RuleBroken, parse_fhir_id

LOCATION, EXISTING, NONE_CREATED = "locationId", "existingClinicId", "noClinicCreated"
LARGEST = 2**31 - 1

REQUIRED = "is required; add it, or give locationId instead"
ONE_SOURCE = "give either locationId or the clinic's own fields, not both"
NOT_BOTH = "contradicts existingClinicId; leave one of them out"
NOT_A_NUMBER = "must be DoseSpot's number of the clinic, a whole number"
OF_ITS_OWN = "DoseSpot knows this clinic already; leave out its fields"


@dataclass(frozen=True)
class ClinicOrder:
    """What is asked for.

    Attributes:
        location_id: id of the Location that the clinic is made from; "" for none.
        fields: the clinic, where it is typed in; None where a Location says it, or DoseSpot.
        existing: DoseSpot's number of a clinic that exists already; None if one is to be created.
        none_created: whether DoseSpot's staff have confirmed that no clinic came of the attempt
            whose answer was lost.
    """

    location_id: str = ""
    fields: ClinicDetails | None = None
    existing: int | None = None
    none_created: bool = False


def read_order(given: dict[str, Any]) -> tuple[ClinicOrder, Findings]:
    """The order, and what is wrong with it; with a problem among that it has gaps."""
    findings = Findings()
    reading = FormReading(given, findings)
    location_id = reading.text(LOCATION, parse_fhir_id)
    existing = reading.digits(EXISTING, _number)
    none_created = reading.flag(NONE_CREATED) is True
    fields = _fields(reading, needed=not reading.has(LOCATION) and not reading.has(EXISTING))
    reading.refuse_unknown()
    if none_created and reading.has(EXISTING):
        reading.problem(NONE_CREATED, NOT_BOTH)
    details = None if fields is None or findings.problems else details_of(fields)
    return ClinicOrder(location_id, details, int(existing or 0) or None, none_created), findings


def _fields(reading: FormReading, *, needed: bool) -> dict[str, str] | None:
    """The clinic's fields; None where something else says what the clinic is."""
    given = [name for name in RULES_OF_FIELDS if reading.has(name)]
    if needed:
        return {
            name: reading.text(name, rule, missing="" if name in OPTIONAL_FIELDS else REQUIRED)
            for name, rule in RULES_OF_FIELDS.items()
        }
    for name in given:
        reading.problem(name, ONE_SOURCE if reading.has(LOCATION) else OF_ITS_OWN)
    return None


def _number(value: str) -> str:
    is_number = value.isascii() and value.isdecimal() and len(value) <= len(str(LARGEST))
    if not (is_number and 1 <= int(value) <= LARGEST):
        raise RuleBroken(NOT_A_NUMBER)
    return value
