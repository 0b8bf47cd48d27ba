"""The README's table of prescriber fields says what the code does with each of them."""

from pathlib import Path

from shared.records.form_sentences import FormSentence
from tests.field_table import FIELDS, README, asked_for, parts_of, rendered


def test_the_fields_are_those_that_the_code_asks_for() -> None:
    assert asked_for() == set(FIELDS)


def test_the_table_is_the_one_that_the_code_makes() -> None:
    _, table, _ = parts_of(README.read_text("utf-8"))
    assert table.splitlines() == rendered().splitlines()


def test_the_documents_sentences_are_those_of_the_code() -> None:
    text = Path(__file__).parents[2].joinpath("docs/create-prescriber.md").read_text("utf-8")
    table = text.split("## The sentences", 1)[1].split("\n## ", 1)[0]
    told = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert told[1:] == [sentence.value for sentence in FormSentence]
