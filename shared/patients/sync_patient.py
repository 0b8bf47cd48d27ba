"""Keeping a patient in DoseSpot: found or created once, changed where that is asked for.

`shared.patients.rules.next_step` decides; this module does what it says, one step at a time.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Announced, Claim
from fhir_profiles.patient_identifier import dosespot_patient_id, with_dosespot_patient_id
from fhir_profiles.today import Today
from shared.audit.trail import Trail
from shared.claims.rules.steps import (
    Announce,
    Change,
    Create,
    Link,
    Look,
    LookAgain,
    Refuse,
    Settle,
    Wait,
)
from shared.claims.store import ClaimStore
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.patient_record import new_patient_record
from shared.errors import BotError, LookUpFirst, RecordsRefused, TryAgain
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.patients.accounting import account_for_announced, keep
from shared.patients.lookup import PatientLookup
from shared.patients.rules.claim_key import claim_key
from shared.patients.rules.next_step import (
    CHANGED_TO,
    PatientAct,
    PatientSituation,
    PatientStep,
    Seen,
    ends_with,
    in_progress,
    may_come,
    next_step,
    unanswered,
)
from shared.records.findings import Finding, listed
from shared.records.measures import MEASURE_CODES
from shared.records.patient import DECEASED, Patient, is_deceased, is_minor, read_patient
from shared.timing import Timing, Waiter

SyncStatus = Literal["created", "linked", "updated", "unchanged"]

REFUSED = "The patient can't be sent to DoseSpot until these records are corrected. "


@dataclass(frozen=True)
class SyncedPatient:
    """The patient's DoseSpot id, what the run did, and what the caller has to know of it."""

    patient_id: int
    status: SyncStatus
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class PatientSync:
    """The use case.

    Attributes:
        fhir: may read and write the Patient and read its Observations.
        claims: keeps claims.
        dosespot: acts as a clinician of the clinic.
        trail: keeps what was changed.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """

    fhir: FhirClient
    claims: ClaimStore
    dosespot: DoseSpotClient
    trail: Trail
    now: Callable[[], datetime]
    wait: Waiter
    timing: Timing
    assigners: Sequence[str] = ()

    def run(self, patient: Resource, *, update: bool) -> SyncedPatient:
        """Makes sure that DoseSpot has the patient, and that the Patient carries DoseSpot's id.

        Args:
            patient: raw FHIR Patient.
            update: whether a patient that DoseSpot already has gets changed demographics.

        Raises:
            RecordsRefused: lists everything that the Patient lacks, or says that they are dead.
            RecordsDisagree: DoseSpot has several such patients, or another one with the id.
            LookUpFirst: DoseSpot did not say whether it created or changed the patient.
            BotError: whatever the two clients raise.
        """
        known = dosespot_patient_id(patient, self.assigners)
        if known is not None and not update:
            if is_deceased(patient):
                raise RecordsRefused(listed(REFUSED, [DECEASED]), findings=[DECEASED])
            return SyncedPatient(known, "unchanged")
        wanted, warnings = self._checked(patient)
        run = _Run(self, PatientLookup(self.dosespot, wanted), patient)
        s = PatientSituation(self.trail.run, self.now(), known)
        try:
            while (step := next_step(s, self.timing)) is not None:
                s = replace(run.take(step, s), now=self.now())
        except BotError as error:
            run.give_back(s)
            raise ends_with(s, error) from None
        if s.linked is None:
            raise AssertionError("a run ends with an id or an error")
        left = s.seen.left if s.seen and s.seen.change else ()
        return SyncedPatient(s.linked, _status(s), (*warnings, *left))

    def _checked(self, patient: Resource) -> tuple[Patient, list[Finding]]:
        today = Today(self.now())
        observations = []
        if is_minor(patient, today):
            batch = Batch(self.fhir)
            found = batch.search(
                f"Observation?subject=Patient/{patient['id']}&code={','.join(MEASURE_CODES)}"
                "&_sort=-date&_count=1000"
            )
            batch.send()
            observations = found.all()
        read, findings = read_patient(patient, observations, today)
        if findings.problems:
            raise RecordsRefused(listed(REFUSED, findings.problems), findings=findings.problems)
        return read, findings.warnings


@dataclass
class _Run:
    """One run for one patient.

    Attributes:
        sync: the use case.
        lookup: looks for the patient in DoseSpot.
        patient: raw FHIR Patient, as it was last read or written.
    """

    sync: PatientSync
    lookup: PatientLookup
    patient: Resource

    def take(self, step: PatientStep, s: PatientSituation) -> PatientSituation:
        """Does one step; returns how things stand then."""
        match step:
            case Look():
                return self._look(s)
            case LookAgain():
                return self._look_again(step, s)
            case Wait():
                return self._waited(step, s)
            case Announce():
                return self._announced(step, s)
            case Create():
                return self._created(step, s)
            case Link():
                return self._linked(step, s)
            case Change():
                return self._changed(step, s)
            case Settle():
                return self._settled(step, s)
            case Refuse():
                raise step.error
            case _:
                assert_never(step)

    def give_back(self, s: PatientSituation) -> None:
        """Gives the claim back where the run ends in an error and nothing was sent under it."""
        sent = s.created is not None or s.changes or s.opened
        if s.seen is None or not s.holds or sent or s.left:
            return
        with suppress(BotError):  # the claim ends by itself
            self.sync.claims.write(_settled(s, {}))

    def _look(self, s: PatientSituation) -> PatientSituation:
        if s.linked is not None:
            claim = s.seen.claim if s.seen else self._claim(s.linked)
            return replace(s, seen=self.lookup.changeable(claim, self.patient, s.linked))
        claim = self._claim(None)
        return replace(s, seen=Seen(claim, self.lookup.found(claim)))

    def _look_again(self, step: LookAgain, s: PatientSituation) -> PatientSituation:
        if not self.sync.wait(step.pause_s):
            return replace(s, trouble=unanswered(PatientAct.CREATE))
        seen = Seen(s.claim, self.lookup.found(s.claim))
        return replace(s, seen=seen, looks=s.looks + 1)

    def _waited(self, step: Wait, s: PatientSituation) -> PatientSituation:
        if not self.sync.wait(step.pause_s):
            return replace(s, trouble=in_progress(s, self.sync.timing))
        claim = self.sync.claims.read_again(s.claim)
        if claim.others_time(s.run, self.sync.now(), self.sync.timing.claim):
            return replace(s.with_claim(claim), looks=s.looks + 1)
        return self._read_again(s)

    def _read_again(self, s: PatientSituation) -> PatientSituation:
        """The situation with everything to be looked at again, the Patient too."""
        self.patient = self.sync.fhir.read(f"Patient/{self.patient['id']}")
        return replace(s, linked=self._linked_id(), seen=None)

    def _announced(self, step: Announce, s: PatientSituation) -> PatientSituation:
        account_for_announced(self.sync.trail, s)
        self.sync.trail.save()
        now, is_new = self.sync.now(), s.claim.resource is None
        announced = Announced(step.act, s.run, self._reference, self.sync.trail.who, now)
        memory = {} if step.changed_to is None else {CHANGED_TO: step.changed_to}
        taken = s.claim.taken(s.run, now + self.sync.timing.claim, announced, **memory)
        after = replace(s.with_claim(self.sync.claims.write(taken)), now=now)
        if not after.holds:
            if not self.sync.wait(self.sync.timing.pause_s(s.looks)):
                return replace(after, trouble=in_progress(after, self.sync.timing))
            return replace(self._read_again(after), looks=s.looks + 1)
        if is_new and step.act == PatientAct.CREATE:
            return after
        return self._with_others_kept(s.claim, self._seen_again(after))

    def _with_others_kept(self, before: Claim, s: PatientSituation) -> PatientSituation:
        """The situation under a claim that was another's; what has shown since is kept."""
        under_it = s.with_claim(before)
        account_for_announced(self.sync.trail, under_it)
        self.sync.trail.begin_to_save()
        return replace(s, earlier=before) if may_come(under_it, self.sync.timing) else s

    def _seen_again(self, s: PatientSituation) -> PatientSituation:
        """The situation, looked at again under the claim that this run now holds."""
        claim, again = s.claim, self._read_again(s)
        if again.linked != s.linked:
            return replace(again, seen=Seen(claim))
        if again.linked is not None:
            return replace(again, seen=self.lookup.changeable(claim, self.patient, again.linked))
        return replace(again, seen=Seen(claim, self.lookup.found(claim)))

    def _created(self, step: Create, s: PatientSituation) -> PatientSituation:
        try:
            record = new_patient_record(self.lookup.wanted)
            patient_id = self.sync.dosespot.create_patient(record, step.within_s)
        except LookUpFirst:
            return replace(s, opened=PatientAct.CREATE)
        keep(self.sync.trail, AuditAction.PATIENT_CREATED, patient_id, self.sync.trail.run)
        self.sync.trail.begin_to_save()
        return replace(s, created=patient_id)

    def _linked(self, step: Link, s: PatientSituation) -> PatientSituation:
        account_for_announced(self.sync.trail, s)
        if s.created is not None:
            mistaken = self.lookup.mistaken(self.patient, step.dosespot_id)
            if mistaken is not None:
                return replace(s, opened=PatientAct.CREATE, trouble=mistaken)
        after = self.sync.fhir.edit(
            self.patient,
            lambda found: with_dosespot_patient_id(found, step.dosespot_id, self.sync.assigners),
        )
        self.patient = after.resource
        linked = self._linked_id()
        if after.replaced is not None and linked == step.dosespot_id:
            key = f"{AuditAction.PATIENT_LINKED}.{self.patient['id']}.{after.replaced}"
            self.sync.trail.did(AuditAction.PATIENT_LINKED, f"DoseSpot {step.dosespot_id}", key=key)
        return replace(s, linked=linked, linked_here=after.replaced is not None)

    def _changed(self, step: Change, s: PatientSituation) -> PatientSituation:
        patient_id = s.linked or 0
        opened: str | None = None
        trouble: BotError | None = None
        try:
            self.sync.dosespot.edit_patient(patient_id, dict(step.record), step.within_s)
        except LookUpFirst:
            opened = PatientAct.CHANGE
        except TryAgain:
            raise
        except BotError as refused:
            # What was sent before may have taken effect anyway.
            opened, trouble = s.opened, refused
        else:
            keep(self.sync.trail, AuditAction.PATIENT_CHANGED, patient_id, s.run)
            s = replace(s, earlier=None)
        s = replace(s, opened=opened, trouble=trouble, changes=s.changes + 1)
        if trouble:
            return s
        try:
            return replace(s, seen=self.lookup.changeable(s.claim, self.patient, patient_id))
        except TryAgain:
            if opened is None:
                raise
            return replace(s, trouble=unanswered(opened))

    def _settled(self, step: Settle, s: PatientSituation) -> PatientSituation:
        account_for_announced(self.sync.trail, s)
        try:
            self.sync.trail.save()
        except BotError:
            # The run tries again when it ends; what is announced stays for the next run to keep.
            return replace(s, left=True)
        claim = self.sync.claims.write(_settled(s, step.memory))
        return replace(s.with_claim(claim), left=True)

    def _claim(self, linked: int | None) -> Claim:
        key = claim_key(self.sync.dosespot.clinic_id, self.lookup.wanted, linked)
        return self.sync.claims.find(key)

    def _linked_id(self) -> int | None:
        return dosespot_patient_id(self.patient, self.sync.assigners)

    @property
    def _reference(self) -> str:
        return f"Patient/{self.patient['id']}"


def _settled(s: PatientSituation, memory: Mapping[str, str | None]) -> Claim:
    """The claim given back, with nothing announced but what another run has left open."""
    if s.earlier is None:
        return s.claim.settled(**memory)
    to_store = {CHANGED_TO: s.earlier.memory.get(CHANGED_TO)}
    given_back = s.claim.given_back(**{**memory, **to_store})
    return replace(given_back, announced=s.earlier.announced)


def _status(s: PatientSituation) -> SyncStatus:
    if s.created is not None or s.opened == PatientAct.CREATE:
        return "created"
    if s.changes:
        return "updated"
    return "linked" if s.linked_here else "unchanged"
