"""Whether a DoseSpot clinician is the person of the Practitioner, which the NPI decides."""

from datetime import date

from fhir_profiles import Resource
from shared.dosespot.wire import ClinicianItem
from shared.errors import RecordsDisagree
from shared.records.practitioner import read_practitioner

UNKNOWN_ID = (
    "ProjectMembership.identifier: DoseSpot has no clinician with the id that stands here. Correct"
    " the id, or remove it and enroll the prescriber."
)
ANOTHER_NPI = (
    "ProjectMembership.identifier: the DoseSpot clinician with this id has another NPI than the"
    " Practitioner. Correct the id, or the NPI in Practitioner.identifier."
)
FOUND_NOBODY = (
    "DoseSpot's look-up by NPI names a clinician whom DoseSpot does not show. Contact DoseSpot"
    " support; nothing was linked."
)
FOUND_ANOTHER = (
    "DoseSpot's look-up by NPI names a clinician whose record does not show that NPI. Contact"
    " DoseSpot support; nothing was linked."
)


def same_person(item: ClinicianItem | None, practitioner: Resource, today: date) -> ClinicianItem:
    """The clinician whose id a member carries, who has to be this person.

    Args:
        item: DoseSpot's record; None where it has none.
        practitioner: raw FHIR Practitioner.
        today: the day on which the Practitioner's NPI has to be in effect.

    Raises:
        RecordsDisagree: DoseSpot knows nobody with the id, or somebody else.
    """
    prescriber, _ = read_practitioner(practitioner, today)
    return with_npi(item, prescriber.npi, linked=True)


def with_npi(item: ClinicianItem | None, npi: str, *, linked: bool) -> ClinicianItem:
    """The clinician, who has to have that NPI.

    A linked record without an NPI contradicts nothing; a looked-up one would be a guess.

    Args:
        item: DoseSpot's record; None where it has none.
        npi: the Practitioner's.
        linked: whether a member carries the id, or it was looked up by NPI.

    Raises:
        RecordsDisagree: DoseSpot knows nobody with the id, or somebody else.
    """
    if item is None:
        raise RecordsDisagree(UNKNOWN_ID if linked else FOUND_NOBODY)
    shown = (item.NPINumber or "").strip()
    if shown != npi and (shown or not linked):
        raise RecordsDisagree(ANOTHER_NPI if linked else FOUND_ANOTHER)
    return item
