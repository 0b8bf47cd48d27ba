"""Setting a supervisor: under a claim, in its time, and again where the last answer was lost."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from fhir_profiles.claim import Announced, Claim
from shared.claims.store import ClaimStore
from shared.errors import BotError, DoseSpotRefused, FhirDenied, LookUpFirst, RemoteUnavailable
from shared.supervision.supervise import Supervisors
from shared.timing import Timing
from tests.core.fhir_in_memory import FhirServer
from tests.core.one_run import Diary, Time
from tests.core.situations import ME, OTHER, WHO, at

AGENT, ANN, BEN = 5, 1, 2
NO, DOWN, SILENT = DoseSpotRefused("no"), RemoteUnavailable("down"), LookUpFirst("?")
KEY = f"supervisor.123.{AGENT}"
NOBODY = None


@dataclass
class DoseSpot:
    """DoseSpot, which does not show who supervises; `answers` go wrong, one for each call."""

    clinic_id: int = 123
    calls: list[Any] = field(default_factory=list)
    answers: list[BotError | None] = field(default_factory=list)

    def add_supervisor(self, clinician_id: int, supervisor_id: int, send_within_s: float) -> None:
        assert clinician_id == AGENT
        self._noted(supervisor_id, send_within_s)

    def remove_supervisors(self, clinician_id: int, send_within_s: float) -> None:
        assert clinician_id == AGENT
        self._noted(NOBODY, send_within_s)

    def _noted(self, supervisor_id: int | None, send_within_s: float) -> None:
        self.calls.append((supervisor_id, send_within_s))
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer


class Office:
    """An agent, whoever supervises them, and the runs that change that."""

    def __init__(self) -> None:
        self.fhir, self.dosespot, self.time = FhirServer(), DoseSpot(), Time()
        self.diary = Diary(lambda: None)

    def sets(self, supervisor_id: int | None, run: str = ME) -> None:
        """One run."""
        self.diary = Diary(lambda: None, run)
        claims = ClaimStore(self.fhir.client)
        use_case: Any = Supervisors
        use_case(claims, self.dosespot, self.diary, self.time, self.time.wait, Timing()).set(
            AGENT, supervisor_id, "detail"
        )

    def fails(self, supervisor_id: int | None, answer: BotError, run: str = ME) -> BotError:
        """A run that DoseSpot does not answer with yes."""
        self.dosespot.answers = [answer]
        with pytest.raises(BotError) as caught:
            self.sets(supervisor_id, run)
        return caught.value

    def asked(self) -> list[int | None]:
        """Whom DoseSpot was asked to set."""
        return [one for one, _ in self.dosespot.calls]

    @property
    def claim(self) -> Claim:
        """The claim as the next run finds it."""
        return ClaimStore(self.fhir.client).find(KEY)


@pytest.mark.parametrize("wanted", [ANN, NOBODY])
def test_it_is_sent_only_while_the_claim_lasts_long_enough(wanted: int | None) -> None:
    office = Office()
    office.sets(wanted)
    assert office.dosespot.calls == [(wanted, 15.0)]
    late = Office()
    late.fhir.before_write = [lambda: setattr(late.time, "passed_s", 4.0)]
    late.sets(wanted)
    assert late.dosespot.calls == [(wanted, 11.0)]


def test_what_was_set_last_is_remembered_and_not_sent_again() -> None:
    office = Office()
    for wanted in (ANN, ANN, NOBODY, NOBODY, ANN):
        office.sets(wanted)
    assert office.asked() == [ANN, NOBODY, ANN]
    assert (office.claim.holder, office.claim.announced) == (None, None)
    assert office.claim.memory == {"supervisor": str(ANN)}


@pytest.mark.parametrize("wanted", [ANN, BEN, NOBODY])
def test_after_a_lost_answer_the_next_run_sends_whatever_it_wants(wanted: int | None) -> None:
    office = Office()
    office.sets(ANN)
    assert isinstance(office.fails(BEN, SILENT), LookUpFirst)
    assert office.claim.announced == Announced("supervise", ME, str(BEN), WHO, at(0))
    office.time.passed_s = 45.0
    office.sets(wanted, OTHER)
    assert office.asked() == [ANN, BEN, wanted]
    assert office.claim.memory == {"supervisor": "nobody" if wanted is NOBODY else str(wanted)}


@pytest.mark.parametrize("then", [NO, DOWN, BotError("no")], ids=str)
@pytest.mark.parametrize("wanted", [ANN, BEN])
def test_a_lost_answer_stays_open_though_the_next_run_changes_nothing(
    then: BotError, wanted: int
) -> None:
    office = Office()
    office.sets(ANN)
    office.fails(BEN, SILENT)
    office.time.passed_s = 45.0
    office.fails(NOBODY, then, OTHER)
    assert (office.claim.holder, office.claim.announced) == (None, None)
    office.sets(wanted)
    assert office.asked() == [ANN, BEN, NOBODY, wanted]


@pytest.mark.parametrize("answer", [NO, DOWN], ids=str)
def test_what_had_no_effect_changes_nothing_that_is_remembered(answer: BotError) -> None:
    office = Office()
    office.sets(ANN)
    assert office.fails(BEN, answer) is answer
    office.sets(ANN)
    assert office.asked() == [ANN, BEN]


def test_a_claim_that_cannot_be_given_back_hides_no_refusal() -> None:
    office = Office()
    office.fhir.before_write = [lambda: None, FhirDenied("no")]
    assert office.fails(ANN, NO) is NO
