"""The page about logs and metrics says what the code does."""

import re
from pathlib import Path

from fhir_profiles.audit_event import AuditAction
from shared.audit.events import LogEvent
from shared.runtime.environment import NAMESPACE
from shared.runtime.metrics import COUNTED, UNITS

EVENTS = [*(one for one in AuditAction if one is not AuditAction.ATTEMPT_REFUSED), *LogEvent]
DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS.joinpath("reference/observability.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The cells of the table whose first column is called so, without code marks."""
    rows = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def test_every_step_is_explained_in_its_order() -> None:
    assert [row[0] for row in table("Step")] == [step.value for step in EVENTS]


def test_every_metric_is_explained_with_its_unit() -> None:
    assert {name: unit for name, unit, _ in table("Metric")} == dict(UNITS)
    assert f"`{NAMESPACE}`" in PAGE


def test_a_metric_of_a_step_names_it() -> None:
    told = {name: meaning for name, _, meaning in table("Metric")}
    assert {name: told[name] for name in COUNTED.values()} == {
        name: step.value for step, name in COUNTED.items()
    }


def test_the_queries_ask_for_steps_and_metrics_that_are_there() -> None:
    queries = "\n".join(re.findall(r"```\n(.*?)```", PAGE, re.S))
    steps = re.findall(r'step = "([a-z-]+)"', queries)
    steps += re.findall(r"\^\(([a-z|-]+)\)\$", queries)[0].split("|")
    assert {*steps} <= {step.value for step in EVENTS}
    assert {*re.findall(r"\b[A-Z][A-Za-z]+\b", queries)} - {"Bot"} <= {*UNITS}


def test_the_queries_for_alarms_ask_for_steps_that_are_there() -> None:
    page = DOCS.joinpath("how-to/alarms.md").read_text(encoding="utf-8")
    listed = re.findall(r"step in \[(.+)\]", page)
    steps = [*re.findall(r'"([^"]+)"', " ".join(listed)), *re.findall(r'step !?= "([^"]+)"', page)]
    assert {"refused", "done"} <= {*steps} <= {step.value for step in LogEvent}
