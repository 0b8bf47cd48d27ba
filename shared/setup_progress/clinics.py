"""The clinics whose progress is asked for, and who is at which of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinic_status import role_with_status
from fhir_profiles.practitioner_role import roles_at
from fhir_profiles.today import Today
from shared.clinics.rules.meant import MeantClinic, ProjectClinics, meant_clinic
from shared.clinics.which_clinic import OWN_CLINIC, project_clinics_of
from shared.errors import BotError
from shared.runtime.invocation import Invocation


@dataclass(frozen=True)
class SetupClinic:
    """A clinic that is being set up.

    Attributes:
        number: DoseSpot's.
        organization: id of its Organization; "" where it has none, or the project one clinic only.
        where: which records are about it.
    """

    number: int
    organization: str = ""
    where: MeantClinic = OWN_CLINIC


@dataclass(frozen=True)
class SetupClinics:
    """The clinics of a project.

    Attributes:
        every: all of them, the project's own first.
        asked: those that are asked about.
    """

    every: tuple[SetupClinic, ...]
    asked: tuple[SetupClinic, ...]

    def of(
        self, practitioner: str, roles: Sequence[Resource], today: Today
    ) -> Iterator[SetupClinic]:
        """Those that are asked about where somebody works; who works nowhere is at the own one.

        Args:
            practitioner: reference of the person.
            roles: their PractitionerRoles.
            today: now.
        """
        at = [one for one in self.every if roles_at(roles, practitioner, one.where.has_role, today)]
        return (one for one in at or self.every[:1] if one in self.asked)

    def with_status(
        self, practitioner: str, roles: Sequence[Resource], today: Today
    ) -> dict[int, Resource]:
        """By number, the PractitionerRole that says somebody's status at each further clinic."""
        found = {
            one.number: role_with_status(roles, practitioner, one.where.organizations, today)
            for one in self.every[1:]
        }
        return {number: role for number, role in found.items() if role is not None}


def setup_clinics(run: Invocation, own: int, named: str | None) -> SetupClinics:
    """The clinics that a call asks about: the one that it names, or else each.

    Args:
        run: the run.
        own: DoseSpot's number of the project's own clinic.
        named: id of the Organization that the call names, if it names one.

    Raises:
        InputRefused: what is named is no clinic of the project.
        BotError: whatever the client raises.
    """
    if not run.settings.further_clinics():
        only = (SetupClinic(own),)
        return SetupClinics(only, only)
    clinics = project_clinics_of(run)
    numbers = [own, *sorted(set(clinics.organizations.values()) - {own})]
    every = tuple(_clinic(clinics, one) for one in numbers)
    if not named:
        return SetupClinics(every, every)
    meant = meant_clinic(clinics, named, None)
    if isinstance(meant, BotError):
        raise meant
    return SetupClinics(every, tuple(one for one in every if one.number == meant))


def _clinic(clinics: ProjectClinics, number: int) -> SetupClinic:
    theirs = sorted(one for one, found in clinics.organizations.items() if found == number)
    organization = theirs[0].removeprefix("Organization/") if theirs else ""
    return SetupClinic(number, organization, clinics.numbered(number))
