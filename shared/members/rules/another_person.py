"""Why the clinician whose id a membership carries is not the person of the Practitioner.

A refusal names the fields that differ between two records, never their values.
"""

from shared.errors import BotError, RecordsDisagree
from shared.records.identity import Identity, Trait, differences, in_words

PATHS = {
    Trait.NPI: "Practitioner.identifier",
    Trait.BIRTH_DATE: "Practitioner.birthDate",
    Trait.FAMILY_NAME: "Practitioner.name",
}
UNKNOWN_ID = (
    "ProjectMembership.identifier: DoseSpot has no clinician with this id. Correct the id, or"
    " remove it and enroll the prescriber."
)


def another_person(mine: Identity, theirs: Identity) -> BotError | None:
    """Why a clinician whose id a membership carries is somebody else; people change their names."""
    differing = differences(mine, theirs) - {Trait.FAMILY_NAME}
    if not differing:
        return None
    return RecordsDisagree(
        "ProjectMembership.identifier: the DoseSpot clinician with this id has another"
        f" {in_words(differing)} than the Practitioner, so nothing was changed. Correct the id, or"
        f" {paths_of(differing)}; if DoseSpot's record is wrong, have DoseSpot support correct it."
    )


def paths_of(traits: frozenset[Trait]) -> str:
    """The FHIR paths at which those traits stand."""
    return ", ".join(PATHS[trait] for trait in Trait if trait in traits)
