"""Reading the records of the prescriber that an enrollment is about."""

from collections.abc import Sequence

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.today import Today
from shared.errors import FhirNotFound, RecordsRefused
from shared.fhir.batch import FoundAll, FoundOne
from shared.members.rules.subject import Subject
from shared.records.findings import Finding, Findings, listed
from shared.records.identity import identity_of
from shared.records.practitioner import read_practitioner

REFUSED = "Correct these records before enrollment: "
NO_PRACTITIONER = Finding(
    "Practitioner",
    "there is no such Practitioner, or it was deleted; give the id of an existing one",
)


def subject_of(
    practitioner_found: FoundOne,
    memberships_found: FoundAll,
    today: Today,
    roles: Sequence[Resource] = (),
) -> Subject:
    """Reads the prescriber's records and checks them.

    Args:
        practitioner_found: the answer to the read of the Practitioner.
        memberships_found: the answer to the search for the memberships of that profile.
        today: now, for the day on which identifiers, names and addresses have to be in effect.
        roles: the prescriber's PractitionerRoles at the clinic; see `roles_at`.

    Raises:
        RecordsRefused: lists everything that has to be corrected, each with its FHIR path.
    """
    try:
        practitioner = practitioner_found.one()
    except FhirNotFound:
        raise RecordsRefused(
            listed(REFUSED, [NO_PRACTITIONER]), findings=[NO_PRACTITIONER]
        ) from None
    prescriber, findings = read_practitioner(practitioner, today, roles)
    membership, clinician_id = sole_membership(memberships_found.all(), findings)
    if findings.problems:
        warned = [Finding(w.path, f"(warning) {w.sentence}") for w in findings.warnings]
        raise RecordsRefused(
            listed(REFUSED, [*findings.problems, *warned]),
            findings=findings.problems,
            warnings=warned,
        )
    identity = identity_of(practitioner, today)
    warnings = tuple(findings.warnings)
    return Subject(practitioner, membership, prescriber, identity, clinician_id, warnings)


def sole_membership(memberships: list[Resource], findings: Findings) -> tuple[Resource, int | None]:
    """The one membership and the DoseSpot id on it; notes what is wrong with them."""
    if len(memberships) != 1:
        sentence = (
            f"the Practitioner has {len(memberships)} memberships in this project; remove all but"
            " one"
            if memberships
            else "the Practitioner has no membership in this project; invite the prescriber first"
        )
        findings.problem("ProjectMembership.profile", sentence)
        return {}, None
    ids = clinician_ids(*memberships)
    for path in ids.unreadable:
        findings.problem(path, "a DoseSpot identifier must hold the clinician's number; correct it")
    if len(ids.numbers) > 1:
        findings.problem(
            "ProjectMembership.identifier",
            "there are different DoseSpot clinician ids; keep the one of this person",
        )
    return memberships[0], ids.sole
