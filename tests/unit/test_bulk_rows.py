"""The rows of a file with prescribers: what they may look like, and what becomes of bad ones."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from deploy.bulk.cells import NOT_LICENSES, NOT_ROLES
from deploy.bulk.rows import NO_ROLES, PrescriberRow, table_rows
from deploy.bulk.search import search_params
from deploy.bulk.table import NOT_UTF8
from deploy.bulk.text_file import TextFile
from deploy.bulk.worker.result import PrescriberOutcome, PrescriberResult

DEFAULTS = {"practitionerRoleTypes": [1]}
ONE = PrescriberRow("a", {"practitionerRoleTypes": [1], "practitionerId": "a"})


def rows(text: str, **defaults: Any) -> list[PrescriberRow | PrescriberResult]:
    return list(table_rows(text.splitlines(keepends=True), defaults or DEFAULTS))


def rows_of(content: bytes, **defaults: Any) -> list[PrescriberRow | PrescriberResult]:
    return list(table_rows(TextFile(BytesIO(content)).lines(), defaults or DEFAULTS))


def error(row: PrescriberRow | PrescriberResult) -> str:
    assert isinstance(row, PrescriberResult)
    assert row.outcome is PrescriberOutcome.REFUSED
    return str(row.error)


@pytest.mark.parametrize(
    "text",
    [
        "practitionerId\na\n",
        "practitionerId\r\na\r\n",
        "\n practitionerId , initIdp\n\n a ,\n",
        "initIdp,practitionerId\n,a",
        '{"practitionerId": "a"}\n\n',
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_is_csv_or_json_lines(text: str, mark: str) -> None:
    assert rows_of(f"{mark}{text}".encode()) == [ONE]


def test_columns_take_what_the_bot_takes() -> None:
    (row,) = rows(
        "practitionerId,practitionerRoleTypes,medicalLicenseNumbers,initIdp,initTfa,tfaType\n"
        "a,1;4,IL:036 12;NY: 77,TRUE,false,Token\n"
    )
    licenses = [
        {"State": "IL", "LicenseNumber": "036 12"},
        {"State": "NY", "LicenseNumber": "77"},
    ]
    assert row == PrescriberRow(
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
        ("b,x,", f"Row 2: practitionerRoleTypes: {NOT_ROLES}"),
        ("b,1,perhaps", "Row 2: The bot's input was refused. initIdp: must be true or false."),
        ("b,9,", "practitionerRoleTypes[0]: must be at most 6"),
        (",1,", "practitionerId: is required; add it"),
        (
            "b,1,true,x",
            "Row 2: The row has more cells than there are columns; put a cell that holds ,",
        ),
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
    assert isinstance(first, PrescriberRow)
    assert error(bad) == "Row 2: The line must be a JSON object."
    assert good == ONE


@pytest.mark.parametrize("given", ["Dr. Jane Smith", "", 7, None, ["a"]])
def test_what_is_no_id_is_not_repeated(given: Any) -> None:
    (row,) = rows(json.dumps({"practitionerId": given}))
    assert isinstance(row, PrescriberResult)
    assert row.practitionerId is None
    assert "Smith" not in row.as_json()


def test_a_bad_row_keeps_its_id() -> None:
    (row,) = rows('{"practitionerId": "a", "practitionerRoleTypes": []}')
    assert isinstance(row, PrescriberResult)
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

    read = table_rows(lines(), DEFAULTS)
    next(read)
    assert taken == [0]


CSV = (
    "practitionerId,practitionerRoleTypes,medicalLicenseNumbers,initIdp\n"
    "a,1;4,IL:036123456;NY:123456,TRUE\n"
    ",,,\n"
    "b,PrescribingClinician; Clinician Admin,,\n"
)
A = PrescriberRow(
    "a",
    {
        "practitionerId": "a",
        "practitionerRoleTypes": [1, 4],
        "medicalLicenseNumbers": [
            {"State": "IL", "LicenseNumber": "036123456"},
            {"State": "NY", "LicenseNumber": "123456"},
        ],
        "initIdp": True,
    },
)
B = PrescriberRow("b", {"practitionerId": "b", "practitionerRoleTypes": [1, 4]})


def separated(separator: str) -> str:
    """The table as a spreadsheet writes it with another separator."""
    cells = [line.split(",") for line in CSV.splitlines()]
    quoted = ((f'"{cell}"' if separator in cell else cell for cell in line) for line in cells)
    return "\r\n".join(separator.join(line) for line in quoted) + "\r\n"


FORMS: dict[str, bytes] = {
    "semicolons": separated(";").encode(),
    "tabs": separated("\t").encode(),
    "bars": separated("|").encode(),
    "UTF-8 with a mark": separated(";").encode("utf-8-sig"),
    "UTF-16": separated("\t").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + separated("\t").encode("utf-16-be"),
    "sep=, line": b"sep=,\r\n" + CSV.encode(),
    "sep=; line": b'\xef\xbb\xbf"sep=;"\r\n\r\n' + separated(";").encode(),
    "Practitionerid header": CSV.replace("practitionerId", "Practitionerid").encode(),
    "spaces and underscores": CSV.replace("practitionerId", "Practitioner ID")
    .replace("practitionerRoleTypes", "practitioner_role_types")
    .encode(),
    "quoted names": CSV.replace("practitionerId,", '"practitionerId",').encode(),
    "columns without a name": CSV.replace("\n", ",,\n").encode(),
    "empty lines": b"\n \n" + CSV.replace("\n", "\n\n").encode(),
}


@pytest.mark.parametrize("name", FORMS)
def test_csv_forms(name: str) -> None:
    assert rows_of(FORMS[name], initTfa=False, practitionerRoleTypes=[2]) == [
        PrescriberRow(row.practitioner_id, {"initTfa": False, **row.given}) for row in (A, B)
    ]


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (CSV.encode("utf-16-le"), "UTF-16 without a byte order mark. Save it as CSV UTF-8."),
        (b"PK\x03\x04\x14\x00", "The file is a workbook. Save it as CSV UTF-8."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "The file is a workbook."),
        (b"practitionerId,Practitioner_ID\na,a\n", "names a column twice"),
        (
            b"practitionerId,initIdp,name\na,,Jane\n",
            "organizationId. Column 3 is not one of these.",
        ),
    ],
)
def test_what_is_no_table_is_refused_with_its_cause(content: bytes, cause: str) -> None:
    with pytest.raises(ValueError, match=cause.replace(".", "[.]")):
        rows_of(content)


def test_a_row_with_letters_of_another_encoding_is_told() -> None:
    bad, good = rows_of("practitionerId,tfaType\na,Möbile\na,\n".encode("latin-1"))
    assert error(bad).startswith(f"Row 2: {NOT_UTF8}")
    assert good == ONE


def test_a_row_is_counted_by_its_line_in_the_file() -> None:
    text = "sep=;\n\npractitionerId;initIdp\n\na;\n;x\n"
    good, bad = rows(text)
    assert good == ONE
    assert error(bad).startswith("Row 6: ")


def test_a_file_can_be_read_again() -> None:
    file = TextFile(BytesIO(FORMS["UTF-16"]))
    assert list(file.lines()) == list(file.lines()) != []


def test_bulk_without_role() -> None:
    with pytest.raises(ValueError, match="No role is given, and none is assumed") as refused:
        rows("practitionerId\nproxy\nadmin\nagent\n", initIdp=False)
    assert str(refused.value) == NO_ROLES
    given = rows("practitionerId,practitionerRoleTypes\na,6\nb,\n", initIdp=False)
    assert given[0] == PrescriberRow(
        "a", {"initIdp": False, "practitionerId": "a", "practitionerRoleTypes": [6]}
    )
    assert error(given[1]).endswith(f"practitionerRoleTypes: is required; add it. {NO_ROLES}")
    (of_json,) = rows('{"practitionerId": "a"}\n', initIdp=False)
    assert error(of_json).endswith(NO_ROLES)


@pytest.mark.parametrize(
    "cell",
    [
        "IL:036123456,NY:123456",
        "IL:036123456|NY:123456",
        "IL:036123456 NY:123456",
        "IL:036123456, NY 123456",
        "IL036123456",
        "IL-036123456;NY:123456",
    ],
)
def test_semicolon_slip(cell: str) -> None:
    bad, good = rows(f'practitionerId\tmedicalLicenseNumbers\nb\t"{cell}"\na\t\n')
    assert error(bad) == f"Row 2: medicalLicenseNumbers: {NOT_LICENSES}"
    assert bad.practitionerId == "b"
    assert "write IL:036123456;NY:123456" in NOT_LICENSES
    assert good == ONE


def test_everything_wrong_with_the_cells_of_a_row_is_told_at_once_and_not_quoted() -> None:
    (bad,) = rows("practitionerId,practitionerRoleTypes,medicalLicenseNumbers\na,Zyx,Wvu\n")
    assert error(bad) == (
        f"Row 2: practitionerRoleTypes: {NOT_ROLES}; medicalLicenseNumbers: {NOT_LICENSES}"
    )


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("1", [1]),
        ("1 4", [1, 4]),
        ("1|4", [1, 4]),
        ("prescribingclinician", [1]),
        ("PROXY_CLINICIAN;Epcs Coordinator", [6, 3]),
    ],
)
def test_roles_are_numbers_or_names(cell: str, roles: list[int]) -> None:
    (row,) = rows(f"practitionerId,practitionerRoleTypes\na,{cell}\n")
    assert isinstance(row, PrescriberRow)
    assert row.given["practitionerRoleTypes"] == roles


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
