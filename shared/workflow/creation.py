"""Making a prescriber's clinician in DoseSpot exactly once, whatever fails in between.

DoseSpot has no idempotency key, its look-up by NPI may lag behind a create, and runs are repeated
by people, browsers and SDKs. So a run creates only while it holds a claim, which outlasts a create
and the look-up's lag; a run that finds one waits for its outcome. Who takes the place of a claim
that is over looks the NPI up again before it creates.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from fhir_profiles.enrollment_claim import enrollment_claim
from fhir_profiles.project_settings import MAX_CLINICIANS, max_clinicians
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import ClinicianRecord
from shared.errors import BotError, EnrollmentLimitReached, LookUpFirst, RecordsDisagree
from shared.fhir.client import FhirClient
from shared.pace import Pace, Timing
from shared.workflow.claims import Claims


@dataclass(frozen=True)
class Found:
    """The clinician of a prescriber whom DoseSpot did not know when the run began.

    Attributes:
        clinician_id: DoseSpot's id.
        membership: as it was last read or written.
        created: whether this run created the clinician.
        sure: whether the id is DoseSpot's answer to the create; one that was looked up has to be
            confirmed before it is linked.
    """

    clinician_id: int
    membership: Resource
    created: bool
    sure: bool


class Creation:
    """Creates one prescriber's clinician, or finds out that somebody else has.

    Args:
        memberships: may read and write the memberships and read the project.
        dosespot: acts as a Clinician Admin.
        claims: the run's.
        pace: the run's.
        timing: how long claims and look-ups last.
    """

    def __init__(
        self,
        memberships: FhirClient,
        dosespot: DoseSpotClient,
        claims: Claims,
        pace: Pace,
        timing: Timing,
    ) -> None:
        self._memberships = memberships
        self._dosespot = dosespot
        self._claims = claims
        self._pace = pace
        self._timing = timing

    def clinician(self, membership: Resource, npi: str, wanted: ClinicianRecord) -> Found:
        """The prescriber's clinician. The claim stays on the membership until the id is linked.

        Args:
            membership: as it was read before DoseSpot's look-up found nobody.
            npi: the prescriber's.
            wanted: the record to create.

        Raises:
            EnrollmentInProgress: another run is at it, for longer than this one has time.
            LookUpFirst: whether DoseSpot created the clinician can't be told yet.
            BotError: whatever the two clients raise.
        """
        claimed = self._claimed(membership, npi)
        if isinstance(claimed, Found):
            return claimed
        try:
            time_s = self._claims.time_left_s(claimed) - self._timing.create_s
            created = self._dosespot.create_clinician(wanted, time_s)
            return Found(created, claimed, created=True, sure=True)
        except LookUpFirst:
            return Found(self._looked_up(npi), claimed, created=True, sure=False)
        except BotError as refused:
            # DoseSpot may know the NPI although its look-up did not find it in time.
            known = self._dosespot.find_clinician(npi)
            if known is None:
                self._claims.released(claimed)
                raise refused from None
            return Found(known, claimed, created=False, sure=False)

    def obstacle(self, membership: Resource) -> BotError | None:
        """Why the project may not have another clinician, or why that can't be told."""
        try:
            self._require_room(membership)
        except BotError as error:
            return error
        return None

    def link(self, membership: Resource, clinician_id: int, *, sure: bool) -> Resource:
        """The membership with the id, and without this run's claim.

        Args:
            membership: as it was read.
            clinician_id: DoseSpot's id of this prescriber.
            sure: whether nobody else can have the id, because DoseSpot has just given it out.

        Raises:
            RecordsDisagree: there is another id on it, or the id is on another membership.
        """
        if not sure and clinician_id not in clinician_ids(membership).numbers:
            self.require_sole(membership, clinician_id)
        return self._memberships.apply(
            membership, lambda found: self._claims.without(_with_only_id(found, clinician_id))
        )

    def require_sole(self, membership: Resource, clinician_id: int) -> None:
        """Makes sure that no other membership carries the id.

        Raises:
            RecordsDisagree: another one does.
            BotError: whatever the FHIR client raises.
        """
        query = {"identifier": str(clinician_id)}
        for other in self._memberships.search_all("ProjectMembership", query):
            if other["id"] != membership["id"] and clinician_id in clinician_ids(other).numbers:
                raise RecordsDisagree(
                    "ProjectMembership.identifier: another membership carries the DoseSpot id of"
                    " this prescriber too. Have an administrator remove the wrong membership or"
                    " identifier."
                )

    def _claimed(self, membership: Resource, npi: str) -> Resource | Found:
        """The membership with this run's claim; or what another run has come to."""
        claim = enrollment_claim(membership)
        while not self._claims.time_left_s(membership):
            ids = clinician_ids(membership).numbers
            if ids:
                return Found(ids[0], membership, created=False, sure=False)
            claim = enrollment_claim(membership) or claim
            membership = self._claims.advanced(membership)
        found = self._dosespot.find_clinician(npi) if claim is not None else None
        if found is None:
            return membership
        return Found(found, membership, created=False, sure=False)

    def _looked_up(self, npi: str) -> int:
        """The id that an unconfirmed create gave, as soon as DoseSpot's look-up shows it.

        Where it does not, the claim stays, so that nobody creates another one before the look-up
        must have caught up.
        """
        for _ in range(max(1, round(self._timing.lookup_s / self._timing.poll_s))):
            found = self._dosespot.find_clinician(npi)
            if found is not None:
                return found
            if not self._pace.wait(self._timing.poll_s):
                break
        raise LookUpFirst(
            "DoseSpot was asked to create the clinician and gave no answer, so whether it did is"
            " not known yet. Run the bot again in a minute: it looks before it writes."
        )

    def _require_room(self, membership: Resource) -> None:
        """Raises where the project has as many clinicians as it may have."""
        project = membership["project"]["reference"]
        limit = max_clinicians(self._memberships.read(project))
        if limit is None:
            return
        memberships = self._memberships.search_all("ProjectMembership", {"project": project})
        enrolled = sum(1 for one in memberships if clinician_ids(one).numbers)
        if enrolled >= limit:
            raise EnrollmentLimitReached(
                f"DoseSpot enrollment limit reached: {enrolled} of {limit} clinicians enrolled."
                f" Increase the '{MAX_CLINICIANS}' project system setting to enroll more"
                " clinicians."
            )


def _with_only_id(membership: Resource, clinician_id: int) -> Resource:
    """The membership with that id; somebody may have written another one since it was read."""
    others = set(clinician_ids(membership).numbers) - {clinician_id}
    if others:
        raise RecordsDisagree(
            "ProjectMembership.identifier: another DoseSpot clinician id was written here"
            " meanwhile. Have an administrator compare both clinicians in DoseSpot."
        )
    return with_clinician_id(membership, clinician_id)
