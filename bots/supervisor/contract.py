"""Input and output of the bot; the output is a FHIR R4 Parameters resource."""

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator

from shared.workflow.inputs import BotInput, BotOutput, FhirId


class Action(StrEnum):
    """Whether the supervision begins or ends."""

    ADD = "add"
    REMOVE = "remove"


class SupervisorInput(BotInput):
    """Who supervises whom."""

    practitionerId: FhirId
    supervisorPractitionerId: FhirId
    action: Annotated[Action, Field(strict=False)]

    @field_validator("supervisorPractitionerId")
    @classmethod
    def _another_one(cls, supervisor: str, info: ValidationInfo) -> str:
        if supervisor == info.data.get("practitionerId"):
            raise ValueError("must be another Practitioner than practitionerId")
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

    resourceType: Literal["Parameters"] = "Parameters"
    parameter: list[dict[str, Any]]

    @classmethod
    def of(cls, request: SupervisorInput) -> Self:
        """What was asked for, now that it is done."""
        return cls(
            parameter=[
                {"name": "practitioner", "valueReference": {"reference": request.practitioner}},
                {"name": "supervisor", "valueReference": {"reference": request.supervisor}},
                {"name": "action", "valueCode": request.action.value},
            ]
        )
