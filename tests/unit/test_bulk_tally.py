"""What a run of many counts, and what it tells of single prescribers."""

from deploy.bulk.tally import NO_ID, Tally
from deploy.bulk.worker.result import Outcome, Result

WARNING = {"path": "Practitioner.name[0].suffix", "sentence": "is left out"}


def test_refusals_failures_and_warnings_are_told_with_the_id_and_all_is_kept() -> None:
    kept: list[Result] = []
    tally = Tally(kept.append)
    results = [
        Result(practitionerId="a", outcome=Outcome.ENROLLED, warnings=(WARNING, WARNING)),
        Result(practitionerId="b", outcome=Outcome.REFUSED, error="Add a fax number."),
        Result(practitionerId=None, outcome=Outcome.FAILED, error="Try again."),
        Result(practitionerId="c", outcome=Outcome.UNCHANGED),
    ]
    for result in results:
        tally.add(result)
    assert kept == results
    assert tally.remarks == [
        "a warning: Practitioner.name[0].suffix: is left out",
        "a warning: Practitioner.name[0].suffix: is left out",
        "b refused: Add a fax number.",
        f"{NO_ID} failed: Try again.",
    ]
    assert str(tally) == "1 enrolled, 1 failed, 1 refused, 1 unchanged"
    assert not tally.is_well


def test_a_run_is_well_without_refusals_and_to_its_end() -> None:
    tally = Tally(lambda _: None)
    tally.add(Result(practitionerId="a", outcome=Outcome.UNCHANGED, warnings=(WARNING,)))
    assert tally.is_well
    tally.stopped = "Interrupted."
    assert not tally.is_well


def test_a_result_carries_its_warnings_as_json() -> None:
    result = Result(practitionerId="a", outcome=Outcome.UPDATED, warnings=(WARNING,))
    assert Result.from_json(result.as_json()) == result
    old = '{"practitionerId":"a","outcome":"updated"}'
    assert Result.from_json(old).warnings == ()
