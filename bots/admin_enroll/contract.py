"""Input and output of the bot, with the names of Medplum's prescriber enrollment guide."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from fhir_profiles.codes import ClinicianRole, TfaType
from shared.enrollment.decide import Stage
from shared.workflow.enroll import Order
from shared.workflow.inputs import BotInput, FhirId, MedicalLicenseInput, licenses_spelled_out


class AdminEnrollInput(BotInput, frozen=True):
    """Whom to enroll, and which stage to initialize."""

    practitionerId: FhirId
    practitionerRoleTypes: Annotated[
        list[Annotated[int, Meta(ge=1, le=len(ClinicianRole))]], Meta(min_length=1)
    ]
    medicalLicenseNumbers: list[MedicalLicenseInput] | None = None
    initIdp: bool | None = None
    initTfa: bool | None = None
    tfaType: TfaType = TfaType.MOBILE

    @classmethod
    def spelled_out(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What was given, with DoseSpot's names in the licenses."""
        return licenses_spelled_out(given)

    def order(self) -> Order:
        """The same in the words of the use case."""
        asked = {Stage.IDP: self.initIdp, Stage.TFA: self.initTfa}
        return Order(
            roles=frozenset(ClinicianRole(role) for role in self.practitionerRoleTypes),
            licenses=tuple(given.license() for given in self.medicalLicenseNumbers or []),
            stages=frozenset(stage for stage, wanted in asked.items() if wanted),
            tfa_type=self.tfaType,
        )


class AdminEnrollOutput(Struct):
    """How things stand, and the two resources as the FHIR server now has them."""

    doseSpotClinicianId: int
    projectMembership: dict[str, Any]
    practitioner: dict[str, Any]
    registrationStatus: str
    idpInitialized: bool
    tfaInitialized: bool
