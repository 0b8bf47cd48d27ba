"""Input and output of the bot, with the names of Medplum's prescriber enrollment guide."""

from typing import Annotated, Any

from pydantic import Field

from fhir_profiles.codes import ClinicianRole, TfaType
from shared.enrollment.situation import Order
from shared.enrollment.stages import Stage
from shared.workflow.inputs import BotInput, FhirId, MedicalLicenseInput, WarningOutput


class AdminEnrollInput(BotInput):
    """Whom to enroll, and which stage to initialize."""

    practitionerId: FhirId
    practitionerRoleTypes: Annotated[
        list[Annotated[int, Field(ge=1, le=len(ClinicianRole))]], Field(min_length=1)
    ]
    medicalLicenseNumbers: list[MedicalLicenseInput] | None = None
    initIdp: bool | None = None
    initTfa: bool | None = None
    tfaType: Annotated[TfaType, Field(strict=False)] | None = None

    def order(self) -> Order:
        """The same in the words of the use case."""
        asked = {Stage.IDP: self.initIdp, Stage.TFA: self.initTfa}
        return Order(
            roles=frozenset(ClinicianRole(role) for role in self.practitionerRoleTypes),
            licenses=tuple(given.license() for given in self.medicalLicenseNumbers or []),
            stages=frozenset(stage for stage, wanted in asked.items() if wanted),
            tfa_type=self.tfaType,
        )


class AdminEnrollOutput(WarningOutput):
    """How things stand, and the two resources as the FHIR server now has them."""

    doseSpotClinicianId: int
    projectMembership: dict[str, Any]
    practitioner: dict[str, Any]
    registrationStatus: str
    idpInitialized: bool
    tfaInitialized: bool
