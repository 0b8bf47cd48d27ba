"""Enrollment runs over ports in memory; every call is noted, and may be disturbed."""

from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Claim, claim_resource, read_claim
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.registration_status import registration_status
from shared.claims.rules.steps import DoseSpotRecord
from shared.dosespot.codes import TfaType
from shared.enrollment.enroll import Enrollment, Outcome
from shared.enrollment.fhir_members import SHARED_ID
from shared.enrollment.rules.situation import Order, Records, Shown, Situation
from shared.enrollment.rules.stages import Stage
from shared.errors import BotError, RecordsDisagree
from shared.members.rules.clinician import Clinician
from shared.members.rules.recorded_status import as_dosespot_says
from shared.members.rules.subject import Subject
from shared.records.findings import Finding
from shared.timing import Timing
from shared.together import Together
from tests.builders import CLINICIAN_ID, practitioner
from tests.core.situations import JANE, KEY, ME, NOON, PRESCRIBING, SHE, STORED, WHO, admin, subject

MOST_CALLS = 300
"""More than any run needs; one that asks on and on is stopped."""


class Inline(Executor):
    """Runs a call at once, in the same thread."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The call's future, which is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as raised:  # noqa: BLE001 - it is the future's
            future.set_exception(raised)
        return future


@dataclass
class Time:
    """A clock that stands still unless somebody waits.

    Attributes:
        left_s: how long the run may still wait.
        waits: how long it waited, each time.
        refused: how often it had no time to wait.
        later: what happens once so many seconds have passed.
    """

    left_s: float = 100.0
    passed_s: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: int = 0
    later: list[tuple[float, Callable[[], object]]] = field(default_factory=list)

    def __call__(self) -> datetime:
        """Now."""
        return NOON + timedelta(seconds=self.passed_s)

    def wait(self, seconds: float) -> bool:
        """Lets time pass, if the run has it."""
        if seconds > self.left_s:
            self.refused += 1
            return False
        self.waits.append(seconds)
        self.left_s -= seconds
        self.passed_s += seconds
        for due in [one for one in self.later if one[0] <= self.passed_s]:
            self.later.remove(due)
            due[1]()
        return True


class Port:
    """Notes calls. Before one is answered, what `before` has for it happens, once for each call."""

    def __init__(self, calls: list[Any]) -> None:
        self.calls = calls
        self.before: defaultdict[str, list[Callable[[], object] | BotError | None]] = defaultdict(
            list
        )

    def noted(self, name: str, *facts: Any) -> None:
        """Notes a call; raises what was planned for it."""
        self.calls.append((name, *facts) if facts else name)
        assert len(self.calls) < MOST_CALLS, "the run never ends"
        planned = self.before[name].pop(0) if self.before[name] else None
        if isinstance(planned, BotError):
            raise planned
        if planned:
            planned()


@dataclass(frozen=True)
class Written:
    """A Practitioner after a write."""

    resource: Resource
    replaced: str | None


class Fhir(Port):
    """The FHIR server."""

    def __init__(self, calls: list[Any], time: Time) -> None:
        super().__init__(calls)
        self.time = time
        self.membership = subject().membership
        self.practitioner = practitioner()
        self.claim = Claim(KEY)
        self.versions = 0
        self.author = "ClientApplication/1"
        self.administrators = {"ClientApplication/1"}
        self.introduced = PRESCRIBING
        self.carriers: set[int] = set()
        self.conflict: BotError | None = None
        self.obstacle: BotError | None = None
        self.keeps = True

    def look(self, subject: Subject, *, again: bool) -> tuple[Subject, Records]:
        """The membership only where it is read again."""
        self.noted("records again" if again else "records")
        if again:
            numbers = clinician_ids(self.membership).numbers
            known = numbers[0] if numbers else None
            subject = replace(subject, membership=self.membership, clinician_id=known)
        return subject, Records(self.claim, self.conflict, self.obstacle)

    def read_claim(self, claim: Claim) -> Claim:
        """The claim as it is now."""
        assert claim.key == KEY
        self.noted("read claim")
        return self.claim

    def write_claim(self, claim: Claim) -> Claim:
        """Stores the claim if it was read as it is."""
        asked = claim.announced and (claim.announced.act, claim.announced.run)
        self.noted("write claim", claim.holder and claim.holder.run, asked)
        if claim.resource == self.claim.resource:
            self.store(claim)
        return self.claim

    def store(self, claim: Claim) -> None:
        """Stores the claim, whoever writes it."""
        self.versions += 1
        meta = {
            "versionId": f"c{self.versions}",
            "lastUpdated": self.time().isoformat(),
            "author": {"reference": self.author},
        }
        self.claim = read_claim(KEY, {**claim_resource(claim), "id": "c", "meta": meta})

    def link(self, membership: Resource, clinician_id: int, *, sure: bool) -> Resource:
        """Puts the id on the membership."""
        self.noted("link", clinician_id, sure)
        if clinician_id in self.carriers and not sure:
            raise RecordsDisagree(SHARED_ID)
        self.membership = linked_to(membership, clinician_id)
        return self.membership

    def write_status(
        self, practitioner: Resource, change: Callable[[Resource], Resource]
    ) -> Written:
        """Writes the change; of the Practitioner as it is, where somebody else has written."""
        changed, version = change(practitioner), practitioner["meta"]["versionId"]
        self.noted("write status")
        if self.practitioner["meta"] != practitioner["meta"]:
            version = self.practitioner["meta"]["versionId"]
            changed = change(self.practitioner)
        if changed == self.practitioner:
            return Written(changed, None)
        if self.keeps:
            self.practitioner = {**changed, "meta": {"versionId": f"{version}+"}}
        return Written(self.practitioner, version)

    def granted(self) -> frozenset[ClinicianRole]:
        """What an administrator introduced."""
        self.noted("granted")
        return self.introduced

    def is_administrators(self, author: str) -> bool:
        """Whether somebody is one."""
        self.noted("is administrator", author)
        return author in self.administrators


def linked_to(membership: Resource, clinician_id: int) -> Resource:
    """The next version of a membership, with the clinician's id on it."""
    return {**with_clinician_id(membership, clinician_id), "meta": {"versionId": "linked"}}


class DoseSpot(Port):
    """DoseSpot: whoever is in `known` is shown by id, and found by the NPI unless `hidden`."""

    def __init__(self, calls: list[Any]) -> None:
        super().__init__(calls)
        self.known: dict[int, Clinician] = {}
        self.hidden: set[int] = set()
        self.identity = SHE
        self.stored: DoseSpotRecord = STORED
        self.due: DoseSpotRecord | None = None
        self.warnings: tuple[Finding, ...] = ()
        self.lags = False
        self.begins = True
        self.created = 0
        self.compared: list[tuple[list[str], bool | None]] = []

    def look(self, s: Situation, order: Order, known_id: int | None) -> Shown:
        """Who is known."""
        assert isinstance(order, Order)
        asked = s.subject.clinician_id or known_id
        self.noted("ask", asked or "NPI")
        seen = [one for one in self.known if one not in self.hidden]
        clinician = self.known.get(asked or (seen[0] if seen else 0))
        if clinician is None:
            return Shown()
        return self.change(s, order, Shown(clinician, self.identity, self.stored))

    def change(self, s: Situation, order: Order, shown: Shown) -> Shown:
        """The change that is due; roles are added once they are known to be granted."""
        assert isinstance(order, Order)
        self.compared.append((sorted(role.value for role in s.granted or ()), s.was_active))
        return replace(shown, change=self.due, warnings=self.warnings)

    def create(self, s: Situation, order: Order, within_s: float) -> int:
        """Creates another clinician with the next id, whoever is known already."""
        assert isinstance(order, Order)
        assert s.subject.clinician_id is None
        new = CLINICIAN_ID + self.created
        self.noted("create", within_s)
        self.created += 1
        self.known[new] = replace(JANE, id=new)
        return new

    def edit(self, clinician_id: int, record: DoseSpotRecord, within_s: float) -> None:
        """Takes the change."""
        self.noted("edit", clinician_id, dict(record), within_s)
        self.stored, self.due, self.warnings = record, None, ()

    def begin(self, clinician_id: int, stage: Stage, tfa_type: TfaType, within_s: float) -> bool:
        """Begins a stage; the status shows it, unless it lags."""
        self.noted("begin", clinician_id, stage.act, tfa_type.value, within_s)
        if self.begins and not self.lags:
            self.reach(stage.begun, clinician_id)
        return self.begins

    def status(self, clinician_id: int) -> RegistrationStatus:
        """The status as it shows."""
        self.noted("status", clinician_id)
        return self.known[clinician_id].status

    def reach(self, status: RegistrationStatus, clinician_id: int = CLINICIAN_ID) -> None:
        """Lets the clinician have a status."""
        self.known[clinician_id] = replace(self.known[clinician_id], status=status)


class Diary:
    """A trail that is kept in memory; `fails` says how often it can't be written.

    Args:
        saving: what happens while it is written.
    """

    def __init__(self, saving: Callable[[], object], run: str = ME, who: str = WHO) -> None:
        self.run, self.who, self.fails, self.saving = run, who, 0, saving
        self.kept: list[tuple[str, ...]] = []
        self.written = 0

    def did(
        self, action: AuditAction, detail: str, *, key: str, subject: str | None = None
    ) -> None:
        """Notes a deed of this run."""
        self._note((action.value, detail, key))

    def found(self, action: AuditAction, detail: str, *, key: str, who: str) -> None:
        """Notes a deed of another run."""
        self._note((action.value, detail, key, who))

    def recorded(
        self, clinician: Clinician, before: Resource, after: Resource, *, replaced: str
    ) -> None:
        """Notes a written status."""
        was, now_is = (registration_status(one) or "none" for one in (before, after))
        self._note(("recorded", clinician.status.value, was, now_is, replaced))

    def begin_to_save(self) -> None:
        """Writes what was noted."""
        self.written = len(self.kept)

    def save(self) -> None:
        """The same, or fails."""
        self.saving()
        if self.fails:
            self.fails -= 1
            raise BotError("the trail can't be written")
        self.written = len(self.kept)

    def _note(self, entry: tuple[str, ...]) -> None:
        if entry not in self.kept:
            self.kept.append(entry)


class World:
    """One prescriber, both systems, and the runs about her."""

    def __init__(self, *clinicians: Clinician, linked: bool = False, left_s: float = 100.0) -> None:
        self.calls: list[Any] = []
        self.time = Time(left_s)
        self.fhir, self.dosespot = Fhir(self.calls, self.time), DoseSpot(self.calls)
        self.dosespot.known = {one.id: one for one in clinicians}
        self.saving: Callable[[], object] = lambda: None
        self.diary = Diary(self.saving)
        self.timing = Timing()
        if linked:
            self.fhir.membership = linked_to(self.fhir.membership, clinicians[0].id)
            self.fhir.practitioner = as_dosespot_says(practitioner(), clinicians[0], NOON)

    @property
    def subject(self) -> Subject:
        """Jane's records as they are now."""
        numbers = clinician_ids(self.fhir.membership).numbers
        return replace(
            subject(numbers[0] if numbers else None),
            practitioner=self.fhir.practitioner,
            membership=self.fhir.membership,
        )

    @property
    def enrollment(self) -> Enrollment:
        """The use case, wired to this world."""
        together = Together(Inline())
        return Enrollment(
            self.fhir,
            self.dosespot,
            self.diary,
            together,
            self.time,
            self.time.wait,
            self.timing,
        )

    def run(self, order: Order | None = None, run: str = ME) -> Outcome:
        """One whole run."""
        self.diary = Diary(self.saving, run)
        self.calls.clear()
        asked = order or admin()
        enrollment = self.enrollment
        return enrollment.run(enrollment.look(self.subject, asked), asked)

    def did(self, *names: str) -> list[Any]:
        """The calls of these names, in their order; of those that change something by default."""
        wanted = names or ("create", "link", "edit", "begin", "write status", "write claim")
        return [one for one in self.calls if (one if isinstance(one, str) else one[0]) in wanted]
