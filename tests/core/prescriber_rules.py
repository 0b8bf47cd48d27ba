"""What must be true of one prescriber whatever happens: rules for a step, and for the end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import read_claim
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.situation import remembered_tfa_type
from shared.enrollment.rules.stages import Stage
from tests.core.story import Story, Teller
from tests.core.world import World, signs

MOST_STEPS = 40
LONGEST_S = 120
"""For how long at most an announced stage may count as begun; then a run takes it off the claim."""
FOREIGN = "https://example.org/edited-by-somebody-else"


@dataclass
class PrescriberRules:
    """The rules; `closing` makes the runs that come after everything else.

    Attributes:
        teller: takes the closing runs.
        closing: the run that somebody starts when all is over.
        ends: how many different ends were looked at.
        strict: whether each change of the record has to be in an AuditEvent, also one whose run
            died before DoseSpot's staff changed the record again.
        pause_s: how long after everything else it is started.
        expected: with what beginning the closing run may end.
    """

    teller: Teller
    closing: object
    expected: str = "ok"
    strict: bool = True
    pause_s: int = 60
    ends: int = 0
    known: dict[World, tuple[str, ...]] = field(default_factory=dict)

    def wrong(self, before: Story, told: str, after: Story) -> Iterator[str]:
        """What is wrong with a step, or with where it led."""
        if after.world is not before.world:
            yield from _wrong_in(after.world)
            yield from _wrong_from(before, after)
        run = None if after.actor is None else after.runs[after.actor]
        if run is not None and run.steps > MOST_STEPS:
            yield f"{run.name} takes more than {MOST_STEPS} steps"
        yield from _edits_lost(after)
        if after.is_over and not after.acts:
            yield from self._wrong_at_the_end(after.world)

    def _wrong_at_the_end(self, world: World) -> tuple[str, ...]:
        if world not in self.known:
            self.ends += 1
            self.known[world] = tuple(self._after_closing(world))
        return self.known[world]

    def _after_closing(self, world: World) -> Iterator[str]:
        after, run = self.teller.undisturbed(world.later(self.pause_s), self.closing, MOST_STEPS)
        if not run.is_over or not run.ended.startswith(self.expected):
            yield f"a run when all is over ends with: {run.ended or 'no end'}"
        yield from (f"after one more run: {one}" for one in _wrong_in(after))
        if run.ended != "ok":
            return
        before = world
        while after.people != before.people or after.second - world.second < LONGEST_S:
            # What a run has begun, or waits for, shows later.
            before = after
            after, _ = self.teller.undisturbed(after.later(60), self.closing, MOST_STEPS)
        yield from (f"after one more run: {one}" for one in _wrong_in(after))
        yield from (f"after one more run: {one}" for one in _unlike(after, self.strict))
        again, _ = self.teller.undisturbed(after.later(60), self.closing, MOST_STEPS)
        if _kept(again) != _kept(after):
            yield "a second run when all is over still writes"


def _kept(world: World) -> object:
    return world.resources, world.people, world.events


def _wrong_in(world: World) -> Iterator[str]:
    """What no world may be like."""
    npis = [one.stored.get("NPINumber") for one in world.people]
    if len(set(npis)) != len(npis):
        yield "DoseSpot has two clinicians with one NPI"
    carried = []
    for membership in world.of_type("ProjectMembership"):
        numbers = clinician_ids(membership).numbers
        carried += numbers
        owner = world.resource(membership["profile"]["reference"])
        for number in numbers:
            person = world.person(number)
            if person is None or owner is None or not _is_same(person.stored, owner):
                yield "a membership carries the id of somebody else"
        if len(numbers) > 1:
            yield "a membership carries two ids"
    if len(set(carried)) != len(carried):
        yield "two memberships carry one id"
    for person in world.people:
        for stage in Stage:
            if sum(act == stage.act for act, _ in person.begun) > 1:
                yield f"{stage.act} was done twice"
    foreign = sum(_foreign(one) for one in world.of_type("Practitioner"))
    if foreign != world.edits:
        yield "what somebody else wrote on the Practitioner is lost"
    yield from _too_many_events(world)


def _too_many_events(world: World) -> Iterator[str]:
    happened = _happened(world)
    for action, count in happened.items():
        events = sum(kept == action.value for _, kept in world.events)
        if events > count:
            yield f"{events} AuditEvents {action.value} for {count} that happened"


def _happened(world: World) -> dict[AuditAction, int]:
    begun = [act for person in world.people for act, _ in person.begun]
    return {
        AuditAction.CLINICIAN_CREATED: sum(one.created_at > 0 for one in world.people),
        AuditAction.CLINICIAN_LINKED: world.links,
        AuditAction.CLINICIAN_CHANGED: sum(one.edits for one in world.people),
        **{stage.audit: begun.count(stage.act) for stage in Stage},
    }


def _unlike(world: World, strict: bool) -> Iterator[str]:
    """What is wrong where one more run has ended well."""
    for person in world.people:
        carriers = [
            one
            for one in world.of_type("ProjectMembership")
            if person.id in clinician_ids(one).numbers
        ]
        if not carriers:
            yield "nobody is linked"
        for membership in carriers:
            owner = world.resource(membership["profile"]["reference"]) or {}
            said = (registration_status(owner), has_epcs_qualification(owner))
            if said != (person.status.value, signs(person, person.status)):
                yield f"the Practitioner says {said}, DoseSpot {person.status.value}"
    for action, count in _happened(world).items():
        events = sum(kept == action.value for _, kept in world.events)
        least = count if action in ONE_EACH else min(count, 1)
        if events < least and (strict or action in ONE_EACH):
            yield f"{events} AuditEvents {action.value} for {count} that happened"


ONE_EACH = {AuditAction.CLINICIAN_CREATED, AuditAction.CLINICIAN_LINKED} | {
    stage.audit for stage in Stage
}


def _wrong_from(before: Story, after: Story) -> Iterator[str]:
    """What no step may do."""
    old, new = before.world, after.world
    run = None if after.actor is None else before.runs[after.actor]
    for practitioner in new.of_type("Practitioner"):
        reference = f"Practitioner/{practitioner['id']}"
        was, now = _said(old, reference), _said(new, reference)
        if was != now:
            yield from _older(new, was, now, getattr(run, "since", 0))
    for person in new.people:
        known = old.person(person.id)
        if known is None or run is None:
            continue
        lost = _roles(known.stored) - _roles(person.stored)
        if lost:
            yield "a role is taken away"
        woken = known.stored["Active"] is False and person.stored["Active"] is True
        if woken and 0 <= run.first_staff < known_staff(old) <= run.last_staff:
            yield "an account is activated that was deactivated while the run was under way"
        for act, kind in person.begun[len(known.begun) :]:
            if act == Stage.TFA.act and kind != _chosen(before, run):
                yield f"TFA begins as {kind}, not as was chosen last"


def known_staff(world: World) -> int:
    """How often DoseSpot's staff has edited the record."""
    return world.staff


def _older(
    world: World, was: tuple[str | None, bool], now: tuple[str | None, bool], since: int
) -> Iterator[str]:
    """What is wrong where a Practitioner said one thing and says another now."""
    if now not in world.shown:
        yield f"the Practitioner says {now}, which DoseSpot never showed"
        return
    latest = len(world.shown) - 1 - world.shown[::-1].index(now)
    if was in world.shown and latest < world.shown.index(was):
        yield f"the Practitioner said {was} and says {now}, which is older"
    if latest < since:
        yield f"the Practitioner says {now}, which was over before the run read the Practitioner"


def _edits_lost(story: Story) -> Iterator[str]:
    for run in story.runs:
        if run.ended != "ok" or not hasattr(run, "plan"):
            continue
        for person in story.world.people:
            licenses = {
                one["LicenseNumber"] for one in person.stored.get("MedicalLicenseNumbers", [])
            }
            if not {one.number for one in run.plan.order.licenses} <= licenses:
                yield f"a license that {run.name} added is lost"
            if not {role.value for role in run.plan.order.roles} <= _roles(person.stored):
                yield f"a role that {run.name} added is lost"


def _is_same(stored: dict, practitioner: dict) -> bool:
    numbers = {one["value"] for one in practitioner["identifier"]}
    return (
        stored["NPINumber"] in numbers
        and stored["DateOfBirth"] == practitioner["birthDate"]
        and stored["LastName"] in {one["family"] for one in practitioner["name"]}
    )


def _said(world: World, reference: str) -> tuple[str | None, bool]:
    found = world.resource(reference) or {}
    return registration_status(found), has_epcs_qualification(found)


def _roles(stored: dict) -> set[str]:
    return set(stored["ClinicianRoleType"])


def _chosen(story: Story, run: Any) -> str:
    """The second factor that was chosen last."""
    if run.plan.order.tfa_type is not None:
        return str(run.plan.order.tfa_type.value)
    ended = [one.plan.order.tfa_type for one in story.runs if one.ended == "ok"]
    claims = [read_claim("", one) for one in story.world.of_type("Basic")]
    remembered = [remembered_tfa_type(one) for one in claims]
    return next(one.value for one in [*ended, *remembered, TfaType.MOBILE] if one is not None)


def _foreign(practitioner: dict) -> int:
    return sum(one.get("url") == FOREIGN for one in practitioner.get("extension", []))
