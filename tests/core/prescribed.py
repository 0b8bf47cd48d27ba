"""DoseSpot with one patient's prescriptions, and a project with a chart, all in memory."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from fhir_profiles import Resource
from shared.directory.project import KnownReferences, ProjectDirectory
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem
from shared.dosespot.prescriptions import ListPage, WireSpan
from shared.dosespot.reply import read
from shared.dosespot.wire import PatientItem
from shared.errors import BotError
from shared.members.enrolled import enrolled_with
from shared.prescriptions.lookups import LookedUp
from shared.prescriptions.ports import MOST_READ_AGAIN, Synced, SyncPorts
from shared.prescriptions.sync import PrescriptionSync
from shared.together import Together
from tests.builders import membership
from tests.core.fhir_in_memory import FhirServer

PATIENT_ID, PRESCRIBER_ID, DRUG_ID, PHARMACY_ID = 1001, 4711, 4433, 77
PAT = "Patient/pat"
NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAY = date(2026, 3, 10)
TOGETHER = Together(ThreadPoolExecutor(8))


def patient(**changes: Any) -> Resource:
    """Pat, who is in DoseSpot."""
    return {
        "resourceType": "Patient",
        "id": "pat",
        "identifier": [{"system": "https://dosespot.com/patient-id", "value": str(PATIENT_ID)}],
        "name": [{"family": "Example", "given": ["Pat"]}],
        "birthDate": "1971-02-03",
        "address": [{"line": ["1 Main St"], "city": "Springfield", "state": "IL"}],
        **changes,
    }


def prescription(number: int = 9001, **changes: Any) -> dict[str, Any]:
    """A prescription as DoseSpot shows it."""
    return {
        "PrescriptionId": number,
        "Status": "eRxSent",
        "MedicationStatus": "Active",
        "DisplayName": "Zolpidem 10 mg tablet",
        "DispensableDrugId": DRUG_ID,
        "Directions": "Take 1 tablet at bedtime",
        "Quantity": "30",
        "Refills": "2",
        "PharmacyId": PHARMACY_ID,
        "PrescriberId": PRESCRIBER_ID,
        "WrittenDate": "2026-03-10T14:00:00",
        "Schedule": 4,
        **changes,
    }


@dataclass
class Practice:
    """Both systems, and what goes wrong in them.

    Attributes:
        prescriptions: DoseSpot's, by id.
        listed: ids of those that are in the list of the span.
        active: ids of those that are in the list of active ones.
        page: how many entries a page has.
        says_total: whether a page tells how many there are.
        renewals: pharmacies' requests for renewals, as DoseSpot lists them.
        changes: those for changes.
        most_read_again: of prescriptions that one run reads again by id.
        failing: by what is looked up, such as `drug 4433` or `prescription 9001`.
        spans: that were asked for.
        looked_up: everything that DoseSpot was asked for.
        followed: as whom and whose pharmacies were brought in line.
    """

    prescriptions: dict[int, Any] = field(default_factory=dict)
    listed: list[int] | None = None
    active: list[int] = field(default_factory=list)
    page: int = 50
    says_total: bool = True
    renewals: list[Any] = field(default_factory=list)
    changes: list[Any] = field(default_factory=list)
    most_read_again: int = MOST_READ_AGAIN
    person: dict[str, Any] = field(default_factory=dict)
    failing: dict[str, BotError] = field(default_factory=dict)
    spans: list[WireSpan] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    followed: list[tuple[int, str]] = field(default_factory=list)
    drugs_known: dict[int, DrugItem] = field(default_factory=dict)
    pharmacies_known: dict[int, PharmacyItem] = field(default_factory=dict)
    fhir: FhirServer = field(default_factory=FhirServer)
    references: KnownReferences = field(default_factory=lambda: KnownReferences(lambda: 1.0))

    def patient(self, patient_id: int) -> PatientItem | None:
        self._fail(f"patient {patient_id}")
        shown = {"FirstName": "Pat", "LastName": "Example", "DateOfBirth": "1971-02-03T00:00:00"}
        return read(PatientItem, {"PatientId": patient_id, **shown, **self.person})

    def prescriptions_of_span(self) -> list[Any]:
        wanted = self.prescriptions if self.listed is None else self.listed
        return [self.prescriptions[number] for number in wanted]

    def listed_page(self, span: WireSpan, page: int) -> ListPage:
        if span not in self.spans:
            self.spans.append(span)
        self._fail(f"page {page}")
        entries = self.prescriptions_of_span()
        end = page * self.page
        pages = -(-len(entries) // self.page) if self.says_total else 0
        return ListPage(entries[end - self.page : end], end < len(entries), pages)

    def active_page(self, page: int) -> ListPage:
        self._fail(f"active {page}")
        entries = [self.prescriptions[number] for number in self.active]
        end = page * self.page
        return ListPage(entries[end - self.page : end], end < len(entries), 0)

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        self._fail(f"prescription {prescription_id}")
        return self.prescriptions.get(prescription_id)

    def request_page(self, what: str, entries: list[Any]) -> ListPage:
        self._fail(what)
        return ListPage(entries)

    def drugs(self, ids: Iterable[int]) -> LookedUp[DrugItem]:
        return self._each("drug", ids, self.drugs_known)

    def pharmacies(self, ids: Iterable[int]) -> LookedUp[PharmacyItem]:
        return self._each("pharmacy", ids, self.pharmacies_known)

    def _each(self, kind: str, ids: Iterable[int], known: dict[int, Any]) -> LookedUp[Any]:
        result: LookedUp[Any] = LookedUp()
        for one in ids:
            try:
                self._fail(f"{kind} {one}")
            except BotError as error:
                result.failures[one] = error
                continue
            if one in known:
                result.found[one] = known[one]
        return result

    def _fail(self, what: str) -> None:
        self.looked_up.append(what)
        if what in self.failing:
            raise self.failing[what]

    def use_case(self, acting_as: int = PRESCRIBER_ID) -> PrescriptionSync:
        """The use case, as one run has it."""
        client = self.fhir.client
        directory = ProjectDirectory(
            client, lambda ids: enrolled_with(client, ids), self.references, "project"
        )
        medications = Listing(self, acting_as)
        ports = SyncPorts(
            client, medications, self, directory, TOGETHER, lambda: NOW, self.most_read_again
        )
        return PrescriptionSync(ports)

    def run(self, first: date = DAY, last: date = DAY, **changes: Any) -> Synced:
        """One run for Pat."""
        return self.use_case().run(patient(**changes), first, last)

    def chart(self, kind: str = "MedicationRequest") -> list[Resource]:
        """What is in the chart, in the order in which it was created."""
        return [one for one in self.fhir.resources.values() if one["resourceType"] == kind]

    def asked(self, *methods: str) -> list[str]:
        """What FHIR was asked since the last time, by method."""
        asked, self.fhir.asked = self.fhir.asked, []
        return [one for one in asked if one.startswith(methods or ("GET", "POST", "PUT"))]


@dataclass(frozen=True)
class Listing:
    """DoseSpot's side of a practice, as its client has it."""

    practice: Practice
    acting_as: int = PRESCRIBER_ID

    def patient(self, patient_id: int) -> PatientItem | None:
        return self.practice.patient(patient_id)

    def prescriptions(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        assert patient_id == PATIENT_ID
        return self.practice.listed_page(span, page)

    def active_prescriptions(self, patient_id: int, page: int) -> ListPage:
        return self.practice.active_page(page)

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        return self.practice.prescription(patient_id, prescription_id)

    def renewal_requests(self, patient_id: int | None, page: int) -> ListPage:
        return self.practice.request_page("renewals", self.practice.renewals)

    def change_requests(self, patient_id: int | None, page: int) -> ListPage:
        return self.practice.request_page("changes", self.practice.changes)


def practice(*entries: Any, **options: Any) -> Practice:
    """A practice whose prescriber, drug and pharmacy are known, with these prescriptions."""
    found = Practice(
        prescriptions={one["PrescriptionId"]: one for one in entries},
        drugs_known={
            DRUG_ID: read(
                DrugItem, {"DispensableDrugId": DRUG_ID, "NDC": "00093007401", "RXCUI": 1}
            )
        },
        pharmacies_known={
            PHARMACY_ID: read(
                PharmacyItem,
                {"PharmacyId": PHARMACY_ID, "StoreName": "Corner Drugs", "State": "IL"},
            )
        },
        **options,
    )
    found.fhir.put(member("a", PRESCRIBER_ID))
    found.fhir.put(patient())
    return found


def member(name: str, *clinician_ids: int) -> Resource:
    """The membership of a Practitioner with these DoseSpot ids."""
    system = "https://dosespot.com/clinician-identifier"
    return membership(
        id=f"member-{name}",
        profile={"reference": f"Practitioner/{name}"},
        identifier=[{"system": system, "value": str(one)} for one in clinician_ids],
    )
