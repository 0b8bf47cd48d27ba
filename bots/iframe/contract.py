"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from pydantic import Field

from shared.runtime.inputs import ORGANIZATION, BotInput, FhirId, WarningOutput


class IframeInput(BotInput):
    """The patient to open, if any."""

    patientId: FhirId | None = Field(
        None,
        description="Id of the Patient to open; without it, the prescriber's notifications open.",
    )
    organizationId: FhirId | None = ORGANIZATION


class IframeOutput(WarningOutput):
    """The URL to put into the iFrame; it works once."""

    url: str = Field(description="Single sign-on link for the iFrame; it works once.")
