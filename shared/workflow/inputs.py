"""What bots take and answer: the kinds that all of them are, and parts that several have."""

from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from shared.dosespot.wire import LARGEST_ID
from shared.records.findings import Finding
from shared.records.identifiers import parse_fhir_id, parse_license, parse_state
from shared.records.prescriber import MedicalLicense

_LICENSE_SPELLINGS = {
    "licenseNumber": "LicenseNumber",
    "state": "State",
    "clinicId": "ClinicId",
}


class BotInput(BaseModel):
    """The input of a bot, or a part of it: nothing is taken for what it is not written as."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, strict=True)


class BotOutput(BaseModel):
    """What a bot answers, or a part of it; dumped, it is JSON as Python has it."""

    model_config = ConfigDict(
        hide_input_in_errors=True, serialize_by_alias=True, use_enum_values=True
    )


class FindingOutput(BotOutput):
    """Where something is, and a sentence about it."""

    path: str
    sentence: str

    @classmethod
    def of(cls, found: Finding) -> Self:
        """The same in the words of a contract."""
        return cls(path=found.path, sentence=found.sentence)


class WarningOutput(BotOutput):
    """An answer that says what was left out, read in an unusual way, or looks wrong, if anything.

    Attributes:
        warnings: left out of the JSON where there is none.
    """

    warnings: list[FindingOutput] = Field(default_factory=list)

    @model_serializer(mode="wrap")
    def _without_empty_warnings(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = dump(self)
        if not dumped["warnings"]:
            del dumped["warnings"]
        return dumped


FhirId = Annotated[str, AfterValidator(parse_fhir_id)]
"""The id of a FHIR resource."""


def _license_number(given: str) -> str:
    return parse_license(" ".join(given.split()))


def _clinic_number(given: str) -> str:
    is_number = given.isascii() and given.isdecimal() and len(given) <= len(str(LARGEST_ID))
    if not (is_number and 1 <= int(given) <= LARGEST_ID):
        raise ValueError(f"must be a number from 1 to {LARGEST_ID}")
    return given


def _written_out(given: Any) -> Any:
    return str(given) if type(given) is int else given


class MedicalLicenseInput(BotInput):
    """One license, in DoseSpot's names, or in the same with a small first letter.

    Attributes:
        LicenseNumber: without white space that means nothing.
        State: a US state or territory, in upper case.
        ClinicId: DoseSpot's id of a clinic, which may be given as a number too.
    """

    LicenseNumber: Annotated[str, AfterValidator(_license_number)]
    State: Annotated[str, AfterValidator(parse_state)]
    ClinicId: (
        Annotated[str, BeforeValidator(_written_out), AfterValidator(_clinic_number)] | None
    ) = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, given: Any) -> Any:
        """What was given, in DoseSpot's names; a field that has both names stays as it is."""
        if not isinstance(given, dict):
            return given
        spelled = {name: _LICENSE_SPELLINGS.get(name, name) for name in given}
        return {name if spelled[name] in given else spelled[name]: given[name] for name in given}

    def license(self) -> MedicalLicense:
        """The same as a value of the core."""
        return MedicalLicense(self.LicenseNumber, self.State, self.ClinicId or "")
