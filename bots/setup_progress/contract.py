"""Input and output of the bot."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, field_validator

from shared.members.rules.guidance import Owner
from shared.runtime.inputs import BotInput, BotOutput, FhirId
from shared.runtime.one_or_page import cursor_of, instant_of
from shared.setup_progress.clinics import SetupClinic
from shared.setup_progress.progress import PersonsPlace, ProgressPage
from shared.setup_progress.rules.four_steps import SetupStep, current_step

PAGE_SIZE = 100


class SetupProgressInput(BotInput):
    """Which clinic, and which page of the project's people."""

    organizationId: FhirId | None = Field(
        None,
        description="Id of the Organization of the clinic that is asked about; each clinic if it is"
        " left out.",
    )
    cursor: str | None = Field(None, description="`nextCursor` of the last answer.")
    pageSize: int = Field(
        PAGE_SIZE,
        ge=1,
        le=100,
        description="How many memberships to go through in this call; more where several were"
        " written at one instant.",
    )

    @field_validator("cursor")
    @classmethod
    def _read(cls, cursor: str | None) -> str | None:
        return None if cursor is None else instant_of(cursor)


class SetupStepOutput(BotOutput):
    """One of the four steps."""

    step: SetupStep = Field(description="The step.")
    people: int = Field(
        description="How many people of this page are at it; who works at several clinics counts at"
        " each."
    )


class SetupClinicOutput(BotOutput):
    """The four steps of one clinic, with the people of this page who work there."""

    organizationId: str | None = Field(
        description="Id of the clinic's Organization; null where it has none, and in a project with"
        " one clinic."
    )
    doseSpotClinicId: int = Field(description="DoseSpot's number of the clinic.")
    currentStep: SetupStep = Field(description="The step that the clinic is at, by this page.")
    steps: list[SetupStepOutput] = Field(description="The four steps, in their order.")

    @classmethod
    def of(cls, clinic: SetupClinic, people: Sequence[PersonsPlace]) -> Self:
        """The same as the contract puts it."""
        here = [one for one in people if one.clinic == clinic]
        return cls(
            organizationId=clinic.organization or None,
            doseSpotClinicId=clinic.number,
            currentStep=current_step(has_workspace=True, places=[one.place for one in here]),
            steps=_steps(here),
        )


class SetupPersonOutput(BotOutput):
    """Where one person is at one clinic, and what has to happen."""

    practitioner: str = Field(description="Reference of the Practitioner.")
    organizationId: str | None = Field(
        description="Id of the clinic's Organization; null where it has none, and in a project with"
        " one clinic."
    )
    step: SetupStep = Field(description="The step that they are at.")
    owner: Owner = Field(description="Who acts next.")
    next: str | None = Field(description="What that is; null where nothing is left to do.")
    controlled: bool = Field(description="Whether they may sign controlled substances.")

    @classmethod
    def of(cls, found: PersonsPlace) -> Self:
        """The same as the contract puts it."""
        place = found.place
        return cls(
            practitioner=found.practitioner,
            organizationId=found.clinic.organization or None,
            step=place.step,
            owner=place.owner,
            next=place.next or None,
            controlled=place.controlled,
        )


class SetupProgressOutput(BotOutput):
    """The four steps, with the people of this page."""

    currentStep: SetupStep = Field(
        description="The step that the project is at, by this page: the furthest that anybody has"
        " come to."
    )
    workspaceMissing: str | None = Field(
        description="What the access to DoseSpot lacks, for administrators; null if nothing."
    )
    steps: list[SetupStepOutput] = Field(description="The four steps, in their order.")
    clinics: list[SetupClinicOutput] = Field(
        description="Each clinic that is asked about; empty without access to DoseSpot."
    )
    people: list[SetupPersonOutput] = Field(
        description="Those members of this page who prescribe or are to, once for each clinic where"
        " they work."
    )
    others: int = Field(description="How many other members this page has.")
    nextCursor: str | None = Field(
        description="`cursor` for the next call; null when nobody is left. Add the pages' numbers."
    )

    @classmethod
    def of(
        cls, found: ProgressPage, clinics: Sequence[SetupClinic], workspace_missing: str
    ) -> Self:
        """The same as the contract puts it."""
        places = [one.place for one in found.people]
        return cls(
            currentStep=current_step(has_workspace=not workspace_missing, places=places),
            workspaceMissing=workspace_missing or None,
            steps=_steps(found.people),
            clinics=[SetupClinicOutput.of(one, found.people) for one in clinics],
            people=[SetupPersonOutput.of(one) for one in found.people],
            others=found.others,
            nextCursor=cursor_of(found.last) if found.last else None,
        )


def _steps(people: Sequence[PersonsPlace]) -> list[SetupStepOutput]:
    steps = [one.place.step for one in people]
    return [SetupStepOutput(step=step, people=steps.count(step)) for step in SetupStep]
