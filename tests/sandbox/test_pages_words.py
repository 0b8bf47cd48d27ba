"""All that people read on the pages stands in one folder of tables, and somebody can act on it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bots.catalog import BOTS
from deploy.reference.error_types import error_types
from deploy.reference.form_fields import FIELDS
from fhir_profiles.audit_event import AuditAction
from shared.readiness.rules.causes import Cause
from tests.sandbox.page_scripts import WORDS, literals, modules, run_node, tables, texts_in

READ = re.compile(
    r"[A-Za-z]{2,}[,;:.!?']? [A-Za-z(]"
    r"|[A-Za-z]{2,}[,;:]? \{\}|\{\}[,;:]? [A-Za-z]{2,}"
    r"|[A-Za-z]{2}[.!?…]$"
    r"|^[A-Z][a-z]+$"
)
"""Two words in a row, a word beside what varies, a sentence's end, or a word with a capital."""

BEFORE_CODE = re.compile(
    r"(from |import\(|class: |className = |querySelector(All)?\(|closest\(|matches\(|String\.raw)$"
)
SHOWN = re.compile(r"(title: |\"aria-label\": |placeholder: |replaceChildren\(|append\()$")
LETTERS = re.compile(r"[A-Za-z]{2}")
ENGINEERS = re.compile(
    r"\b(Practitioner|ProjectMembership|AccessPolicy|Bundle|FHIR|resource|extension)\b"
    r"|\binit[A-Z]|https?:|urn:|\.value\b"
)
TYPES = {
    *("AuditEvent", "Location", "Observation", "Organization", "Patient", "Practitioner"),
    *("Task", "Enter", "Escape", "Home", "End"),
    *("Active", "Default", "Error", "Inactive", "Unknown"),
}
"""Types of records, and names of keys and statuses, of which people see none."""
CODE = {"openid profile offline_access", "HTTP {} {}"}

OF_PROGRAMS = {
    *("action", "cursor", "dryRun", "end", "existingClinicId", "expiresInDays", "firstMonth"),
    *("form", "lastMonth", "noClinicCreated", "pageSize", "raw", "resume", "start", "strict"),
    "update",
}
"""Fields of inputs that nobody fills in on a page."""


def spoken(source: str) -> list[str]:
    """The texts of a script that people could read."""
    return [
        text
        for text, before in literals(source)
        if not BEFORE_CODE.search(before)
        and text not in TYPES | CODE
        and (READ.search(text) or (SHOWN.search(before) and LETTERS.search(text)))
    ]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_no_script_says_anything_that_does_not_stand_in_the_words(path: Path) -> None:
    assert spoken(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'el("p", {}, "Nobody is here yet.")',
        "told(`${name} was invited by ${other}`)",
        'el("button", { type: "button" }, "Create")',
        'el("iframe", { title: "dosespot" })',
        'this.told.replaceChildren("saved")',
    ],
)
def test_a_text_outside_the_words_is_found(source: str) -> None:
    assert len(spoken(source)) == 1


def test_every_entry_of_the_words_is_used() -> None:
    paths = [*modules(), *sorted(WORDS.glob("*.js"))]
    sources = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    used = set(re.findall(r"\b([A-Z_]+)\.(\w+)", sources))
    for names, table in re.findall(r"\{([^{}]*)\} = ([A-Z_]+)\b", sources):
        used |= {(table, name) for name in re.findall(r"\w+", names)}
    looked_up = set(re.findall(r"\b([A-Z_]+)\[", sources))
    unused = [
        f"{table}.{entry}"
        for table, entries in tables().items()
        if isinstance(entries, dict) and table not in looked_up
        for entry in entries
        if (table, entry) not in used
    ]
    assert unused == []


def test_no_text_has_an_engineers_word() -> None:
    assert [text for text in texts_in(tables()) if ENGINEERS.search(text)] == []


def test_every_error_and_every_reason_has_its_sentence() -> None:
    words = tables()
    assert set(words["ERRORS"]["byType"]) == {error.__name__ for error in error_types()}
    assert set(words["READINESS"]["reasons"]) == {cause.code for cause in Cause}


def test_every_event_about_a_prescriber_is_told_in_words() -> None:
    others = ("patient-", "clinic-created", "clinic-recorded")
    others = (*others, "history-consented", "favorite-added", "pharmacy-set")
    told = set(tables()["HISTORY"]["events"])
    assert told == {one.value for one in AuditAction if not one.value.startswith(others)}


def test_every_field_that_the_pages_bots_take_has_a_name() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in modules())
    called = set(re.findall(r'"(dosespot-[\w-]+)"', source))
    schemas = [bot.models[0].model_json_schema() for bot in BOTS if bot.identifier in called]
    fields = {*(name for schema in schemas for name in _properties(schema)), *FIELDS} - OF_PROGRAMS
    module = json.dumps((WORDS.parent / "sentences.js").as_uri())
    nameless = run_node(
        f"import {{ fieldName }} from {module};"
        "const fields = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(fields.filter((each) => fieldName(each) === 'Record')));",
        sorted(fields),
    )
    assert nameless == []


def _properties(schema: Any) -> list[str]:
    nested = schema if isinstance(schema, list) else []
    if isinstance(schema, dict):
        nested = list(schema.values())
        own = list(schema.get("properties", {}))
    else:
        own = []
    return [*own, *(name for each in nested for name in _properties(each))]
