"""What follows from prescriptions besides their MedicationRequests: dispenses and Tasks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC

from pydantic import ValidationError

from fhir_profiles.elements import positive_number
from fhir_profiles.systems import FILL
from shared.dosespot.prescription_wire import ChangeItem, RenewalItem
from shared.dosespot.reply import read
from shared.errors import BotError
from shared.prescriptions.chart import Chart, ChartKind, WantedEntry
from shared.prescriptions.naming import Naming
from shared.prescriptions.ports import Synced, SyncPorts
from shared.prescriptions.rules.dispense import (
    COMPLETED,
    DISPENSE_PARTS,
    STATUS_ONLY,
    dispense,
    fill_key,
)
from shared.prescriptions.rules.moments import fhir_moment
from shared.prescriptions.rules.prescription import Prescription
from shared.prescriptions.rules.states import Fill
from shared.prescriptions.rules.tasks import (
    AskedByPharmacy,
    TaskKind,
    asked_clinician,
    expiry,
    failure_task,
    request_task,
    task_key,
)
from shared.prescriptions.task_board import TaskBoard
from shared.records.findings import Finding

DISPENSES = ChartKind("MedicationDispense", FILL, DISPENSE_PARTS)

ReferenceOf = Callable[[int], str]
"""By a prescription's id the reference of its MedicationRequest, "" if there is none."""


class FollowUps:
    """The dispenses and Tasks of one patient; what fails is told and stops nothing.

    Args:
        ports: of the run.
        result: of the run, which is told.
        naming: finds prescribers and pharmacies.
        patient: reference of the Patient.
        patient_id: DoseSpot's id of the patient.
    """

    def __init__(
        self, ports: SyncPorts, result: Synced, naming: Naming, patient: str, patient_id: int
    ) -> None:
        self._ports = ports
        self._result = result
        self._naming = naming
        self._patient = patient
        self._patient_id = patient_id
        self._dispenses = Chart(ports.fhir, ports.together, patient, DISPENSES)
        self._board = TaskBoard(ports.fhir, patient, ports.assigners)

    def look_for_dispenses(self, prescription_id: int | None = None) -> None:
        """Reads the dispenses in the chart, or just one prescription's."""
        if prescription_id is None:
            self._dispenses.look()
        else:
            self._dispenses.look([fill_key(prescription_id, fill) for fill in Fill])

    def look_for_tasks(self) -> None:
        """Reads the Tasks in the chart."""
        self._board.look()

    def originals(self) -> dict[int, int]:
        """By id of each prescription that a pharmacy requested, the one that it is to replace."""
        return self._board.originals()

    def after(
        self, some: Sequence[Prescription], unsure: frozenset[int], reference_of: ReferenceOf
    ) -> None:
        """What follows from prescriptions that were brought in line."""
        charted = [one for one in some if reference_of(one.id)]
        wanted = [
            entry for one in charted for entry in self._filled(one, unsure, reference_of(one.id))
        ]
        if wanted:
            for key, error in self._dispenses.bring(wanted).failures.items():
                self._result.failed(f"fill {key}", error)
        now = self._ports.now().astimezone(UTC).isoformat(timespec="seconds")
        failed = {
            task_key(TaskKind.FAILURE, one.id): failure_task(
                one.id, reference_of(one.id), self._patient, one.prescriber, now
            )
            for one in charted
            if one.state.failed
        }
        over = [task_key(TaskKind.FAILURE, one.id) for one in some if not one.state.failed]
        self._told(self._board.open(failed))
        self._told(self._board.close(over))

    def requests(
        self, kind: TaskKind, pages: Iterable[list[object]], reference_of: ReferenceOf
    ) -> None:
        """Opens a Task for whatever pharmacies ask for, and closes those that wait no longer.

        Only a list that was read to its end says that something is over, and only for those whom
        it may show: the clinician as whom DoseSpot is asked.
        """
        try:
            asked = [one for page in pages for one in self._asked(kind, page)]
        except BotError as error:
            self._result.tell(Finding("Task", f"{kind}s: {error}"))
            return
        self._told(self._board.open(self._request_tasks(asked, reference_of)))
        pending = {task_key(kind, one.id) for one in asked}
        self._told(self._board.close([key for key in self._waiting(kind) if key not in pending]))

    def _waiting(self, kind: TaskKind) -> Iterator[str]:
        """Keys of open Tasks that the list of a kind would show if they still waited."""
        now = self._ports.now().astimezone(UTC).isoformat()
        for key, task in self._board.open_ones().items():
            is_ours = asked_clinician(task) in (None, self._ports.dosespot.acting_as)
            until = expiry(task)
            is_expired = "" < until < now[: len(until)]  # a day counts as a whole
            if key.startswith(f"{kind}.") and (is_ours or is_expired):
                yield key

    def _request_tasks(
        self, asked: Sequence[AskedByPharmacy], reference_of: ReferenceOf
    ) -> Mapping[str, dict[str, object]]:
        new = [one for one in asked if not self._board.has(task_key(one.kind, one.id))]
        if new:
            owners = self._naming.prescribers(one.clinician_id for one in new)
            pharmacies = self._naming.pharmacies(one.pharmacy_id for one in new)
        else:
            owners, pharmacies = {}, {}
        return {
            task_key(one.kind, one.id): request_task(
                one,
                reference_of(one.original_id or 0),
                self._patient,
                owners.get(one.clinician_id or 0),
                pharmacies.get(one.pharmacy_id or 0),
            )
            for one in asked
        }

    def _asked(self, kind: TaskKind, page: list[object]) -> Iterator[AskedByPharmacy]:
        for entry in page:
            found = _renewal(entry) if kind is TaskKind.RENEWAL else _change(entry)
            if found is not None and found[0] in (None, self._patient_id):
                yield found[1]

    def _filled(
        self, one: Prescription, unsure: frozenset[int], order: str
    ) -> Iterator[WantedEntry]:
        if one.state.fill is not None:
            key = fill_key(one.id, one.state.fill)
            parts = STATUS_ONLY if one.id in unsure else DISPENSE_PARTS
            yield WantedEntry(key, dispense(one, one.state.fill, order, self._patient), parts)
        partly = self._dispenses.entries().get(fill_key(one.id, Fill.PARTIAL))
        if one.state.fill is Fill.FULL and partly and partly.status != COMPLETED:
            rest = {**dispense(one, Fill.PARTIAL, order, self._patient), "status": COMPLETED}
            yield WantedEntry(fill_key(one.id, Fill.PARTIAL), rest, STATUS_ONLY)

    def _told(self, failures: Sequence[BotError]) -> None:
        for error in failures:
            self._result.failed("task", error)


def _renewal(entry: object) -> tuple[int | None, AskedByPharmacy] | None:
    try:
        item = read(RenewalItem, entry)
    except ValidationError:
        return None
    asked = AskedByPharmacy(
        kind=TaskKind.RENEWAL,
        id=item.RefillId,
        clinician_id=item.ClinicianId,
        pharmacy_id=item.PharmacyId,
        original_id=item.OriginalPrescriptionId,
        requested_ids=tuple(filter(None, [item.RequestedPrescriptionId])),
        asked=fhir_moment(item.RequestedDate),
        expires=fhir_moment(item.RequestExpirationDate),
    )
    return (item.Patient.PatientId if item.Patient else None), asked


def _change(entry: object) -> tuple[int | None, AskedByPharmacy] | None:
    try:
        item = read(ChangeItem, entry)
    except ValidationError:
        return None
    requested = [positive_number(str(one)) for one in item.RequestedMedications or ()]
    asked = AskedByPharmacy(
        kind=TaskKind.CHANGE,
        id=item.RxChangeRequestId,
        clinician_id=item.ClinicianId,
        pharmacy_id=item.PharmacyId,
        original_id=item.OriginalPrescriptionId or item.PrescribedPrescriptionId,
        requested_ids=tuple(filter(None, requested)),
        asked=fhir_moment(item.RequestedDate),
        expires=fhir_moment(item.RequestExpirationDate),
    )
    return (item.Patient.PatientId if item.Patient else None), asked
