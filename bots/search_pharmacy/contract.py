"""Input and output of the bot, as `@medplum/dosespot-react` uses it: a bare array."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from shared.dosespot.searches import PharmacyWish
from shared.pharmacies.rules.specialties import NAMES, NUMBERS, specialty
from shared.records.findings import Finding, refused_input
from shared.runtime.by_name import SearchWords
from shared.runtime.inputs import (
    ORGANIZATION,
    BotInput,
    FhirId,
    ListOutput,
    OrganizationOutput,
)

NOTHING_ASKED = Finding(
    "name", "give at least one of name, city, state, zip, address, phoneOrFax and ncpdpID"
)
_KNOWN = ", ".join([*NAMES, *map(str, NUMBERS)])
_LAST_PAGE = 10_000


def _known(given: str | int) -> str:
    found = specialty(given)
    if found is None:
        raise ValueError(f"must be one of {_KNOWN}")
    return found


Specialty = Annotated[
    str,
    BeforeValidator(lambda given: str(given) if type(given) is int else given),
    AfterValidator(_known),
    WithJsonSchema({"type": ["string", "integer"], "enum": [*NAMES, *NUMBERS]}),
]


class SearchPharmacyInput(BotInput):
    """What the pharmacy is looked for by; at least one of the texts."""

    name: SearchWords | None = Field(None, description="The store's name.")
    city: SearchWords | None = Field(None, description="The city.")
    state: SearchWords | None = Field(None, description="The state, by its two letters.")
    zip: SearchWords | None = Field(None, description="The ZIP code.")
    address: SearchWords | None = Field(None, description="The street address.")
    phoneOrFax: SearchWords | None = Field(None, description="The phone or fax number.")
    specialty: list[Specialty] | None = Field(
        None, description="What the pharmacy has to be, by DoseSpot's names or numbers."
    )
    ncpdpID: SearchWords | None = Field(None, description="The NCPDP id.")
    pageNumber: Annotated[int, Field(ge=1, le=_LAST_PAGE)] | None = Field(
        None, description="The page of the results; without it, the first."
    )
    organizationId: FhirId | None = ORGANIZATION

    def wish(self) -> PharmacyWish:
        """The same as DoseSpot is asked.

        Raises:
            InputRefused: it would find every pharmacy that there is.
        """
        wish = PharmacyWish(
            name=self.name or "",
            city=self.city or "",
            state=self.state or "",
            zip_code=self.zip or "",
            address=self.address or "",
            phone_or_fax=self.phoneOrFax or "",
            ncpdp_id=self.ncpdpID or "",
            specialties=tuple(dict.fromkeys(self.specialty or ())),
            page=self.pageNumber or 1,
        )
        if not wish.names_something:
            raise refused_input(NOTHING_ASKED)
        return wish


class SearchPharmacyOutput(ListOutput[OrganizationOutput]):
    """One page of pharmacies, which are not saved; `identifier[0]` is DoseSpot's id."""
