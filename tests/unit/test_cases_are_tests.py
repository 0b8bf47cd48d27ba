"""Every input that was once read wrong has a test of its name."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
CASES = """
weight-entered-in-error npi-of-another-person-in-dosespot form-npi-of-a-colleague
form-npi-that-is-old-on-another second-line-after-a-move license-as-medplum-documents-it
bulk-without-role roles-1-for-somebody-with-1-and-4 only-home-entries foreign-phone
foreign-prescriber postal-and-physical rank patient-suffix extension-element phone-spellings
three-lines po-boxes direct-address semicolon-slip dea-ended-after-epcs dea-under-another-system
npi-without-value country-spellings city-and-punctuation two-practitioners-one-npi
long-optional-fields csv-forms grams deceased
""".split()


@pytest.fixture(scope="module")
def names() -> set[str]:
    """The names of all tests, without `test_` and `case_`."""
    texts = [path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py")]
    found = {
        name for text in texts for name in re.findall(r"^ *def test_(\w+)", text, re.MULTILINE)
    }
    return {name.removeprefix("case_") for name in found}


@pytest.mark.parametrize("case", CASES)
def test_a_case_has_a_test_of_its_name(case: str, names: set[str]) -> None:
    assert case.replace("-", "_") in names
