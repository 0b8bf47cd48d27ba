"""What a run of many counts, and what it tells of single prescribers."""

from deploy.bulk.tally import NO_ID, Tally
from deploy.bulk.worker.result import PrescriberOutcome, PrescriberResult

WARNING = {"path": "Practitioner.name[0].suffix", "sentence": "is left out"}


def test_refusals_failures_and_warnings_are_told_with_the_id_and_all_is_kept() -> None:
    kept: list[PrescriberResult] = []
    tally = Tally(kept.append)
    results = [
        PrescriberResult(
            practitionerId="a", outcome=PrescriberOutcome.ENROLLED, warnings=(WARNING, WARNING)
        ),
        PrescriberResult(
            practitionerId="b", outcome=PrescriberOutcome.REFUSED, error="Add a fax number."
        ),
        PrescriberResult(practitionerId=None, outcome=PrescriberOutcome.FAILED, error="Try again."),
        PrescriberResult(practitionerId="c", outcome=PrescriberOutcome.UNCHANGED),
    ]
    for result in results:
        tally.add(result)
    assert kept == results
    assert [str(one) for one in tally.remarks] == [
        "a warning: Practitioner.name[0].suffix: is left out",
        "a warning: Practitioner.name[0].suffix: is left out",
        "b refused: Add a fax number.",
        f"{NO_ID} failed: Try again.",
    ]
    assert str(tally) == "1 enrolled, 1 failed, 1 refused, 1 unchanged"
    assert not tally.is_well


def test_a_run_is_well_without_refusals_and_to_its_end() -> None:
    tally = Tally(lambda _: None)
    tally.add(
        PrescriberResult(
            practitionerId="a", outcome=PrescriberOutcome.UNCHANGED, warnings=(WARNING,)
        )
    )
    assert tally.is_well
    tally.stopped = "Interrupted."
    assert not tally.is_well


def test_a_result_carries_its_warnings_as_json() -> None:
    result = PrescriberResult(
        practitionerId="a", outcome=PrescriberOutcome.UPDATED, warnings=(WARNING,)
    )
    assert PrescriberResult.from_json(result.as_json()) == result
    old = '{"practitionerId":"a","outcome":"updated"}'
    assert PrescriberResult.from_json(old).warnings == ()
