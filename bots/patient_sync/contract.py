"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Literal

from pydantic import Field

from shared.workflow.inputs import BotInput, BotOutput, FhirId


class PatientSyncInput(BotInput):
    """The patient, and whether to send changed demographics too."""

    patientId: FhirId = Field(description="Id of the Patient.")
    update: bool | None = Field(
        None, description="True also sends demographics that have changed since."
    )


class PatientSyncOutput(BotOutput):
    """The patient's DoseSpot id, and what was done."""

    doseSpotPatientId: int = Field(description="DoseSpot's id of the patient.")
    status: Literal["created", "linked", "updated", "unchanged"] = Field(
        description="What this call did; `linked` is a patient that DoseSpot already had."
    )
