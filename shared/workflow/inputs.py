"""Parts of inputs that several bots take."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from shared.records.identifiers import FHIR_ID, FHIR_ID_LENGTH, LICENSE_LENGTH, parse_state
from shared.records.prescriber import MedicalLicense

LARGEST_ID = 2**31 - 1

FhirId = Annotated[str, StringConstraints(max_length=FHIR_ID_LENGTH, pattern=FHIR_ID)]
"""The id of a FHIR resource."""


def _folded(value: str) -> str:
    return " ".join(value.split())


class MedicalLicenseInput(BaseModel):
    """One license, in DoseSpot's names or with a small first letter."""

    model_config = ConfigDict(extra="forbid", strict=True)

    LicenseNumber: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LICENSE_LENGTH),
        AfterValidator(_folded),
        Field(validation_alias=AliasChoices("LicenseNumber", "licenseNumber")),
    ]
    State: Annotated[
        str, AfterValidator(parse_state), Field(validation_alias=AliasChoices("State", "state"))
    ]
    ClinicId: Annotated[
        Annotated[int, Field(ge=1, le=LARGEST_ID)]
        | Annotated[str, StringConstraints(pattern=r"^[0-9]{1,10}$")]
        | None,
        Field(validation_alias=AliasChoices("ClinicId", "clinicId")),
    ] = None

    def license(self) -> MedicalLicense:
        """The same as a value of the core."""
        clinic = "" if self.ClinicId is None else str(self.ClinicId)
        return MedicalLicense(self.LicenseNumber, self.State, clinic)
