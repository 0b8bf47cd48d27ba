"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Literal

from shared.workflow.inputs import BotInput, BotOutput, FhirId


class PatientSyncInput(BotInput):
    """Which patient, and whether changed demographics shall be sent too."""

    patientId: FhirId
    update: bool | None = None


class PatientSyncOutput(BotOutput):
    """The patient's DoseSpot id, and what was done."""

    doseSpotPatientId: int
    status: Literal["created", "linked", "updated", "unchanged"]
