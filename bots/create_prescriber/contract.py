"""Input and output of the bot.

The input is taken as it comes: `shared/prescriber_form/rules/form.py` reads it field by field, so
that all problems are reported at once, and says which fields there are.
"""

from typing import Any, Self

from pydantic import Field, model_validator

from fhir_profiles.project_membership import access_policy_of
from shared.npi_check.check import NpiCheckOutcome
from shared.prescriber_form.create_prescriber import Created
from shared.runtime.inputs import (
    BotInput,
    BotOutput,
    FindingOutput,
    MembershipOutput,
    PractitionerOutput,
)


class CreatePrescriberInput(BotInput):
    """All that was given is the form."""

    form: dict[str, Any] = Field(description="The JSON object that was sent.")

    @model_validator(mode="before")
    @classmethod
    def _under_its_name(cls, given: Any) -> dict[str, Any]:
        return {"form": given}


class CreatePrescriberOutput(BotOutput):
    """The records, and whether they can be enrolled."""

    practitioner: PractitionerOutput = Field(
        description=(
            "Created, or matched by NPI, birth date and family name and updated from the form."
        )
    )
    created: bool = Field(description="Whether this run created the Practitioner.")
    practitionerRoles: list[str] = Field(
        description="References of the PractitionerRoles, one for each location."
    )
    consents: list[str] = Field(description="References of the Consents.")
    projectMembership: MembershipOutput | None = Field(
        description="The prescriber's membership; null without one."
    )
    invited: bool = Field(description="Whether this run invited the prescriber.")
    accessPolicy: str | None = Field(
        description="Reference to the membership's AccessPolicy; null without one."
    )
    npiCheck: NpiCheckOutcome = Field(
        description=(
            "The result of the NPI Registry lookup; the status sync retries a postponed one."
        )
    )
    warnings: list[FindingOutput] = Field(
        description="What looks wrong but does not prevent enrollment."
    )
    ready: bool = Field(description="Whether the prescriber can be enrolled now.")
    missing: list[FindingOutput] = Field(description="What enrollment still needs.")

    @classmethod
    def of(cls, done: Created, npi_check: NpiCheckOutcome) -> Self:
        """What a run did, as the contract puts it."""
        return cls(
            practitioner=done.practitioner,
            created=done.created,
            practitionerRoles=list(done.roles),
            consents=list(done.consents),
            projectMembership=done.membership,
            invited=done.invited,
            accessPolicy=access_policy_of(done.membership or {}),
            npiCheck=npi_check,
            warnings=[FindingOutput.of(one) for one in done.warnings],
            ready=not done.missing,
            missing=[FindingOutput.of(one) for one in done.missing],
        )
