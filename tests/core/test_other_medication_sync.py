"""The network's history and self-reported medications, brought into the chart."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from fhir_profiles import Resource
from shared.dosespot.prescriptions import ListPage, WireSpan
from shared.dosespot.reply import read
from shared.dosespot.wire import PatientItem
from shared.errors import BotError, DoseSpotRefused, LookUpFirst, RecordsDisagree
from shared.prescriptions.other_sync import MALFORMED, OtherMedicationSync
from tests.core.fhir_in_memory import FhirServer
from tests.core.prescribed import DAY, NOW, TOGETHER, patient
from tests.unit.test_other_medications import HISTORY, REPORTED

REFUSED = DoseSpotRefused("DoseSpot refused.")


@dataclass
class Elsewhere:
    """DoseSpot with what others have dispensed and what Pat reports.

    Attributes:
        asked: everything that DoseSpot was asked for, in order.
        consent: what is raised where the consent is recorded.
        consents: whose consents were kept.
    """

    dispensed: list[Any] = field(default_factory=lambda: [HISTORY])
    told: list[Any] = field(default_factory=lambda: [REPORTED])
    family: str = "Example"
    consent: BotError | None = None
    asked: list[Any] = field(default_factory=list)
    consents: list[int] = field(default_factory=list)
    fhir: FhirServer = field(default_factory=FhirServer)

    def patient(self, patient_id: int) -> PatientItem:
        self.asked.append("patient")
        named = {"FirstName": "Pat", "LastName": self.family, "DateOfBirth": "1971-02-03"}
        return read(PatientItem, named)

    def consent_to_history(self, patient_id: int, send_within_s: float) -> None:
        self.asked.append("consent")
        if self.consent:
            raise self.consent

    def history(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        if page == 1:
            self.asked.append(span)
        return ListPage(self.dispensed[page - 1 : page], page < len(self.dispensed))

    def self_reported(self, patient_id: int, span: WireSpan | None, page: int) -> ListPage:
        self.asked.append(span)
        return ListPage(self.told)

    def use_case(self) -> OtherMedicationSync:
        return OtherMedicationSync(
            self.fhir.client, self, TOGETHER, lambda: NOW, self.consents.append
        )

    def chart(self) -> list[Resource]:
        return list(self.fhir.resources.values())


def test_the_consent_comes_first_and_a_second_run_writes_nothing() -> None:
    found = Elsewhere()
    result = found.use_case().history(patient(), DAY, DAY)
    span = WireSpan("2026-03-10T05:00:00Z", "2026-03-11T06:00:00Z")
    assert found.asked == ["patient", "consent", span]
    assert found.consents == [1001]
    assert result.written == found.chart()
    again = found.use_case().history(patient(), DAY, DAY)
    assert (again.written, again.unchanged) == ([], 1)


@pytest.mark.parametrize("raw", [False, True])
def test_without_the_consent_there_is_no_history(raw: bool) -> None:
    found = Elsewhere(consent=REFUSED)
    sync = found.use_case()
    with pytest.raises(DoseSpotRefused):
        (sync.raw_history if raw else sync.history)(patient(), DAY, DAY)
    assert (found.asked, found.chart(), found.consents) == (["patient", "consent"], [], [])


def test_a_consent_without_an_answer_is_shown_by_the_history_itself() -> None:
    found = Elsewhere(consent=LookUpFirst("No answer."))
    assert len(found.use_case().history(patient(), DAY, DAY).written) == 1
    assert found.consents == []


def test_of_another_person_nothing_is_asked_and_no_consent_recorded() -> None:
    found = Elsewhere(family="Other")
    sync = found.use_case()
    runs = (sync.history, sync.raw_history, sync.reported, sync.raw_reported)
    for run in runs:
        with pytest.raises(RecordsDisagree):
            run(patient(), DAY, DAY)
    assert set(found.asked) == {"patient"}


@pytest.mark.parametrize(
    ("days", "span"),
    [
        ((None, None), None),
        ((date(2026, 3, 9), DAY), WireSpan("2026-03-09T05:00:00Z", "2026-03-11T06:00:00Z")),
    ],
    ids=str,
)
def test_what_is_reported_is_read_of_some_days_or_ever(days: Any, span: Any) -> None:
    found = Elsewhere()
    assert len(found.use_case().reported(patient(), *days).written) == 1
    assert found.asked == ["patient", span]
    assert found.use_case().reported(patient(), *days).written == []


def test_the_raw_data_is_answered_and_nothing_written() -> None:
    found = Elsewhere(dispensed=[HISTORY, None, {"odd": 1}], told=["x", REPORTED])
    assert found.use_case().raw_history(patient(), DAY, DAY) == [HISTORY, {"odd": 1}]
    assert found.use_case().raw_reported(patient(), None, None) == [REPORTED]
    assert found.chart() == []


def test_a_malformed_entry_is_said_and_hides_no_other() -> None:
    found = Elsewhere(told=[None, REPORTED, {}])
    result = found.use_case().reported(patient(), None, None)
    assert len(result.written) == 1
    assert [one.sentence for one in result.findings] == [MALFORMED.format(count=2)]


def test_an_entry_that_comes_on_two_pages_is_told_once_whatever_the_second_says() -> None:
    found = Elsewhere(dispensed=[HISTORY, {**HISTORY, "Directions": "Take something else"}])
    (written,) = found.use_case().history(patient(), DAY, DAY).written
    assert written["dosageInstruction"][0]["text"] == HISTORY["Directions"]
    assert found.use_case().history(patient(), DAY, DAY).written == []


def test_where_nothing_can_be_written_the_failure_is_raised() -> None:
    found = Elsewhere()
    found.fhir.read_only = {"MedicationRequest"}
    with pytest.raises(BotError):
        found.use_case().reported(patient(), None, None)


def test_history_and_reports_of_one_number_are_two_entries() -> None:
    same = {"PatientMedicationHistoryId": 31}
    found = Elsewhere(dispensed=[{**HISTORY, **same}])
    found.use_case().history(patient(), DAY, DAY)
    found.use_case().reported(patient(), None, None)
    assert [one["intent"] for one in found.chart()] == ["original-order", "plan"]
