"""Input and output of the bot; the output is a FHIR R4 Parameters resource."""

from enum import StrEnum
from typing import Any, Literal, Self

from msgspec import Struct

from shared.shapes import Misfit
from shared.workflow.inputs import BotInput, FhirId


class Action(StrEnum):
    """Whether the supervision begins or ends."""

    ADD = "add"
    REMOVE = "remove"


class SupervisorInput(BotInput, frozen=True):
    """Who supervises whom."""

    practitionerId: FhirId
    supervisorPractitionerId: FhirId
    action: Action

    def __post_init__(self) -> None:
        if self.supervisorPractitionerId == self.practitionerId:
            sentence = "must be another Practitioner than practitionerId"
            raise Misfit("supervisorPractitionerId", sentence)

    @property
    def practitioner(self) -> str:
        """Reference of the supervised."""
        return f"Practitioner/{self.practitionerId}"

    @property
    def supervisor(self) -> str:
        """Reference of the supervisor."""
        return f"Practitioner/{self.supervisorPractitionerId}"


class SupervisorOutput(Struct, kw_only=True):
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
