"""Input and output of the bot, with the names of Medplum's prescriber enrollment guide."""

from typing import Any, Literal

from msgspec import Struct

from fhir_profiles.codes import ClinicianRole, TfaType
from shared.workflow.enroll import Order, Outcome
from shared.workflow.inputs import BotInput, MedicalLicenseInput, licenses_spelled_out


class SelfEnrollInput(BotInput, frozen=True):
    """What a prescriber may add; who they are and their roles are never taken from here."""

    medicalLicenseNumbers: list[MedicalLicenseInput] | None = None
    tfaType: TfaType = TfaType.MOBILE

    @classmethod
    def spelled_out(cls, given: dict[str, Any]) -> dict[str, Any]:
        """What was given, with DoseSpot's names in the licenses."""
        return licenses_spelled_out(given)

    def order(self, roles: frozenset[ClinicianRole]) -> Order:
        """The same in the words of the use case."""
        return Order(
            roles=roles,
            licenses=tuple(given.license() for given in self.medicalLicenseNumbers or []),
            tfa_type=self.tfaType,
            self_service=True,
        )


class SelfEnrollOutput(Struct):
    """How things stand, and what the prescriber does now."""

    status: Literal["created", "already_enrolled", "advanced"]
    doseSpotClinicianId: int
    registrationStatus: str
    epcsEnabled: bool
    nextSteps: list[str]


def status_of(outcome: Outcome) -> Literal["created", "already_enrolled", "advanced"]:
    """What the call did."""
    if outcome.created:
        return "created"
    return "already_enrolled" if outcome.initialized is None else "advanced"
