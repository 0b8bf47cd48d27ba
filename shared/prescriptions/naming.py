"""What prescriptions name by id, looked up in DoseSpot and in the project."""

from collections.abc import Iterable, Mapping, Sequence

from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import PharmacyItem
from shared.dosespot.prescription_wire import PrescriptionItem
from shared.errors import BotError
from shared.prescriptions.lookups import LookedUp
from shared.prescriptions.ports import Synced, SyncPorts
from shared.prescriptions.reading import Known


class Naming:
    """Looks up what some prescriptions name; what fails is told and stops nothing.

    Args:
        ports: of the run.
        result: of the run, which is told.
        patient_state: code of the state where the patient lives, "" if unknown.
    """

    def __init__(self, ports: SyncPorts, result: Synced, patient_state: str) -> None:
        self._ports = ports
        self._result = result
        self._patient_state = patient_state

    def known(self, items: Sequence[PrescriptionItem]) -> tuple[Known, frozenset[int]]:
        """What is known, and the ids of those prescriptions of which something is unsure."""
        ports = self._ports
        prescriber_ids = ids(item.PrescriberId for item in items)
        members = ports.together.started(lambda: ports.directory.prescribers(prescriber_ids))
        drugs = ports.lookups.drugs(ids(item.DispensableDrugId for item in items))
        stores = ports.lookups.pharmacies(ids(item.PharmacyId for item in items))
        prescribers, unclear = members.result()
        self._result.tell(*unclear)
        pharmacies = self._organizations(stores)
        for kind, failures in (("drug", drugs.failures), ("pharmacy", stores.failures)):
            for number, error in failures.items():
                self._result.failed(f"{kind} {number}", error)
        known = Known(
            drugs=drugs.found,
            pharmacies=pharmacies,
            pharmacy_states={
                number: (store.State or "").strip().upper()
                for number, store in stores.found.items()
            },
            prescribers=prescribers,
            patient_state=self._patient_state,
        )
        unsure = frozenset(
            item.PrescriptionId
            for item in items
            if not (
                _is_known(item.DispensableDrugId, drugs.found)
                and _is_known(item.PharmacyId, pharmacies)
            )
        )
        return known, unsure

    def prescribers(self, numbers: Iterable[int | None]) -> dict[int, NamedById]:
        """Prescribers by clinician id."""
        found, unclear = self._ports.directory.prescribers(ids(numbers))
        self._result.tell(*unclear)
        return found

    def pharmacies(self, numbers: Iterable[int | None]) -> dict[int, NamedById]:
        """Pharmacies by id, as far as they can be looked up."""
        return self._organizations(self._ports.lookups.pharmacies(ids(numbers)))

    def _organizations(self, stores: LookedUp[PharmacyItem]) -> dict[int, NamedById]:
        """All of them at once, and where that fails, one by one."""
        try:
            return self._ports.directory.pharmacies(stores.found)
        except BotError:
            named: dict[int, NamedById] = {}
        for number, store in stores.found.items():
            try:
                named.update(self._ports.directory.pharmacies({number: store}))
            except BotError as error:
                stores.failures[number] = error
        return named


def _is_known(number: int | None, known: Mapping[int, object]) -> bool:
    """Whether what an id names is known, if it names something."""
    return number is None or number <= 0 or number in known


def ids(given: Iterable[int | None]) -> list[int]:
    """The ids among some values, each once."""
    return sorted({number for number in given if number is not None and number > 0})
