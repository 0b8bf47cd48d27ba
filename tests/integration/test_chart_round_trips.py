"""The benchmark's chart is brought in line by the calls that it should take, and then not again."""

import pytest

from shared.prescriptions.prescription_run import READ_ONE_BY_ONE
from tests.bench.charts import DRUGS, PAGE, PHARMACIES
from tests.bench.prescriptions import measure, measure_opening

pytestmark = pytest.mark.outside

NUMBER = PAGE + 5


def test_nothing_new_costs_the_pages_and_two_round_trips() -> None:
    runs = measure(NUMBER)
    first, cold, warm = runs
    assert [one.written for one in runs] == [NUMBER, 0, 0]
    pages, whose, requests, stores, token = 2, 1, 2, 1, 1
    assert warm.dosespot == pages + whose + requests + stores
    assert warm.fhir == 2 + 3  # who asks about whom at the same time, and then three searches
    assert warm.chain <= pages + 2
    assert cold.dosespot == warm.dosespot + token + DRUGS + PHARMACIES
    assert first.dosespot == cold.dosespot


def test_the_apps_opening_reads_what_is_open_again_and_writes_nothing() -> None:
    cold, warm = measure_opening(READ_ONE_BY_ONE + 1)
    assert [one.written for one in (cold, warm)] == [0, 0]
    whose, pages, requests, stores, consent, history = 2, 1, 2, 1, 1, 1
    active = 1
    assert warm.dosespot == whose + pages + active + requests + stores + consent + history
    assert warm.chain <= 6
