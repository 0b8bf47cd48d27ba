"""For how long somebody is billed: begun once, never rewritten, ended when they leave."""

from datetime import timedelta
from typing import Any

import pytest

from fhir_profiles.billed_prescriber import BilledPeriod, periods_of
from fhir_profiles.codes import RegistrationStatus as Status
from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.audit.events import LogEvent
from shared.billing.accounts import BillingAccounts, billed_periods
from shared.members.rules.clinician import Clinician
from tests.builders import CLINIC_ID, CLINICIAN_ID
from tests.core.fhir_in_memory import FhirServer
from tests.core.inviting import ADMIN, COLLEAGUE, JANE, member
from tests.core.one_run import Time

HER_ID = {"system": CLINICIAN_IDENTIFIER, "value": str(CLINICIAN_ID)}
PROVEN = Clinician(CLINICIAN_ID, Status.IDP_SUCCESS, agreement_pending=False)


class Ledger:
    def __init__(self) -> None:
        jane = member(JANE, identifier=[HER_ID])
        self.server = FhirServer(member(ADMIN, admin=True), member(COLLEAGUE), jane)
        self.server.author, self.time, self.lines = ADMIN, Time(), list[Any]()

    @property
    def accounts(self) -> BillingAccounts:
        def log(step: Any, **_: Any) -> None:
            self.lines.append(step)

        return BillingAccounts(self.server.client, CLINIC_ID, self.time, log)

    def begin(self, status: Status = Status.IDP_SUCCESS) -> None:
        self.accounts.begin(JANE, Clinician(CLINICIAN_ID, status, agreement_pending=False))

    def leaves(self, **changes: Any) -> None:
        self.server.put(member(JANE, identifier=[HER_ID], **changes))

    def pass_days(self, days: int) -> None:
        self.time.passed_s += timedelta(days=days).total_seconds()

    @property
    def stored(self) -> list[BilledPeriod]:
        found = self.server.resources.values()
        return periods_of([one for one in found if one["resourceType"] == "Account"])

    @property
    def days(self) -> list[tuple[str, str]]:
        return [(str(one.start), str(one.end or "")) for one in self.stored]


@pytest.mark.parametrize(
    ("status", "billed"),
    [(one, one.value.startswith("TFA") or one is Status.IDP_SUCCESS) for one in Status],
)
def test_who_has_proven_their_identity_is_billed(status: Status, billed: bool) -> None:
    ledger = Ledger()
    ledger.begin(status)
    assert ledger.days == ([("2026-03-10", "")] if billed else [])


def test_a_second_proof_neither_restarts_nor_repeats_it() -> None:
    ledger = Ledger()
    ledger.begin()
    ledger.pass_days(40)
    ledger.begin(Status.TFA_ACTIVATED_SUCCESS)
    assert ledger.days == [("2026-03-10", "")]


def test_runs_that_meet_make_one() -> None:
    ledger = Ledger()
    ledger.server.before_write = [ledger.begin]
    ledger.begin()
    assert ledger.days == [("2026-03-10", "")]


@pytest.mark.parametrize("how", [{"active": False}, {"identifier": []}])
def test_who_left_is_billed_no_longer_and_begins_anew_if_they_come_back(
    how: dict[str, Any],
) -> None:
    ledger = Ledger()
    ledger.begin()
    ledger.accounts.end_of_those_who_left()
    assert ledger.days == [("2026-03-10", "")]
    ledger.pass_days(5)
    ledger.server.put({**member(JANE, identifier=[HER_ID]), **how})
    ledger.accounts.end_of_those_who_left()
    ledger.pass_days(5)
    ledger.begin()
    ledger.accounts.end_of_those_who_left()
    assert ledger.days == [("2026-03-10", "2026-03-15")]
    ledger.leaves()
    ledger.begin()
    ledger.accounts.end_of_those_who_left()
    assert ledger.days == [("2026-03-10", "2026-03-15"), ("2026-03-20", "")]
    assert [one.number for one in ledger.stored] == [1, 2]


def test_a_removed_member_has_left() -> None:
    ledger = Ledger()
    ledger.begin()
    ledger.server.delete(f"ProjectMembership/{member(JANE)['id']}")
    ledger.accounts.end_of_those_who_left()
    assert ledger.days == [("2026-03-10", "2026-03-10")]


def test_who_is_taken_out_of_a_clinic_is_billed_there_no_longer() -> None:
    ledger = Ledger()
    ledger.begin()
    ledger.pass_days(3)
    ledger.accounts.end(CLINICIAN_ID + 1)
    assert ledger.days == [("2026-03-10", "")]
    ledger.accounts.end(CLINICIAN_ID)
    ledger.pass_days(3)
    ledger.accounts.end(CLINICIAN_ID)
    assert ledger.days == [("2026-03-10", "2026-03-13")]


def test_what_others_write_is_passed_over() -> None:
    ledger = Ledger()
    ledger.begin()
    (account,) = (one for one in ledger.server.resources.values() if "servicePeriod" in one)
    forged = {"start": "2026-05-01", "end": "2026-05-02"}
    meta = {**account["meta"], "author": {"reference": COLLEAGUE}}
    ledger.server.put({**account, "meta": meta, "servicePeriod": forged, "status": "inactive"})
    (counted,) = billed_periods(ledger.server.client)
    assert (str(counted.start), counted.end) == ("2026-03-10", None)
    ledger.begin()
    assert len(ledger.stored) == 1


def test_an_account_by_somebody_else_bills_nobody_and_blocks_none() -> None:
    ledger = Ledger()
    ledger.server.author = COLLEAGUE
    ledger.begin()
    ledger.server.author = ADMIN
    assert billed_periods(ledger.server.client) == []
    ledger.begin()
    assert [one.number for one in billed_periods(ledger.server.client)] == [2]


@pytest.mark.parametrize("denied", [{"Account"}, {"ProjectMembership"}])
def test_nothing_fails_because_of_billing(denied: set[str]) -> None:
    ledger = Ledger()
    ledger.begin()
    ledger.server.denied = denied
    ledger.begin()
    ledger.accounts.end_of_those_who_left()
    assert ledger.lines == [LogEvent.BILLING_NOT_BEGUN, LogEvent.BILLING_NOT_ENDED]
