"""What a prescription's two statuses come to: every row that DoseSpot documents, and the rest."""

from collections import defaultdict
from itertools import product
from typing import Any

import pytest

from shared.prescriptions.rules.states import (
    Fill,
    MedicationStatus,
    OrderState,
    OrderStatus,
    PrescriptionStatus,
    medication_status,
    order_state,
    prescription_status,
)

DRAFT = ("Entered", "Edited", "ReadyToSign", "PharmacySelect")
SENT = ("EpcsSigned", "Sending", "eRxSent", "FaxSent", "PharmacyVerified", "Printed")
ERROR = ("Error", "EpcsError")
EVERY = [one.value for one in PrescriptionStatus]
EVERY_MEDICATION = [one.value for one in MedicationStatus]
ORDERS = [one for one in EVERY if one != "Requested"]


def status(prescription: Any, medication: Any = "Active", **more: Any) -> str | None:
    return order_state(prescription, medication, **more).status


@pytest.mark.parametrize("silent", ["Active", "Unknown", None, "", 0, 1])
@pytest.mark.parametrize(
    ("prescription", "expected"),
    [
        *((one, "draft") for one in DRAFT),
        *((one, "active") for one in SENT),
        *((one, "on-hold") for one in ERROR),
        ("Deleted", "entered-in-error"),
        ("Requested", None),
        ("Unknown", "unknown"),
        (None, "unknown"),
        ("Retracted", "unknown"),
    ],
)
def test_the_prescription_status_counts_where_the_medication_status_says_no_more(
    prescription: Any, silent: Any, expected: str | None
) -> None:
    assert status(prescription, silent) == expected


@pytest.mark.parametrize("prescription", [*DRAFT, *SENT, *ERROR, "Unknown", None])
@pytest.mark.parametrize(
    ("medication", "expected"),
    [
        ("Completed", "completed"),
        ("FullFill", "completed"),
        ("Cancelled", "cancelled"),
        ("CancelRequested", "active"),
        ("CancelPending", "active"),
        ("CancelDenied", "active"),
        ("Discontinued", "stopped"),
        ("Changed", "stopped"),
        ("Deleted", "entered-in-error"),
        ("PartialFill", "active"),
        ("NoFill", "active"),
        ("Inactive", "unknown"),
        ("LostInTransit", "unknown"),
    ],
)
def test_the_medication_status_counts_where_it_says_something(
    prescription: Any, medication: str, expected: str
) -> None:
    assert status(prescription, medication) == expected


@pytest.mark.parametrize(
    ("medication", "expected"),
    [
        ("FullFill", "completed"),
        ("Completed", "completed"),
        ("PartialFill", "active"),
        ("CancelDenied", "active"),
        ("CancelRequested", "active"),
        ("Cancelled", "cancelled"),
        ("Discontinued", "stopped"),
        ("NoFill", "entered-in-error"),
        ("Inactive", "entered-in-error"),
        ("Active", "entered-in-error"),
        ("LostInTransit", "unknown"),
    ],
)
def test_a_deleted_prescription_is_an_error_unless_the_pharmacy_did_or_may_do_something(
    medication: str, expected: str
) -> None:
    assert status("Deleted", medication) == expected


def test_only_cancelled_is_cancelled() -> None:
    found = {one for one in EVERY_MEDICATION for each in EVERY if status(each, one) == "cancelled"}
    assert found == {"Cancelled"}


def test_only_a_failure_that_nobody_ignored_is_on_hold() -> None:
    found = {
        (each, ignored)
        for each, one, ignored in product(EVERY, EVERY_MEDICATION, (True, False))
        if status(each, one, error_ignored=ignored) == "on-hold"
    }
    assert found == {("Error", False), ("EpcsError", False)}
    assert [status(one, error_ignored=True) for one in ERROR] == ["unknown", "unknown"]


def test_a_failure_asks_for_somebody_until_it_is_ignored_or_the_order_is_over_or_arrived() -> None:
    asks = {
        (each, one)
        for each, one in product(EVERY, EVERY_MEDICATION)
        if order_state(each, one).failed
    }
    open_still = ("Unknown", "Active", "Inactive")
    cancelling = ("CancelRequested", "CancelPending", "CancelDenied")
    assert asks == set(product(ERROR, (*open_still, *cancelling)))
    assert order_state("Error", None).failed
    assert order_state("Error", "LostInTransit").failed
    assert not any(
        order_state(each, one, error_ignored=True).failed
        for each, one in product(EVERY, EVERY_MEDICATION)
    )


@pytest.mark.parametrize("prescription", ORDERS)
@pytest.mark.parametrize("medication", EVERY_MEDICATION)
def test_a_fill_is_what_the_medication_status_says(prescription: str, medication: str) -> None:
    fills = {"FullFill": Fill.FULL, "PartialFill": Fill.PARTIAL, "NoFill": Fill.NONE}
    assert order_state(prescription, medication).fill == fills.get(medication)


@pytest.mark.parametrize("medication", [*EVERY_MEDICATION, None, "x"])
def test_what_the_pharmacy_requested_is_no_order(medication: Any) -> None:
    state = order_state("Requested", medication)
    assert (state.status, state.fill, state.failed) == (None, None, False)


def test_names_in_any_case_and_numbers_mean_the_same() -> None:
    for one in EVERY:
        assert prescription_status(one.upper()) == prescription_status(f" {one} ") == one
    numbered = [prescription_status(number) for number in range(1, 15)]
    assert numbered == [prescription_status(str(number)) for number in range(1, 15)]
    assert [one and one.value for one in numbered] == [
        *("Entered", "Printed", "Sending", "eRxSent", "FaxSent", "Error", "Deleted", "Requested"),
        *("Edited", "EpcsError", "EpcsSigned", "ReadyToSign", "PharmacyVerified"),
        "PharmacySelect",
    ]
    assert [medication_status(float(number)) for number in range(14)] == EVERY_MEDICATION
    assert medication_status("CANCELDENIED") is MedicationStatus.CANCEL_DENIED


@pytest.mark.parametrize(
    "given",
    [None, "", " ", True, -1, 0, 15, 1.5, 10**30, float("nan"), [], {"a": 1}, "é"],
    ids=repr,
)
def test_whatever_is_given_comes_to_a_state(given: Any) -> None:
    assert prescription_status(given) is None
    state = order_state(given, given)
    assert state.status in ("unknown", None)


def test_raw_values_are_kept_as_dosespot_spells_them_or_as_they_were() -> None:
    def kept(state: OrderState) -> tuple[str, str]:
        return state.prescription_status, state.medication_status

    assert kept(order_state(4, "11")) == ("eRxSent", "FullFill")
    assert kept(order_state("erxsent", "FULLFILL")) == ("eRxSent", "FullFill")
    assert kept(order_state("Retracted", " Lost in  transit ")) == ("Retracted", "Lost-in-transit")
    assert kept(order_state(99, None)) == ("99", "")


def test_every_status_of_an_order_occurs() -> None:
    found: dict[str | None, int] = defaultdict(int)
    for each, one, ignored in product(EVERY, EVERY_MEDICATION, (True, False)):
        found[status(each, one, error_ignored=ignored)] += 1
    assert set(found) == {*OrderStatus, None}
