"""Where DoseSpot still shows something else after it was asked to change a record, and what to do.

Names of fields: `AddEditClinicianRequest` and `AddEditPatientRequest` of DoseSpot REST API v2.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from shared.records.findings import Finding

WHAT_TO_DO = "correct it in DoseSpot or contact DoseSpot support"
KEPT = (
    "DoseSpot still shows the {words} that this record no longer has; clear it in DoseSpot or"
    " contact DoseSpot support"
)
ANOTHER = "DoseSpot still shows a different {words} than this record; " + WHAT_TO_DO
LACKING = "DoseSpot does not show the {words} of this record; " + WHAT_TO_DO

FIELDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Prefix": ("name.prefix", "prefix"),
        "FirstName": ("name.given", "first name"),
        "MiddleName": ("name.given", "middle name"),
        "LastName": ("name.family", "last name"),
        "Suffix": ("name.suffix", "suffix"),
        "DateOfBirth": ("birthDate", "date of birth"),
        "Gender": ("gender", "gender"),
        "Email": ("telecom", "e-mail address"),
        "Address1": ("address.line", "first address line"),
        "Address2": ("address.line", "second address line"),
        "City": ("address.city", "city"),
        "State": ("address.state", "state"),
        "ZipCode": ("address.postalCode", "ZIP code"),
        "PrimaryPhone": ("telecom", "phone number"),
        "PrimaryPhoneType": ("telecom", "type of phone number"),
        "PrimaryFax": ("telecom", "fax number"),
        "DEANumber": ("identifier", "DEA number"),
        "DEANumbers": ("identifier", "DEA number with its state"),
        "NADEANumbers": ("identifier", "NADEAN with its state"),
        "NPINumber": ("identifier", "NPI"),
        "MedicalLicenseNumbers": ("qualification", "license with its state"),
        "EPCSRequested": ("identifier", "request for controlled substances"),
        "ClinicianRoleType": ("PractitionerRole.code", "role"),
        "Active": ("active", "state of the account"),
        "Height": ("Observation.value[x]", "height"),
        "Weight": ("Observation.value[x]", "weight"),
    }
)
"""For each field of a record, the FHIR element that it is from, and what it is in words."""


def left_over(
    resource_type: str, wanted: Mapping[str, Any], stored: Mapping[str, Any]
) -> tuple[Finding, ...]:
    """What DoseSpot shows differently than it should, without any value.

    Args:
        resource_type: Practitioner or Patient.
        wanted: the record that DoseSpot should have; emptied fields are "", lists [].
        stored: the one that it has.
    """
    found = ((name, _sentences(name, wanted.get(name), stored.get(name))) for name in FIELDS)
    return tuple(
        Finding(_path(resource_type, name), sentence.format(words=FIELDS[name][1]))
        for name, sentences in found
        for sentence in sentences
    )


def _sentences(name: str, wanted: Any, stored: Any) -> Iterator[str]:
    if isinstance(wanted, list) or isinstance(stored, list):
        yield from _sentences_of_list(wanted or [], stored or [])
    elif wanted == stored or not (wanted or stored):
        return
    elif name == "EPCSRequested":
        # DoseSpot may leave the flag out; what contradicts is only the other one.
        if stored is not None:
            yield LACKING if wanted else KEPT
    elif wanted in (None, ""):
        yield KEPT
    else:
        yield LACKING if stored in (None, "") else ANOTHER


def _sentences_of_list(wanted: list[Any], stored: list[Any]) -> Iterator[str]:
    if any(entry not in wanted for entry in stored):
        yield KEPT
    if any(entry not in stored for entry in wanted):
        yield LACKING


def _path(resource_type: str, name: str) -> str:
    element = FIELDS[name][0]
    return element if element[0].isupper() else f"{resource_type}.{element}"
