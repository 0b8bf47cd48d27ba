"""Input and output of the bot, as Medplum's provider app uses it."""

from pydantic import Field

from shared.runtime.inputs import (
    ORGANIZATION,
    AnyResourceOutput,
    FhirId,
    ListOutput,
)
from shared.runtime.patient_days import PatientDaysInput


class MedicationHistoryInput(PatientDaysInput):
    """Whose history, and of which days."""

    raw: bool | None = Field(
        None, description="True answers with DoseSpot's own data, and nothing is written in FHIR."
    )
    organizationId: FhirId | None = ORGANIZATION


class MedicationHistoryOutput(ListOutput[AnyResourceOutput]):
    """The MedicationRequests that were created or updated; where `raw` is true, DoseSpot's data."""
