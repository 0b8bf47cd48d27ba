"""Everything this server knows, behind its operations: accounts, people, switches, the time.

Holds no HTTP. Callers wrap what belongs together in `transaction`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from deploy.sandbox.dosespot import rules, steps
from deploy.sandbox.dosespot.accounts import Accounts
from deploy.sandbox.dosespot.bodies import AddEditClinicianRequest
from deploy.sandbox.dosespot.clinician import PENDING, ClinicianAccount, Rejection
from deploy.sandbox.dosespot.directory import Directory
from deploy.sandbox.dosespot.limits import RateLimiter
from deploy.sandbox.dosespot.prescribing.cabinet import Cabinet
from deploy.sandbox.dosespot.prescribing.events import events as prescribing_events
from deploy.sandbox.dosespot.push import Push, Pushes, PushEvent, events
from deploy.sandbox.dosespot.register import Register
from deploy.sandbox.dosespot.store import DocumentStore
from deploy.sandbox.dosespot.switches import Switches

_T = TypeVar("_T")


class DoseSpotBackend:
    """The state of one server.

    Args:
        database: path of the SQLite file, or ":memory:".
        now: answers the present moment.
        overdue: takes the steps that are due, before anything else in a transaction.
    """

    def __init__(
        self,
        database: str,
        now: Callable[[], datetime],
        overdue: Callable[["DoseSpotBackend"], None] = lambda _: None,
    ) -> None:
        self._overdue = overdue
        self._store = DocumentStore(database)
        self.now = now
        self.limiter = RateLimiter()
        self.pushes = Pushes()
        with self._store.transaction():
            self.accounts = Accounts(self._store)
        self.directory = Directory(self._store)
        self.register = Register(self._store)
        self.cabinet = Cabinet(self._store)
        self._switches = Switches.model_validate(self._store.get("switches", "all") or {})

    @property
    def switches(self) -> Switches:
        """How the open questions are read at present."""
        return self._switches

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What happens inside takes effect together or not at all, and is notified of after."""
        with self._store.transaction(), self._undone_together():
            self._overdue(self)
            yield
            happened = self._happened()
        for event in happened:
            self._notify(event)

    @contextmanager
    def _undone_together(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.directory.take_changes()
            self.register.take_changes()
            self.cabinet.forget()
            raise

    def _happened(self) -> list[PushEvent]:
        at = self.now()
        return [
            *(event for change in self.directory.take_changes() for event in events(change, at)),
            *prescribing_events(self.cabinet, self.register.take_changes(), at),
        ]

    @contextmanager
    def changing(self) -> Iterator["DoseSpotBackend"]:
        """This backend, inside a `transaction`."""
        with self.transaction():
            yield self

    def _notify(self, event: PushEvent) -> None:
        switches = self._switches
        if switches.push_notifications_url is not None:
            url, secret = switches.push_notifications_url, switches.push_notifications_secret
            self.pushes.send(Push(url, secret, event))

    def close(self) -> None:
        """Lets go of the database."""
        self._store.close()

    def set_switches(self, switches: Switches) -> None:
        """Reads the open questions this way from now on."""
        self._store.put("switches", "all", switches.model_dump())
        self._switches = switches

    def record_refusal(self, record: dict[str, Any], except_id: int | None) -> Rejection | None:
        """Why this record cannot be a clinician's, None if it can.

        Args:
            record: as AddEditClinicianRequest leaves it.
            except_id: the clinician whose record it should be, None for a new one.
        """
        refusal = rules.missing_refusal(record, AddEditClinicianRequest.required)
        refusal = refusal or rules.clinician_refusal(record)
        if refusal is not None:
            return refusal
        npi, refuse = record["NPINumber"], self.switches.second_create_same_npi == "refuse"
        if self.directory.has_email(record["Email"], except_id, None if refuse else npi):
            return Rejection("Email", "Email Address already exists")
        if refuse and self.directory.has_npi(npi, except_id):
            return Rejection("NPINumber", "NPI already exists")
        return None

    def create_clinician(
        self, clinic_id: int, record: dict[str, Any]
    ) -> ClinicianAccount | Rejection:
        """A new person, linked to that clinic; see `record_refusal` for the record."""
        refusal = self.record_refusal(record, None)
        if refusal is not None:
            return refusal
        active = True if record["Active"] is None else record["Active"]
        record = {**record, "Active": active, "EPCSRequested": record["EPCSRequested"] or False}
        clinician = ClinicianAccount(
            id=self.directory.next_id(),
            record=record,
            enrollments={clinic_id: self.directory.unsigned(record["ClinicianRoleType"])},
            created_at=self.now(),
            confirmed=self.switches.confirmed_immediately and record["NPINumber"] is not None,
        )
        self.directory.put(clinician)
        return clinician

    def add_clinician(self, record: dict[str, Any], role_types: list[str], status: str) -> int:
        """A new person in the default clinic who has already come that far; answers the id.

        Raises:
            ValueError: the record is not one that a clinician can have.
        """
        clinic_id = self.accounts.default_clinic_id
        body = AddEditClinicianRequest.model_validate({**record, "ClinicianRoleType": role_types})
        clinician = _accepted(self.create_clinician(clinic_id, body.model_dump()))
        if status != PENDING:
            signed = _accepted(steps.sign_all(clinician.enrollments[clinic_id], self.now()))
            self.directory.put(clinician.linked(clinic_id, steps.with_status(signed, status)))
        return clinician.id


def utc_now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def _accepted(outcome: _T | Rejection) -> _T:
    match outcome:
        case Rejection():
            raise ValueError(outcome)
        case _:
            return outcome
