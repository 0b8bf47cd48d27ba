"""Input and output of the bot, with the names of Medplum's prescriber enrollment guide."""

from typing import Annotated

from pydantic import Field

from shared.dosespot.codes import ROLE_NUMBERS, TfaType, role_of
from shared.enrollment.rules.situation import Order
from shared.enrollment.rules.stages import Stage
from shared.runtime.inputs import (
    ORGANIZATION,
    BotInput,
    FhirId,
    MedicalLicenseInput,
    MembershipOutput,
    PractitionerOutput,
    WarningOutput,
)


class AdminEnrollInput(BotInput):
    """The prescriber to enroll, and which stage to initialize."""

    practitionerId: FhirId = Field(description="Id of the Practitioner to enroll.")
    practitionerRoleTypes: list[Annotated[int, Field(ge=1, le=len(ROLE_NUMBERS))]] = Field(
        min_length=1,
        description=(
            "Roles in DoseSpot: 1 prescribing, 2 reporting, 3 EPCS coordinator, 4 clinician admin,"
            " 5 prescribing agent, 6 proxy."
        ),
    )
    medicalLicenseNumbers: list[MedicalLicenseInput] | None = Field(
        None, description="Licenses to add to those already in DoseSpot."
    )
    initIdp: bool | None = Field(None, description="True initializes identity proofing.")
    initTfa: bool | None = Field(None, description="True initializes two-factor authentication.")
    tfaType: Annotated[TfaType, Field(strict=False)] | None = Field(
        None, description="The type of second factor; by default the last choice, or `Mobile`."
    )

    organizationId: FhirId | None = ORGANIZATION

    def order(self) -> Order:
        """The same as the use case takes it."""
        flags = {Stage.IDP: self.initIdp, Stage.TFA: self.initTfa}
        return Order(
            roles=frozenset(role_of(number) for number in self.practitionerRoleTypes),
            licenses=tuple(given.license() for given in self.medicalLicenseNumbers or []),
            stages=frozenset(stage for stage, wanted in flags.items() if wanted),
            tfa_type=self.tfaType,
        )


class AdminEnrollOutput(WarningOutput):
    """How things stand, and the two resources as the FHIR server now has them."""

    doseSpotClinicianId: int = Field(description="DoseSpot's id of the prescriber.")
    projectMembership: MembershipOutput = Field(
        description="The prescriber's membership, with the DoseSpot identifier."
    )
    practitioner: PractitionerOutput = Field(
        description="The Practitioner with status and, if enabled, EPCS qualification."
    )
    registrationStatus: str = Field(description="The current registration status in DoseSpot.")
    idpInitialized: bool = Field(description="Whether this run initialized identity proofing.")
    tfaInitialized: bool = Field(
        description="Whether this run initialized two-factor authentication."
    )
