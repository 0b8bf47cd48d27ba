"""The input of bots that look for something, by its name or by other words."""

from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema

from fhir_profiles.elements import text
from shared.dosespot.searches import SHORTEST_NAME
from shared.runtime.inputs import ORGANIZATION, BotInput, FhirId

LONGEST = 200
TOO_SHORT = f"must have at least {SHORTEST_NAME} characters"
TOO_LONG = f"must have at most {LONGEST} characters"


def _folded(given: str) -> str:
    words = text(given)
    if len(words) > LONGEST:
        raise ValueError(TOO_LONG)
    return words


def _long_enough(given: str) -> str:
    name = _folded(given)
    if len(name) < SHORTEST_NAME:
        raise ValueError(TOO_SHORT)
    return name


SearchWords = Annotated[
    str, AfterValidator(_folded), WithJsonSchema({"type": "string", "maxLength": LONGEST})
]
"""What somebody looks for, white space folded; may be empty."""


class ByName(BotInput):
    """What to look for. Medplum's pages ask once three characters are typed, as DoseSpot wants."""

    name: Annotated[
        str,
        AfterValidator(_long_enough),
        WithJsonSchema({"type": "string", "minLength": SHORTEST_NAME, "maxLength": LONGEST}),
    ] = Field(description=f"The name, or its beginning; at least {SHORTEST_NAME} characters.")
    organizationId: FhirId | None = ORGANIZATION
