"""Input and output of the bot.

`shared/clinics/rules/order.py` reads the input field by field, so that all problems are reported at
once, those of the Location too.
"""

from collections.abc import Iterable
from typing import Self

from pydantic import Field

from shared.clinics.register import RegisteredAs, RegisteredClinic
from shared.clinics.rules.details import CLINIC_NAME_LENGTH
from shared.clinics.rules.order import ClinicOrder, read_order
from shared.records.findings import Finding, Findings
from shared.runtime.inputs import BotInput, FindingOutput, OrganizationOutput, WarningOutput

TELL = (
    "Please set up our new clinic: {name}, DoseSpot clinic id {number}. Until you have, it lets"
    " nobody in."
)


class RegisterClinicInput(BotInput):
    """A Location, or the clinic's own fields, or the number of a clinic that exists already."""

    locationId: str | None = Field(
        None, description="Id of the Location that the clinic is made from."
    )
    clinicName: str | None = Field(None, description="Name; required without a Location.")
    clinicNameLongForm: str | None = Field(
        None, description=f"Long form of the name, at most {CLINIC_NAME_LENGTH} characters."
    )
    address1: str | None = Field(None, description="Street; required without a Location.")
    address2: str | None = Field(None, description="Second line of the address.")
    city: str | None = Field(None, description="City; required without a Location.")
    state: str | None = Field(
        None, description="Two-letter abbreviation of the state; required without a Location."
    )
    zipCode: str | None = Field(None, description="ZIP code; required without a Location.")
    primaryPhone: str | None = Field(None, description="Phone; required without a Location.")
    primaryFax: str | None = Field(None, description="Fax.")
    existingClinicId: int | None = Field(
        None,
        description=(
            "DoseSpot's number of a clinic that exists and whose key is a project secret: it is"
            " recorded, and nothing is created in DoseSpot."
        ),
    )
    noClinicCreated: bool | None = Field(
        None,
        description=(
            "True says that DoseSpot's staff have confirmed that no clinic came of a call whose"
            " answer was lost; the clinic is then created."
        ),
    )

    def order(self) -> tuple[ClinicOrder, Findings]:
        """The same as the use case takes it, and what is wrong with it."""
        return read_order(self.model_dump(exclude_none=True))


class RegisterClinicOutput(WarningOutput):
    """The clinic, and what DoseSpot's staff have to be told; never its key."""

    doseSpotClinicId: int = Field(description="DoseSpot's number of the clinic.")
    organization: OrganizationOutput = Field(description="The clinic's Organization.")
    status: RegisteredAs = Field(
        description=(
            "What this call did: `created` the clinic; `completed` one that an earlier call"
            " created; `linked` one that exists already; or left everything `unchanged`."
        )
    )
    tellDoseSpot: str | None = Field(
        description=(
            "What to e-mail to DoseSpot's staff, who have to act before the clinic lets anybody in;"
            " null where the clinic is not new."
        )
    )

    @classmethod
    def of(cls, done: RegisteredClinic, noticed: Iterable[Finding]) -> Self:
        """What a run did, and what it noticed on the Location, as the contract puts it."""
        is_new = done.status in ("created", "completed")
        return cls(
            doseSpotClinicId=done.number,
            organization=done.organization,
            status=done.status,
            tellDoseSpot=TELL.format(name=done.name, number=done.number) if is_new else None,
            warnings=[FindingOutput.of(one) for one in (*noticed, *done.warnings)],
        )
