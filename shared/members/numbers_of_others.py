"""Whether anybody else has a prescriber's NPI or DEA number."""

from collections.abc import Sequence

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.dea_identifier import dea_spellings
from fhir_profiles.practitioner_role import is_of
from fhir_profiles.systems import DEA_ALIASES, NPI_ALIASES
from fhir_profiles.today import Today
from shared.errors import BotError, RecordsRefused
from shared.fhir.search import by_identifiers
from shared.records.identity import holders
from shared.records.prescriber import Prescriber


def numbers_queries(prescriber: Prescriber) -> tuple[str, ...]:
    """The searches for the Practitioners that carry the prescriber's NPI or a DEA number, and, if
    there is a DEA number, for the PractitionerRoles that carry it."""
    npis = [(system, prescriber.npi) for system in sorted(NPI_ALIASES) if prescriber.npi]
    spelled = [spelling for one in prescriber.dea for spelling in dea_spellings(one.number)]
    deas = [(system, spelling) for spelling in spelled for system in sorted(DEA_ALIASES)]
    people = f"Practitioner?{by_identifiers([*npis, *deas])}&_count=1000"
    return (people, f"PractitionerRole?{by_identifiers(deas)}&_count=1000") if deas else (people,)


def shared_number(
    practitioner_id: str, prescriber: Prescriber, found: Sequence[Resource], today: Today
) -> BotError | None:
    """Why the prescriber's numbers can't be only theirs.

    Args:
        practitioner_id: of the prescriber's own Practitioner.
        prescriber: whose numbers they are said to be.
        found: what `numbers_queries` found.
        today: now; another one's number has to be in effect.
    """
    strangers = [one for one in found if _is_of_another(one, practitioner_id, today)]
    numbers = [("NPI", NPI_ALIASES, prescriber.npi)]
    numbers += [("DEA number", DEA_ALIASES, one.number) for one in prescriber.dea]
    sentences = [
        f"Practitioner.identifier: another Practitioner has the same {name}: "
        + ", ".join(f"{one['resourceType']}/{one['id']}" for one in others)
        + ". Remove the number from the one it does not belong to, or set its use to old; if both"
        " are the same person, keep one."
        for name, systems, number in numbers
        if number and (others := holders(strangers, systems, number, today))
    ]
    return RecordsRefused(*dict.fromkeys(sentences)) if sentences else None


def _is_of_another(record: Resource, practitioner_id: str, today: Today) -> bool:
    """Whether a Practitioner, or a PractitionerRole that is in effect, is somebody else's."""
    if record.get("resourceType") == "Practitioner":
        return record.get("id") != practitioner_id
    return in_force(record, today) and not is_of(record, f"Practitioner/{practitioner_id}")
