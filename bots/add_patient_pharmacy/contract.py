"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from fhir_profiles import Resource
from fhir_profiles.elements import positive_number
from fhir_profiles.pharmacy import dosespot_pharmacy_id
from shared.dosespot.reply import LARGEST_ID
from shared.pharmacies.preferring import Preferred
from shared.runtime.inputs import (
    ORGANIZATION,
    BotInput,
    BotOutput,
    FhirId,
    OrganizationOutput,
    resource_schema,
)

NO_ID = (
    "must be an Organization with one DoseSpot pharmacy id among its identifiers; choose the"
    " pharmacy from the search"
)
ONE_OF_TWO = "give the pharmacy as `pharmacy` or by `pharmacyId`"
ANOTHER_ONE = "is not the id of `pharmacy`; leave one of them out"


def _number(given: Any) -> Any:
    """The number that a text spells; anything else as it is."""
    spelled = positive_number(given) if isinstance(given, str) else None
    return given if spelled is None else spelled


PharmacyId = Annotated[
    int,
    BeforeValidator(_number),
    Field(ge=1, le=LARGEST_ID),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 1, "maximum": LARGEST_ID}),
]
"""DoseSpot's id of a pharmacy, also as a text."""


class AddPatientPharmacyInput(BotInput):
    """The patient and the pharmacy."""

    patientId: FhirId = Field(description="Id of the Patient.")
    pharmacy: Annotated[dict[str, Any], resource_schema("Organization")] | None = Field(
        None, description="The pharmacy, as the search found it."
    )
    pharmacyId: PharmacyId | None = Field(
        None,
        description="DoseSpot's id of the pharmacy, from callers that don't send the pharmacy.",
        validate_default=True,
    )
    setAsPrimary: bool | None = Field(
        None, description="Whether it becomes the patient's primary pharmacy; without it, false."
    )
    organizationId: FhirId | None = ORGANIZATION

    @field_validator("pharmacy")
    @classmethod
    def _has_an_id(cls, given: Resource | None) -> Resource | None:
        if given is None:
            return None
        if given.get("resourceType") != "Organization" or dosespot_pharmacy_id(given) is None:
            raise ValueError(NO_ID)
        return given

    @field_validator("pharmacyId")
    @classmethod
    def _one_pharmacy(cls, given: int | None, info: ValidationInfo) -> int | None:
        if "pharmacy" not in info.data:
            return given  # it was refused already
        pharmacy = info.data["pharmacy"]
        named = None if pharmacy is None else dosespot_pharmacy_id(pharmacy)
        if named is None and given is None:
            raise ValueError(ONE_OF_TWO)
        if named is not None and given not in (None, named):
            raise ValueError(ANOTHER_ONE)
        return named if given is None else given


class AddPatientPharmacyOutput(BotOutput):
    """What was done."""

    success: bool = Field(description="True; whatever prevents it is an error.")
    message: str = Field(description="What was done, in a sentence.")
    organization: OrganizationOutput = Field(description="The pharmacy as it is stored.")

    @classmethod
    def of(cls, done: Preferred, *, primary: bool) -> Self:
        """What a run did."""
        kind = "primary pharmacy" if primary else "preferred pharmacies"
        sentence = (
            f"The pharmacy is now {'the' if primary else 'among the'} patient's {kind}."
            if done.changed
            else f"The pharmacy was {'the' if primary else 'among the'} patient's {kind} already."
        )
        return cls(success=True, message=sentence, organization=done.organization)
