"""The input of bots that look at a patient's days."""

from datetime import date
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from shared.runtime.inputs import BotInput, FhirId


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise ValueError("must be a day, such as 2026-03-10") from None


def _last_day(given: str, info: ValidationInfo) -> str:
    if _day(given) < (info.data.get("start") or given):
        raise ValueError("must not be before start")
    return _day(given)


_DAY_SCHEMA = WithJsonSchema({"type": "string", "format": "date"})


class PatientDaysInput(BotInput):
    """A patient and some days, each whole at the patient's place."""

    patientId: FhirId = Field(description="Id of the Patient.")
    start: Annotated[str, AfterValidator(_day), _DAY_SCHEMA] = Field(
        description="The first day, such as 2026-03-10."
    )
    end: Annotated[str, AfterValidator(_last_day), _DAY_SCHEMA] = Field(
        description="The last day, all of it."
    )

    @property
    def first(self) -> date:
        """The first day."""
        return date.fromisoformat(self.start)

    @property
    def last(self) -> date:
        """The last day."""
        return date.fromisoformat(self.end)


class PatientPerhapsDaysInput(BotInput):
    """A patient and some days, or all of them."""

    patientId: FhirId = Field(description="Id of the Patient.")
    start: Annotated[str, AfterValidator(_day), _DAY_SCHEMA] | None = Field(
        None, description="The first day, such as 2026-03-10; needs `end`."
    )
    end: Annotated[str, AfterValidator(_last_day), _DAY_SCHEMA] | None = Field(
        None, description="The last day, all of it; needs `start`."
    )

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.start is None) != (self.end is None):
            raise ValueError("start and end must be given together")
        return self

    @property
    def first(self) -> date | None:
        """The first day; None for all."""
        return date.fromisoformat(self.start) if self.start else None

    @property
    def last(self) -> date | None:
        """The last day; None for all."""
        return date.fromisoformat(self.end) if self.end else None
