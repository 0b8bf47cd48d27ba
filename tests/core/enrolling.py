"""One enrollment run as a value that is taken further step by step, through the real core."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property

from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.claims.rules.steps import Look, Refuse
from shared.claims.store import ClaimStore
from shared.enrollment.dosespot_network import DoseSpotNetwork
from shared.enrollment.enroll import Enrollment
from shared.enrollment.fhir_members import FhirMembers
from shared.enrollment.rules.next_step import CheckClaim, CheckGrant, next_step
from shared.enrollment.rules.situation import Order, Situation
from shared.errors import BotError
from shared.fhir.batch import Batch
from shared.members.subject import subject_of
from shared.timing import Timing
from tests.builders import CLINIC_ID
from tests.core.fakes import Died, FakeDoseSpot, FakeFhir, FakeTogether, FakeTrail
from tests.core.world import START, Scene, World, numbered

TIMING = Timing()
BEGIN, GO, END = "begins", "goes", "ends"
READ, ASK = "reads the records", "asks DoseSpot"


@dataclass(frozen=True)
class Plan:
    """What a run is for.

    Attributes:
        name: the run's.
        order: what the caller wants.
        practitioner: reference of the prescriber.
        waits: how often the run has time to wait.
    """

    name: str
    order: Order
    practitioner: str
    waits: int = 1


@dataclass(frozen=True)
class Run:
    """How far a run has come.

    Attributes:
        plan: what it is for.
        phase: empty before it begins and when it is over, else what it does.
        s: how things stand for it.
        half: the half of a look that is done, and what it found.
        ended: how it ended: empty, `ok`, `died`, or the error.
        waits: how often it still has time to wait.
        events, failed, keys: of its trail.
        first_staff, last_staff: how often DoseSpot's staff had edited the record when the run
            first and last looked at it; -1 where it has not.
        since: how much DoseSpot had shown when the run read the Practitioner.
        steps: how many steps it has taken.
    """

    plan: Plan
    phase: str = BEGIN
    s: Situation | None = None
    half: tuple[str, Situation] | None = None
    ended: str = ""
    waits: int = 0
    events: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    keys: frozenset[str] = frozenset()
    first_staff: int = -1
    last_staff: int = -1
    since: int = 0
    steps: int = 0

    @property
    def name(self) -> str:
        """Its name."""
        return self.plan.name

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.phase == ""

    @cached_property
    def key(self) -> Hashable:
        """Equal for runs that have the same future."""
        return (
            self.phase,
            self.ended,
            None if self.is_over else _key(self.s),
            self.half and (self.half[0], _key(self.half[1])),
            self.waits,
            self.events,
            self.failed,
            self.keys,
            self.first_staff,
            self.last_staff,
            self.since,
        )

    def refreshed(self, world: World) -> "Run":
        """The run, whose last step took until now."""
        if self.s is None or self.is_over:
            return self
        return replace(self, s=replace(self.s, now=world.now))

    @property
    def choices(self) -> tuple[str, ...]:
        """What it may do next."""
        if self.phase in (BEGIN, END):
            return (self.phase,)
        if self.half is not None:
            return (ASK if self.half[0] == READ else READ,)
        if self.s is not None and self.s.records is None and _step(self) == Look():
            return (READ, ASK)
        return (GO,) if self.phase else ()


@dataclass(frozen=True)
class Runner:
    """Takes runs further in a scene; `start` has the prescribers' PractitionerRoles."""

    scene: Scene
    start: World
    trails: dict[str, FakeTrail] = field(default_factory=dict)
    made: dict[str, Enrollment] = field(default_factory=dict)

    def taken(self, run: Run, choice: str) -> tuple[str, Run]:
        """The run after a step, with the step in words; the scene's world is what it has made."""
        trail, enrollment = self._wired(run)
        trail.events, trail.failed, trail.keys = run.events, run.failed, run.keys
        self.scene.waits, self.scene.asked = run.waits, False
        told = choice
        try:
            if choice == GO:
                told = type(_step(run)).__name__
            run = self._after(run, choice, enrollment, trail)
            run = self._settled_locally(run, enrollment)
        except Died:
            run = replace(run, phase="", s=None, half=None, ended="died")
            trail.events, trail.failed, trail.keys = (), (), frozenset()
        return told, self._noted(run, trail)

    def _after(self, run: Run, choice: str, enrollment: Enrollment, trail: FakeTrail) -> Run:
        if choice == BEGIN:
            return self._begun(run, enrollment)
        if choice == END:
            return self._closed(run, enrollment, trail)
        assert run.s is not None
        order = run.plan.order
        try:
            if choice == READ:
                half = enrollment.looking.read_records(run.s)
                return self._looked(run, half, run.half and run.half[1], enrollment)
            if choice == ASK:
                asked = enrollment.looking.ask_network(run.s, order)
                return self._looked(run, run.half and run.half[1], asked, enrollment)
            step = _step(run)
            assert step is not None
            return replace(run, s=enrollment.take(step, run.s, order))
        except BotError as error:
            return replace(run, phase=END, ended=_told(error), half=None)

    def _begun(self, run: Run, enrollment: Enrollment) -> Run:
        world, plan = self.scene.world, run.plan
        batch = Batch(FakeFhir(self.scene))
        found = batch.read(plan.practitioner), batch.memberships_of(plan.practitioner)
        batch.send()
        try:
            subject = subject_of(*found, Today(START))
        except BotError as error:
            return replace(run, phase="", ended=_told(error))
        s = enrollment.begin(subject, plan.order)
        since = max(len(world.shown) - 1, 0)
        return replace(run, phase=GO, s=s, since=since)

    def _looked(
        self,
        run: Run,
        records: Situation | None,
        asked: Situation | None,
        enrollment: Enrollment,
    ) -> Run:
        if records is None or asked is None:
            half = (READ, records) if asked is None else (ASK, asked)
            return replace(run, half=half)  # type: ignore[arg-type]
        both = replace(records, shown=asked.shown, was_active=asked.was_active)
        s = replace(
            enrollment.looking.with_missing_looked_up(both, run.plan.order), now=self.scene.now()
        )
        return replace(run, s=s, half=None)

    def _settled_locally(self, run: Run, enrollment: Enrollment) -> Run:
        """The run after what it does without the world, which nobody else can notice."""
        while run.phase == GO and run.half is None:
            step = _step(run)
            assert run.s is not None
            if isinstance(step, CheckGrant | CheckClaim):
                run = replace(run, s=enrollment.take(step, run.s, run.plan.order))
            elif step is None:
                run = replace(run, phase=END, ended="ok")
            elif isinstance(step, Refuse):
                run = replace(run, phase=END, ended=_told(step.error))
            else:
                break
        return run

    def _closed(self, run: Run, enrollment: Enrollment, trail: FakeTrail) -> Run:
        if run.ended != "ok" and run.s is not None:
            enrollment.claiming.give_back(run.s)
        try:
            trail.save()
        except BotError:
            trail.events = ()
        return replace(run, phase="", s=None)

    def _noted(self, run: Run, trail: FakeTrail) -> Run:
        first, last = run.first_staff, run.last_staff
        if self.scene.asked:
            last = self.scene.world.staff
            first = last if first < 0 else first
        return replace(
            run,
            waits=max(self.scene.waits, 0),
            events=trail.events,
            failed=trail.failed,
            keys=frozenset() if run.is_over else trail.keys,
            first_staff=first,
            last_staff=last,
            steps=run.steps + 1,
        )

    def _wired(self, run: Run) -> tuple[FakeTrail, Enrollment]:
        name = run.name
        if name not in self.made:
            trail = FakeTrail(self.scene, name, f"Practitioner/{name}")
            fhir, practitioner = FakeFhir(self.scene), run.plan.practitioner
            members = FhirMembers(
                fhir=fhir,
                claims=ClaimStore(fhir),
                clinic_id=CLINIC_ID,
                today=Today(START),
                practitioner_roles=_roles(self.start, practitioner),
                practitioner=practitioner,
            )
            self.trails[name], self.made[name] = (
                trail,
                Enrollment(
                    members=members,
                    network=DoseSpotNetwork(FakeDoseSpot(self.scene), FakeTogether()),
                    trail=trail,
                    together=FakeTogether(),
                    now=self.scene.now,
                    wait=self.scene.wait,
                    timing=TIMING,
                ),
            )
        return self.trails[name], self.made[name]


def _step(run: Run):
    assert run.s is not None
    return next_step(run.s, run.plan.order, TIMING)


def _told(error: BotError) -> str:
    return f"{type(error).__name__}: {error}"


def _roles(world: World, practitioner: str) -> list[Resource]:
    every = world.of_type("PractitionerRole")
    return [one for one in every if one["practitioner"]["reference"] == practitioner]


def _key(s: Situation | None) -> Hashable:
    if s is None:
        return None
    records, shown = s.records, s.shown
    return (
        s.now,
        numbered(s.subject.practitioner),
        numbered(s.subject.membership),
        s.subject.clinician_id,
        records and (_claim(s), str(records.conflict), str(records.obstacle)),
        shown
        and (
            shown.clinician,
            shown.identity,
            numbered(shown.stored),
            numbered(shown.change),
            len(shown.warnings),
        ),
        s.granted,
        s.trusted,
        s.created,
        s.begun,
        s.begun_from,
        s.opened,
        str(s.refused),
        s.declined,
        s.changes,
        s.was_active,
        min(s.rounds, 1),
        s.recorded,
        s.left,
        str(s.trouble),
    )


def _claim(s: Situation) -> Hashable:
    return s.claim.key, s.claim.resource and numbered(s.claim.resource)
