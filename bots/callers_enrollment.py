"""A caller's enrollment where they open DoseSpot: whether it may have to go on, and going on.

Most openings find that it has come to its end; so nothing is imported here that only enrolls.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinic_status import role_with_status
from fhir_profiles.practitioner_role import roles_at
from fhir_profiles.project_membership import is_active
from fhir_profiles.today import Today
from shared.access.rules.grants import granting
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import ClinicChoice
from shared.enrollment.rules.as_recorded import is_complete
from shared.errors import BotError, FhirDenied
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.members.caller import sole_clinician_id
from shared.runtime.invocation import Invocation


@dataclass(frozen=True)
class CallersRecords:
    """What the caller's own token shows of the caller; each may be a failure.

    Attributes:
        practitioner: the Practitioner.
        roles: the PractitionerRoles.
    """

    practitioner: FoundOne
    roles: FoundAll


def callers_records(batch: Batch, caller: str) -> CallersRecords:
    """The records of a caller, given by reference, once the batch has been sent."""
    return CallersRecords(
        practitioner=batch.read(caller),
        roles=batch.search(f"PractitionerRole?practitioner={caller}&_count=1000"),
    )


def continues_at_openings(invocation: Invocation) -> bool:
    """Whether the project lets enrollment go on at openings, and the caller is a Practitioner.

    Raises:
        Misconfigured: the project's setting is neither true nor false.
    """
    enrolls = invocation.settings.iframe_enrolls()
    return enrolls and invocation.requester.startswith("Practitioner/")


@dataclass(frozen=True)
class CallersEnrollment:
    """The caller's enrollment at the clinic at which DoseSpot is opened.

    Attributes:
        invocation: the run.
        choice: what was asked to know the clinic.
        clinic: the clinic.
    """

    invocation: Invocation
    choice: ClinicChoice
    clinic: MeantClinic

    def due(
        self, records: CallersRecords | BotError | None, membership: Resource
    ) -> CallersRecords | BotError | None:
        """The caller's records where enrollment may have to go on, or why that can't be told.

        None if nobody asked, where somebody has deactivated the caller's membership, where the
        records say that it has come to its end, and where no PractitionerRole that the caller may
        see authorizes it.

        Args:
            records: the caller's, or why they could not be read; None if nobody asked for them.
            membership: the caller's, raw JSON.

        Raises:
            RecordsDisagree: the membership has several DoseSpot ids, or one that can't be read.
        """
        if not is_active(membership):
            return None
        if not isinstance(records, CallersRecords):
            return records
        if sole_clinician_id([membership]) is not None and self._is_complete(records):
            return None
        caller, today = self.invocation.requester, Today(self.invocation.now())
        try:
            roles = granting(records.roles.all(), caller, today, self.clinic.has_role)
        except FhirDenied:
            return None
        except BotError as error:
            return error
        return records if roles else None

    def _is_complete(self, records: CallersRecords) -> bool:
        """Whether the Practitioner, or their role at a further clinic, says that enrollment has
        come to its end."""
        if not records.practitioner.is_there:
            return False
        caller, today = self.invocation.requester, Today(self.invocation.now())
        role = role_with_status(self.choice.roles, caller, self.clinic.organizations, today)
        try:
            roles = roles_at(records.roles.all(), caller, self.clinic.has_role, today)
        except BotError:  # of what can't be read nothing goes on
            roles = ()
        return is_complete(records.practitioner.one(), role, roles)
