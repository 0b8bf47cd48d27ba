"""Enrolling somebody in a project with several clinics: what has to be there before.

DoseSpot has to have the clinician linked to a clinic before it takes any call about them from it.
The status at a further clinic stands on the PractitionerRole there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fhir_profiles.clinic_status import role_with_status
from fhir_profiles.today import Today
from shared.access.authorship import verified_roles
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.staffing import ClinicMembers
from shared.clinics.which_clinic import ClinicChoice
from shared.errors import NotAuthorized, RecordsRefused
from shared.members.rules.subject import Subject
from shared.records.findings import Finding, listed
from shared.runtime.invocation import Invocation

REFUSED = "Correct these records before enrollment at this clinic: "
NO_ROLE = Finding(
    "PractitionerRole.organization",
    "no active PractitionerRole of the Practitioner names the clinic's Organization; add one, which"
    " also holds the registration status there",
)
NOT_GRANTED = (
    "You are not authorized at this clinic yet. An administrator must create a PractitionerRole for"
    " you with the clinic's Organization and a code for DoseSpot."
)


@dataclass(frozen=True)
class EnrollingAt:
    """Somebody's enrollment at one clinic.

    Attributes:
        run: the run.
        practitioner: reference of the prescriber.
        choice: what was asked to know the clinic.
        clinic: the clinic.
        acting_as: DoseSpot id of the Clinician Admin.
    """

    run: Invocation
    practitioner: str
    choice: ClinicChoice
    clinic: MeantClinic
    acting_as: int

    def prepare(self, subject: Subject) -> Subject:
        """The prescriber's records at the clinic, to which DoseSpot has them linked then.

        Raises:
            RecordsRefused: no PractitionerRole says that they work there.
            BotError: DoseSpot does not link them.
        """
        return self._linked(self._with_role(subject), lambda: None)

    def prepare_own(self, subject: Subject) -> Subject:
        """The same for a prescriber who asks for themselves: only where an administrator is known
        to have granted them a role there.

        Raises:
            NotAuthorized: nobody is known to have.
        """
        if not self.clinic.is_own:
            self._require_granted()
        return self._linked(self._with_role(subject), self._require_granted)

    def _with_role(self, subject: Subject) -> Subject:
        """The records with the PractitionerRole that says the status, at a further clinic."""
        if self.clinic.is_own:
            return subject
        today, organizations = Today(self.run.now()), self.clinic.organizations
        role = role_with_status(self.choice.roles, self.practitioner, organizations, today)
        if role is None:
            raise RecordsRefused(listed(REFUSED, [NO_ROLE]), findings=[NO_ROLE])
        return replace(subject, role=role)

    def _linked(self, subject: Subject, may_join: Callable[[], None]) -> Subject:
        """The same records, once DoseSpot has whom it knows linked to the clinic."""
        clinics, clinician_id = self.choice.clinics, subject.clinician_id
        if clinics is None or clinician_id is None:
            return subject
        number, members = self.clinic.number or clinics.own, self._members()
        if not members.has(clinician_id, number):
            may_join()
            members.join(clinician_id, number, self.practitioner)
        return subject

    def _require_granted(self) -> None:
        today, counts = Today(self.run.now()), self.clinic.has_role
        fhir, roles = self.run.privileged_fhir, self.choice.roles
        if not verified_roles(fhir, roles, self.practitioner, today, counts):
            raise NotAuthorized(NOT_GRANTED)

    def _members(self) -> ClinicMembers:
        from shared.dosespot.clinics import ClinicsClient  # noqa: PLC0415 - few projects need it

        dosespot = self.run.dosespot_for(ClinicsClient, self.acting_as)
        return ClinicMembers(dosespot, self.run.trail)
