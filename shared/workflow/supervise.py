"""Who may supervise whom in DoseSpot: a prescriber of the project a prescribing agent of it."""

from dataclasses import dataclass
from datetime import date

from fhir_profiles.codes import ClinicianRole
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import known_roles
from shared.errors import RecordsDisagree, RecordsRefused
from shared.fhir.client import Answer
from shared.workflow.enrolled import enrolled_among
from shared.workflow.same_person import same_person
from shared.workflow.together import Together

AGENT = ClinicianRole.PRESCRIBING_AGENT_CLINICIAN
PRESCRIBER = ClinicianRole.PRESCRIBING_CLINICIAN
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
    practitioner_found: Answer
    memberships_found: Answer


def supervision(
    agent: Party, supervisor: Party, dosespot: DoseSpotClient, together: Together, today: date
) -> tuple[int, int]:
    """The DoseSpot ids of the two, who are sure to be themselves and have the roles for it.

    Args:
        agent: who is to be supervised.
        supervisor: who supervises.
        dosespot: acts as a Clinician Admin; is only asked.
        together: runs independent calls at the same time.
        today: the day on which the NPIs have to be in effect.

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
                f"{party.name}: the DoseSpot clinician must have the role {role.code}; enroll the"
                f" prescriber with {int(role)} in practitionerRoleTypes."
            )
    if problems:
        raise RecordsRefused(" ".join(problems))
    return agent_id, supervisor_id


def _clinician_ids(agent: Party, supervisor: Party) -> tuple[int, int]:
    agents = enrolled_among(agent.memberships_found)
    supervisors = enrolled_among(supervisor.memberships_found)
    missing = [
        f"{party.name}: the Practitioner has no DoseSpot clinician id; enroll the prescriber first."
        for party, found in ((agent, agents), (supervisor, supervisors))
        if not found
    ]
    if missing:
        raise RecordsRefused(" ".join(missing))
    ids = agents[0].clinician_id(), supervisors[0].clinician_id()
    if ids[0] == ids[1]:
        raise RecordsDisagree(ONE_CLINICIAN)
    return ids
