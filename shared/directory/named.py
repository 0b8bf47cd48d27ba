"""What DoseSpot knows by an id, and FHIR by a reference; pure."""

from dataclasses import dataclass

from fhir_profiles import Resource


@dataclass(frozen=True)
class NamedById:
    """Somebody or something with an id of DoseSpot's, and where it stands in FHIR.

    Attributes:
        dosespot_id: the id.
        reference: of the resource, "" if there is none, or nobody can say which.
        name: for people to read, "" if there is none.
    """

    dosespot_id: int
    reference: str = ""
    name: str = ""

    def as_reference(self, system: str) -> Resource:
        """A FHIR reference, with DoseSpot's id as identifier of that system."""
        parts = {
            "reference": self.reference,
            "identifier": {"system": system, "value": str(self.dosespot_id)},
            "display": self.name,
        }
        return {name: value for name, value in parts.items() if value}
