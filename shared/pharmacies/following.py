"""Bringing the pharmacies that a patient uses in DoseSpot to the Patient, and never the other way.

Prescribers choose pharmacies in DoseSpot itself too, which tells nobody what became of them.
DoseSpot's default is the primary one. What DoseSpot does not list stays as it is: somebody may have
put it there.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.preferred_pharmacy import preferred_pharmacies, with_preferred_pharmacy
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import PharmacyItem
from shared.dosespot.patient_pharmacies import Chosen
from shared.dosespot.patient_record import required_patient_id
from shared.errors import BotError
from shared.records.findings import Finding

NOT_FOLLOWED = "the patient's pharmacies in DoseSpot could not be brought to the Patient: {error}"


class PatientServer(Protocol):
    """A FHIR server that changes Patients; `FhirClient` is one."""

    def apply(self, resource: Resource, change: Callable[[Resource], Resource]) -> Resource:
        """The resource after a change, which is made again where somebody else wrote."""


class ChosenPharmacies(Protocol):
    """DoseSpot, seen by a clinician; `PatientPharmaciesClient` is one."""

    def patient_pharmacies(self, patient_id: int) -> Chosen:
        """The pharmacies that the patient uses."""


class PharmacyDirectory(Protocol):
    """Where pharmacies stand in FHIR; `ProjectDirectory` is one."""

    def pharmacies(self, items: Mapping[int, PharmacyItem]) -> dict[int, NamedById]:
        """Pharmacies by id."""


@dataclass(frozen=True)
class FollowedPharmacies:
    """The use case.

    Attributes:
        fhir: may write the Patient.
        dosespot: acts as a clinician of the clinic.
        look_up: DoseSpot's pharmacies by id, as far as it has them.
        directory: the project's pharmacies.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """

    fhir: PatientServer
    dosespot: ChosenPharmacies
    look_up: Callable[[Iterable[int]], Mapping[int, PharmacyItem]]
    directory: PharmacyDirectory
    assigners: Sequence[str] = ()

    def listed(self, patient: Resource) -> Chosen:
        """The pharmacies that the patient uses in DoseSpot.

        Raises:
            RecordsRefused: the Patient has no DoseSpot id.
            BotError: whatever the client raises.
        """
        return self.dosespot.patient_pharmacies(required_patient_id(patient, self.assigners))

    def bring(self, patient: Resource, listed: Callable[[], Chosen]) -> list[Finding]:
        """Has the Patient prefer what DoseSpot lists; writes nothing where that is so already.

        Args:
            patient: raw FHIR Patient, of whom it is known that DoseSpot's is this person.
            listed: gives what `listed` does, or raises it.

        Returns:
            Why it could not be done, if it could not: nothing else depends on it.
        """
        try:
            self._bring(patient, listed())
        except BotError as error:
            return [Finding("Patient.extension", NOT_FOLLOWED.format(error=error))]
        return []

    def follow(self, patient: Resource) -> None:
        """Looks, and brings as `bring` does.

        Raises:
            RecordsRefused: the Patient has no DoseSpot id.
            BotError: whatever the servers raise.
        """
        self._bring(patient, self.listed(patient))

    def _bring(self, patient: Resource, chosen: Chosen) -> None:
        stores = self.directory.pharmacies(self.look_up(chosen)) if chosen else {}
        self.fhir.apply(patient, lambda found: _with_pharmacies(found, chosen, stores))


def _with_pharmacies(
    patient: Resource, chosen: Chosen, stores: Mapping[int, NamedById]
) -> Resource:
    """The Patient who prefers these; the primary one stays unless DoseSpot's default takes its
    place, which has to be known for that."""
    known, placed = preferred_pharmacies(patient), {n: s for n, s in stores.items() if s.reference}
    has_default = any(chosen[number] for number in placed)
    for number, store in sorted(placed.items()):
        if has_default or store.reference not in known:
            patient = with_preferred_pharmacy(patient, store.reference, primary=chosen[number])
    return patient
