"""A clinic whose drugs and pharmacies are chosen: DoseSpot, the FHIR server and time in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fhir_profiles import Resource
from shared.claims.store import ClaimStore
from shared.claims.turns import Turns
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem
from shared.dosespot.favorites import FavoriteItem, FavoriteRecord
from shared.dosespot.wire import PatientItem
from shared.errors import BotError, LookUpFirst
from shared.timing import Timing
from tests.core.fhir_in_memory import FhirServer
from tests.core.one_run import Diary, Time
from tests.core.situations import ME

DRUG = DrugItem(
    DispensableDrugId=20001,
    NDC="00093310905",
    RXCUI=308191,
    DisplayName="Amoxicillin (oral - capsule)",
    Strength="500 mg",
    DispenseUnitId=4,
)
PAT_IN_DOSESPOT = PatientItem(
    PatientId=70001, FirstName="Pat", LastName="Example", DateOfBirth="1971-02-03T00:00:00"
)
LOST, SENT_AND_LOST = "lost on the way", "done, and the answer lost"
Fault = str | BotError | Callable[[], object]


@dataclass
class DoseSpotOfClinic:
    """DoseSpot, as the worst of it: a favorite added twice is there twice.

    Attributes:
        calls: what was asked that may change something.
        faults: what goes wrong with the next writes, one for each; "" for nothing.
        unread: what goes wrong with the next lists; None for nothing.
        hides: how many lists don't show yet what was written.
    """

    clinic_id: int = 123
    drugs: dict[int, DrugItem] = field(default_factory=lambda: {20001: DRUG})
    people: dict[int, PatientItem] = field(default_factory=lambda: {70001: PAT_IN_DOSESPOT})
    listed: list[FavoriteItem] = field(default_factory=list)
    chosen: dict[int, dict[int, bool]] = field(default_factory=dict)
    calls: list[Any] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: list[BotError | None] = field(default_factory=list)
    hides: int = 0

    def drug(self, drug_id: int) -> DrugItem | None:
        return self.drugs.get(drug_id)

    def pharmacy(self, pharmacy_id: int) -> PharmacyItem | None:
        known = pharmacy_id < 60100
        return PharmacyItem(PharmacyId=pharmacy_id, StoreName="Elm") if known else None

    def patient(self, patient_id: int) -> PatientItem | None:
        return self.people.get(patient_id)

    def favorites(self) -> list[FavoriteItem]:
        self._read()
        if self.hides and self.listed:
            self.hides -= 1
            return self.listed[:-1]
        return list(self.listed)

    def add_favorite(self, record: FavoriteRecord, send_within_s: float) -> int:
        number = 800001 + len(self.listed)
        item = FavoriteItem(
            ClinicFavoritePrescriptionId=number,
            DispensableDrugId=record["DispensableDrugId"],
            Directions=record["Directions"],
        )
        self._write((record, send_within_s), lambda: self.listed.append(item))
        return number

    def patient_pharmacies(self, patient_id: int) -> dict[int, bool]:
        self._read()
        return dict(self.chosen.get(patient_id, {}))

    def add_pharmacy(
        self, patient_id: int, pharmacy_id: int, *, primary: bool, send_within_s: float
    ) -> None:
        def add() -> None:
            known = self.chosen.setdefault(patient_id, {})
            if primary:
                known.update(dict.fromkeys(known, False))
            known[pharmacy_id] = primary or known.get(pharmacy_id, False) or not known

        self._write((patient_id, pharmacy_id, primary), add)

    def _read(self) -> None:
        failure = self.unread.pop(0) if self.unread else None
        if failure is not None:
            raise failure

    def _write(self, call: Any, effect: Callable[[], object]) -> None:
        self.calls.append(call)
        fault = self.faults.pop(0) if self.faults else ""
        if isinstance(fault, BotError):
            raise fault
        if callable(fault):
            fault()
        if fault == LOST:
            raise LookUpFirst("?")
        effect()
        if fault == SENT_AND_LOST:
            raise LookUpFirst("?")


class StampingServer(FhirServer):
    """A FHIR server that says when it stored what it has."""

    def __init__(self, time: Time, *resources: Resource) -> None:
        self.time = time
        super().__init__(*resources)

    def put(self, resource: Resource) -> Resource:
        meta = {**resource.get("meta", {}), "lastUpdated": self.time().isoformat()}
        return super().put({**resource, "meta": meta})


class ChoosingClinic:
    """The clinic, and the runs in it.

    Attributes:
        fails_to_save: how often the next run's trail can't be written.
    """

    def __init__(self, *resources: Resource) -> None:
        self.dosespot, self.time = DoseSpotOfClinic(), Time()
        self.fhir = StampingServer(self.time, *resources)
        self.diary = Diary(lambda: None)
        self.fails_to_save = 0

    def turns(self, run: str = ME) -> Turns:
        """What gives a new run its turn."""
        self.diary = Diary(lambda: None, run)
        claims = ClaimStore(self.fhir.client)
        return Turns(claims, run, self.diary.who, self.time, self.time.wait, Timing())

    def of_type(self, kind: str) -> list[Any]:
        """The resources of a type."""
        return [one for one in self.fhir.resources.values() if one["resourceType"] == kind]
