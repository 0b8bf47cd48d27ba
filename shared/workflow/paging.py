"""Going through many Practitioners page by page, and the input of bots that do so."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from shared.workflow.inputs import BotInput, FhirId

_REFERENCE = re.compile(r"Practitioner/[A-Za-z0-9\-.]{1,64}")


class _OfPractitioner(Protocol):
    @property
    def practitioner(self) -> str: ...


One = TypeVar("One", bound=_OfPractitioner)


def next_page(everybody: Sequence[One], after: str, size: int) -> tuple[Sequence[One], str]:
    """The next ones of a list that is sorted by reference, which may change between pages.

    Args:
        everybody: all, each with the reference of a Practitioner.
        after: reference of the last one of the page before; empty to begin.
        size: how many there are on a page.

    Returns:
        The page, and the reference of its last one; empty where nobody is left.
    """
    rest = [one for one in everybody if one.practitioner > after]
    return rest[:size], rest[size - 1].practitioner if len(rest) > size else ""


def cursor_of(practitioner: str) -> str:
    """The text with which a later call goes on after that Practitioner, given by reference."""
    return base64.urlsafe_b64encode(practitioner.encode()).decode()


def _reference(cursor: str) -> str:
    try:
        reference = base64.b64decode(cursor, altchars="-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        reference = ""
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("must be nextCursor of an earlier answer, as it stands there")
    return reference


class OneOrPage(BotInput):
    """One Practitioner, or the page that begins after the cursor; read, a cursor is a reference."""

    practitionerId: FhirId | None = Field(
        None, description="Id of the one Practitioner to look at; without it, everybody."
    )
    cursor: Annotated[str, AfterValidator(_reference)] | None = Field(
        None, description="`nextCursor` of the last answer; not together with `practitionerId`."
    )

    @field_validator("cursor")
    @classmethod
    def _only_for_all(cls, cursor: str | None, info: ValidationInfo) -> str | None:
        if cursor is not None and info.data.get("practitionerId") is not None:
            raise ValueError("is not for one Practitioner; leave it out")
        return cursor
