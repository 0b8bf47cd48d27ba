"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from shared.workflow.inputs import BotInput, BotOutput, FhirId


class IframeInput(BotInput):
    """Which patient to open; none opens the prescriber's notifications."""

    patientId: FhirId | None = None


class IframeOutput(BotOutput):
    """The URL to put into the iFrame; it works once."""

    url: str
