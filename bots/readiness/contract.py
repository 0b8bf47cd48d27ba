"""Input and output of the bot."""

from typing import Literal, Self

from pydantic import Field

from fhir_profiles.dea_identifier import DeaIdentifier
from shared.readiness.check import PrescriberReadiness
from shared.readiness.rules.causes import Blocks
from shared.readiness.rules.readiness import Readiness
from shared.readiness.rules.reason import Reason
from shared.runtime.inputs import ORGANIZATION, BotOutput, FhirId
from shared.runtime.one_or_page import OneOrPage, cursor_of

PAGE_SIZE = 25

PrescribingVerdict = Literal["nonControlled", "controlled"]


class ReadinessInput(OneOrPage):
    """One Practitioner, or the next page of everybody who has a membership."""

    pageSize: int = Field(
        PAGE_SIZE,
        ge=1,
        le=100,
        description="How many memberships to go through in this call; more where several were"
        " written at one instant.",
    )
    organizationId: FhirId | None = ORGANIZATION


class EvidenceOutput(BotOutput):
    """Where a reason shows: a FHIR path or DoseSpot's field, and what stands there if it may."""

    path: str = Field(description="FHIR path, or `DoseSpot:` and the name of DoseSpot's field.")
    value: str | None = Field(
        description="The value found there, if it is a status, a date or a role; null otherwise."
    )


class ReasonOutput(BotOutput):
    """One reason why somebody is not ready, or a warning."""

    code: str = Field(description="The reason's code, for programs.")
    sentence: str = Field(description="The reason and what to do about it, for people.")
    owner: str = Field(description="Who has to act.")
    blocks: list[PrescribingVerdict] = Field(
        description="The verdicts that it blocks; empty for a warning."
    )
    registrations: list[str] = Field(
        description="Paths of the DEA registrations that it is about; empty means all."
    )
    evidence: EvidenceOutput = Field(description="Where it was found.")

    @classmethod
    def of(cls, found: Reason) -> Self:
        """The same as the contract puts it."""
        return cls(
            code=found.cause.code,
            sentence=found.sentence,
            owner=found.cause.owner.value,
            blocks=_blocked(found.blocks),
            registrations=list(found.registrations),
            evidence=EvidenceOutput(path=found.path, value=found.value),
        )


class NonControlledOutput(BotOutput):
    """Whether non-controlled medications may be prescribed."""

    ready: bool = Field(description="Whether they may be prescribed.")
    reasons: list[str] = Field(description="Codes of the reasons if not.")

    @classmethod
    def of(cls, found: Readiness) -> Self:
        """The same as the contract puts it."""
        reasons = [one for one in found.reasons if one.blocks is Blocks.EVERYTHING]
        return cls(ready=found.prescribes, reasons=_codes(reasons))


class RegistrationOutput(BotOutput):
    """The verdict about one DEA registration."""

    registration: str = Field(description="FHIR path of the registration.")
    state: str | None = Field(description="The state that it is for; null where none is given.")
    schedules: list[str] | None = Field(
        description="The drug schedules that it covers; null means all that the certificate lists."
    )
    ready: bool = Field(description="Whether controlled substances may be signed under it.")
    reasons: list[str] = Field(description="Codes of the reasons if not.")

    @classmethod
    def of(cls, one: DeaIdentifier, found: Readiness) -> Self:
        """The same as the contract puts it."""
        against = found.against(one)
        return cls(
            registration=one.path,
            state=one.state or None,
            schedules=None if one.schedules is None else [each.value for each in one.schedules],
            ready=not against,
            reasons=_codes(against),
        )


class ControlledOutput(BotOutput):
    """Whether controlled substances may be signed: under every DEA registration, and under each."""

    ready: bool = Field(
        description="Whether controlled substances may be signed under every DEA registration."
    )
    reasons: list[str] = Field(description="Codes of the reasons that block all registrations.")
    registrations: list[RegistrationOutput] = Field(
        description="The verdict about each DEA registration."
    )

    @classmethod
    def of(cls, found: Readiness) -> Self:
        """The same as the contract puts it."""
        registrations = [RegistrationOutput.of(one, found) for one in found.registrations]
        everywhere = (Blocks.EVERYTHING, Blocks.CONTROLLED)
        reasons = [one for one in found.reasons if one.blocks in everywhere]
        return cls(
            ready=found.signs_controlled, reasons=_codes(reasons), registrations=registrations
        )


class PrescriberOutput(BotOutput):
    """The verdicts about one Practitioner; the reasons that block most come first."""

    practitioner: str = Field(description="Reference of the Practitioner.")
    nonControlled: NonControlledOutput = Field(
        description="The verdict about non-controlled medications."
    )
    controlled: ControlledOutput = Field(description="The verdict about controlled substances.")
    reasons: list[ReasonOutput] = Field(
        description="All reasons and warnings; those that block the most come first."
    )

    @classmethod
    def of(cls, found: PrescriberReadiness) -> Self:
        """The same as the contract puts it."""
        return cls(
            practitioner=found.practitioner,
            nonControlled=NonControlledOutput.of(found.readiness),
            controlled=ControlledOutput.of(found.readiness),
            reasons=[ReasonOutput.of(one) for one in found.readiness.reasons],
        )


class ReadinessOutput(BotOutput):
    """The prescribers of this page, and where the next one begins."""

    prescribers: list[PrescriberOutput] = Field(
        description="The prescribers of this page; who was on an earlier one is left out."
    )
    nextCursor: str | None = Field(
        description="`cursor` for the next call; null when nobody is left."
    )

    @classmethod
    def of(cls, found: tuple[PrescriberReadiness, ...], last: str) -> Self:
        """The same as the contract puts it."""
        return cls(
            prescribers=[PrescriberOutput.of(one) for one in found],
            nextCursor=cursor_of(last) if last else None,
        )


def _blocked(blocks: Blocks) -> list[PrescribingVerdict]:
    if blocks is Blocks.NOTHING:
        return []
    return ["nonControlled", "controlled"] if blocks is Blocks.EVERYTHING else ["controlled"]


def _codes(reasons: list[Reason] | tuple[Reason, ...]) -> list[str]:
    return list(dict.fromkeys(one.cause.code for one in reasons))
