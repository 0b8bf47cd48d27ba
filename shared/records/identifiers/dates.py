"""Dates of birth, and how old somebody is."""

import re
from datetime import date

from shared.records.identifiers.rule import RuleBroken

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_birth_date(value: str, today: date) -> date:
    """A full date of birth, `YYYY-MM-DD`, not after today and not before 1900."""
    try:
        born = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        born = None
    if born is None:
        raise RuleBroken("the date of birth must be a full date such as 1980-05-15; correct it")
    if born.year < 1900 or born > today:
        raise RuleBroken("the date of birth must be between 1900 and today; correct it")
    return born


def age(born: date, today: date) -> int:
    """How many birthdays somebody has had by that day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
