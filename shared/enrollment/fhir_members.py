"""The FHIR server as an enrollment run needs it; see `shared.enrollment.ports.Members`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from fhir_profiles import Resource
from fhir_profiles.claim import Claim
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import text
from fhir_profiles.project_settings import MAX_CLINICIANS, max_clinicians
from fhir_profiles.today import Today
from shared.access.authorship import administrators, verified_roles
from shared.access.rules.grants import Counts, anywhere
from shared.claims.store import ClaimStore
from shared.enrollment.rules.situation import Records
from shared.errors import (
    BotError,
    EnrollmentLimitReached,
    Misconfigured,
    RecordsDisagree,
)
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, ITSELF, denied_as
from shared.fhir.editing import Edited
from shared.members.numbers_of_others import numbers_queries, shared_number
from shared.members.rules.subject import Subject, claim_key

SHARED_ID = (
    "ProjectMembership.identifier: another membership carries this prescriber's DoseSpot id too."
    " Have an administrator remove the wrong membership or identifier."
)
ANOTHER_ID = (
    "ProjectMembership.identifier: another DoseSpot clinician id was written here in the"
    " meantime. Have"
    " an administrator compare both clinicians in DoseSpot."
)
NO_CREDENTIAL = f"The bot may not read and write ProjectMemberships. Set {CLIENT}; or let {ITSELF}."


@dataclass(frozen=True)
class FhirMembers:
    """The members of a project.

    Attributes:
        fhir: may read and write memberships, Practitioners and claims.
        claims: keeps claims.
        clinic_id: DoseSpot's number of the clinic.
        today: the day on which numbers and roles have to be in effect.
        practitioner_roles: the prescriber's; only self-service needs them.
        practitioner: reference of the prescriber.
        counts: whether a version of a PractitionerRole is about the clinic.
    """

    fhir: FhirClient
    claims: ClaimStore
    clinic_id: int
    today: Today
    practitioner_roles: Sequence[Resource] = field(default=())
    practitioner: str = ""
    counts: Counts = anywhere

    def look(self, subject: Subject, *, again: bool) -> tuple[Subject, Records]:
        """Reads what there is besides the Practitioner; `again` rereads the membership too.

        Raises:
            Misconfigured: the credential may not read what it has to.
            BotError: whatever the client raises.
        """
        key = claim_key(self.clinic_id, subject.prescriber.npi)
        number = subject.clinician_id
        batch = Batch(self.fhir)
        claim_found = self.claims.ask(batch, key)
        holders_found = [batch.search(one) for one in numbers_queries(subject.prescriber)]
        project_found = batch.read(_project(subject)) if number is None else None
        carriers_found = None if number is None else batch.search(_carriers(number))
        reread = batch.read(subject.member) if again else None
        batch.send()
        subject = _with_membership(subject, reread.one()) if reread else subject
        holders = [one for found in holders_found for one in found.all()]
        conflict = shared_number(
            subject.practitioner["id"], subject.prescriber, holders, self.today
        )
        if clinician_ids(subject.membership).are_unclear:
            conflict = RecordsDisagree(ANOTHER_ID)
        elif number is not None and carriers_found:
            conflict = _shared_id(subject.membership, number, carriers_found) or conflict
        obstacle = self._obstacle(project_found, subject) if project_found else None
        return subject, Records(self.claims.read(key, claim_found), conflict, obstacle)

    def read_claim(self, claim: Claim) -> Claim:
        """The claim as it is now; raises what the client raises."""
        return self.claims.read_again(claim)

    def write_claim(self, claim: Claim) -> Claim:
        """Writes a claim if nobody else has since it was read; returns it as the server has it."""
        return self.claims.write(claim)

    def link(self, membership: Resource, clinician_id: int, *, sure: bool) -> Resource:
        """The membership with the clinician's id on it.

        Args:
            membership: as it was read.
            clinician_id: DoseSpot's id of this prescriber.
            sure: whether nobody else can have the id, because DoseSpot has just issued it.

        Raises:
            RecordsDisagree: there is another id on it, or the id is on another membership.
            BotError: whatever the client raises.
        """
        if not sure:
            batch = Batch(self.fhir)
            found = batch.search(_carriers(clinician_id))
            batch.send()
            if conflict := _shared_id(membership, clinician_id, found):
                raise conflict
        return self.fhir.apply(membership, lambda found: _with_only_id(found, clinician_id))

    def write_status(
        self, practitioner: Resource, change: Callable[[Resource], Resource]
    ) -> Edited:
        """Writes a change of the Practitioner; made again if somebody else wrote in between."""
        return self.fhir.edit(practitioner, change)

    def granted(self) -> frozenset[ClinicianRole]:
        """The roles that an administrator, or our own client, is known to have granted."""
        return verified_roles(
            self.fhir, self.practitioner_roles, self.practitioner, self.today, self.counts
        )

    def is_administrators(self, author: str) -> bool:
        """Whether that profile, given by reference, is an administrator's or our own client's."""
        return author in administrators(self.fhir, [author])

    def _obstacle(self, project_found: FoundOne, subject: Subject) -> BotError | None:
        """Why the project may not have another clinician, or why that is unknown."""
        try:
            limit = max_clinicians(project_found.one())
            if limit is None:
                return None
            params = {"project": subject.membership["project"]["reference"]}
            memberships = self.fhir.search_all("ProjectMembership", params)
            enrolled = len({one["id"] for one in memberships if clinician_ids(one)})
        except BotError as error:
            return error
        if enrolled < limit:
            return None
        return EnrollmentLimitReached(
            f"DoseSpot enrollment limit reached: {enrolled} of {limit} clinicians enrolled."
            f" Increase the '{MAX_CLINICIANS}' project system setting to enroll more clinicians."
        )


def _project(subject: Subject) -> str:
    return text(subject.membership["project"]["reference"])


def _carriers(clinician_id: int) -> str:
    """The search for the memberships that carry an id, whatever its system."""
    return f"ProjectMembership?identifier={clinician_id}&_count=1000"


def _shared_id(membership: Resource, clinician_id: int, found: FoundAll) -> BotError | None:
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        others = found.all()
    for other in others:
        if other["id"] != membership["id"] and clinician_id in clinician_ids(other).numbers:
            return RecordsDisagree(SHARED_ID)
    return None


def _with_membership(subject: Subject, membership: Resource) -> Subject:
    return replace(subject, membership=membership, clinician_id=clinician_ids(membership).sole)


def _with_only_id(membership: Resource, clinician_id: int) -> Resource:
    """The membership with that id; somebody may have written another one since it was read."""
    ids = clinician_ids(membership)
    if ids and ids.sole != clinician_id:
        raise RecordsDisagree(ANOTHER_ID)
    return with_clinician_id(membership, clinician_id)
