"""What a person waits for when there is nothing to do, which is most of the time."""

import pytest

from tests.bench.stages import count, warm_handler
from tests.integration.clinic import Clinic


@pytest.mark.parametrize("bot", ["admin", "self"])
def test_a_run_with_nothing_to_do_writes_nothing_and_waits_twice(clinic: Clinic, bot: str) -> None:
    counted = count(clinic, warm_handler(clinic, bot), bot, "steady")
    assert (counted.writes, counted.chain) == (0, 2)


def test_opening_the_iframe_waits_once_where_nothing_is_due(clinic: Clinic) -> None:
    counted = count(clinic, warm_handler(clinic, "iframe"), "iframe", "steady")
    assert (counted.fhir, counted.dosespot, counted.writes, counted.chain) == (2, 0, 0, 1)


def test_opening_the_iframe_asks_dosespot_while_it_waits_for_the_prescriber(
    clinic: Clinic,
) -> None:
    stage = "wait for agreements"
    counted = count(clinic, warm_handler(clinic, "iframe"), "iframe", stage)
    assert (counted.writes, counted.chain) == (0, 3)


def test_a_new_patient_of_an_enrolled_prescriber_costs_nothing_for_enrollment(
    clinic: Clinic,
) -> None:
    counted = count(clinic, warm_handler(clinic, "sync"), "sync", "steady")
    assert (counted.fhir, counted.dosespot, counted.writes, counted.chain) == (8, 4, 4, 10)
