"""What bots take and answer: the kinds that all of them are, and parts that several have."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)

from shared.dosespot.reply import LARGEST_ID
from shared.records.findings import Finding
from shared.records.identifiers import (
    FHIR_ID,
    FHIR_ID_LENGTH,
    LICENSE_LENGTH,
    parse_fhir_id,
    parse_license,
    parse_state,
)
from shared.records.prescriber import MedicalLicense

T = TypeVar("T")

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

    def as_json(self) -> Any:
        """The answer as JSON has it."""
        return self.model_dump()


class ListOutput(RootModel[list[T]], Generic[T]):
    """What a bot answers whose callers take a bare array, and can't take an object around it.

    The entries are JSON already.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    def as_json(self) -> Any:
        """The array itself: there may be thousands of resources in it, and a copy would take as
        much memory again."""
        return self.root


AnyOutput = BotOutput | ListOutput[Any]
"""What any bot answers."""


class FindingOutput(BotOutput):
    """Where something is, and a sentence about it."""

    path: str = Field(description="Path in the form or in the FHIR resources.")
    sentence: str = Field(description="What was found there, and what to do about it.")

    @classmethod
    def of(cls, found: Finding) -> Self:
        """The same in the words of a contract."""
        return cls(path=found.path, sentence=found.sentence)


class WarningOutput(BotOutput):
    """An answer that says what was left out, read in an unusual way, or looks wrong."""

    warnings: Sequence[FindingOutput] = Field(
        # Of `list` itself pydantic would read the signature, which loads a tokenizer.
        default_factory=list[FindingOutput],
        description="What looks wrong or could not be changed; absent where there is nothing.",
    )

    @model_serializer(mode="wrap")
    def _without_empty_warnings(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = dump(self)
        if not dumped["warnings"]:
            del dumped["warnings"]
        return dumped


FhirId = Annotated[
    str,
    AfterValidator(parse_fhir_id),
    WithJsonSchema({"type": "string", "maxLength": FHIR_ID_LENGTH, "pattern": FHIR_ID}),
]
"""The id of a FHIR resource."""


def resource_schema(resource_type: str) -> WithJsonSchema:
    """The JSON Schema of a FHIR resource that a bot answers as the server has it."""
    return WithJsonSchema(
        {
            "type": "object",
            "title": resource_type,
            "properties": {"resourceType": {"const": resource_type}},
            "required": ["resourceType"],
            "additionalProperties": True,
        }
    )


AnyResourceOutput = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": True})
]
ORGANIZATION: Any = Field(
    None,
    description="Id of the Organization that stands for the clinic; with one clinic, any id.",
)
"""Of `organizationId`, which newer callers send with whatever is about a clinic."""

ConceptOutput = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "title": "CodeableConcept",
            "description": "A CodeableConcept.",
            "properties": {
                "text": {"type": "string", "description": "The name."},
                "coding": {
                    "type": "array",
                    "items": {"type": "object"},
                    "description": "Its codes, each with `system`, `code` and `display`.",
                },
            },
            "required": ["text", "coding"],
            "additionalProperties": True,
        }
    ),
]
"""The JSON Schema of a CodeableConcept."""
OrganizationOutput = Annotated[dict[str, Any], resource_schema("Organization")]
PractitionerOutput = Annotated[dict[str, Any], resource_schema("Practitioner")]
MembershipOutput = Annotated[dict[str, Any], resource_schema("ProjectMembership")]


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
    """One medical license, in DoseSpot's names.

    The bots also read the same names with a small first letter, such as `licenseNumber`.
    """

    LicenseNumber: Annotated[str, AfterValidator(_license_number)] = Field(
        description=f"The license number, at most {LICENSE_LENGTH} characters."
    )
    State: Annotated[str, AfterValidator(parse_state)] = Field(
        description="Two-letter abbreviation of the US state or territory, such as IL."
    )
    ClinicId: (
        Annotated[
            str,
            BeforeValidator(_written_out),
            AfterValidator(_clinic_number),
            WithJsonSchema({"type": ["string", "integer"]}),
        ]
        | None
    ) = Field(None, description="DoseSpot's id of the clinic for which the license counts.")

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
