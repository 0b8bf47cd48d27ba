"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Literal

from pydantic import Field

from shared.runtime.inputs import ORGANIZATION, BotInput, FhirId, WarningOutput


class PatientSyncInput(BotInput):
    """The patient, and whether to send changed demographics too."""

    patientId: FhirId = Field(description="Id of the Patient.")
    update: bool | None = Field(None, description="True also sends demographics that have changed.")
    organizationId: FhirId | None = ORGANIZATION


class PatientSyncOutput(WarningOutput):
    """The patient's DoseSpot id, what was done, and what the caller should know about it."""

    doseSpotPatientId: int = Field(description="DoseSpot's id of the patient.")
    status: Literal["created", "linked", "updated", "unchanged"] = Field(
        description="What this call did; `linked` is a patient that DoseSpot already had."
    )
