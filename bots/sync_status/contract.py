"""Input and output of the bot."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, ValidationInfo, field_validator

from shared.npi_check.check import DueCheck, NpiCheckOutcome
from shared.runtime.inputs import BotOutput, FindingOutput, WarningOutput
from shared.runtime.one_or_page import OneOrPage, cursor_of
from shared.status_sync.report import MOST_TOLD, Difference, Doubt, Failure, Report

PAGE_SIZE = 50


class SyncStatusInput(OneOrPage):
    """One Practitioner, or those of the next page of members who are enrolled."""

    pageSize: int = Field(
        PAGE_SIZE,
        ge=1,
        le=200,
        description="How many memberships to go through in this call; more where several were"
        " written at one instant.",
    )
    dryRun: bool | None = Field(
        None, description="True reports the differences and changes nothing."
    )
    resume: bool | None = Field(
        None,
        description="True checks the page that comes after those of the last scheduled run, and"
        " remembers that, for a schedule outside Medplum; not together with `practitionerId`,"
        " `cursor` or `dryRun`.",
    )

    @field_validator("resume")
    @classmethod
    def _only_in_turn(cls, resume: bool | None, info: ValidationInfo) -> bool | None:
        if resume and any(info.data.get(name) for name in ("practitionerId", "cursor", "dryRun")):
            raise ValueError(
                "is for everybody in turn; leave out practitionerId, cursor and dryRun"
            )
        return resume


class StatusChange(BotOutput):
    """What a Practitioner's extension said, and what DoseSpot says."""

    from_: str | None = Field(
        serialization_alias="from", description="The status on the Practitioner; null without one."
    )
    to: str | None = Field(description="The status in DoseSpot.")


class EpcsChange(BotOutput):
    """Whether there was an EPCS qualification in force, and whether there is one by DoseSpot."""

    from_: bool = Field(
        serialization_alias="from", description="Whether the Practitioner had one in force."
    )
    to: bool = Field(description="Whether there should be one, according to DoseSpot.")


WHICH_RECORD = "Reference of the Practitioner, or of the PractitionerRole at a further clinic."


class DifferenceOutput(BotOutput):
    """One Practitioner that did not match DoseSpot."""

    practitioner: str = Field(description=WHICH_RECORD)
    status: StatusChange = Field(description="The registration status before and after.")
    epcs: EpcsChange = Field(description="The EPCS qualification before and after.")

    @classmethod
    def of(cls, found: Difference) -> Self:
        """The same as the contract puts it."""
        return cls(
            practitioner=found.practitioner,
            status=StatusChange(from_=found.before.status, to=found.after.status),
            epcs=EpcsChange(from_=found.before.epcs, to=found.after.epcs),
        )


class FailureOutput(BotOutput):
    """One Practitioner who could not be compared with DoseSpot, or not be changed."""

    practitioner: str = Field(description=WHICH_RECORD)
    error: str = Field(description="What is wrong and what to do about it.")

    @classmethod
    def of(cls, found: Failure) -> Self:
        """The same as the contract puts it."""
        return cls(practitioner=found.practitioner, error=str(found.error))


class NpiCheckOutput(BotOutput):
    """An NPI that still had to be looked up in the NPI Registry, and the result."""

    practitioner: str = Field(description="Reference of the Practitioner.")
    outcome: NpiCheckOutcome = Field(description="How the check ended.")
    findings: list[str] = Field(description="What does not match, each as `path: sentence`.")

    @classmethod
    def of(cls, found: DueCheck) -> Self:
        """The same as the contract puts it."""
        return cls(
            practitioner=found.practitioner,
            outcome=found.outcome,
            findings=[str(finding) for finding in found.findings],
        )


class DoubtOutput(FindingOutput):
    """Something on a Practitioner that looks wrong."""

    practitioner: str = Field(description="Reference of the Practitioner.")

    @classmethod
    def about(cls, found: Doubt) -> Self:
        """The same as the contract puts it."""
        finding = found.finding
        return cls(practitioner=found.practitioner, path=finding.path, sentence=finding.sentence)


class SyncStatusOutput(WarningOutput):
    """What the run found and, unless it was a dry run, changed."""

    checked: int = Field(
        description="How many prescribers were checked: the sum of the next three numbers. May be 0"
        " although more pages follow, because not every member is enrolled."
    )
    changed: int = Field(description="How many differed, and were updated unless `dryRun`.")
    unchanged: int = Field(description="How many matched DoseSpot.")
    failed: int = Field(description="How many could not be compared or updated.")
    differences: list[DifferenceOutput] = Field(
        description=f"Those that differed; of a scheduled run, the first {MOST_TOLD}."
    )
    failures: list[FailureOutput] = Field(
        description="Those that could not be compared or updated; of a scheduled run, the first"
        f" {MOST_TOLD}."
    )
    npiChecks: list[NpiCheckOutput] = Field(
        description="Postponed NPI Registry lookups that this run made."
    )
    nextCursor: str | None = Field(
        description="`cursor` for the next call; null when nobody is left."
    )
    dryRun: bool = Field(description="As in the input.")
    warnings: Sequence[DoubtOutput] = Field(
        default_factory=list[DoubtOutput],
        description="What looks wrong on the Practitioners; absent where there is nothing.",
    )

    @classmethod
    def of(cls, report: Report, checks: Sequence[DueCheck], *, dry_run: bool) -> Self:
        """The report and the checks that were due, as the contract puts it."""
        return cls(
            checked=report.unchanged + report.different + report.failed,
            changed=report.different,
            unchanged=report.unchanged,
            failed=report.failed,
            differences=[DifferenceOutput.of(one) for one in report.differences],
            failures=[FailureOutput.of(one) for one in report.failures],
            npiChecks=[NpiCheckOutput.of(one) for one in checks],
            nextCursor=cursor_of(report.last) if report.last else None,
            dryRun=dry_run,
            warnings=[DoubtOutput.about(one) for one in report.doubts],
        )
