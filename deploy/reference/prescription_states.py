"""The table of a prescription's states in `docs/reference/prescriptions.md`, made from the rule."""

from collections.abc import Mapping
from types import MappingProxyType

from shared.prescriptions.rules.states import (
    Fill,
    MedicationStatus,
    OrderState,
    PrescriptionStatus,
    order_state,
)

_FILLS: Mapping[Fill, str] = MappingProxyType(
    {
        Fill.FULL: "MedicationDispense `completed`",
        Fill.PARTIAL: "MedicationDispense `in-progress`",
        Fill.NONE: "MedicationDispense `declined`",
    }
)

Column = tuple[str, ...]


def rendered() -> str:
    """For each medication status what it comes to, by prescription status: one table for each
    group of prescription statuses of which that is the same."""
    return "\n".join(
        f"**{', '.join(names)}**\n\n{_table(column)}" for column, names in _groups().items()
    )


def _groups() -> dict[Column, list[str]]:
    groups: dict[Column, list[str]] = {}
    for prescription in PrescriptionStatus:
        column = _column(prescription, error_ignored=False)
        ignored = _column(prescription, error_ignored=True)
        groups.setdefault(column, []).append(f"`{prescription}`")
        if ignored != column:
            groups.setdefault(ignored, []).append(f"`{prescription}` that somebody has ignored")
    return groups


def _column(prescription: PrescriptionStatus, *, error_ignored: bool) -> Column:
    return tuple(
        _cell(order_state(prescription, medication, error_ignored=error_ignored))
        for medication in MedicationStatus
    )


def _cell(state: OrderState) -> str:
    parts = [
        f"`{state.status}`" if state.status else "no order",
        _FILLS[state.fill] if state.fill else "",
        "Task for the prescriber" if state.failed else "",
    ]
    return ", ".join(filter(None, parts))


def _table(column: Column) -> str:
    """The rows, those with the same outcome together."""
    rows: dict[str, list[str]] = {}
    for medication, cell in zip(MedicationStatus, column, strict=True):
        rows.setdefault(cell, []).append(f"`{medication}`")
    lines = [f"| {', '.join(names)} | {cell} |" for cell, names in rows.items()]
    return "\n".join(("| Medication status | In the chart |", "| --- | --- |", *lines)) + "\n"
