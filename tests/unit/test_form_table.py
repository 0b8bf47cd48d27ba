"""The prescriber fields of the reference: those that the code asks a form for."""

from pathlib import Path
from typing import Any

import pytest

from deploy.reference.form_fields import FIELDS, filled
from deploy.reference.form_table import DAY, error_message
from shared.prescriber_form.rules.form import read_form
from shared.prescriber_form.rules.sentences import FormSentence


class Asked(dict[str, Any]):
    """An object of a form that remembers for what it was asked."""

    def __init__(self, paths: list[str], prefix: str = "") -> None:
        super().__init__()
        self.paths, self.prefix = paths, prefix

    def get(self, key: str, default: Any = None) -> Any:
        if self.prefix + key not in self.paths:
            self.paths.append(self.prefix + key)
        return super().get(key, default)


def asked_for() -> set[str]:
    """The fields that the code asks a form for."""
    paths: list[str] = []
    form = Asked(paths)
    for name in ("details", "mailingAddress", "billingAddress"):
        form[name] = Asked(paths, f"{name}.")
    form |= {"ifBillingSameAsMailing": False, "locations": [Asked(paths, "locations[].")]}
    read_form(form, DAY)
    return set(paths) - {"details", "mailingAddress", "billingAddress", "locations"}


def test_the_fields_are_those_that_the_code_asks_for() -> None:
    assert asked_for() == set(FIELDS)


def test_the_examples_are_a_form_without_any_problem() -> None:
    _, findings = read_form(filled(), DAY)
    assert findings.problems == []


@pytest.mark.parametrize("field", FIELDS)
def test_something_is_said_of_every_wrong_value(field: str) -> None:
    assert error_message(field)


def test_the_documents_sentences_are_those_of_the_code() -> None:
    text = (
        Path(__file__).parents[2].joinpath("docs/reference/create-prescriber.md").read_text("utf-8")
    )
    table = text.split("## The sentences", 1)[1].split("\n## ", 1)[0]
    told = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert told[1:] == [sentence.value for sentence in FormSentence]
