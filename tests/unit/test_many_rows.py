"""The rows of a file with prescribers: what they may look like, and what becomes of bad ones."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bots.bulk.result import Outcome, Result
from deploy.many.rows import Row, count_rows, file_rows, search_params

DEFAULTS = {"practitionerRoleTypes": [1]}
ONE = Row("a", {"practitionerRoleTypes": [1], "practitionerId": "a"})


def rows(text: str) -> list[Row | Result]:
    return list(file_rows(text.splitlines(keepends=True), DEFAULTS))


def error(row: Row | Result) -> str:
    assert isinstance(row, Result)
    assert row.outcome is Outcome.REFUSED
    return str(row.error)


@pytest.mark.parametrize(
    "text",
    [
        "practitionerId\na\n",
        "\ufeffpractitionerId\r\na\r\n",
        "\n practitionerId , initIdp\n\n a ,\n",
        "initIdp,practitionerId\n,a",
        '{"practitionerId": "a"}\n\n',
        '\ufeff{"practitionerId": "a"}',
    ],
)
def test_a_file_is_csv_or_json_lines(text: str) -> None:
    assert rows(text) == [ONE]
    assert count_rows(text.splitlines()) == 1


def test_columns_take_what_the_bot_takes() -> None:
    (row,) = rows(
        "practitionerId,practitionerRoleTypes,medicalLicenseNumbers,initIdp,initTfa,tfaType\n"
        "a,1;4,IL:036 12;NY: 77,TRUE,false,Token\n"
    )
    licenses = [
        {"State": "IL", "LicenseNumber": "036 12"},
        {"State": "NY", "LicenseNumber": " 77"},
    ]
    assert row == Row(
        "a",
        {
            "practitionerId": "a",
            "practitionerRoleTypes": [1, 4],
            "medicalLicenseNumbers": licenses,
            "initIdp": True,
            "initTfa": False,
            "tfaType": "Token",
        },
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("b,x,", "Row 2: The bot's input was refused. practitionerRoleTypes[0]: must be a whole"),
        ("b,1,perhaps", "Row 2: The bot's input was refused. initIdp: must be true or false."),
        ("b,9,", "practitionerRoleTypes[0]: must be at most 6"),
        (",1,", "practitionerId: is required; add it"),
        ("b,1,true,x", "Row 2: The row has more cells than there are columns."),
        (f"{'b' * 200_000},,", "Row 2: The line is not CSV."),
    ],
)
def test_a_bad_row_of_csv_is_told_and_the_others_are_read(line: str, problem: str) -> None:
    bad, good = rows(f"practitionerId,practitionerRoleTypes,initIdp\n{line}\na\n")
    assert problem in error(bad)
    assert good == ONE


@pytest.mark.parametrize("line", ["[1]", "a", '{"practitionerId": ', "[" * 100_000, "\x00"])
def test_a_bad_line_of_json_is_told_and_the_others_are_read(line: str) -> None:
    first, bad, good = rows(f'{{"practitionerId": "x"}}\n{line}\n{{"practitionerId": "a"}}\n')
    assert isinstance(first, Row)
    assert error(bad) == "Row 2: The line must be a JSON object."
    assert good == ONE


@pytest.mark.parametrize("given", ["Dr. Jane Smith", "", 7, None, ["a"]])
def test_what_is_no_id_is_not_repeated(given: Any) -> None:
    (row,) = rows(json.dumps({"practitionerId": given}))
    assert isinstance(row, Result)
    assert row.practitionerId is None
    assert "Smith" not in row.as_json()


def test_a_bad_row_keeps_its_id() -> None:
    (row,) = rows('{"practitionerId": "a", "practitionerRoleTypes": []}')
    assert isinstance(row, Result)
    assert row.practitionerId == "a"


@pytest.mark.parametrize("header", ["id", "practitionerId,name", "a", "1,2"])
def test_a_header_must_name_known_columns(header: str) -> None:
    with pytest.raises(ValueError, match="The first line must name the columns: practitionerId"):
        rows(f"{header}\na\n")


def test_an_empty_file_has_no_header() -> None:
    with pytest.raises(ValueError, match="The first line must name the columns"):
        rows("")


def test_rows_are_read_one_at_a_time() -> None:
    taken: list[int] = []

    def lines() -> Iterator[str]:
        yield "practitionerId\n"
        for number in range(1000):
            taken.append(number)
            yield f"a{number}\n"

    read = file_rows(lines(), DEFAULTS)
    next(read)
    assert taken == [0]


def test_a_search_gives_its_parameters() -> None:
    assert search_params("Practitioner") == {}
    assert search_params("Practitioner?active=true&name=a%26b") == {"active": "true", "name": "a&b"}


@pytest.mark.parametrize(
    "query",
    ["Patient?active=true", "active=true", "Practitioner?_count=5", "Practitioner?name=a&name=b"],
)
def test_what_is_no_plain_search_for_practitioners_is_refused(query: str) -> None:
    with pytest.raises(ValueError, match="--search must look like"):
        search_params(query)
