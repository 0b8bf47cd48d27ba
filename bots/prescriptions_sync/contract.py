"""Input and output of the bot, as `@medplum/dosespot-react` and Medplum's provider app use it."""

from pydantic import Field

from shared.runtime.inputs import (
    ORGANIZATION,
    AnyResourceOutput,
    FhirId,
    ListOutput,
)
from shared.runtime.patient_days import PatientDaysInput


class PrescriptionsSyncInput(PatientDaysInput):
    """Whose prescriptions, and of which days."""

    raw: bool | None = Field(
        None, description="True answers with DoseSpot's own data, and nothing is written."
    )
    organizationId: FhirId | None = ORGANIZATION


class PrescriptionsSyncOutput(ListOutput[AnyResourceOutput]):
    """The MedicationRequests that were created or updated; where `raw` is true, DoseSpot's data."""
