"""Input and output of the bot; the output is a FHIR R4 Parameters resource."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator

from shared.runtime.inputs import ORGANIZATION, BotInput, BotOutput, FhirId

DONE = "DoseSpot was told."
DONE_BEFORE = "DoseSpot had been told the same before, and was not told again."


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
    action: Annotated[Action, Field(strict=False)] | None = Field(
        None, description="`add` begins the supervision, `remove` ends it; without it, `add`."
    )
    organizationId: FhirId | None = ORGANIZATION

    @field_validator("supervisorPractitionerId")
    @classmethod
    def _another_one(cls, supervisor: str, info: ValidationInfo) -> str:
        if supervisor == info.data.get("practitionerId"):
            raise ValueError("must be a different Practitioner than practitionerId")
        return supervisor

    @property
    def act(self) -> Action:
        """What is asked for."""
        return self.action or Action.ADD

    @property
    def practitioner(self) -> str:
        """Reference of the supervised."""
        return f"Practitioner/{self.practitionerId}"

    @property
    def supervisor(self) -> str:
        """Reference of the supervisor."""
        return f"Practitioner/{self.supervisorPractitionerId}"


@dataclass(frozen=True)
class Clinicians:
    """Whom DoseSpot was told of.

    Attributes:
        agent: DoseSpot's id of who is supervised.
        supervisor: of who supervises.
        clinic: of the clinic.
    """

    agent: int
    supervisor: int
    clinic: int


class SupervisorOutput(BotOutput):
    """What was done, as FHIR Parameters under Medplum's names."""

    resourceType: Literal["Parameters"] = Field(description="The type of the FHIR resource.")
    parameter: list[dict[str, Any]] = Field(
        description=(
            "`practitionerId` and `supervisorPractitionerId` (`valueId`); `clinicianId`,"
            " `supervisorClinicianId` and `clinicId` (`valueInteger`); `action` (`valueCode`); and"
            " `result`, with `ResultCode` and `ResultDescription` as `part`."
        )
    )

    @classmethod
    def of(cls, request: SupervisorInput, clinicians: Clinicians, *, changed: bool) -> Self:
        """What was asked for, now that it is done.

        Args:
            request: the input.
            clinicians: DoseSpot's numbers.
            changed: whether DoseSpot was told now; otherwise it had been told the same before.
        """
        result = {"ResultCode": "OK", "ResultDescription": DONE if changed else DONE_BEFORE}
        return cls(
            resourceType="Parameters",
            parameter=[
                {"name": "practitionerId", "valueId": request.practitionerId},
                {"name": "supervisorPractitionerId", "valueId": request.supervisorPractitionerId},
                {"name": "clinicianId", "valueInteger": clinicians.agent},
                {"name": "supervisorClinicianId", "valueInteger": clinicians.supervisor},
                {"name": "clinicId", "valueInteger": clinicians.clinic},
                {"name": "action", "valueCode": request.act.value},
                {
                    "name": "result",
                    "part": [{"name": name, "valueString": told} for name, told in result.items()],
                },
            ],
        )
