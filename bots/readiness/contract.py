"""Input and output of the bot."""

from typing import Annotated, Literal, Self

from pydantic import Field

from fhir_profiles.dea_identifier import DeaIdentifier
from shared.enrollment.causes import Blocks
from shared.enrollment.readiness import Readiness
from shared.enrollment.reason import Reason
from shared.workflow.inputs import BotOutput
from shared.workflow.paging import OneOrPage, cursor_of
from shared.workflow.readiness import Told

PAGE_SIZE = 25

Verdict = Literal["nonControlled", "controlled"]


class ReadinessInput(OneOrPage):
    """Whom to ask about: one Practitioner, or the next page of all who have a membership."""

    pageSize: Annotated[int, Field(ge=1, le=100)] = PAGE_SIZE


class EvidenceOutput(BotOutput):
    """Where a reason shows: a FHIR path or DoseSpot's field, and what stands there if it may."""

    path: str
    value: str | None


class ReasonOutput(BotOutput):
    """One reason; `registrations` are the paths of the DEA registrations, if it is not all."""

    code: str
    sentence: str
    owner: str
    blocks: list[Verdict]
    registrations: list[str]
    evidence: EvidenceOutput

    @classmethod
    def of(cls, found: Reason) -> Self:
        """The same in the words of the contract."""
        return cls(
            code=found.cause.code,
            sentence=found.sentence,
            owner=found.cause.owner.value,
            blocks=_blocked(found.blocks),
            registrations=list(found.registrations),
            evidence=EvidenceOutput(path=found.path, value=found.value),
        )


class NonControlledOutput(BotOutput):
    """Whether non-controlled medications may be prescribed; codes of the reasons if not."""

    ready: bool
    reasons: list[str]

    @classmethod
    def of(cls, found: Readiness) -> Self:
        """The same in the words of the contract."""
        reasons = [one for one in found.reasons if one.blocks is Blocks.EVERYTHING]
        return cls(ready=found.prescribes, reasons=_codes(reasons))


class RegistrationOutput(BotOutput):
    """The verdict about one DEA registration, given by its FHIR path.

    Without `schedules` it is about all that stand on the DEA certificate.
    """

    registration: str
    state: str | None
    schedules: list[str] | None
    ready: bool
    reasons: list[str]

    @classmethod
    def of(cls, one: DeaIdentifier, found: Readiness) -> Self:
        """The same in the words of the contract."""
        against = found.against(one)
        return cls(
            registration=one.path,
            state=one.state or None,
            schedules=None if one.schedules is None else [each.value for each in one.schedules],
            ready=not against,
            reasons=_codes(against),
        )


class ControlledOutput(BotOutput):
    """Whether controlled substances may be signed: under every DEA registration, and under each.

    `reasons` are the codes of what stands in the way of all of them.
    """

    ready: bool
    reasons: list[str]
    registrations: list[RegistrationOutput]

    @classmethod
    def of(cls, found: Readiness) -> Self:
        """The same in the words of the contract."""
        registrations = [RegistrationOutput.of(one, found) for one in found.registrations]
        everywhere = (Blocks.EVERYTHING, Blocks.CONTROLLED)
        reasons = [one for one in found.reasons if one.blocks in everywhere]
        return cls(
            ready=found.signs_controlled, reasons=_codes(reasons), registrations=registrations
        )


class PrescriberOutput(BotOutput):
    """The verdicts about one Practitioner; the reasons that block most come first."""

    practitioner: str
    nonControlled: NonControlledOutput
    controlled: ControlledOutput
    reasons: list[ReasonOutput]

    @classmethod
    def of(cls, told: Told) -> Self:
        """The same in the words of the contract."""
        return cls(
            practitioner=told.practitioner,
            nonControlled=NonControlledOutput.of(told.readiness),
            controlled=ControlledOutput.of(told.readiness),
            reasons=[ReasonOutput.of(one) for one in told.readiness.reasons],
        )


class ReadinessOutput(BotOutput):
    """The prescribers of this page, and where the next one begins."""

    prescribers: list[PrescriberOutput]
    nextCursor: str | None

    @classmethod
    def of(cls, told: tuple[Told, ...], last: str) -> Self:
        """The same in the words of the contract."""
        return cls(
            prescribers=[PrescriberOutput.of(one) for one in told],
            nextCursor=cursor_of(last) if last else None,
        )


def _blocked(blocks: Blocks) -> list[Verdict]:
    if blocks is Blocks.NOTHING:
        return []
    return ["nonControlled", "controlled"] if blocks is Blocks.EVERYTHING else ["controlled"]


def _codes(reasons: list[Reason] | tuple[Reason, ...]) -> list[str]:
    return list(dict.fromkeys(one.cause.code for one in reasons))
