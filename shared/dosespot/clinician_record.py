"""The clinician's record as DoseSpot is asked to store it: built, merged and compared as values.

DoseSpot may replace the whole record on an edit, or keep what is left out or null. So an edit sends
everything that DoseSpot has, changed where the Practitioner differs; what the Practitioner no
longer has is sent as an empty text or list, which is right in either case. Source of names and
shapes: `AddEditClinicianRequest` of DoseSpot REST API v2.
"""

from collections.abc import Collection, Iterable
from typing import Any

from fhir_profiles.codes import ClinicianRole
from shared.dosespot.codes import ROLE_NUMBERS, by_number
from shared.dosespot.wire import SPECIALTIES, ClinicianItem
from shared.records.identifiers import RuleBroken, parse_phone
from shared.records.prescriber import MedicalLicense, Prescriber

ClinicianRecord = dict[str, Any]

FOLLOWING_TEXTS = frozenset({"Prefix", "MiddleName", "Suffix", "Email", "Address2"})
"""What is removed in DoseSpot if the record no longer has it."""

_COPIED = (
    "Prefix",
    "FirstName",
    "MiddleName",
    "LastName",
    "Suffix",
    "Email",
    "Address1",
    "Address2",
    "City",
    "State",
    "ZipCode",
    "PrimaryPhoneType",
    "PhoneAdditional1",
    "PhoneAdditionalType1",
    "PhoneAdditional2",
    "PhoneAdditionalType2",
    "PhoneAdditional3",
    "PhoneAdditionalType3",
    "NPINumber",
    "PDMPRoleType",
    "Active",
)


def new_record(
    prescriber: Prescriber,
    roles: Collection[ClinicianRole],
    licenses: Collection[MedicalLicense],
    clinic_id: int,
) -> ClinicianRecord:
    """The record of a prescriber that DoseSpot does not know yet, without empty fields."""
    name, address = prescriber.name, prescriber.address
    clinic = str(clinic_id)
    return filled(
        {
            "Prefix": name.prefix,
            "FirstName": name.first,
            "MiddleName": name.middle,
            "LastName": name.last,
            "Suffix": name.suffix,
            "DateOfBirth": prescriber.birth_date.isoformat(),
            "Email": prescriber.email,
            "Address1": address.line1,
            "Address2": address.line2,
            "City": address.city,
            "State": address.state,
            "ZipCode": address.zip_code,
            "PrimaryPhone": prescriber.phone,
            "PrimaryPhoneType": "Work",
            "PrimaryFax": prescriber.fax,
            "DEANumbers": [
                {"DEANumber": dea.number, "State": dea.state, "ClinicId": clinic}
                for dea in prescriber.dea
            ],
            "NADEANumbers": [
                {"NADEANumber": nadean.number, "State": nadean.state, "ClinicId": clinic}
                for nadean in prescriber.nadean
            ],
            "MedicalLicenseNumbers": [
                {
                    "LicenseNumber": license_.number,
                    "State": license_.state,
                    "ClinicId": license_.clinic_id or clinic,
                }
                for license_ in dict.fromkeys((*prescriber.licenses, *licenses))
            ],
            "NPINumber": prescriber.npi,
            "ClinicianRoleType": [role.value for role in by_number(roles)],
            "EPCSRequested": True if prescriber.dea else None,
            "Active": prescriber.active,
        }
    )


def stored_record(item: ClinicianItem, clinic_id: int) -> ClinicianRecord:
    """What DoseSpot has stored, with the names and formats of a request.

    Entries of lists without a clinic are taken as this clinic's. Without `ClinicianRoleType`
    DoseSpot does not show the roles.
    """
    clinic = str(clinic_id)
    shown = item.model_dump()
    specialty = item.SpecialtyTypeId or 0
    record = filled(
        {
            **{name: _trimmed(shown[name]) for name in _COPIED},
            "DateOfBirth": (item.DateOfBirth or "")[:10],
            "PrimaryPhone": same_number(item.PrimaryPhone),
            "PrimaryFax": same_number(item.PrimaryFax),
            "DEANumbers": _entries(shown["DEANumbers"], "DEANumber", clinic),
            "NADEANumbers": _entries(shown["NADEANumbers"], "NADEANumber", clinic),
            "MedicalLicenseNumbers": _entries(
                shown["MedicalLicenseNumbers"], "LicenseNumber", clinic
            ),
            "DEANumber": None if item.DEANumbers else item.DEANumber,
            "EPCSRequested": item.EpcsRequested,
            "ClinicianSpecialtyType": (
                SPECIALTIES[specialty - 1] if 1 <= specialty <= len(SPECIALTIES) else None
            ),
        }
    )
    return record if item.Roles is None else {**record, "ClinicianRoleType": _roles(item.Roles)}


def merged_record(
    stored: ClinicianRecord, wanted: ClinicianRecord, clinic_id: int
) -> ClinicianRecord:
    """What DoseSpot should have: `stored`, changed by `wanted`; equal to it if they agree.

    This clinic's DEA numbers become the wanted ones, even if there are none, and its NADEANs if
    there are any; an emptied text is "". Roles and licenses are only added: roles because enrolling
    never removes one, licenses because a caller names only new ones.
    """
    merged = {**stored, **wanted}
    if stored.get("Email", "").casefold() == wanted.get("Email", "").casefold():
        merged["Email"] = stored.get("Email")
    for numbers in {"DEANumbers"} | ({"NADEANumbers"} & wanted.keys()):
        others = [e for e in stored.get(numbers, []) if e["ClinicId"] != str(clinic_id)]
        merged[numbers] = _ordered([*others, *wanted.get(numbers, [])])
    if "DEANumbers" in wanted:
        merged["DEANumber"] = None
    licenses = [*stored.get("MedicalLicenseNumbers", []), *wanted.get("MedicalLicenseNumbers", [])]
    merged["MedicalLicenseNumbers"] = _ordered(licenses)
    roles = [*stored.get("ClinicianRoleType", []), *wanted.get("ClinicianRoleType", [])]
    merged["ClinicianRoleType"] = _roles(roles)
    merged["EPCSRequested"] = _epcs_requested(stored, merged)
    gone: ClinicianRecord = dict.fromkeys(FOLLOWING_TEXTS & stored.keys() - wanted.keys(), "")
    if "DEANumbers" in stored and not merged["DEANumbers"]:
        gone["DEANumbers"] = []
    return {**filled(merged), **gone}


def _epcs_requested(stored: ClinicianRecord, merged: ClinicianRecord) -> bool | None:
    """Whether controlled substances are requested: not without a DEA number at some clinic."""
    numbers = merged["DEANumbers"]
    if not numbers and stored.get("DEANumbers"):
        return False
    if "EPCSRequested" not in stored and numbers == stored.get("DEANumbers", []):
        # DoseSpot does not show the flag; with the same DEA numbers it has been sent before.
        return None
    requested: bool | None = merged.get("EPCSRequested")
    return requested


def _roles(shown: Iterable[str | int]) -> list[str | int]:
    """Each role once, known ones by name and in the order of their numbers, others as they came."""
    spelled = {str(role).strip(): role for role in shown}
    known = [role for role in by_number(ROLE_NUMBERS) if spelled.keys() & _spellings(role)]
    names = {name for role in known for name in _spellings(role)}
    others = [role for name, role in sorted(spelled.items()) if name and name not in names]
    return [*(role.value for role in known), *others]


def _spellings(role: ClinicianRole) -> set[str]:
    return {role.value, str(ROLE_NUMBERS[role])}


def known_roles(item: ClinicianItem) -> frozenset[ClinicianRole]:
    """The clinician's roles, given by name or number; unknown ones are left out."""
    shown = {str(role).strip() for role in item.Roles or []}
    return frozenset(role for role in ClinicianRole if shown & _spellings(role))


def _entries(shown: list[dict[str, Any]] | None, number: str, clinic: str) -> list[dict[str, Any]]:
    return _ordered(
        filled(
            {
                number: _trimmed(entry[number]),
                "State": _trimmed(entry["State"]),
                "ClinicId": str(entry["ClinicId"] or clinic),
            }
        )
        for entry in shown or []
        if entry[number]
    )


def _ordered(entries: Any) -> list[dict[str, Any]]:
    """The different entries of a list in one order, so that equal lists compare equal."""
    return [dict(pairs) for pairs in sorted({tuple(sorted(entry.items())) for entry in entries})]


def same_number(shown: str | None) -> str | None:
    """A stored phone number in our format; unchanged if it can't be read."""
    try:
        return parse_phone(shown) if shown else None
    except RuleBroken:
        return shown


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def filled(record: dict[str, Any]) -> dict[str, Any]:
    """The record without its empty fields, which DoseSpot takes as not given."""
    return {name: value for name, value in record.items() if value not in (None, "", [])}
