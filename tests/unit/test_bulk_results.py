"""Results in a file, and going on where an earlier run stopped."""

from pathlib import Path

import pytest

from deploy.bulk.results import EnrolledEarlier, ResultsFile
from deploy.bulk.rows import PrescriberRow
from deploy.bulk.worker.result import PrescriberOutcome, PrescriberResult, not_enrolled
from shared.errors import FhirDenied, LookUpFirst, RecordsRefused, Throttled, Unforeseen

ENROLLED = PrescriberResult(
    practitionerId="a", outcome=PrescriberOutcome.ENROLLED, doseSpotClinicianId=7
)
REFUSED = PrescriberResult(
    practitionerId="b", outcome=PrescriberOutcome.REFUSED, error="Add a fax number."
)
FAILED = PrescriberResult(practitionerId="c", outcome=PrescriberOutcome.FAILED, error="Try again.")


def row(practitioner_id: str) -> PrescriberRow:
    return PrescriberRow(practitioner_id, {"practitionerId": practitioner_id})


def done(path: Path) -> list[str]:
    with ResultsFile(path) as results:
        return list(results.done())


def test_who_is_as_asked_for_is_done_and_others_are_not(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path) as results:
        for result in (ENROLLED, REFUSED, FAILED):
            results.add(result)
            assert path.read_text().endswith("}\n")  # on disk before the next one
    assert done(path) == ["a"]
    with ResultsFile(path) as results:
        results.add(
            REFUSED.model_copy(update={"outcome": PrescriberOutcome.UPDATED, "error": None})
        )
    assert done(path) == ["a", "b"]


def test_a_line_is_json_with_all_names(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    with ResultsFile(path) as results:
        results.add(ENROLLED)
    assert path.read_text() == (
        '{"practitionerId":"a","outcome":"enrolled","doseSpotClinicianId":7,'
        '"registrationStatus":null,"error":null,"warnings":[]}\n'
    )


@pytest.mark.parametrize("kept", [5, 30])
@pytest.mark.parametrize("before", [0, 1])
def test_what_a_crash_has_torn_is_passed_over(tmp_path: Path, before: int, kept: int) -> None:
    path = tmp_path / "results.jsonl"
    line = ENROLLED.as_json()
    path.write_text(f"{line}\n" * before + line[:kept])
    for _ in range(2):
        with ResultsFile(path) as results:
            results.add(PrescriberResult(practitionerId="x", outcome=PrescriberOutcome.UNCHANGED))
    assert done(path) == ["a"] * before + ["x", "x"]


@pytest.mark.parametrize(
    "text", ["practitionerId\na\n", "practitionerId", '{"practitionerId":"a"}\n', "\x00"]
)
def test_another_file_is_not_written_to(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prescribers.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match="something other than results"):
        ResultsFile(path)
    assert path.read_text() == text


def test_each_prescriber_is_due_once_and_only_if_not_done() -> None:
    with EnrolledEarlier(["a"]) as ledger:
        rows = [row("a"), row("b"), REFUSED, row("b"), REFUSED, row("a"), row("c")]
        assert list(ledger.due(rows)) == [row("b"), REFUSED, REFUSED, row("c")]
        assert (ledger.already_done, ledger.duplicates) == (2, 1)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RecordsRefused("x"), PrescriberOutcome.REFUSED),
        (FhirDenied("x"), PrescriberOutcome.FAILED),  # about everybody
        (Throttled("x", 1.0), PrescriberOutcome.FAILED),
        (LookUpFirst("x"), PrescriberOutcome.FAILED),
        (Unforeseen("x"), PrescriberOutcome.FAILED),
    ],
)
def test_what_a_person_can_mend_is_refused_and_the_rest_failed(
    error: Exception, outcome: PrescriberOutcome
) -> None:
    assert not_enrolled({"practitionerId": "a"}, error) == PrescriberResult(
        practitionerId="a", outcome=outcome, error="x"
    )
