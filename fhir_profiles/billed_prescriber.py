"""For how long a prescriber is billed at a clinic: a FHIR Account that holds no amount.

It begins on the day on which the prescriber's identity was known to be proven, which is never
rewritten, and ends with the day on which they left. Who comes back has another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, positive_number, text
from fhir_profiles.systems import BILLED_PRESCRIBER, BILLING

CODE = "prescriber"
MOST_PERIODS = 20
"""So many can be found of one clinician at one clinic."""


@dataclass(frozen=True)
class BilledPeriod:
    """A time for which somebody is billed.

    Attributes:
        clinic: DoseSpot's number of the clinic.
        clinician: DoseSpot's id of the clinician.
        number: counts the times of that clinician at that clinic, from 1.
        practitioner: reference of the person; empty if it is not said.
        start: the first day.
        end: the last day; None while it goes on.
        resource: the raw Account.
    """

    clinic: int
    clinician: int
    number: int
    practitioner: str
    start: date
    end: date | None
    resource: Resource

    @classmethod
    def read(cls, account: Resource) -> Self | None:
        """The time out of an Account; None if it is none of ours, or does not say its first day."""
        numbers = [positive_number(one) for one in _key(account).split(".")]
        period = child(account, "servicePeriod")
        start = _day(period.get("start"))
        if len(numbers) != 3 or start is None:
            return None
        clinic, clinician, number = numbers
        if not (clinic and clinician and number):
            return None
        subjects = (text(one.get("reference")) for _, one in entries(account, "subject"))
        practitioner = next((one for one in subjects if one.startswith("Practitioner/")), "")
        end = _day(period.get("end"))
        return cls(clinic, clinician, number, practitioner, start, end, account)

    def touches(self, first: date, last: date) -> bool:
        """Whether it has a day among these, both included."""
        return self.start <= last and (self.end is None or self.end >= first)


def period_keys(clinic: int, clinician: int) -> list[str]:
    """The values of the identifiers (system BILLING) of all times that there can be."""
    return [f"{clinic}.{clinician}.{number}" for number in range(1, MOST_PERIODS + 1)]


def billed_account(key: str, practitioner: str, start: date) -> Resource:
    """The Account of a time that begins.

    Args:
        key: value of its identifier.
        practitioner: reference of the person.
        start: the first day.
    """
    tag = {"system": BILLING, "code": CODE}
    return {
        "resourceType": "Account",
        "meta": {"profile": [BILLED_PRESCRIBER], "tag": [tag]},
        "identifier": [{"system": BILLING, "value": key}],
        "status": "active",
        "type": {"coding": [tag]},
        "subject": [{"reference": practitioner}],
        "servicePeriod": {"start": start.isoformat()},
    }


def ended_account(account: Resource, end: date) -> Resource:
    """The Account, once its last day is known; the same object where it has ended already."""
    period = child(account, "servicePeriod")
    if period.get("end"):
        return account
    return {**account, "status": "inactive", "servicePeriod": {**period, "end": end.isoformat()}}


def periods_of(accounts: Iterable[Resource]) -> list[BilledPeriod]:
    """The times out of Accounts, without those that are none of ours."""
    return [one for each in accounts if (one := BilledPeriod.read(each)) is not None]


def _key(account: Resource) -> str:
    found = (one for _, one in entries(account, "identifier") if one.get("system") == BILLING)
    return next((text(one.get("value")) for one in found), "")


def _day(written: object) -> date | None:
    try:
        return date.fromisoformat(text(written)[:10])
    except ValueError:
        return None
