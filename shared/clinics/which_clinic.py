"""Asks the FHIR server what has to be known to tell which clinic a call means.

Nothing is asked in a project that has the key of one clinic only.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinic import affiliations
from fhir_profiles.systems import DOSESPOT_CLINIC
from fhir_profiles.today import Today
from shared.clinics.rules.meant import (
    MeantClinic,
    ProjectClinics,
    meant_clinic,
    project_clinics,
)
from shared.errors import BotError
from shared.fhir.batch import Batch
from shared.fhir.search import by_identifier
from shared.runtime.invocation import Invocation

OWN_CLINIC = MeantClinic()


@dataclass(frozen=True)
class ClinicChoice:
    """What decides which clinic a call means.

    Attributes:
        clinics: the project's; None if it has one only.
        works_at: references of the Organizations where the person works today; None where the
            call is about nobody in particular.
        roles: the person's PractitionerRoles.
    """

    clinics: ProjectClinics | None = None
    works_at: tuple[str, ...] | None = ()
    roles: tuple[Resource, ...] = ()

    def meant(self, named: str | None) -> MeantClinic:
        """The clinic.

        Args:
            named: id of the Organization that the call names, if it names one.

        Raises:
            InputRefused: what is named is no clinic of the project, or nothing says which it is.
        """
        if self.clinics is None:
            return OWN_CLINIC
        found = meant_clinic(self.clinics, named, self.works_at)
        if isinstance(found, BotError):
            raise found
        return self.clinics.numbered(found)


def look_up_clinics(run: Invocation, person: str | None) -> ClinicChoice:
    """What decides which clinic a call about somebody means.

    Args:
        run: the run.
        person: reference of the prescriber that the call is about, or who makes it; None where it
            is about nobody in particular.

    Raises:
        Misconfigured: the project has several clinics and does not say which is its own.
        BotError: whatever the client raises.
    """
    further = run.settings.further_clinics()
    if not further:
        return ClinicChoice()
    if person is None:
        return ClinicChoice(project_clinics_of(run), None)
    own = run.settings.own_clinic()
    batch = Batch(run.privileged_fhir)
    organizations_found = batch.search(clinics_query([own, *further]))
    roles_found = batch.search(f"PractitionerRole?practitioner={person}&_count=1000")
    batch.send()
    roles = tuple(roles_found.all())
    return ClinicChoice(
        project_clinics(own, further, organizations_found.all()),
        affiliations(roles, person, Today(run.now())),
        roles,
    )


def project_clinics_of(run: Invocation) -> ProjectClinics:
    """Every clinic of the project; raises as `look_up_clinics`."""
    own, further = run.settings.own_clinic(), run.settings.further_clinics()
    batch = Batch(run.privileged_fhir)
    found = batch.search(clinics_query([own, *further]))
    batch.send()
    return project_clinics(own, further, found.all())


def clinic_numbered(run: Invocation, number: int | None) -> MeantClinic:
    """The clinic with one of DoseSpot's numbers; the project's own for any other number, and for
    that of a clinic without an Organization, which no record can name.

    Raises:
        BotError: whatever `project_clinics_of` raises.
    """
    if number is None or number not in run.settings.further_clinics():
        return OWN_CLINIC
    found = project_clinics_of(run).numbered(number)
    return found if found.organizations else OWN_CLINIC


def clinics_query(numbers: list[int]) -> str:
    """The search for the Organizations of clinics with these numbers."""
    return f"Organization?{by_identifier(DOSESPOT_CLINIC, map(str, numbers))}&_count=1000"
