"""The operations on drugs, allergens and pharmacies, which are the same for every clinic."""

from collections.abc import Callable, Iterable
from typing import Any

from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    ApiCall,
    NotThere,
    Operation,
    OperationReply,
    shape,
)
from deploy.sandbox.dosespot.prescribing import answers
from deploy.sandbox.dosespot.prescribing.allergens import ALLERGENS
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS, CatalogDrug
from deploy.sandbox.dosespot.prescribing.pharmacies import PHARMACIES, CatalogPharmacy
from deploy.sandbox.dosespot.prescribing.shapes import (
    DrugKey,
    DrugQuery,
    NameQuery,
    PharmacyQuery,
)

SHORTEST_NAME = 3
"""How many characters a search for a drug or an allergen needs at least."""

NO_LIST: dict[str, Any] = {"Items": [], "PageResult": None}

_TOO_SHORT = Rejection("name", f"Search text must have at least {SHORTEST_NAME} characters")


def drug(drug_id: int | None) -> CatalogDrug | None:
    """The drug with this id, None if there is none."""
    return next((each for each in DRUGS if each.id == drug_id), None)


def pharmacy(pharmacy_id: int | None) -> CatalogPharmacy | None:
    """The pharmacy with this id, None if there is none."""
    return next((each for each in PHARMACIES if each.id == pharmacy_id), None)


def drugs_named(name: str) -> list[CatalogDrug]:
    """The drugs with this text in their name or in their generic name."""
    folded = name.casefold()
    return [each for each in DRUGS if folded in f"{each.name}\n{each.generic}".casefold()]


def missing(call: ApiCall, field: str, sentence: str, empty: dict[str, Any]) -> OperationReply:
    """What is answered for an id that nothing has, as the switch says."""
    match call.backend.switches.not_found:
        case "error":
            return Rejection(field, sentence)
        case "null_item":
            return empty
        case "status_404":
            return NotThere()


def search_drugs(call: ApiCall) -> OperationReply:
    """GET medications/search: drugs by a part of their name."""
    query: DrugQuery = call.body
    if len(query.name or "") < SHORTEST_NAME:
        return _TOO_SHORT
    wanted = {"Active": (False,), "Inactive": (True,), "All": (False, True)}[query.drugStatus]
    found = [each for each in drugs_named(query.name or "") if ("obsolete" in each.marks) in wanted]
    return _listed(call, found, answers.drug_found)


def select_drug(call: ApiCall) -> OperationReply:
    """GET medications/select: everything about one drug."""
    key: DrugKey = call.body
    asked = (key.dispensableDrugId, key.nDC, key.rXCUI)
    for each in DRUGS:
        known = (each.id, each.ndc, each.rxcui)
        if any(ours == theirs for ours, theirs in zip(known, asked, strict=True)):
            return {"Item": answers.drug_selected(each, call.backend.switches)}
    return missing(call, "DispensableDrugId", "Medication not found", {"Item": None})


def search_allergens(call: ApiCall) -> OperationReply:
    """GET allergens/search: allergens by a part of their name."""
    name = (call.body.name or "").casefold()
    if len(name) < SHORTEST_NAME:
        return _TOO_SHORT
    found = [each for each in ALLERGENS if name in f"{each.name}\n{each.brand}".casefold()]
    return _listed(call, found, answers.allergen)


def read_pharmacy(call: ApiCall) -> OperationReply:
    """GET pharmacies/{id}: one pharmacy."""
    found = pharmacy(call.target_id)
    if found is None:
        return missing(call, "PharmacyId", "Pharmacy not found", {"Item": None})
    return {"Item": answers.pharmacy(found, call.backend.switches)}


def search_pharmacies(call: ApiCall) -> OperationReply:
    """GET pharmacies/search: pharmacies by name, address, number or specialty."""
    switches = call.backend.switches
    found = [each for each in PHARMACIES if fits(each, call.body)]
    return _listed(call, found, lambda each: answers.pharmacy(each, switches))


def fits(store: CatalogPharmacy, query: PharmacyQuery) -> bool:
    """Whether a pharmacy is one of those that are searched for."""
    within = ((query.name, store.name), (query.address, store.address))
    begins = ((query.city, store.city), (query.zip, store.zip_code))
    wanted = set(query.specialty) - {"Any"}
    return (
        all((part or "").casefold() in whole.casefold() for part, whole in within)
        and all(whole.casefold().startswith((part or "").casefold()) for part, whole in begins)
        and (query.state or store.state).upper() == store.state
        and query.phoneOrFax in (None, store.phone, store.fax)
        and query.ncpdpId in (None, store.ncpdp_id)
        and wanted <= set(store.specialties)
    )


def _listed(
    call: ApiCall, found: Iterable[Any], write: Callable[[Any], dict[str, Any]]
) -> OperationReply:
    if not call.user().active:
        return NOT_AUTHORIZED
    shown, page = answers.paged(list(found), call.body.pageNumber, call.backend.switches)
    return {"Items": [write(each) for each in shown], "PageResult": page}


_NO_ITEM = {"Item": None}

OPERATIONS = (
    Operation("GET", "medications/search", search_drugs, on_error=NO_LIST, query=shape(DrugQuery)),
    Operation("GET", "medications/select", select_drug, on_error=_NO_ITEM, query=shape(DrugKey)),
    Operation(
        "GET", "allergens/search", search_allergens, on_error=NO_LIST, query=shape(NameQuery)
    ),
    Operation(
        "GET", "pharmacies/search", search_pharmacies, on_error=NO_LIST, query=shape(PharmacyQuery)
    ),
    Operation("GET", "pharmacies/{pharmacy_id:int}", read_pharmacy, on_error=_NO_ITEM),
)
