"""Medical licenses as callers of the bots give them."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field, StringConstraints

from shared.records.identifiers import LICENSE_LENGTH, parse_state
from shared.records.prescriber import MedicalLicense


class MedicalLicenseInput(BaseModel):
    """One license, in DoseSpot's names or with a small first letter."""

    model_config = ConfigDict(extra="forbid", strict=True)

    LicenseNumber: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=LICENSE_LENGTH),
        Field(validation_alias=AliasChoices("LicenseNumber", "licenseNumber")),
    ]
    State: Annotated[
        str, AfterValidator(parse_state), Field(validation_alias=AliasChoices("State", "state"))
    ]
    ClinicId: Annotated[
        int | str | None, Field(validation_alias=AliasChoices("ClinicId", "clinicId"))
    ] = None

    def license(self) -> MedicalLicense:
        """The same as a value of the core."""
        clinic = "" if self.ClinicId is None else str(self.ClinicId)
        return MedicalLicense(self.LicenseNumber, self.State, clinic)
