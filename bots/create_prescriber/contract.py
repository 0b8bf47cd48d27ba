"""Input and output of the bot.

The input is taken as it comes: `shared/records/prescriber_form.py` reads it field by field, so that
everything that is wrong with it is told at once, and says which fields there are.
"""

from typing import Any, Self

from pydantic import model_validator

from fhir_profiles.project_membership import access_policy_of
from shared.records.findings import Finding
from shared.workflow.create_prescriber import Created
from shared.workflow.inputs import BotInput, BotOutput
from shared.workflow.npi_check import NpiCheckOutcome


class CreatePrescriberInput(BotInput):
    """All that was given is the form."""

    form: dict[str, Any]

    @model_validator(mode="before")
    @classmethod
    def _under_its_name(cls, given: Any) -> dict[str, Any]:
        return {"form": given}


class FindingOutput(BotOutput):
    """Where something is, in the form or in the records, and a sentence about it."""

    path: str
    sentence: str

    @classmethod
    def of(cls, found: Finding) -> Self:
        """The same in the words of the contract."""
        return cls(path=found.path, sentence=found.sentence)


class CreatePrescriberOutput(BotOutput):
    """The records, and whether they can be enrolled."""

    practitioner: dict[str, Any]
    created: bool
    practitionerRoles: list[str]
    consents: list[str]
    projectMembership: dict[str, Any] | None
    invited: bool
    accessPolicy: str | None
    npiCheck: NpiCheckOutcome
    warnings: list[FindingOutput]
    ready: bool
    missing: list[FindingOutput]

    @classmethod
    def of(cls, done: Created, npi_check: NpiCheckOutcome) -> Self:
        """What a run did, in the words of the contract."""
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
