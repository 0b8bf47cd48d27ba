"""The input of bots that look at one Practitioner or go through everybody page by page."""

import base64
import binascii
import re
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.runtime.inputs import BotInput, FhirId

_REFERENCE = re.compile(r"Practitioner/[A-Za-z0-9\-.]{1,64}")


def cursor_of(practitioner: str) -> str:
    """The text with which a later call goes on after that Practitioner, given by reference."""
    return base64.urlsafe_b64encode(practitioner.encode()).decode()


def _reference(cursor: str) -> str:
    try:
        reference = base64.b64decode(cursor, altchars="-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        reference = ""
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("must be the nextCursor of an earlier answer, unchanged")
    return reference


class OneOrPage(BotInput):
    """One Practitioner, or the page that begins after the cursor; read, a cursor is a reference."""

    practitionerId: FhirId | None = Field(
        None, description="Id of the one Practitioner to check; without it, everybody."
    )
    cursor: Annotated[str, AfterValidator(_reference)] | None = Field(
        None, description="`nextCursor` of the last answer; not together with `practitionerId`."
    )

    @field_validator("cursor")
    @classmethod
    def _only_for_all(cls, cursor: str | None, info: ValidationInfo) -> str | None:
        if cursor is not None and info.data.get("practitionerId") is not None:
            raise ValueError("can't be combined with practitionerId; leave it out")
        return cursor
