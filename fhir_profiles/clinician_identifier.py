"""The DoseSpot clinician id on ProjectMembership.

Sources differ on its system: Medplum's enroll bot writes
`https://dosespot.com/clinician-identifier`, its getting-started page shows the API's base URL, and
its provider app accepts any system that contains `dosespot`. So any of these is read, and the first
is written.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import entries, items, positive_number, text
from fhir_profiles.systems import CLINICIAN_IDENTIFIER


@dataclass(frozen=True)
class ClinicianIds:
    """The DoseSpot ids of one member: none, one, or what does not say which clinician they are.

    Attributes:
        numbers: the different clinician ids, in the order in which they stand.
        unreadable: FHIR paths of identifiers that are DoseSpot's but hold no positive number.
    """

    numbers: tuple[int, ...] = ()
    unreadable: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is any DoseSpot identifier, be it readable or not."""
        return bool(self.numbers or self.unreadable)

    @property
    def sole(self) -> int | None:
        """The one id that nothing contradicts; None if there is none."""
        return self.numbers[0] if len(self.numbers) == 1 and not self.unreadable else None

    @property
    def are_unclear(self) -> bool:
        """Whether there are several ids, or one that can't be read."""
        return bool(self) and self.sole is None


def clinician_ids(*memberships: Resource) -> ClinicianIds:
    """Every DoseSpot clinician id that one member's memberships carry."""
    numbers: dict[int, None] = {}
    unreadable = []
    for membership in memberships:
        for index, identifier in entries(membership, "identifier"):
            if "dosespot" not in text(identifier.get("system")).lower():
                continue
            number = positive_number(text(identifier.get("value")))
            if number is not None:
                numbers[number] = None
            else:
                unreadable.append(f"ProjectMembership.identifier[{index}].value")
    return ClinicianIds(tuple(numbers), tuple(unreadable))


def with_clinician_id(membership: Resource, clinician_id: int) -> Resource:
    """The membership with that DoseSpot clinician id; the same object where it is there already."""
    if clinician_id in clinician_ids(membership).numbers:
        return membership
    written = {"system": CLINICIAN_IDENTIFIER, "value": str(clinician_id)}
    return {**membership, "identifier": [*items(membership, "identifier"), written]}
