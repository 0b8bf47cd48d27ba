"""Input and output of the bot, as `@medplum/dosespot-react` uses it: FHIR resources as they are."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from shared.formulary.rules.favorite import FavoriteWish, read_wish
from shared.records.findings import refused_input
from shared.runtime.inputs import ORGANIZATION, BotInput, BotOutput, FhirId

Json = dict[str, Any]


class WishedAs(StrEnum):
    """The resource that says what is wanted."""

    MEDICATION_KNOWLEDGE = "MedicationKnowledge"
    ACTIVITY_DEFINITION = "ActivityDefinition"


class AddFavoriteMedicationInput(BotInput):
    """A MedicationKnowledge or an ActivityDefinition; its other elements are not looked at."""

    resourceType: Annotated[WishedAs, Field(strict=False)] = Field(
        description="The type of the FHIR resource."
    )
    code: Json | None = Field(
        None, description="MedicationKnowledge: the drug, with DoseSpot's id among its codings."
    )
    administrationGuidelines: list[Json] | None = Field(
        None, description="MedicationKnowledge: the first `patientInstruction` is the directions."
    )
    productCodeableConcept: Json | None = Field(
        None, description="ActivityDefinition: the drug, with DoseSpot's id among its codings."
    )
    dosage: list[Json] | None = Field(
        None, description="ActivityDefinition: its `patientInstruction` or `text`, the directions."
    )
    quantity: Json | None = Field(
        None, description="ActivityDefinition: how much is dispensed; without it, 1."
    )

    organizationId: FhirId | None = ORGANIZATION

    @model_validator(mode="before")
    @classmethod
    def _as_far_as_known(cls, given: Any) -> Any:
        """A resource without what else it says; anything else as it is."""
        if not isinstance(given, dict) or "resourceType" not in given:
            return given
        return {name: value for name, value in given.items() if name in cls.model_fields}

    def wish(self) -> FavoriteWish:
        """What is wanted.

        Raises:
            InputRefused: lists everything that the resource lacks.
        """
        found = read_wish(self.model_dump(exclude_none=True, mode="json"))
        if isinstance(found, FavoriteWish):
            return found
        raise refused_input(*found)


class AddFavoriteMedicationOutput(BotOutput):
    """The MedicationKnowledge as it is stored, with all its other elements."""

    model_config = ConfigDict(extra="allow")

    resourceType: str = Field(description="`MedicationKnowledge`.")
    id: str = Field(description="Its id on the FHIR server.")
    code: Json = Field(
        description="The drug, with its codes and DoseSpot's id of the favorite among them."
    )
