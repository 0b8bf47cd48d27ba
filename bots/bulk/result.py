"""What came of one prescriber among many: a value, as results files and queues carry it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from msgspec import Struct
from msgspec.json import decode, encode

from shared.errors import BotError, EnrollmentLimitReached, FhirDenied, FixInput, Misconfigured
from shared.workflow.inputs import FhirId

Given = Mapping[str, Any]
"""The bot's input for one prescriber; `bots.admin_enroll.contract` says what is in it."""

NOBODY_CAN_BE_ENROLLED = (Misconfigured, FhirDenied, EnrollmentLimitReached)
"""Errors that are not about one prescriber."""


class Outcome(StrEnum):
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
        return self not in (Outcome.REFUSED, Outcome.FAILED)


class Result(Struct, frozen=True):
    """What came of one prescriber, without personal data.

    Attributes:
        practitionerId: of the Practitioner; None where what was given has no usable one.
        outcome: in a word.
        doseSpotClinicianId: DoseSpot's id of the prescriber, where the bot answered.
        registrationStatus: what DoseSpot says, where the bot answered.
        error: what is wrong and what to do, where it did not.
    """

    practitionerId: str | None
    outcome: Outcome
    doseSpotClinicianId: int | None = None
    registrationStatus: str | None = None
    error: str | None = None

    @classmethod
    def from_json(cls, line: str) -> Self:
        """The result behind its JSON.

        Raises:
            ValueError: it is something else.
        """
        return decode(line, type=cls)

    def as_json(self) -> str:
        """One line of JSON."""
        return encode(self).decode()


def not_enrolled(given: Given, error: BotError) -> Result:
    """The result of what ended in an error."""
    mendable = isinstance(error, FixInput) and not isinstance(error, NOBODY_CAN_BE_ENROLLED)
    return Result(
        practitionerId=practitioner_id(given),
        outcome=Outcome.REFUSED if mendable else Outcome.FAILED,
        error=str(error),
    )


def practitioner_id(given: Given) -> str | None:
    """Whom an input is about; None for what is no id, since that could be anything."""
    try:
        return str(FhirId(given.get("practitionerId")))
    except ValueError:
        return None
