"""The input of bots that look at one Practitioner or go through everybody page by page."""

import base64
import binascii
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from fhir_profiles.instants import instant
from shared.runtime.inputs import BotInput, FhirId

NO_CURSOR = (
    "must be the nextCursor of an earlier answer, unchanged; one from an older version of the bots"
    " no longer works, so begin again without it"
)


def cursor_of(after: str) -> str:
    """The text with which a later call goes on after that instant; see `MembersPage.last`."""
    return base64.urlsafe_b64encode(after.encode()).decode()


def instant_of(cursor: str) -> str:
    """What the cursor says, which is an instant and nothing else: it becomes part of a search.

    Raises:
        ValueError: it is no cursor of ours.
    """
    try:
        after = base64.b64decode(cursor, altchars="-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        after = ""
    if instant(after) is None:
        raise ValueError(NO_CURSOR)
    return after


class OneOrPage(BotInput):
    """One Practitioner, or the page that begins after the cursor; read, a cursor is an instant."""

    practitionerId: FhirId | None = Field(
        None, description="Id of the one Practitioner to check; without it, everybody."
    )
    cursor: Annotated[str, AfterValidator(instant_of)] | None = Field(
        None, description="`nextCursor` of the last answer; not together with `practitionerId`."
    )

    @field_validator("cursor")
    @classmethod
    def _only_for_all(cls, cursor: str | None, info: ValidationInfo) -> str | None:
        if cursor is not None and info.data.get("practitionerId") is not None:
            raise ValueError("can't be combined with practitionerId; leave it out")
        return cursor
