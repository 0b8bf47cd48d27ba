"""Input and output of the bot."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from shared.workflow.inputs import BotOutput
from shared.workflow.npi_check import DueCheck, NpiCheckOutcome
from shared.workflow.paging import OneOrPage, cursor_of
from shared.workflow.sync_status import Difference, Failure, Report

SCHEDULES = ("Bot", "Cron")
PAGE_SIZE = 50


class SyncStatusInput(OneOrPage):
    """Whom to look at: one Practitioner, or the next page of all who are enrolled.

    A Medplum schedule gives the resource that holds the schedule as input; it asks for everybody.
    """

    pageSize: Annotated[int, Field(ge=1, le=200)] = PAGE_SIZE
    dryRun: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _for_everybody(cls, given: Any) -> Any:
        """What was given; nothing where it is a schedule."""
        is_schedule = isinstance(given, dict) and given.get("resourceType") in SCHEDULES
        return {} if is_schedule else given


class StatusChange(BotOutput):
    """What a Practitioner's extension said, and what DoseSpot says."""

    from_: str | None = Field(serialization_alias="from")
    to: str | None


class EpcsChange(BotOutput):
    """Whether there was an EPCS qualification in force, and whether there is one by DoseSpot."""

    from_: bool = Field(serialization_alias="from")
    to: bool


class DifferenceOutput(BotOutput):
    """One Practitioner that did not say what DoseSpot says."""

    practitioner: str
    status: StatusChange
    epcs: EpcsChange

    @classmethod
    def of(cls, found: Difference) -> Self:
        """The same in the words of the contract."""
        return cls(
            practitioner=found.practitioner,
            status=StatusChange(from_=found.before.status, to=found.after.status),
            epcs=EpcsChange(from_=found.before.epcs, to=found.after.epcs),
        )


class FailureOutput(BotOutput):
    """One Practitioner of whom nothing can be said; the sentence says why and what to do."""

    practitioner: str
    error: str

    @classmethod
    def of(cls, found: Failure) -> Self:
        """The same in the words of the contract."""
        return cls(practitioner=found.practitioner, error=str(found.error))


class NpiCheckOutput(BotOutput):
    """An NPI that had still to be looked up in the NPI Registry, and how that went."""

    practitioner: str
    outcome: NpiCheckOutcome
    findings: list[str]

    @classmethod
    def of(cls, found: DueCheck) -> Self:
        """The same in the words of the contract."""
        return cls(
            practitioner=found.practitioner,
            outcome=found.outcome,
            findings=[str(finding) for finding in found.findings],
        )


class SyncStatusOutput(BotOutput):
    """What the run found and, but for a dry run, changed."""

    checked: int
    changed: int
    unchanged: int
    failed: int
    differences: list[DifferenceOutput]
    failures: list[FailureOutput]
    npiChecks: list[NpiCheckOutput]
    nextCursor: str | None
    dryRun: bool

    @classmethod
    def of(cls, report: Report, checks: Sequence[DueCheck], *, dry_run: bool) -> Self:
        """The report and the checks that were due, in the words of the contract."""
        changed, failed = len(report.differences), len(report.failures)
        return cls(
            checked=report.unchanged + changed + failed,
            changed=changed,
            unchanged=report.unchanged,
            failed=failed,
            differences=[DifferenceOutput.of(one) for one in report.differences],
            failures=[FailureOutput.of(one) for one in report.failures],
            npiChecks=[NpiCheckOutput.of(one) for one in checks],
            nextCursor=cursor_of(report.last) if report.last else None,
            dryRun=dry_run,
        )
