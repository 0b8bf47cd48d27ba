"""Input and output of the bot, as Medplum's bot of that name has them."""

from typing import Annotated, Any, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from shared.dosespot.reply import LARGEST_ID
from shared.pharmacies.default import DefaultReport, PatientFailure
from shared.runtime.inputs import ORGANIZATION, BotInput, BotOutput, FhirId

MOST_PATIENTS = 1000


class DefaultPharmacyInput(BotInput):
    """The pharmacy and the patients."""

    pharmacyId: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(
        description="DoseSpot's id of the pharmacy."
    )
    patientIds: list[FhirId] | None = Field(
        None,
        description=(
            "Ids of Patients; without them, those in DoseSpot who have no primary pharmacy yet."
        ),
    )
    dryRun: bool = Field(False, description="Whether to look only, and change nothing.")
    maxPatients: Annotated[int, Field(ge=1, le=MOST_PATIENTS)] = Field(
        100, description="How many patients to get to; call again for the others."
    )
    organizationId: FhirId | None = ORGANIZATION


class PatientFailureOutput(BotOutput):
    """Why a patient was not given the pharmacy."""

    patientId: str = Field(description="Id of the Patient.")
    doseSpotPatientId: int | None = Field(
        None, description="DoseSpot's id of the patient; absent where the Patient carries none."
    )
    error: str = Field(description="What is wrong, and what to do about it.")

    @model_serializer(mode="wrap")
    def _without_nulls(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped: dict[str, Any] = dump(self)
        return {name: value for name, value in dumped.items() if value is not None}

    @classmethod
    def of(cls, failure: PatientFailure) -> Self:
        """The same in the words of the contract."""
        return cls(
            patientId=failure.patient_id,
            doseSpotPatientId=failure.dosespot_id,
            error=str(failure.error),
        )


class DefaultPharmacyOutput(BotOutput):
    """What was done."""

    success: bool = Field(description="Whether nothing failed.")
    processedCount: int = Field(description="How many patients the call got to.")
    successCount: int = Field(
        description="How many have it as their primary pharmacy now; with dryRun, would have."
    )
    errorCount: int = Field(description="For how many it failed.")
    errors: list[PatientFailureOutput] = Field(description="Each of those, with the reason.")
    message: str = Field(description="What was done, in sentences.")

    @classmethod
    def of(cls, report: DefaultReport, *, dry_run: bool) -> Self:
        """What a run did."""
        failed, done = len(report.failures), report.succeeded
        verb = "would have" if dry_run else "have"
        sentences = [f"{done} of {report.processed} patients {verb} it as their primary pharmacy."]
        if failed:
            sentences.append("Correct what `errors` tells of the others, then call again.")
        if report.are_left:
            sentences.append("There are more patients; call again for them.")
        return cls(
            success=not failed,
            processedCount=report.processed,
            successCount=done,
            errorCount=failed,
            errors=[PatientFailureOutput.of(one) for one in report.failures],
            message=" ".join(sentences),
        )
