"""The rules that single values must meet before DoseSpot is asked to store them.

Each `parse_…` takes what a person typed and returns it as DoseSpot stores it, or raises
`RuleBroken`, whose text says what is wrong and what to do, never the value itself.
"""

from fhir_profiles.places import ADDRESS_STATES, STATES, is_us_country
from shared.records.identifiers.addresses import (
    ADDRESS_LINE_LENGTH,
    has_po_box,
    parse_address_line,
    parse_country,
    parse_second_street_line,
    parse_state,
    parse_street_line,
    parse_zip,
)
from shared.records.identifiers.dates import age, parse_birth_date
from shared.records.identifiers.names import (
    NAME_LENGTH,
    TITLE_LENGTH,
    parse_city,
    parse_person_name,
    parse_recorded_name,
    parse_spelled_name,
)
from shared.records.identifiers.phone_numbers import parse_fax, parse_phone
from shared.records.identifiers.registrations import (
    LICENSE_LENGTH,
    PBS_PRESCRIBER_TYPES,
    dea_warnings,
    parse_dea,
    parse_hpii,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_pbs_prescriber_number,
    parse_pbs_prescriber_type,
)
from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.texts import (
    FHIR_ID,
    FHIR_ID_LENGTH,
    parse_email,
    parse_fhir_id,
    parse_length,
    parse_plain,
)

__all__ = [
    "ADDRESS_LINE_LENGTH",
    "ADDRESS_STATES",
    "FHIR_ID",
    "FHIR_ID_LENGTH",
    "LICENSE_LENGTH",
    "NAME_LENGTH",
    "PBS_PRESCRIBER_TYPES",
    "STATES",
    "TITLE_LENGTH",
    "RuleBroken",
    "age",
    "dea_warnings",
    "has_po_box",
    "is_us_country",
    "parse_address_line",
    "parse_birth_date",
    "parse_city",
    "parse_country",
    "parse_dea",
    "parse_email",
    "parse_fax",
    "parse_fhir_id",
    "parse_hpii",
    "parse_length",
    "parse_license",
    "parse_nadean",
    "parse_npi",
    "parse_pbs_prescriber_number",
    "parse_pbs_prescriber_type",
    "parse_person_name",
    "parse_phone",
    "parse_plain",
    "parse_recorded_name",
    "parse_second_street_line",
    "parse_spelled_name",
    "parse_state",
    "parse_street_line",
    "parse_zip",
]
