"""Input and output of the bot; a month is written as `2026-03`."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Self

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from shared.billing.rules.bill import BilledMonth, Month, months
from shared.runtime.inputs import BotInput, BotOutput

MOST_MONTHS = 36
MONTH = "^20[0-9]{2}-(0[1-9]|1[0-2])$"


def _month(given: str) -> str:
    if not re.fullmatch(MONTH, given):
        raise ValueError("must be a month such as 2026-03")
    return given


MonthText = Annotated[
    str, AfterValidator(_month), WithJsonSchema({"type": "string", "pattern": MONTH})
]


class BillingReportInput(BotInput):
    """Which months."""

    firstMonth: MonthText | None = Field(
        None, description="The first month, such as 2026-03; by default this month."
    )
    lastMonth: MonthText | None = Field(
        None, description=f"The last one, at most {MOST_MONTHS} in all; by default the first."
    )

    @field_validator("lastMonth")
    @classmethod
    def _after_the_first(cls, last: str | None, info: ValidationInfo) -> str | None:
        first = info.data.get("firstMonth")
        if last is None:
            return None
        if first is None:
            raise ValueError("needs firstMonth")
        if last < first:
            raise ValueError("must not be before firstMonth")
        if len(months(month_of(first), month_of(last))) > MOST_MONTHS:
            raise ValueError(f"must make at most {MOST_MONTHS} months")
        return last

    def period(self, this_month: Month) -> tuple[Month, Month]:
        """The first and the last month."""
        first = month_of(self.firstMonth) if self.firstMonth else this_month
        return first, month_of(self.lastMonth) if self.lastMonth else first


class BilledMonthOutput(BotOutput):
    """A clinic's month."""

    month: str = Field(description="The month, such as 2026-03.")
    clinicId: int = Field(description="DoseSpot's number of the clinic.")
    prescribers: int = Field(description="How many are billed.")
    cost: str = Field(description="What they cost together, such as 78.00.")
    practitioners: list[str] = Field(description="References of who is billed.")

    @classmethod
    def of(cls, found: BilledMonth) -> Self:
        """The same as the contract puts it."""
        return cls(
            month=str(found.month),
            clinicId=found.clinic,
            prescribers=len(found.practitioners),
            cost=f"{found.cost:.2f}",
            practitioners=list(found.practitioners),
        )


class BillingReportOutput(BotOutput):
    """Active prescribers per clinic and month."""

    price: str = Field(description="The price of a prescriber and month, such as 39.00.")
    currency: str = Field(description="Its currency, such as USD.")
    months: list[BilledMonthOutput] = Field(
        description="Month by month, and within a month clinic by clinic; none without anybody."
    )

    @classmethod
    def of(cls, found: Sequence[BilledMonth], price: Decimal, currency: str) -> Self:
        """The same as the contract puts it."""
        billed = [BilledMonthOutput.of(one) for one in found]
        return cls(price=f"{price:.2f}", currency=currency, months=billed)


def month_of(written: str) -> Month:
    """The month that a checked text spells."""
    year, month = written.split("-")
    return Month(int(year), int(month))
