"""Supervision in DoseSpot: a prescriber of the project supervises a prescribing agent of it.

DoseSpot does not show who supervises a clinician, so the claim to it remembers who was set last. It
forgets that where DoseSpot did not say whether it did what it was asked: the next run asks again,
which changes nothing more.
"""

from contextlib import suppress
from dataclasses import dataclass

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.today import Today
from shared.audit.trail import Trail
from shared.claims.rules.steps import sendable_s
from shared.claims.store import ClaimStore
from shared.claims.turns import Turn, Turns
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import known_roles
from shared.dosespot.codes import ROLE_NUMBERS
from shared.errors import (
    BotError,
    LookUpFirst,
    RecordsDisagree,
    RecordsRefused,
)
from shared.fhir.batch import FoundAll, FoundOne
from shared.members.enrolled import NOT_ONE_ID, enrolled_among
from shared.members.same_person import same_person
from shared.records.findings import Finding
from shared.timing import Clock, Timing, Waiter
from shared.together import Together

AGENT = ClinicianRole.PRESCRIBING_AGENT_CLINICIAN
PRESCRIBER = ClinicianRole.PRESCRIBING_CLINICIAN
SUPERVISOR, NOBODY = "supervisor", "nobody"
"""The name in a claim's memory of who supervises, and what stands there for nobody."""
IN_PROGRESS = "Another run is setting this prescriber's supervisor. Try again in a minute."
NOT_ENROLLED = "the Practitioner has no DoseSpot clinician id; enroll the prescriber first."
ONE_CLINICIAN = (
    "ProjectMembership.identifier: both Practitioners carry the same DoseSpot clinician id. Correct"
    " the one that is wrong."
)


@dataclass(frozen=True)
class Party:
    """One of the two people, as the FHIR server answered about them.

    Attributes:
        name: the input that names the person.
        practitioner_found: the answer to the read of the Practitioner.
        memberships_found: the answer to the search for the memberships of that profile.
    """

    name: str
    practitioner_found: FoundOne
    memberships_found: FoundAll


def supervision(
    agent: Party, supervisor: Party, dosespot: DoseSpotClient, together: Together, today: Today
) -> tuple[int, int]:
    """The DoseSpot ids of the two, who are sure to be themselves and have the roles for it.

    Args:
        agent: the person to be supervised.
        supervisor: who supervises.
        dosespot: acts as a Clinician Admin; is only asked.
        together: runs independent calls at the same time.
        today: now, for the day on which the NPIs have to be in effect.

    Raises:
        RecordsRefused: lists who is not enrolled, or else who lacks the role.
        RecordsDisagree: DoseSpot's clinician is somebody else, or both are the same one.
        BotError: whatever the two servers' answers raise.
    """
    agent_id, supervisor_id = _clinician_ids(agent, supervisor)
    agent_item, supervisor_item = together(
        lambda: dosespot.clinician(agent_id), lambda: dosespot.clinician(supervisor_id)
    )
    problems = []
    for party, item, role in (
        (agent, agent_item, AGENT),
        (supervisor, supervisor_item, PRESCRIBER),
    ):
        clinician = same_person(item, party.practitioner_found.one(), today)
        if role not in known_roles(clinician):
            problems.append(
                Finding(
                    party.name,
                    f"the DoseSpot clinician must have the role {role.value}; enroll the prescriber"
                    f" with {ROLE_NUMBERS[role]} in practitionerRoleTypes.",
                )
            )
    if problems:
        raise RecordsRefused(*map(str, problems), findings=problems)
    return agent_id, supervisor_id


def _clinician_ids(agent: Party, supervisor: Party) -> tuple[int, int]:
    agents = enrolled_among(agent.memberships_found)
    supervisors = enrolled_among(supervisor.memberships_found)
    missing = [
        Finding(party.name, NOT_ENROLLED)
        for party, found in ((agent, agents), (supervisor, supervisors))
        if not found
    ]
    if missing:
        raise RecordsRefused(*map(str, missing), findings=missing)
    unclear = [
        Finding(party.name, NOT_ONE_ID)
        for party, found in ((agent, agents), (supervisor, supervisors))
        if found[0].clinician_ids.are_unclear
    ]
    if unclear:
        raise RecordsDisagree(*map(str, unclear), findings=unclear)
    ids = agents[0].clinician_id(), supervisors[0].clinician_id()
    if ids[0] == ids[1]:
        raise RecordsDisagree(ONE_CLINICIAN)
    return ids


@dataclass(frozen=True)
class Supervisors:
    """Sets supervisors, one run at a time for each agent.

    Attributes:
        claims: keeps claims.
        dosespot: acts as a Clinician Admin.
        trail: keeps what was changed.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
    """

    claims: ClaimStore
    dosespot: DoseSpotClient
    trail: Trail
    now: Clock
    wait: Waiter
    timing: Timing

    def set(self, agent_id: int, supervisor_id: int | None, detail: str) -> bool:
        """Lets the agent be supervised by that clinician, or by nobody; whether DoseSpot was told.

        Nothing is written where that is known to have been set last.

        Args:
            agent_id: DoseSpot's id of who is supervised.
            supervisor_id: of who supervises; None ends the supervision.
            detail: what the AuditEvent says, without personal data.

        Raises:
            EnrollmentInProgress: another run is setting the agent's supervisor.
            LookUpFirst: DoseSpot did not say whether it did it; running again is safe.
            BotError: whatever the clients raise.
        """
        wanted = NOBODY if supervisor_id is None else str(supervisor_id)
        turn = self._turn(f"supervisor.{self.dosespot.clinic_id}.{agent_id}", wanted)
        if turn is None:
            return False
        claim = turn.claim
        try:
            within_s = sendable_s(claim, self.now(), self.timing)
            self._put(agent_id, supervisor_id, within_s)
        except LookUpFirst:
            raise
        except BotError:
            with suppress(BotError):  # the claim ends by itself
                self.claims.write(claim.settled())
            raise
        key = f"{AuditAction.SUPERVISOR_SET.value}.{agent_id}.{self.trail.run}"
        self.trail.did(AuditAction.SUPERVISOR_SET, detail, key=key)
        self.trail.save()
        self.claims.write(claim.settled(**{SUPERVISOR: wanted}))
        return True

    def _turn(self, key: str, wanted: str) -> Turn | None:
        """The turn of this run; None if nothing is to be done."""
        trail = self.trail
        turns = Turns(self.claims, trail.run, trail.who, self.now, self.wait, self.timing)
        # Whether what is announced still was done, nobody can look up.
        return turns.take(
            key,
            "supervise",
            wanted,
            IN_PROGRESS,
            is_done=lambda claim: (
                claim.announced is None and claim.memory.get(SUPERVISOR) == wanted
            ),
            forgets=SUPERVISOR,
        )

    def _put(self, agent_id: int, supervisor_id: int | None, within_s: float) -> None:
        if supervisor_id is None:
            self.dosespot.remove_supervisors(agent_id, within_s)
        else:
            self.dosespot.add_supervisor(agent_id, supervisor_id, within_s)
