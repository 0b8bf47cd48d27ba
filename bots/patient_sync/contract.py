"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.workflow.inputs import FhirId


class PatientSyncInput(BaseModel):
    """Which patient, and whether changed demographics shall be sent too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    patientId: FhirId
    update: bool | None = None


class PatientSyncOutput(BaseModel):
    """The patient's DoseSpot id, and what was done."""

    doseSpotPatientId: int
    status: Literal["created", "linked", "updated", "unchanged"]
