"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from pydantic import BaseModel, ConfigDict

from shared.workflow.inputs import FhirId


class IframeInput(BaseModel):
    """Which patient to open; none opens the prescriber's notifications."""

    model_config = ConfigDict(extra="forbid", strict=True)

    patientId: FhirId | None = None


class IframeOutput(BaseModel):
    """The URL to put into the iFrame; it works once."""

    url: str
