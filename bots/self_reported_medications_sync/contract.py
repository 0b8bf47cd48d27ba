"""Input and output of the bot."""

from pydantic import Field

from shared.runtime.inputs import (
    ORGANIZATION,
    AnyResourceOutput,
    FhirId,
    ListOutput,
)
from shared.runtime.patient_days import PatientPerhapsDaysInput


class SelfReportedMedicationsSyncInput(PatientPerhapsDaysInput):
    """Whose medications, and of which days they were reported."""

    raw: bool | None = Field(
        None, description="True answers with DoseSpot's own data, and nothing is written."
    )
    organizationId: FhirId | None = ORGANIZATION


class SelfReportedMedicationsSyncOutput(ListOutput[AnyResourceOutput]):
    """The MedicationRequests that were created or updated; where `raw` is true, DoseSpot's data."""
