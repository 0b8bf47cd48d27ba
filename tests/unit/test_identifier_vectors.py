"""Every published rule about an identifier or field, and every vector of it, in one table.

The finer points of each rule are tested in `test_identifiers.py`.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest

from shared.prescriber_form.rules.checks import LENIENT
from shared.records.identifiers import (
    ADDRESS_STATES,
    PBS_PRESCRIBER_TYPES,
    STATES,
    RuleBroken,
    dea_warnings,
    parse_address_line,
    parse_dea,
    parse_fax,
    parse_hpii,
    parse_license,
    parse_nadean,
    parse_npi,
    parse_pbs_prescriber_number,
    parse_pbs_prescriber_type,
    parse_person_name,
    parse_phone,
    parse_state,
    parse_street_line,
    parse_zip,
)


def _dea_in_order(value: str) -> str:
    """The check digit alone; the second letter is held against a family name that has it."""
    if dea_warnings(value, value[1]):
        raise RuleBroken("the check digit is wrong")
    return parse_dea(value)


VALID: dict[str, tuple[Callable[[str], str], Iterable[str]]] = {
    "NPI": (parse_npi, "1234567893 1558598797 1993999998 2000000002 1000000004".split()),
    "DEA, form and check digit": (
        _dea_in_order,
        "AB1234563 AP5836727 F91234563 BB1388568 AB1234563-12345 CD9876547".split(),
    ),
    "DEA, form alone": (parse_dea, "AB1234567 AB4523767 CD9876543".split()),
    "State": (parse_state, [*sorted(STATES), "DC", "PR", "VI", "GU", "AS", "MP"]),
    "State of an address": (
        partial(parse_state, states=ADDRESS_STATES),
        "FM MH PW AA AE AP".split(),
    ),
    "ZIP": (parse_zip, ["12345", "12345-1234", "123451234"]),
    "Phone": (parse_phone, ["345-123-4567", "1 (345) 123-4567", "345.123.4567x123"]),
    "Fax": (parse_fax, ["567-123-4568", "15671234568"]),
    "Address": (parse_street_line, ["123 Main St", "A" * 35]),
    "Names": (
        parse_person_name,
        ["O'Brien", "Smith-Jones", "de la Cruz", "Núñez", "O\N{RIGHT SINGLE QUOTATION MARK}Brien"],
    ),
    "First names of the form": (LENIENT.first_name, ["Mary Jo", "Zoë", "J.", "A" * 35]),
    "HPI-I (AU)": (parse_hpii, "8003619900015717 8003610833334085 8003614900000009".split()),
    "PBS prescriber number (AU)": (
        parse_pbs_prescriber_number,
        "2603485 3326185 0848402 1234567 2345671".split(),
    ),
    "PBS prescriber type (AU)": (parse_pbs_prescriber_type, "MNDPT"),
    "NADEAN": (parse_nadean, ["XA1234563", "xs1234567", "123456789"]),
    "State licence": (parse_license, ["1", "036-123456", "A" * 35]),
}

INVALID: dict[str, tuple[Callable[[str], str], Iterable[str]]] = {
    "NPI": (parse_npi, "1234567890 2000000006 3000000000 0234567893".split()),
    "DEA, check digit": (_dea_in_order, "AB1234567 AB4523767 CD9876543".split()),
    "DEA, form": (parse_dea, ["A1234563", "AB12345678", "AB1234563-12345678", ""]),
    "State": (parse_state, ["FM", "AE", "Springfield", ""]),
    "ZIP": (parse_zip, ["1234", "12345-", "12345 1234"]),
    "Phone": (
        parse_phone,
        ["555-123-4567", "045-123-4567", "145-123-4567", "345-777-7777", "345-123-456"],
    ),
    "Fax": (parse_fax, ["567-123-4568x1", "555-123-4567"]),
    "Address, no PO box": (parse_street_line, ["P.O. Box 1", "POBox 1", "Post Office Box 1"]),
    "Address, never cut": (parse_address_line, ["A" * 36]),
    "Names": (parse_person_name, ["A" * 36, "R2", "<b>", "-", "Smith;", "Smith\x00"]),
    "HPI-I (AU)": (
        parse_hpii,
        ["8003614900000000", "8003614900000001", "8003629900015717", "800361990001571", ""],
    ),
    "PBS prescriber number (AU)": (
        parse_pbs_prescriber_number,
        ["2345678", "0848403", "123456", "12345678", "A345671"],
    ),
    "PBS prescriber type (AU)": (parse_pbs_prescriber_type, ["X", "", "MN", "1"]),
    "NADEAN": (parse_nadean, ["XA123456", "XA12345678", "XA-123456"]),
    "State licence": (parse_license, ["", "A" * 36]),
}


def _cases(table: dict[str, tuple[Callable[[str], str], Iterable[str]]]) -> list[Any]:
    return [
        pytest.param(parse, value, id=f"{rule}: {value[:20]}")
        for rule, (parse, values) in table.items()
        for value in values
    ]


@pytest.mark.parametrize(("parse", "value"), _cases(VALID))
def test_what_the_rule_takes(parse: Callable[[str], str], value: str) -> None:
    assert parse(value)


@pytest.mark.parametrize(("parse", "value"), _cases(INVALID))
def test_what_the_rule_refuses_without_quoting_it(parse: Callable[[str], str], value: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse(value)
    assert len(value) < 5 or value not in str(refused.value)


def test_a_pbs_number_whose_remainder_is_10_is_none() -> None:
    for last in "0123456789":  # 0*0 + 2*5 modulo 11 is 10
        with pytest.raises(RuleBroken):
            parse_pbs_prescriber_number(f"020000{last}")


def test_values_are_stored_in_one_form() -> None:
    assert parse_nadean("xa1234563") == "XA1234563"
    assert parse_hpii("8003 6199 0001 5717") == "8003619900015717"
    assert {parse_pbs_prescriber_type(kind.lower()) for kind in "MNDPT"} == PBS_PRESCRIBER_TYPES
