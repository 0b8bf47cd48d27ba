"""Whether the DoseSpot clinician whose id a member carries is the person of the Practitioner."""

from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.dosespot.wire import ClinicianItem
from shared.errors import RecordsDisagree
from shared.members.dosespot_clinician import identity_shown
from shared.members.rules.another_person import UNKNOWN_ID, another_person
from shared.records.identity import identity_of


def same_person(item: ClinicianItem | None, practitioner: Resource, today: Today) -> ClinicianItem:
    """The clinician, who has to be this person.

    Args:
        item: DoseSpot's record; None if it has none.
        practitioner: raw FHIR Practitioner.
        today: now, for the day on which the Practitioner's NPI has to be in effect.

    Raises:
        RecordsDisagree: DoseSpot knows nobody with the id, or somebody else.
    """
    if item is None:
        raise RecordsDisagree(UNKNOWN_ID)
    mistaken = another_person(identity_of(practitioner, today), identity_shown(item))
    if mistaken is not None:
        raise mistaken
    return item
