"""Input and output of the bot, as `@medplum/dosespot-react` uses it."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class IframeInput(BaseModel):
    """Which patient to open; none opens the prescriber's notifications."""

    model_config = ConfigDict(extra="forbid", strict=True)

    patientId: Annotated[str, Field(pattern=r"^[A-Za-z0-9\-.]{1,64}$")] | None = None


class IframeOutput(BaseModel):
    """The URL to put into the iFrame; it works once."""

    url: str
