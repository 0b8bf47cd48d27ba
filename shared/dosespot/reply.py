"""What all of DoseSpot's JSON has in common: the envelope, and values however they are written.

Any field of a reply may be null, whatever the published contract requires, and unknown fields are
ignored. Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

T = TypeVar("T")

LARGEST_ID = 2**31 - 1

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _unquoted_number(given: Any) -> Any:
    """The number that a string holds, as JSON writes numbers; anything else as it is."""
    if not (isinstance(given, str) and _NUMBER.fullmatch(given)):
        return given
    return int(given) if given.lstrip("-").isdecimal() else float(given)


def _whole_number(given: Any) -> Any:
    number = _unquoted_number(given)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _flag(given: Any) -> Any:
    """What a string or a number says that stands for true or false; anything else as it is."""
    is_written_so = isinstance(given, str) or type(given) is int
    return _FLAGS.get(str(given).lower(), given) if is_written_so else given


def _none_if_malformed(given: Any, validated: ValidatorFunctionWrapHandler) -> Any:
    try:
        return validated(given)
    except ValidationError:
        return None


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
Number = Annotated[float, BeforeValidator(_unquoted_number)]
Flag = Annotated[bool, BeforeValidator(_flag)]
StringOrNumber = Annotated[str | WholeNumber, Field(union_mode="left_to_right")]
Maybe = Annotated[T | None, WrapValidator(_none_if_malformed)]
"""A field that is taken as not there where it is malformed: the rest still counts."""


class DoseSpotModel(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)


R = TypeVar("R", bound=DoseSpotModel)


def read(model: type[R], body: Any) -> R:
    """What DoseSpot answered; numbers, true and false may also be written as strings.

    Args:
        model: what it should be.
        body: the answer's JSON.

    Raises:
        ValueError: it is something else.
    """
    return model.model_validate(body)


class Result(DoseSpotModel):
    """Whether DoseSpot did what was asked; business errors come with HTTP 200."""

    ResultCode: str | None = None
    ResultDescription: str | None = None

    @property
    def ok(self) -> bool:
        """Whether DoseSpot says so explicitly."""
        return (self.ResultCode or "").strip().upper() == "OK"


class ResultReply(DoseSpotModel):
    """What every reply holds."""

    Result: Result


class IdentifierReply(ResultReply):
    """The answer to a create or a lookup."""

    Id: Annotated[WholeNumber, Field(le=LARGEST_ID)] | None = None


class PageEntry(DoseSpotModel):
    """Where a page is in a list, and how long that is."""

    HasNext: Flag | None = None
    TotalPages: Maybe[WholeNumber] = None

    def goes_on_after(self, page: int) -> bool:
        """Whether the list has a page after this one, by its number from 1; by how many pages
        there are said to be, where DoseSpot does not say."""
        return page < (self.TotalPages or 0) if self.HasNext is None else self.HasNext


class TokenReply(DoseSpotModel):
    """An access token and the seconds that it lives."""

    access_token: Annotated[str, Field(pattern=r"^[!-~]+$", repr=False)]
    expires_in: Number | None = None
