"""At which clinics a prescriber works in DoseSpot: each clinic is changed, and answered, alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.clinics.rules.meant import NOT_A_CLINIC, ProjectClinics, choice_of
from shared.clinics.staffing import ClinicMembers
from shared.errors import BotError, Misconfigured
from shared.records.findings import Finding, refused_input

MembershipStatus = Literal["added", "removed", "unchanged", "failed"]

NOTHING = "is required where there is no remove; give the clinics"


@dataclass(frozen=True)
class ClinicAnswer:
    """What came of one clinic.

    Attributes:
        organization: id of its Organization.
        number: DoseSpot's.
        status: what the run did.
        error: why it failed, if it did.
    """

    organization: str
    number: int
    status: MembershipStatus
    error: BotError | None = None


@dataclass(frozen=True)
class ClinicChange:
    """One clinic that somebody comes to, or leaves."""

    organization: str
    number: int
    joins: bool


def clinic_changes(
    clinics: ProjectClinics, add: Sequence[str], remove: Sequence[str]
) -> list[ClinicChange]:
    """The clinics behind ids of Organizations, each once.

    Raises:
        InputRefused: lists every id that is no clinic's.
    """
    if not (add or remove):
        raise refused_input(Finding("add", NOTHING))
    given = [("add", list(add)), ("remove", list(remove))]
    numbers = clinics.organizations
    problems = [
        Finding(f"{name}[{index}]", NOT_A_CLINIC.format(choice=choice_of(numbers)))
        for name, ids in given
        for index, one in enumerate(ids)
        if f"Organization/{one}" not in numbers
    ]
    if problems:
        raise refused_input(*problems)
    return [
        ClinicChange(one, numbers[f"Organization/{one}"], joins=name == "add")
        for name, ids in given
        for one in dict.fromkeys(ids)
    ]


def changed_clinics(
    members: ClinicMembers, clinician_id: int, practitioner: str, changes: Sequence[ClinicChange]
) -> Iterator[ClinicAnswer]:
    """Makes one change after another; what fails says nothing of the others.

    Args:
        members: DoseSpot.
        clinician_id: DoseSpot's id of the prescriber.
        practitioner: reference of the Practitioner.
        changes: the clinics.

    Raises:
        Misconfigured: DoseSpot does not let the bot in, which is so for every clinic.
    """
    for one in changes:
        act = members.join if one.joins else members.leave
        try:
            did = act(clinician_id, one.number, practitioner)
        except Misconfigured:
            raise
        except BotError as error:
            yield ClinicAnswer(one.organization, one.number, "failed", error)
        else:
            done: MembershipStatus = "added" if one.joins else "removed"
            yield ClinicAnswer(one.organization, one.number, done if did else "unchanged")
