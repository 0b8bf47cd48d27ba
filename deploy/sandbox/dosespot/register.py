"""The patients of all clinics, kept in a store, each known to one clinic alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from deploy.sandbox.dosespot.store import DocumentStore

FIRST_PATIENT_ID = 70001


class PatientChart(BaseModel):
    """A patient; `record` is what was last accepted under the names of AddEditPatientRequest.

    `changed_by` is the id of the clinician who sent it.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    clinic_id: int
    record: dict[str, Any]
    created_at: datetime
    changed_by: int | None = None

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.record['FirstName']} {self.record['LastName']}"


PatientChange = tuple[PatientChart | None, PatientChart]
"""A patient before, None for a new one, and after."""


class Register:
    """All patients."""

    def __init__(self, store: DocumentStore) -> None:
        self._store = store
        self._changes: list[PatientChange] = []

    def get(self, clinic_id: int, patient_id: int) -> PatientChart | None:
        """The patient, None if that clinic has nobody with this id."""
        patient = self.find(patient_id)
        return patient if patient is not None and patient.clinic_id == clinic_id else None

    def find(self, patient_id: int) -> PatientChart | None:
        """The patient, whichever clinic has them; None if there is nobody with this id."""
        document = self._store.get("patient", patient_id)
        return None if document is None else PatientChart.model_validate(document)

    def put(self, patient: PatientChart) -> None:
        """Stores a patient in the place of what was stored under that id."""
        self._changes.append((self.find(patient.id), patient))
        self._store.put("patient", patient.id, patient.model_dump(mode="json"))

    def take_changes(self) -> list[PatientChange]:
        """What was stored since this was last asked: each patient before and after."""
        taken, self._changes = self._changes, []
        return taken

    def add(self, clinic_id: int, record: dict[str, Any], at: datetime, by: int) -> PatientChart:
        """A new patient of that clinic, made at `at` by that clinician.

        Nobody is found to be the same person.
        """
        number = self._store.next_number("patient", FIRST_PATIENT_ID)
        patient = PatientChart(
            id=number, clinic_id=clinic_id, record=record, created_at=at, changed_by=by
        )
        self.put(patient)
        return patient

    def all(self) -> list[PatientChart]:
        """The patients of every clinic, oldest first."""
        return [PatientChart.model_validate(each) for each in self._store.all("patient")]

    def of(self, clinic_id: int) -> Iterator[PatientChart]:
        """The patients of one clinic, oldest first."""
        return (patient for patient in self.all() if patient.clinic_id == clinic_id)
