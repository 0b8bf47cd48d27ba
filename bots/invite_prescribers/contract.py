"""Input and output of the bot."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, field_validator

from fhir_profiles.invitation import Invitation, InvitationStatus
from shared.invitations.invite import InviteeResult
from shared.invitations.invitees import WantedInvitee
from shared.invitations.rules.next_act import InvitationAction, InviteeOutcome
from shared.runtime.inputs import BotInput, BotOutput, FhirId

MOST_AT_ONCE = 50
LASTS_DAYS, LONGEST_DAYS = 14, 90


class InviteeInput(BotInput):
    """Somebody to be invited."""

    practitionerId: FhirId = Field(description="Id of the Practitioner.")
    organizationId: FhirId | None = Field(
        None,
        description="Id of the Organization of the clinic; without it, the only one where the"
        " person works, or else the project's single clinic.",
    )

    @property
    def wanted(self) -> WantedInvitee:
        """The same as the use case takes it."""
        return WantedInvitee(f"Practitioner/{self.practitionerId}", self.organizationId)


class InvitePrescribersInput(BotInput):
    """Whom to invite, to remind, or to take the invitation back from."""

    action: Annotated[InvitationAction, Field(strict=False)] = Field(
        InvitationAction.INVITE,
        description="`invite` invites whoever is not invited; `resend` sends another e-mail and"
        " lets the invitation last anew; `cancel` takes it back.",
    )
    practitioners: list[InviteeInput] = Field(
        min_length=1, max_length=MOST_AT_ONCE, description="The people, each once per clinic."
    )
    expiresInDays: int = Field(
        LASTS_DAYS,
        ge=1,
        le=LONGEST_DAYS,
        description="For how many days a new or renewed invitation is valid.",
    )

    @field_validator("practitioners")
    @classmethod
    def _each_once(cls, given: list[InviteeInput]) -> list[InviteeInput]:
        if len({(one.practitionerId, one.organizationId) for one in given}) < len(given):
            raise ValueError("names somebody twice; name everybody once")
        return given

    @property
    def lasts_for(self) -> timedelta:
        """How long a new or renewed invitation is valid."""
        return timedelta(days=self.expiresInDays)


class InvitationOutput(BotOutput):
    """An invitation."""

    reference: str = Field(description="Reference of the Task.")
    status: InvitationStatus = Field(description="The status of the Task.")
    expires: str | None = Field(description="When it expires, as an instant; null if unknown.")

    @classmethod
    def of(cls, found: Invitation) -> Self:
        """The same as the contract puts it."""
        expires = None if found.until is None else found.until.isoformat()
        return cls(reference=found.reference, status=found.status, expires=expires)


class InviteeOutput(BotOutput):
    """What became of one person."""

    practitioner: str = Field(description="Reference of the Practitioner.")
    clinicId: int | None = Field(
        description="DoseSpot's number of the clinic; null if it is not clear which."
    )
    outcome: InviteeOutcome = Field(
        description="What was done, or is so already; `mayHaveBeenSent`: an e-mail was begun"
        " before, and nothing says whether it was sent; `refused`: nothing was done, see `reason`."
    )
    reason: str | None = Field(description="Why, as a sentence for people; null if there is none.")
    invitation: InvitationOutput | None = Field(
        description="The person's last invitation as it is now; null if there is none."
    )

    @classmethod
    def of(cls, found: InviteeResult) -> Self:
        """The same as the contract puts it."""
        return cls(
            practitioner=found.practitioner,
            clinicId=found.clinic,
            outcome=found.outcome,
            reason=found.reason or None,
            invitation=InvitationOutput.of(found.invitation) if found.invitation else None,
        )


class InvitePrescribersOutput(BotOutput):
    """What became of everybody, in the order of the input."""

    practitioners: list[InviteeOutput] = Field(description="The people, in the order given.")
    mailed: bool = Field(
        description="Whether the project has a channel for e-mail; without one, invitations are"
        " kept, and somebody has to tell the people to sign in."
    )

    @classmethod
    def of(cls, found: Sequence[InviteeResult], *, mailed: bool) -> Self:
        """The same as the contract puts it."""
        return cls(practitioners=[InviteeOutput.of(one) for one in found], mailed=mailed)
