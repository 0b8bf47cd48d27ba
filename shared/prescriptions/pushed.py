"""What follows from DoseSpot's push notifications about patients: a look at what they name.

A notification is a hint only. Of what it says just the numbers count, and what they name is read
again; its notes and details, which may be about a person, are not looked at.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.systems import DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD, PRESCRIPTION_TASK
from shared.dosespot.patient_record import require_same_person
from shared.dosespot.prescription_wire import RequestPatient
from shared.dosespot.prescriptions import ListPage
from shared.dosespot.reply import read
from shared.dosespot.wire import PatientItem
from shared.errors import BotError, FhirDenied, FhirNotFound
from shared.members.enrolled import Enrolled
from shared.prescriptions.ahead import ReadAhead
from shared.prescriptions.other_sync import OtherMedicationSync
from shared.prescriptions.ports import Synced
from shared.prescriptions.rules.tasks import is_at_clinic, is_open
from shared.prescriptions.sync import PrescriptionSync
from shared.records.findings import Finding
from shared.together import Together

MOST_PATIENTS = 25
"""Whose requests are brought in line after one notification of counts."""

ANOTHER_CLINIC = "This event is about another clinic."
NO_PATIENT = "No Patient of this project has this DoseSpot id."
SEVERAL_PATIENTS = "Several Patients of this project have this DoseSpot id."
NO_CLINICIAN = "No prescriber of this project has this DoseSpot clinician id."
NOTHING_NAMED = "This event does not say what it is about."
NO_PRESCRIPTION = "DoseSpot does not have this prescription of the patient."
NOTHING_FOLLOWS = "Nothing in the chart follows from this event."
CHART_UPDATED = "The chart was updated from DoseSpot."
CHART_UNCHANGED = "The chart already matches DoseSpot."
SAME_PATIENT = "The Patient is still the one that DoseSpot has."
PHARMACIES_FOLLOWED = "The Patient's pharmacies match DoseSpot."
REQUESTS_FOLLOWED = "The Tasks for pharmacies' requests match DoseSpot."
MORE_PATIENTS = (
    "requests about {count} more patients wait in DoseSpot; they get their Tasks when their"
    " prescriptions are next synchronized"
)


@dataclass(frozen=True)
class PushedNumbers:
    """What a notification names; None where it names nothing.

    Attributes:
        kind: DoseSpot's name of the event.
        clinic_id: at which clinic.
        clinician_id: whose.
        patient_id: about whom.
        prescription_id: about which prescription.
    """

    kind: str
    clinic_id: int | None = None
    clinician_id: int | None = None
    patient_id: int | None = None
    prescription_id: int | None = None


@dataclass(frozen=True)
class PushOutcome:
    """What came of a notification.

    Attributes:
        handled: whether it was about something of this project.
        reason: the result, as a sentence.
        findings: what is unclear or could not be done.
    """

    handled: bool
    reason: str
    findings: Sequence[Finding] = ()


class PushServer(Protocol):
    """A FHIR server that finds Patients and Tasks; `FhirClient` is one."""

    def read(self, reference: str) -> Resource:
        """One resource."""

    def search_all(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Resource]:
        """Everything that a search finds."""


class PushedDoseSpot(Protocol):
    """DoseSpot, seen by a Clinician Admin or by whom a notification names."""

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record."""

    def renewal_requests(self, patient_id: int | None, page: int) -> ListPage:
        """A page of what pharmacies ask to renew."""

    def change_requests(self, patient_id: int | None, page: int) -> ListPage:
        """A page of what pharmacies ask to change."""


class PatientsPharmacies(Protocol):
    """Brings what a patient's pharmacies are in DoseSpot to the Patient."""

    def follow(self, patient: Resource) -> None:
        """Does so."""


@dataclass(frozen=True)
class PushedEvents:
    """The use case.

    Attributes:
        fhir: may read Patients and Tasks.
        clinic_id: DoseSpot's number of our clinic.
        admin_id: clinician id of a Clinician Admin, who reads what no clinician is named for.
        dosespot: DoseSpot, seen by a clinician.
        prescriptions: brings prescriptions in line, as a clinician.
        others: brings other medications in line, as a clinician.
        pharmacies: brings patients' pharmacies in line, as a clinician.
        members: tells who carries each of some clinician ids.
        together: does several things at the same time.
        assigners: references of our clinic's Organizations; none for the project's own clinic.
    """

    fhir: PushServer
    clinic_id: int
    admin_id: int
    dosespot: Callable[[int], PushedDoseSpot]
    prescriptions: Callable[[int], PrescriptionSync]
    others: Callable[[int], OtherMedicationSync]
    pharmacies: Callable[[int], PatientsPharmacies]
    members: Callable[[Sequence[int]], Mapping[int, Sequence[Enrolled]]]
    together: Together
    assigners: Sequence[str] = ()

    def follow(self, pushed: PushedNumbers) -> PushOutcome:
        """Brings in line what a notification names.

        Raises:
            RecordsDisagree: DoseSpot's patient is another person.
            BotError: whatever the servers raise.
        """
        if pushed.clinic_id not in (None, self.clinic_id):
            return PushOutcome(handled=False, reason=ANOTHER_CLINIC)
        if pushed.kind == "PrescriberNotificationCounts":
            return self._counts(pushed)
        if pushed.patient_id is None:
            return PushOutcome(handled=False, reason=NOTHING_NAMED)
        found = self._patients(pushed.patient_id)
        if len(found) != 1:
            return PushOutcome(handled=False, reason=SEVERAL_PATIENTS if found else NO_PATIENT)
        return self._about(found[0], pushed)

    def _about(self, patient: Resource, pushed: PushedNumbers) -> PushOutcome:
        if pushed.kind in ("PrescriptionResult", "MedicationStatusUpdate"):
            return self._prescription(patient, pushed.prescription_id)
        if pushed.kind == "SelfReportedMedicationStatusUpdate":
            return _told(self.others(self.admin_id).reported(patient, None, None))
        if pushed.kind in ("PatientStatusUpdate", "PharmacyStatusUpdate"):
            record = self.dosespot(self.admin_id).patient(pushed.patient_id or 0)
            require_same_person(record, patient)
            if pushed.kind == "PatientStatusUpdate":
                return PushOutcome(handled=True, reason=SAME_PATIENT)
            self.pharmacies(self.admin_id).follow(patient)
            return PushOutcome(handled=True, reason=PHARMACIES_FOLLOWED)
        return PushOutcome(handled=False, reason=NOTHING_FOLLOWS)

    def _prescription(self, patient: Resource, prescription_id: int | None) -> PushOutcome:
        if prescription_id is None:
            return PushOutcome(handled=False, reason=NOTHING_NAMED)
        synced = self.prescriptions(self.admin_id).one(patient, prescription_id)
        if synced.gone:
            return PushOutcome(handled=False, reason=NO_PRESCRIPTION)
        return _told(synced)

    def _counts(self, pushed: PushedNumbers) -> PushOutcome:
        number = pushed.clinician_id
        who = self.members([number])[number] if number is not None else []
        if number is None or not who:
            return PushOutcome(handled=False, reason=NO_CLINICIAN)
        patients = list(self._patients_with_requests(number, who[0].practitioner))
        result = Synced()
        if (more := len(patients) - MOST_PATIENTS) > 0:
            result.tell(Finding("Task", MORE_PATIENTS.format(count=more)))
        for patient in patients[:MOST_PATIENTS]:
            try:
                result.tell(*self.prescriptions(number).requests(patient).findings)
            except BotError as error:
                result.tell(Finding("Task", str(error)))
        return PushOutcome(handled=True, reason=REQUESTS_FOLLOWED, findings=tuple(result.findings))

    def _patients_with_requests(self, clinician_id: int, practitioner: str) -> Iterator[Resource]:
        """The patients about whom a pharmacy asks a clinician, or asked until now."""
        dosespot, seen = self.dosespot(clinician_id), set[str]()
        for number in sorted(set(self._asked_about(dosespot))):
            found = self._patients(number)
            if len(found) == 1:
                seen.add(f"Patient/{found[0]['id']}")
                yield found[0]
        params = {"owner": practitioner, "identifier": f"{PRESCRIPTION_TASK}|"}
        for task in self.fhir.search_all("Task", params):
            whose = text(child(task, "for").get("reference"))
            is_ours = is_open(task) and is_at_clinic(task, self.assigners)
            if is_ours and whose.startswith("Patient/") and whose not in seen:
                seen.add(whose)
                yield from self._readable(whose)

    def _asked_about(self, dosespot: PushedDoseSpot) -> Iterator[int]:
        """DoseSpot's ids of the patients about whom pharmacies ask."""
        for list_page in (dosespot.renewal_requests, dosespot.change_requests):
            for page in ReadAhead(partial(list_page, None), self.together):
                yield from filter(None, map(_about, page))

    def _readable(self, whose: str) -> Iterator[Resource]:
        try:
            yield self.fhir.read(whose)
        except (FhirDenied, FhirNotFound):
            return

    def _patients(self, patient_id: int) -> list[Resource]:
        tokens = [f"{system}|{patient_id}" for system in (DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD)]
        found = self.fhir.search_all("Patient", {"identifier": ",".join(tokens)})
        return [one for one in found if dosespot_patient_id(one, self.assigners) == patient_id]


def _about(entry: Any) -> int | None:
    """DoseSpot's id of the patient about whom a pharmacy asks; None if it does not say."""
    about = entry.get("Patient") if isinstance(entry, dict) else None
    return read(RequestPatient, about).PatientId if isinstance(about, dict) else None


def _told(synced: Synced) -> PushOutcome:
    reason = CHART_UPDATED if synced.written else CHART_UNCHANGED
    return PushOutcome(handled=True, reason=reason, findings=tuple(synced.findings))
