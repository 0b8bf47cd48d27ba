"""Giving many patients the same primary pharmacy, one after the other.

What fails for one patient is told with the patient's id, and the others go on. Who is not named is
somebody in DoseSpot who has no primary pharmacy yet: nobody's own choice is replaced unasked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from fhir_profiles import Resource
from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.preferred_pharmacy import primary_pharmacy
from fhir_profiles.systems import DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD
from shared.errors import BotError
from shared.fhir.client import FhirClient
from shared.pharmacies.preferring import PharmacyChoice, PreferredPharmacies
from shared.records.patient import is_deceased

ToRead = tuple[str, Callable[[], Resource]]
"""The id of a Patient, and what reads the Patient."""

IN_DOSESPOT = f"{DOSESPOT_PATIENT}|,{DOSESPOT_PATIENT_OLD}|"


@dataclass(frozen=True)
class PatientFailure:
    """Why a patient was not given the pharmacy.

    Attributes:
        patient_id: id of the Patient.
        dosespot_id: DoseSpot's id of the patient, if the Patient carries one.
        error: what failed.
    """

    patient_id: str
    dosespot_id: int | None
    error: BotError


@dataclass
class DefaultReport:
    """What a run did.

    Attributes:
        succeeded: for how many patients it was done, or was so already.
        failures: for whom it was not.
        are_left: whether there are patients whom the run did not get to.
    """

    succeeded: int = 0
    failures: list[PatientFailure] = field(default_factory=list)
    are_left: bool = False

    @property
    def processed(self) -> int:
        """How many patients the run got to."""
        return self.succeeded + len(self.failures)


@dataclass(frozen=True)
class DefaultPharmacy:
    """The use case.

    Attributes:
        fhir: may search for, read and write Patients.
        preferred: gives a patient a pharmacy.
        has_time: whether the run has time for one more patient.
    """

    fhir: FhirClient
    preferred: PreferredPharmacies
    has_time: Callable[[], bool]

    def give(
        self, pharmacy_id: int, named: Sequence[str] | None, most: int, *, dry_run: bool
    ) -> DefaultReport:
        """Makes a pharmacy the primary one of patients.

        Args:
            pharmacy_id: DoseSpot's id of the pharmacy.
            named: ids of Patients; None for those in DoseSpot who have no primary one.
            most: how many patients the run gets to.
            dry_run: whether everything is only looked at.

        Raises:
            RecordsRefused: DoseSpot has no such pharmacy.
            BotError: whatever the clients raise before the first patient.
        """
        pharmacy = self.preferred.pharmacy(pharmacy_id)
        choice = PharmacyChoice(pharmacy_id, primary=True, spares_default=named is None)

        def act(patient: Resource) -> None:
            if dry_run:
                self.preferred.chosen(patient, choice)
            else:
                self.preferred.prefer(patient, pharmacy, choice)

        report = DefaultReport()
        for patient_id, read in self._without_one() if named is None else self._named(named):
            if report.processed == most or not self.has_time():
                report.are_left = True
                break
            _give(report, patient_id, read, act, self._number)
        return report

    def _named(self, ids: Sequence[str]) -> Iterator[ToRead]:
        for one in dict.fromkeys(ids):
            yield one, partial(self.fhir.read, f"Patient/{one}")

    def _without_one(self) -> Iterator[ToRead]:
        for patient in self.fhir.search_all("Patient", {"identifier": IN_DOSESPOT}):
            is_meant = primary_pharmacy(patient) is None and not is_deceased(patient)
            if is_meant and self._number(patient) is not None:
                yield str(patient["id"]), partial(_itself, patient)

    def _number(self, patient: Resource) -> int | None:
        return dosespot_patient_id(patient, self.preferred.assigners)


def _give(
    report: DefaultReport,
    patient_id: str,
    read: Callable[[], Resource],
    act: Callable[[Resource], None],
    number: Callable[[Resource], int | None],
) -> None:
    dosespot_id = None
    try:
        patient = read()
        dosespot_id = number(patient)
        act(patient)
    except BotError as error:
        report.failures.append(PatientFailure(patient_id, dosespot_id, error))
    else:
        report.succeeded += 1


def _itself(patient: Resource) -> Resource:
    return patient
