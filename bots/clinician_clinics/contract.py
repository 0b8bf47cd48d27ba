"""Input and output of the bot."""

from collections.abc import Iterable
from typing import Self

from pydantic import Field, ValidationInfo, field_validator

from shared.clinics.membership import ClinicAnswer, MembershipStatus
from shared.runtime.inputs import BotInput, BotOutput, FhirId


class ClinicianClinicsInput(BotInput):
    """The prescriber, and the clinics that they come to and leave."""

    practitionerId: FhirId = Field(description="Id of the Practitioner.")
    add: list[FhirId] | None = Field(
        None, description="Ids of the Organizations of clinics to link them to."
    )
    remove: list[FhirId] | None = Field(
        None, description="Ids of the Organizations of clinics to take them out of."
    )

    @field_validator("remove")
    @classmethod
    def _others(cls, remove: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if set(remove or []) & set(info.data.get("add") or []):
            raise ValueError("must not have a clinic that add has too")
        return remove

    @property
    def practitioner(self) -> str:
        """Reference of the prescriber."""
        return f"Practitioner/{self.practitionerId}"


class ClinicAnswerOutput(BotOutput):
    """What came of one clinic."""

    organizationId: str = Field(description="Id of the clinic's Organization.")
    doseSpotClinicId: int = Field(description="DoseSpot's number of the clinic.")
    status: MembershipStatus = Field(
        description=(
            "`added` or `removed` by this call, `unchanged` where it was so before, or `failed`."
        )
    )
    reason: str | None = Field(description="Why it failed; null where it did not.")


class ClinicianClinicsOutput(BotOutput):
    """What came of each clinic, in the order of the input; one says nothing of the others."""

    doseSpotClinicianId: int = Field(description="DoseSpot's id of the prescriber.")
    clinics: list[ClinicAnswerOutput] = Field(description="One for each clinic of the input.")

    @classmethod
    def of(cls, clinician_id: int, answers: Iterable[ClinicAnswer]) -> Self:
        """The answers, as the contract puts them."""
        return cls(
            doseSpotClinicianId=clinician_id,
            clinics=[
                ClinicAnswerOutput(
                    organizationId=one.organization,
                    doseSpotClinicId=one.number,
                    status=one.status,
                    reason=None if one.error is None else str(one.error),
                )
                for one in answers
            ],
        )
