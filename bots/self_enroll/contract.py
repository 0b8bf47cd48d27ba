"""Input and output of the bot, with the names of Medplum's prescriber enrollment guide."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from shared.dosespot.codes import TfaType
from shared.records.prescriber import MedicalLicense
from shared.runtime.inputs import (
    ORGANIZATION,
    BotInput,
    FhirId,
    MedicalLicenseInput,
    WarningOutput,
)

if TYPE_CHECKING:
    from shared.enrollment.enroll import Outcome


class SelfEnrollInput(BotInput):
    """What a prescriber may add; who they are and their roles are never taken from here."""

    medicalLicenseNumbers: list[MedicalLicenseInput] | None = Field(
        None, description="Licenses to add to those already in DoseSpot."
    )
    tfaType: Annotated[TfaType, Field(strict=False)] | None = Field(
        None, description="The type of second factor; by default the last choice, or `Mobile`."
    )

    organizationId: FhirId | None = ORGANIZATION

    def licenses(self) -> list[MedicalLicense]:
        """The licenses as values of the core."""
        return [given.license() for given in self.medicalLicenseNumbers or []]


class SelfEnrollOutput(WarningOutput):
    """How things stand, and what the prescriber should do next."""

    status: Literal["created", "already_enrolled", "advanced"] = Field(
        description="What this call did."
    )
    doseSpotClinicianId: int = Field(description="DoseSpot's id of the prescriber.")
    registrationStatus: str = Field(description="The current registration status in DoseSpot.")
    epcsEnabled: bool = Field(
        description="Whether the prescriber can sign controlled substances now."
    )
    nextSteps: list[str] = Field(description="What the prescriber should do next, as sentences.")


def status_of(outcome: "Outcome") -> Literal["created", "already_enrolled", "advanced"]:
    """What the call did."""
    if outcome.created:
        return "created"
    return "already_enrolled" if outcome.begun is None else "advanced"
