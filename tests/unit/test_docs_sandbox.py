"""The sandbox's page has the code's ports, people, switches, steps, faults and control URLs."""

import re
from pathlib import Path
from typing import Any

import click
from starlette.routing import Route

from deploy.cli.sandbox import sandbox
from deploy.sandbox.dosespot import control
from deploy.sandbox.dosespot.backend import DoseSpotBackend, utc_now
from deploy.sandbox.dosespot.control import ClinicianPatch
from deploy.sandbox.dosespot.identity import RIGHT_ANSWER, RIGHT_CODE
from deploy.sandbox.dosespot.prescribing import control as prescribing_control
from deploy.sandbox.dosespot.prescribing.statuses import STEPS
from deploy.sandbox.dosespot.sittings import SITTINGS
from deploy.sandbox.dosespot.switches import Switches, worst
from deploy.sandbox.faults import Fault
from deploy.sandbox.fhir.switches import FhirSwitches
from deploy.sandbox.people import NEWCOMER, PASSWORD, PEOPLE

PAGE = Path(__file__).parents[2].joinpath("docs/reference/sandbox.md").read_text(encoding="utf-8")


def below(heading: str) -> str:
    """What stands below a heading, as far as the next one."""
    found = re.search(rf"^#+ {heading}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def rows(heading: str) -> list[list[str]]:
    """The cells of every row of a table but head and rule, without code marks."""
    lines = [line for line in below(heading).splitlines() if line.startswith("| `")]
    return [[one.strip().replace("`", "") for one in line.strip("|").split("|")] for line in lines]


def fields(model: type[Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = model.model_json_schema()["properties"]
    return found


def told(value: object) -> str:
    """A value of a switch as JSON has it; nothing where there is none or an empty one."""
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def takes(field: dict[str, Any]) -> str:
    kinds = {"boolean": "true, false", "integer": "integer", "number": "number"}
    if "enum" in field:
        return ", ".join(field["enum"])
    kind = field["type"] if "type" in field else field["anyOf"][0]["type"]
    return kinds.get(kind, "text")


def switch(name: str, field: dict[str, Any]) -> list[str]:
    usual, unkind = getattr(Switches(), name), getattr(worst(), name)
    at_worst = told(unkind) if unkind != usual else ""
    number = str(usual) if isinstance(usual, float | int) and not isinstance(usual, bool) else ""
    meaning = field["description"].replace("`", "")
    return [name, takes(field), number or told(usual), at_worst, meaning]


def test_ports_are_those_of_the_command() -> None:
    options = {
        one.opts[0]: str(one.default)
        for one in sandbox.params
        if isinstance(one, click.Option) and one.opts[0].endswith("-port")
    }
    assert {row[1]: row[2] for row in rows("Start it")} == options


def test_people_are_those_who_can_sign_in() -> None:
    assert rows("People") == [[one.email, one.name, one.description] for one in PEOPLE]
    assert f"`{PASSWORD}`" in below("People")
    assert f"NPI {NEWCOMER['details']['npi']}" in below("People")


def test_switches_are_told_as_in_the_code() -> None:
    assert rows("Switches") == [switch(name, field) for name, field in fields(Switches).items()]


def test_switches_of_the_fhir_server_are_told_as_in_the_code() -> None:
    assert rows("In what Medplum's versions differ") == [
        [name, takes(field), told(field["default"]), field["description"].replace("`", "")]
        for name, field in fields(FhirSwitches).items()
    ]


def test_steps_are_those_that_can_be_taken() -> None:
    text = below("The prescriber's steps")
    assert [row[0] for row in rows("The prescriber's steps")] == list(SITTINGS)
    assert f"`{RIGHT_ANSWER}` is right" in text
    assert f"`{RIGHT_CODE}` is the right code" in text


def test_steps_of_a_prescription_are_those_that_can_be_taken() -> None:
    expected = [*STEPS, prescribing_control.IGNORE_ERROR]
    assert [row[0] for row in rows("A prescription's steps")] == expected


def test_kinds_and_fields_of_a_fault_are_the_codes() -> None:
    kinds = fields(Fault)["kind"]["enum"]
    found = [row[0] for row in rows("Faults")]
    assert found[: len(kinds)] == kinds
    assert found[len(kinds) :] == [name for name in fields(Fault) if name != "kind"]


def test_control_urls_of_dosespot_are_the_routes() -> None:
    named = {
        (method, path)
        for methods, paths, _ in rows("DoseSpot")
        for method in methods.split(", ")
        for path in paths.split(", ")
    }
    backend = DoseSpotBackend(":memory:", utc_now)
    routes: list[Route] = [*control.routes(backend), *prescribing_control.routes(backend)]
    found = {
        (method, re.sub(r":\w+", "", route.path.removeprefix("/_sandbox/")))
        for route in routes
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert named == found


def test_what_can_be_set_on_a_clinician_is_named() -> None:
    (words,) = [
        words for methods, _, words in rows("DoseSpot") if methods == "PATCH" and "locked" in words
    ]
    assert set(ClinicianPatch.model_fields) <= set(re.findall(r"\w+", words))
