"""Keeps for how long prescribers are billed: begun when identity is proven, ended when they leave.

Nothing else waits for it: where an Account can't be written, the status is recorded all the same,
and the next comparison with DoseSpot writes the Account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fhir_profiles import Resource
from fhir_profiles.billed_prescriber import (
    CODE,
    BilledPeriod,
    billed_account,
    ended_account,
    period_keys,
    periods_of,
)
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import IDENTITY_VERIFIED
from fhir_profiles.project_membership import is_active
from fhir_profiles.systems import BILLING
from fhir_profiles.today import NATIONWIDE, Today
from shared.access.authorship import as_administrators_wrote
from shared.audit.events import Log, LogEvent
from shared.errors import BotError
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.search import by_identifier
from shared.members.rules.clinician import Clinician
from shared.timing import Clock

PEOPLE_AT_ONCE = 50


@dataclass(frozen=True)
class BillingAccounts:
    """The use case.

    Attributes:
        fhir: may read and write Accounts, and read memberships.
        clinic: DoseSpot's number of the clinic.
        now: the clock.
        log: the run's.
    """

    fhir: FhirClient
    clinic: int
    now: Clock
    log: Log

    def begin(self, practitioner: str, clinician: Clinician) -> None:
        """Bills somebody from today on, if their identity is proven and they are not billed yet.

        Args:
            practitioner: reference of the person.
            clinician: what DoseSpot says of them now.
        """
        if clinician.status not in IDENTITY_VERIFIED:
            return
        try:
            self._begin(practitioner, clinician.id)
        except BotError as error:
            self.log(LogEvent.BILLING_NOT_BEGUN, error=type(error).__name__)

    def end_of_those_who_left(self) -> None:
        """Ends the billing of everybody without an active membership that carries their id.

        At every clinic: a membership is the project's.
        """
        try:
            going_on = [one for one in billed_periods(self.fhir) if one.end is None]
            for start in range(0, len(going_on), PEOPLE_AT_ONCE):
                self._end_without_membership(going_on[start : start + PEOPLE_AT_ONCE])
        except BotError as error:
            self.log(LogEvent.BILLING_NOT_ENDED, error=type(error).__name__)

    def end(self, clinician: int) -> None:
        """Ends the billing of a clinician who was taken out of the clinic."""
        try:
            for one in self._periods(clinician)[0]:
                if one.end is None:
                    self._end(one)
        except BotError as error:
            self.log(LogEvent.BILLING_NOT_ENDED, error=type(error).__name__)

    def _begin(self, practitioner: str, clinician: int) -> None:
        batch = Batch(self.fhir)
        memberships_found = batch.memberships_of(practitioner)
        batch.send()
        if not _is_member(clinician, memberships_found.all()):
            return
        counting, taken = self._periods(clinician)
        if any(one.end is None for one in counting):
            return
        for key in period_keys(self.clinic, clinician)[taken : taken + 1]:
            account = billed_account(key, practitioner, self._today)
            self.fhir.create_if_none(account, by_identifier(BILLING, [key]))

    def _periods(self, clinician: int) -> tuple[list[BilledPeriod], int]:
        """A clinician's times at the clinic, as administrators wrote them, and the highest number
        of one, whoever wrote it."""
        batch = Batch(self.fhir)
        query = by_identifier(BILLING, period_keys(self.clinic, clinician))
        found = batch.search(f"Account?{query}&_count=1000")
        batch.send()
        taken = max((one.number for one in periods_of(found.all())), default=0)
        return periods_of(as_administrators_wrote(self.fhir, found.all())), taken

    def _end_without_membership(self, going_on: Sequence[BilledPeriod]) -> None:
        batch = Batch(self.fhir)
        asked = [batch.memberships_of(one.practitioner) for one in going_on]
        batch.send()
        for one, found in zip(going_on, asked, strict=True):
            if not _is_member(one.clinician, found.all()):
                self._end(one)

    def _end(self, one: BilledPeriod) -> None:
        self.fhir.put(ended_account(one.resource, self._today))

    @property
    def _today(self) -> date:
        return Today(self.now()).in_state(NATIONWIDE)


def _is_member(clinician: int, memberships: Sequence[Resource]) -> bool:
    """Whether an active one of somebody's memberships carries a clinician's id."""
    return clinician in clinician_ids(*filter(is_active, memberships)).numbers


def billed_periods(fhir: FhirClient) -> list[BilledPeriod]:
    """Every time for which somebody of the project is billed, as administrators wrote it.

    Raises:
        BotError: whatever the client raises.
    """
    tagged = {"_tag": f"{BILLING}|{CODE}"}
    found: list[Resource] = list(fhir.search_all("Account", tagged))
    return periods_of(as_administrators_wrote(fhir, found))
