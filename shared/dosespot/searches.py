"""DoseSpot's searches of drugs, allergens and pharmacies, for people who look for one.

Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2"). Drugs and allergens are searched for by
three characters of a name at least.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fhir_profiles.allergen import Allergen
from fhir_profiles.drug import Drug
from fhir_profiles.elements import text
from shared.dosespot.calls import DoseSpotCalls
from shared.dosespot.catalog_wire import PharmaciesReply, PharmacyItem, code_text, name_in_strength
from shared.dosespot.reply import (
    DoseSpotModel,
    Flag,
    PageEntry,
    ResultReply,
    StringOrNumber,
    WholeNumber,
)

SHORTEST_NAME = 3
MOST_PAGES = 10
"""Of drugs or allergens; who finds that many looks for a longer name."""


class FoundDrugItem(DoseSpotModel):
    """A drug, from `medications/search`."""

    DispensableDrugId: WholeNumber | None = None
    NDC: StringOrNumber | None = None
    RXCUI: StringOrNumber | None = None
    NameWithRouteDoseForm: str | None = None
    Strength: str | None = None
    IsObsolete: Flag | None = None


class FoundDrugsReply(ResultReply):
    """A page of drugs."""

    Items: list[FoundDrugItem] | None = None
    PageResult: PageEntry | None = None


class FoundAllergenItem(DoseSpotModel):
    """An allergen, from `allergens/search`."""

    AllergenId: WholeNumber | None = None
    Name: str | None = None
    RxCuis: list[StringOrNumber | None] | None = None
    IsActive: Flag | None = None


class FoundAllergensReply(ResultReply):
    """A page of allergens."""

    Items: list[FoundAllergenItem] | None = None
    PageResult: PageEntry | None = None


FoundReply = TypeVar("FoundReply", FoundDrugsReply, FoundAllergensReply)


@dataclass(frozen=True)
class PharmacyWish:
    """What a pharmacy is looked for by; empty texts are not asked for.

    Attributes:
        name: of the store.
        city: its city.
        state: two letters.
        zip_code: ZIP code.
        address: street address.
        phone_or_fax: one of its numbers.
        ncpdp_id: seven digits by which the network knows it.
        specialties: DoseSpot's names of what it has to be.
        page: number of the page, from 1.
    """

    name: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    address: str = ""
    phone_or_fax: str = ""
    ncpdp_id: str = ""
    specialties: tuple[str, ...] = ()
    page: int = 1

    @property
    def names_something(self) -> bool:
        """Whether it asks for more than what any pharmacy of its kind is."""
        return bool(self._texts())

    def query(self) -> Mapping[str, str | Sequence[str]]:
        """The parameters of the search."""
        specialty = {"specialty": self.specialties} if self.specialties else {}
        return {**self._texts(), **specialty, "pageNumber": str(self.page)}

    def _texts(self) -> dict[str, str]:
        wanted = {
            "name": self.name,
            "city": self.city,
            "state": self.state,
            "zip": self.zip_code,
            "address": self.address,
            "phoneOrFax": self.phone_or_fax,
            "ncpdpId": self.ncpdp_id,
        }
        return {name: value for name, value in wanted.items() if value}


class SearchClient(DoseSpotCalls):
    """Drugs, allergens and pharmacies by what people know of them; raises as `DoseSpotCalls` says.

    Nothing found is an empty list, also where DoseSpot says it by an error.
    """

    def find_drugs(self, name: str) -> list[FoundDrugItem]:
        """The drugs whose name is like this one, as DoseSpot orders them."""
        pages = self._pages(FoundDrugsReply, "api/medications/search", "search for drugs", name)
        return [item for page in pages for item in page.Items or []]

    def find_allergens(self, name: str) -> list[FoundAllergenItem]:
        """The allergens whose name is like this one, as DoseSpot orders them."""
        pages = self._pages(
            FoundAllergensReply, "api/allergens/search", "search for allergens", name
        )
        return [item for page in pages for item in page.Items or []]

    def find_pharmacies(self, wish: PharmacyWish) -> list[PharmacyItem]:
        """One page of the pharmacies that are like this."""
        wanted = wish.query()
        path, words = "api/pharmacies/search", "search for pharmacies"
        reply = self._found(PharmaciesReply, self._call("GET", path, words, params=wanted))
        return (reply.Items or []) if reply else []

    def _pages(
        self, model: type[FoundReply], path: str, wish: str, name: str
    ) -> Iterator[FoundReply]:
        for page in range(1, MOST_PAGES + 1):
            params = {"name": name, "pageNumber": str(page)}
            reply = self._found(model, self._call("GET", path, wish, params=params))
            if reply is None:
                return
            yield reply
            if not (reply.PageResult and reply.PageResult.goes_on_after(page)):
                return


def found_drug(item: FoundDrugItem) -> Drug | None:
    """The drug; None if it can't be prescribed any more, or DoseSpot says too little of it."""
    name, strength = text(item.NameWithRouteDoseForm), text(item.Strength)
    if item.IsObsolete or not name or not item.DispensableDrugId or item.DispensableDrugId < 0:
        return None
    return Drug(
        name=name_in_strength(name, strength),
        dosespot_id=item.DispensableDrugId,
        ndc=code_text(item.NDC),
        rxcui=code_text(item.RXCUI),
    )


def found_allergen(item: FoundAllergenItem) -> Allergen | None:
    """The allergen; None if it is not in use any more, or DoseSpot says too little of it."""
    name = text(item.Name)
    if item.IsActive is False or not name or not item.AllergenId or item.AllergenId < 0:
        return None
    rxcuis = dict.fromkeys(filter(None, map(code_text, item.RxCuis or [])))
    return Allergen(name=name, dosespot_id=item.AllergenId, rxcuis=tuple(rxcuis))
