"""Checks of NPIs that were postponed: the mark goes only for the NPI that was looked up."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fhir_profiles import Resource
from fhir_profiles.check_due import is_check_due, with_check_due
from shared.errors import RemoteUnavailable
from shared.npi_check.check import DueChecks
from shared.records.registry import RegistryEntry
from tests.builders import PRACTITIONER_ID, npi, practitioner
from tests.core.fhir_in_memory import FhirServer
from tests.core.one_run import Diary
from tests.core.situations import NOON

JANE, OLD, NEW = f"Practitioner/{PRACTITIONER_ID}", "1234567893", "1000000004"
SHE = RegistryEntry(True, True, (("JANE", "SMITH"),), frozenset({"IL"}), ())


@dataclass
class Registry:
    """The NPI Registry; it knows `known` and does not answer for `silent`."""

    known: tuple[str, ...] = (OLD, NEW)
    silent: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def entry(self, number: str) -> RegistryEntry | None:
        self.asked.append(number)
        if number in self.silent:
            raise RemoteUnavailable("down")
        return SHE if number in self.known else None


class Keeping(Diary):
    """A trail that also takes whom a change is about."""

    def did(self, action: Any, detail: str, *, key: str, subject: str = "") -> None:
        super().did(action, detail, key=f"{key} {subject}")


def jane(number: str) -> Resource:
    """Jane with that NPI, which has still to be looked up."""
    return with_check_due(practitioner(identifier=[npi(number)]), due=True)


@dataclass
class Office:
    """Jane's records, and the run that looks her NPI up."""

    registry: Registry
    fhir: FhirServer = field(default_factory=lambda: FhirServer(jane(OLD)))
    trail: Keeping = field(default_factory=lambda: Keeping(lambda: None))

    def run(self) -> list[str]:
        """How the checks ended."""
        use_case: Any = DueChecks
        log = lambda *_args, **_facts: None  # noqa: E731
        checks = use_case(self.fhir.client, self.registry, lambda: NOON, self.trail, log)
        done = checks.run(None)
        assert {one.practitioner for one in done} == {JANE}
        return [one.outcome.value for one in done]

    @property
    def is_due(self) -> bool:
        """Whether the mark is on the Practitioner."""
        return is_check_due(self.fhir.resources[JANE])


@pytest.mark.parametrize(
    ("registry", "outcome", "due"),
    [
        (Registry(), "passed", False),
        (Registry(known=()), "refused", True),
        (Registry(silent=(OLD,)), "postponed", True),
    ],
    ids=["passed", "refused", "no answer"],
)
def test_the_mark_goes_where_the_registry_knows_the_npi(
    registry: Registry, outcome: str, due: bool
) -> None:
    office = Office(replace(registry, asked=[]))
    assert office.run() == [outcome]
    assert (office.is_due, office.registry.asked, len(office.trail.kept)) == (due, [OLD], not due)


@pytest.mark.parametrize(
    ("registry", "outcome", "due"),
    [
        (Registry(), "passed", False),
        (Registry(known=(OLD,)), "refused", True),
        (Registry(silent=(NEW,)), "postponed", True),
    ],
    ids=["passed", "refused", "no answer"],
)
def test_an_npi_that_was_written_meanwhile_is_looked_up_itself(
    registry: Registry, outcome: str, due: bool
) -> None:
    office = Office(replace(registry, asked=[]))
    office.fhir.before_write = [lambda: office.fhir.put(jane(NEW))]
    assert office.run() == [outcome]
    assert (office.is_due, office.registry.asked, len(office.trail.kept)) == (
        due,
        [OLD, NEW],
        not due,
    )


def test_what_else_was_written_meanwhile_is_kept_and_the_mark_goes() -> None:
    office = Office(Registry())
    office.fhir.before_write = [lambda: office.fhir.put({**jane(OLD), "gender": "female"})]
    assert office.run() == ["passed"]
    assert (office.is_due, office.fhir.resources[JANE]["gender"]) == (False, "female")
    assert office.registry.asked == [OLD]
