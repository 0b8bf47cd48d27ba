"""Registering a clinic: created in DoseSpot once, then recorded in FHIR.

What DoseSpot is to be asked for is announced on a claim before it is asked, and stays there until
the clinic is recorded.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Announced, Claim
from fhir_profiles.clinic import clinic_number
from shared.audit.trail import Trail
from shared.claims.store import ClaimStore
from shared.clinics.creating import ClinicCreation, created_event
from shared.clinics.dosespot_details import details_shown
from shared.clinics.ports import Clinics
from shared.clinics.recording import ClinicRecords, RecordedClinic
from shared.clinics.rules.details import ClinicDetails
from shared.clinics.rules.registration import (
    CLAIM_KEY,
    CREATE,
    FORGOTTEN,
    NUMBER,
    CreateClinic,
    RecordClinic,
    RefuseClinic,
    memory_of,
    next_registration,
    open_attempt,
    settles,
)
from shared.dosespot.clinic_wire import ClinicItem
from shared.errors import (
    DoseSpotRefused,
    EnrollmentInProgress,
    NotAuthorized,
    RecordsDisagree,
)
from shared.fhir.entries import reference
from shared.records.findings import Finding
from shared.timing import Clock, Timing, Waiter

RegisteredAs = Literal["created", "completed", "linked", "unchanged"]
Staff = Callable[[int], tuple[Finding, ...]]

IN_PROGRESS = "Another run is registering a clinic. Try again in a minute."
UNKNOWN = (
    "existingClinicId: DoseSpot shows no clinic with this number to the clinician on whose behalf"
    " the bot acts. Check the number, and that the clinician belongs to the clinic."
)


@dataclass(frozen=True)
class ClinicWish:
    """A clinic that should be there.

    Attributes:
        details: what DoseSpot should know of it.
        made_from: what it is made from, by which it is found again.
        location: the Location that it is made from, if there is one.
        none_created: whether a person says that no clinic came of a lost answer.
    """

    details: ClinicDetails
    made_from: str
    location: Resource | None = None
    none_created: bool = False


@dataclass(frozen=True)
class ExistingClinic:
    """A clinic that DoseSpot is said to have.

    Attributes:
        number: DoseSpot's.
        made_from: what it was made from; "" where nobody says.
        location: its Location, if there is one.
    """

    number: int
    made_from: str = ""
    location: Resource | None = None


@dataclass(frozen=True)
class RegisteredClinic:
    """A clinic as it stands after a run.

    Attributes:
        number: DoseSpot's.
        name: the clinic's.
        organization: as the FHIR server has it.
        status: what the run did; `completed` records a clinic that an earlier run created.
        warnings: what the caller should know.
    """

    number: int
    name: str
    organization: Resource
    status: RegisteredAs
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ClinicRegistration:
    """The use case.

    Attributes:
        records: the FHIR server.
        claims: keeps the claim.
        creation: creates the clinic.
        dosespot: acts as a Clinician Admin of the project's own clinic.
        staff: links those on whose behalf the bots act to a clinic.
        known: numbers of the clinics whose keys are stored.
        trail: keeps what was changed.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
    """

    records: ClinicRecords
    claims: ClaimStore
    creation: ClinicCreation
    dosespot: Clinics
    staff: Staff
    known: Collection[int]
    trail: Trail
    now: Clock
    wait: Waiter
    timing: Timing

    def register(self, wish: ClinicWish) -> RegisteredClinic:
        """Makes sure that there is the clinic, in DoseSpot and in FHIR, once.

        Raises:
            ClinicUnsettled: the clinic may exist, or its key is lost; a person has to ask DoseSpot.
            EnrollmentInProgress: another run is registering a clinic.
            BotError: whatever the clients raise.
        """
        known = self.records.made_from(wish.made_from, wish.location)
        if known is not None:
            return self._unchanged(known, wish, self.claims.find(CLAIM_KEY))
        claim, step = self._taken(wish)
        # Another run may have registered it while this one waited for the claim.
        known = self.records.made_from(wish.made_from, wish.location)
        if known is not None:
            return self._unchanged(known, wish, claim)
        if isinstance(step, RecordClinic):
            number = step.number
            detail, key = created_event(number)
            who = step.attempt.who
            self.trail.found(AuditAction.CLINIC_CREATED, detail, key=key, who=who)
        else:
            number, claim = self.creation.create(claim, wish.details.record())
        recorded = self.records.record(number, wish.details, wish.made_from, wish.location)
        status: RegisteredAs = "completed" if isinstance(step, RecordClinic) else "created"
        return self._settled(number, wish.details.name, recorded, claim, status)

    def adopt(self, existing: ExistingClinic) -> RegisteredClinic:
        """Records a clinic that exists in DoseSpot and whose key is stored.

        Raises:
            RecordsDisagree: DoseSpot shows no such clinic.
            BotError: whatever the clients raise.
        """
        item = self.dosespot.clinic(existing.number)
        if item is None:
            raise RecordsDisagree(UNKNOWN)
        number, details = existing.number, details_shown(item)
        recorded = self.records.record(number, details, existing.made_from, existing.location)
        claim = self._settleable(number, existing.made_from, details.fingerprint)
        return self._settled(number, details.name, recorded, claim)

    def _unchanged(
        self, organization: Resource, wish: ClinicWish, claim: Claim
    ) -> RegisteredClinic:
        """The clinic that is registered already; what a run that died left out is done."""
        number = clinic_number(organization) or 0
        recorded = self.records.locate(organization, wish.location)
        mine = claim.holder is not None and claim.holder.run == self.trail.run
        left = (
            claim
            if mine
            else self._settleable(number, wish.made_from, wish.details.fingerprint, claim)
        )
        name = str(organization.get("name", wish.details.name))
        return self._settled(number, name, recorded, left)

    def _settled(
        self,
        number: int,
        name: str,
        recorded: RecordedClinic,
        claim: Claim | None,
        status: RegisteredAs | None = None,
    ) -> RegisteredClinic:
        """What a run ends with, once AuditEvents say what was done and the claim is given back."""
        warnings = (*recorded.warnings, *self.staff(number))
        self.trail.save()
        if claim is not None:
            self.claims.write(claim.settled(**FORGOTTEN))
        did: RegisteredAs = status or ("linked" if recorded.changed else "unchanged")
        return RegisteredClinic(number, name, recorded.organization, did, warnings)

    def _settleable(
        self, number: int, made_from: str, fingerprint: str, claim: Claim | None = None
    ) -> Claim | None:
        """The claim, if what it announces is this clinic, and no other run holds it."""
        found = claim or self.claims.find(CLAIM_KEY)
        if found.others_time(self.trail.run, self.now(), self.timing.claim):
            return None
        is_its = settles(open_attempt(found), number, made_from, fingerprint)
        return found if is_its else None

    def _taken(self, wish: ClinicWish) -> tuple[Claim, CreateClinic | RecordClinic]:
        """The claim, held by this run, and what is to be done under it."""
        claim, tries = self.claims.find(CLAIM_KEY), 0
        while True:
            now, run = self.now(), self.trail.run
            if not claim.others_time(run, now, self.timing.claim):
                step = self._next(claim, wish)
                claim = self.claims.write(self._announcing(claim, step, wish))
                if claim.held_by(run, self.now()):
                    return claim, step
            if not self.wait(self.timing.pause_s(tries)):
                raise EnrollmentInProgress(IN_PROGRESS)
            claim, tries = self.claims.read_again(claim), tries + 1

    def _next(self, claim: Claim, wish: ClinicWish) -> CreateClinic | RecordClinic:
        attempt = open_attempt(claim)
        is_unknown = attempt is not None and attempt.number is None
        step = next_registration(
            attempt,
            wish.made_from,
            none_created=wish.none_created,
            keys=self.known,
            fitting=self._fitting(attempt.fingerprint) if attempt and is_unknown else (),
        )
        if isinstance(step, RefuseClinic):
            raise step.error
        return step

    def _announcing(
        self, claim: Claim, step: CreateClinic | RecordClinic, wish: ClinicWish
    ) -> Claim:
        """The claim, taken, with what is to be created; one that was created stays announced."""
        now, run = self.now(), self.trail.run
        until = now + self.timing.claim
        if isinstance(step, RecordClinic) and claim.announced is not None:
            return claim.taken(run, until, claim.announced, **{NUMBER: str(step.number)})
        subject = reference(wish.location) if wish.location else ""
        announced = Announced(CREATE, run, subject, self.trail.who, now)
        memory = memory_of(wish.made_from, wish.details.fingerprint, wish.details.name)
        return claim.taken(run, until, announced, **{**FORGOTTEN, **memory})

    def _fitting(self, fingerprint: str) -> Collection[int]:
        """The clinics with a key and without an Organization that are what was asked for."""
        recorded = {clinic_number(one) for one in self.records.numbered(self.known)}
        items = {one: self._shown(one) for one in self.known if one not in recorded}
        return [
            number
            for number, item in items.items()
            if item is not None and details_shown(item).fingerprint == fingerprint
        ]

    def _shown(self, number: int) -> ClinicItem | None:
        """A clinic, if DoseSpot shows it; whoever creates one may see it."""
        try:
            return self.dosespot.clinic(number)
        except (NotAuthorized, DoseSpotRefused):
            return None
