"""What came of one prescriber among many: a value, as results files and queues carry it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from shared.errors import BotError, EnrollmentLimitReached, FhirDenied, FixInput, Misconfigured
from shared.records.identifiers import RuleBroken, parse_fhir_id

Given = Mapping[str, Any]
"""The bot's input for one prescriber; `bots.admin_enroll.contract` says what is in it."""

NOBODY_CAN_BE_ENROLLED = (Misconfigured, FhirDenied, EnrollmentLimitReached)
"""Errors that are not about one prescriber."""


class PrescriberOutcome(StrEnum):
    """What came of one prescriber.

    A new clinician or link is `enrolled`; any other change is `updated`. What a person has to mend
    is `refused`; everything else that did not work is `failed`.
    """

    ENROLLED = "enrolled"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_well(self) -> bool:
        """Whether the prescriber is as was asked for."""
        return self not in (PrescriberOutcome.REFUSED, PrescriberOutcome.FAILED)


class PrescriberResult(BaseModel):
    """What came of one prescriber, without personal data.

    Attributes:
        practitionerId: of the Practitioner; None if what was given has no usable one.
        outcome: in a word.
        doseSpotClinicianId: DoseSpot's id of the prescriber, where the bot answered.
        registrationStatus: what DoseSpot says, where the bot answered.
        error: what is wrong and what to do, where it did not.
        warnings: what the bot did all the same, `path` and `sentence` each.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)

    practitionerId: str | None
    outcome: PrescriberOutcome
    doseSpotClinicianId: int | None = None
    registrationStatus: str | None = None
    error: str | None = None
    warnings: tuple[dict[str, str], ...] = ()

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The result behind its JSON.

        Raises:
            ValueError: it is something else.
        """
        return cls.model_validate_json(line)

    def as_json(self) -> str:
        """One line of JSON."""
        return self.model_dump_json()


def not_enrolled(given: Given, error: BotError) -> PrescriberResult:
    """The result of what ended in an error."""
    mendable = isinstance(error, FixInput) and not isinstance(error, NOBODY_CAN_BE_ENROLLED)
    return PrescriberResult(
        practitionerId=practitioner_id(given),
        outcome=PrescriberOutcome.REFUSED if mendable else PrescriberOutcome.FAILED,
        error=str(error),
    )


def practitioner_id(given: Given) -> str | None:
    """Whom an input is about; None for what is no id, since that could be anything."""
    named = given.get("practitionerId")
    try:
        return parse_fhir_id(named) if isinstance(named, str) else None
    except RuleBroken:
        return None
