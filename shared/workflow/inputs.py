"""What bots take: the kind of input that all of them are, and parts that several have."""

from typing import Any, Self

from msgspec import Struct

from shared.dosespot.wire import LARGEST_ID
from shared.records.identifiers import parse_fhir_id, parse_license, parse_state
from shared.records.prescriber import MedicalLicense
from shared.shapes import CheckedText

_LICENSE_SPELLINGS = {
    "licenseNumber": "LicenseNumber",
    "state": "State",
    "clinicId": "ClinicId",
}


class BotInput(Struct, frozen=True, forbid_unknown_fields=True):
    """The input of a bot; `shared.shapes.made` makes it from JSON."""

    @classmethod
    def spelled_out(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What was given, in the one way in which it is read."""
        return given


class FhirId(CheckedText, rule=parse_fhir_id):
    """The id of a FHIR resource."""


class StateCode(CheckedText, rule=parse_state):
    """A US state or territory as two letters in upper case."""


def _license_number(given: str) -> str:
    return parse_license(" ".join(given.split()))


class LicenseText(CheckedText, rule=_license_number):
    """The number of a medical license, without white space that means nothing."""


def _clinic_number(given: str) -> str:
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(LARGEST_ID))
    if not (is_number and 1 <= int(given) <= LARGEST_ID):
        raise ValueError(f"must be a number from 1 to {LARGEST_ID}")
    return given


class ClinicNumber(CheckedText, rule=_clinic_number):
    """DoseSpot's id of a clinic, which may be written as a number too."""

    def __new__(cls, given: Any) -> Self:
        """Takes a number as if it were a text."""
        return super().__new__(cls, str(given) if type(given) is int else given)


class MedicalLicenseInput(Struct, frozen=True, forbid_unknown_fields=True):
    """One license, in DoseSpot's names."""

    LicenseNumber: LicenseText
    State: StateCode
    ClinicId: ClinicNumber | None = None

    def license(self) -> MedicalLicense:
        """The same as a value of the core."""
        return MedicalLicense(self.LicenseNumber, self.State, self.ClinicId or "")


def licenses_spelled_out(given: dict[str, Any]) -> dict[str, Any]:
    """An input whose licenses may have names that begin with a small letter, with none of those."""
    licenses = given.get("medicalLicenseNumbers")
    if not isinstance(licenses, list):
        return given
    return {**given, "medicalLicenseNumbers": [_license_spelled_out(one) for one in licenses]}


def _license_spelled_out(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    spelled = {name: _LICENSE_SPELLINGS.get(name, name) for name in given}
    return {name if spelled[name] in given else spelled[name]: given[name] for name in given}
