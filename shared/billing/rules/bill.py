"""Active prescribers per clinic and month, and what they cost; pure.

A month counts whole for everybody who is billed on any of its days.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fhir_profiles.billed_prescriber import BilledPeriod


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    def __str__(self) -> str:
        """Such as `2026-03`."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        last = monthrange(self.year, self.month)[1]
        return date(self.year, self.month, 1), date(self.year, self.month, last)

    @property
    def following(self) -> "Month":
        """The next one."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)


@dataclass(frozen=True)
class BilledMonth:
    """A clinic's month.

    Attributes:
        month: the month.
        clinic: DoseSpot's number of the clinic.
        practitioners: references of who is billed, each once, in their order.
        cost: what they cost together.
    """

    month: Month
    clinic: int
    practitioners: tuple[str, ...]
    cost: Decimal


def months(first: Month, last: Month) -> Sequence[Month]:
    """The months from the first to the last, both included."""
    found = [first]
    while found[-1] < last:
        found.append(found[-1].following)
    return found


def bill(
    periods: Iterable[BilledPeriod], first: Month, last: Month, price: Decimal
) -> list[BilledMonth]:
    """What is billed, month by month, and within a month clinic by clinic.

    Args:
        periods: of all clinics.
        first: the first month.
        last: the last one.
        price: of a prescriber and month.
    """
    known = list(periods)
    clinics = sorted({one.clinic for one in known})
    rows = [
        (month, clinic, _billed([one for one in known if one.clinic == clinic], month))
        for month in months(first, last)
        for clinic in clinics
    ]
    return [
        BilledMonth(month, clinic, people, price * len(people))
        for month, clinic, people in rows
        if people
    ]


def _billed(periods: Sequence[BilledPeriod], month: Month) -> tuple[str, ...]:
    """Who is billed: clinicians count, and are told by who they are."""
    found = {one.clinician: one.practitioner for one in periods if one.touches(*month.days)}
    return tuple(sorted(found.values()))
