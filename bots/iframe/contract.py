"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from msgspec import Struct

from shared.workflow.inputs import BotInput, FhirId


class IframeInput(BotInput, frozen=True):
    """Which patient to open; none opens the prescriber's notifications."""

    patientId: FhirId | None = None


class IframeOutput(Struct):
    """The URL to put into the iFrame; it works once."""

    url: str
