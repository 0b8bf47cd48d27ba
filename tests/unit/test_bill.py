"""Who is billed in which month, and what that costs."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from fhir.resources.R4B.account import Account

from fhir_profiles.billed_prescriber import (
    BilledPeriod,
    billed_account,
    ended_account,
    period_keys,
    periods_of,
)
from shared.billing.rules.bill import Month, bill, months

ACCOUNT = billed_account("1.7.1", "Practitioner/a", date(2026, 1, 31))
PRICE = Decimal("39.00")


def period(clinic: int, clinician: int, start: str, end: str = "", number: int = 1) -> BilledPeriod:
    last = date.fromisoformat(end) if end else None
    practitioner = f"Practitioner/{clinician}"
    return BilledPeriod(
        clinic, clinician, number, practitioner, date.fromisoformat(start), last, {}
    )


def billed(*periods: BilledPeriod) -> list[tuple[str, int, int, str]]:
    found = bill(periods, Month(2026, 1), Month(2026, 3), PRICE)
    return [(str(one.month), one.clinic, len(one.practitioners), str(one.cost)) for one in found]


def test_an_account_is_valid_r4_and_read_again() -> None:
    Account.model_validate(ACCOUNT)
    ended = ended_account(ACCOUNT, date(2026, 2, 1))
    Account.model_validate(ended)
    assert periods_of([ACCOUNT, ended]) == [
        BilledPeriod(1, 7, 1, "Practitioner/a", date(2026, 1, 31), None, ACCOUNT),
        BilledPeriod(1, 7, 1, "Practitioner/a", date(2026, 1, 31), date(2026, 2, 1), ended),
    ]
    assert ended["status"] == "inactive"
    assert ended_account(ended, date(2026, 3, 1)) is ended
    assert period_keys(1, 7)[:2] == ["1.7.1", "1.7.2"]


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": []},
        {"identifier": [{"system": "urn:prescriber-bots:billing", "value": "1.7"}]},
        {"identifier": [{"system": "urn:prescriber-bots:billing", "value": "1.x.1"}]},
        {"identifier": None},
        {"servicePeriod": {}},
        {"servicePeriod": {"start": "soon"}},
        {"servicePeriod": None},
    ],
    ids=str,
)
def test_another_account_is_passed_over(changes: dict[str, Any]) -> None:
    assert periods_of([{**ACCOUNT, **changes}]) == []


def test_nobody_costs_nothing() -> None:
    assert billed() == []


def test_a_month_counts_whole_for_any_of_its_days() -> None:
    assert billed(period(1, 7, "2026-01-31", "2026-02-01")) == [
        ("2026-01", 1, 1, "39.00"),
        ("2026-02", 1, 1, "39.00"),
    ]
    assert billed(period(1, 7, "2026-04-01"), period(1, 8, "2025-01-01", "2025-12-31")) == []


def test_clinics_are_counted_apart_and_somebody_once_who_came_back() -> None:
    assert billed(
        period(2, 7, "2026-03-01"),
        period(1, 7, "2026-03-01", "2026-03-02"),
        period(1, 7, "2026-03-20", number=2),
        period(1, 8, "2026-03-31"),
    ) == [("2026-03", 1, 2, "78.00"), ("2026-03", 2, 1, "39.00")]


def test_months_go_over_the_end_of_a_year() -> None:
    found = months(Month(2025, 11), Month(2026, 2))
    assert list(map(str, found)) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert Month(2024, 2).days == (date(2024, 2, 1), date(2024, 2, 29))
