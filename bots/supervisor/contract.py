"""Input and output of the bot; the output is a FHIR R4 Parameters resource."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator

from shared.runtime.inputs import BotInput, BotOutput, FhirId


class Action(StrEnum):
    """Whether the supervision begins or ends."""

    ADD = "add"
    REMOVE = "remove"


class SupervisorInput(BotInput):
    """The two people, and whether the supervision begins or ends."""

    practitionerId: FhirId = Field(
        description="Id of the Practitioner who is supervised, with role 5 in DoseSpot."
    )
    supervisorPractitionerId: FhirId = Field(
        description="Id of the Practitioner who supervises, with role 1 in DoseSpot."
    )
    action: Annotated[Action, Field(strict=False)] = Field(
        description="`add` begins the supervision, `remove` ends it."
    )

    @field_validator("supervisorPractitionerId")
    @classmethod
    def _another_one(cls, supervisor: str, info: ValidationInfo) -> str:
        if supervisor == info.data.get("practitionerId"):
            raise ValueError("must be a different Practitioner than practitionerId")
        return supervisor

    @property
    def practitioner(self) -> str:
        """Reference of the supervised."""
        return f"Practitioner/{self.practitionerId}"

    @property
    def supervisor(self) -> str:
        """Reference of the supervisor."""
        return f"Practitioner/{self.supervisorPractitionerId}"


class SupervisorOutput(BotOutput):
    """What was done, as FHIR Parameters: `practitioner`, `supervisor` and `action`."""

    resourceType: Literal["Parameters"] = Field(description="The type of the FHIR resource.")
    parameter: list[dict[str, Any]] = Field(
        description="`practitioner` and `supervisor` as references, and `action` as a code."
    )

    @classmethod
    def of(cls, request: SupervisorInput) -> Self:
        """What was asked for, now that it is done."""
        return cls(
            resourceType="Parameters",
            parameter=[
                {"name": "practitioner", "valueReference": {"reference": request.practitioner}},
                {"name": "supervisor", "valueReference": {"reference": request.supervisor}},
                {"name": "action", "valueCode": request.action.value},
            ],
        )
