"""Drugs and pharmacies as DoseSpot shows them, with DoseSpot's own names."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from fhir_profiles.drug import Drug
from fhir_profiles.elements import text
from fhir_profiles.pharmacy import Pharmacy
from shared.dosespot.reply import (
    DoseSpotModel,
    Flag,
    PageEntry,
    ResultReply,
    StringOrNumber,
    WholeNumber,
)

SERVICE_LEVELS: Mapping[int, str] = MappingProxyType(
    {
        1: "NewRx",
        2: "Refill",
        4: "Change",
        8: "RxFill",
        16: "Cancel",
        32: "MedicationHistory",
        64: "Eligibility",
        128: "PriorAuthorization",
        2048: "EPCS",
    }
)
"""What each bit of a pharmacy's `ServiceLevel` says (DoseSpot's enumeration tables)."""


class StateScheduleEntry(DoseSpotModel):
    """How one state schedules a drug."""

    StateName: str | None = None
    Schedule: StringOrNumber | None = None


class DrugItem(DoseSpotModel):
    """A dispensable drug, from `medications/select`."""

    DispensableDrugId: WholeNumber | None = None
    NDC: StringOrNumber | None = None
    RXCUI: StringOrNumber | None = None
    DisplayName: str | None = None
    DrugName: str | None = None
    Route: str | None = None
    DoseForm: str | None = None
    Strength: str | None = None
    DispenseUnitId: WholeNumber | None = None
    IsObsolete: Flag | None = None
    Schedule: StringOrNumber | None = None
    StateSchedule: list[StateScheduleEntry] | None = None


class DrugReply(ResultReply):
    """One drug."""

    Item: DrugItem | None = None


class PharmacyItem(DoseSpotModel):
    """A pharmacy; a patient's carries `IsDefault` too."""

    PharmacyId: WholeNumber | None = None
    StoreName: str | None = None
    Address1: str | None = None
    Address2: str | None = None
    City: str | None = None
    State: str | None = None
    ZipCode: str | None = None
    PrimaryPhone: str | None = None
    PrimaryFax: str | None = None
    NCPDPID: StringOrNumber | None = None
    ServiceLevel: WholeNumber | None = None
    IsDefault: Flag | None = None


class PharmacyReply(ResultReply):
    """One pharmacy."""

    Item: PharmacyItem | None = None


class PharmaciesReply(ResultReply):
    """A page of pharmacies, or all of a patient's."""

    Items: list[PharmacyItem] | None = None
    PageResult: PageEntry | None = None


def drug_of(item: DrugItem, name: str = "") -> Drug:
    """The drug; `name` is how something that names it calls it, which comes first."""
    parts = (item.DrugName, item.Strength, item.DoseForm)
    shown = name_in_strength(text(item.DisplayName), text(item.Strength))
    spelled = shown or " ".join(filter(None, map(text, parts)))
    return Drug(
        name=name or spelled or f"Drug {item.DispensableDrugId or ''}".rstrip(),
        dosespot_id=item.DispensableDrugId or None,
        ndc=code_text(item.NDC),
        rxcui=code_text(item.RXCUI),
    )


def name_in_strength(name: str, strength: str) -> str:
    """A drug's name with its strength, if the name does not say it; "" where there is no name."""
    if not name or strength.casefold() in name.casefold():
        return name
    return f"{name} {strength}"


def pharmacy_of(item: PharmacyItem, pharmacy_id: int) -> Pharmacy:
    """The pharmacy that has that id."""
    return Pharmacy(
        dosespot_id=pharmacy_id,
        name=text(item.StoreName),
        ncpdp_id=code_text(item.NCPDPID),
        lines=tuple(filter(None, map(text, (item.Address1, item.Address2)))),
        city=text(item.City),
        state=text(item.State).upper(),
        postal_code=text(item.ZipCode),
        phone=text(item.PrimaryPhone),
        fax=text(item.PrimaryFax),
        services=tuple(_services(item.ServiceLevel or 0)),
    )


def code_text(given: str | int | None) -> str:
    """A code that DoseSpot writes as a string or a number; "" where it has none, or says 0."""
    spelled = text(str(given)) if given is not None else ""
    return "" if spelled.strip("0") == "" else spelled


def _services(level: int) -> Iterable[str]:
    return (name for bit, name in SERVICE_LEVELS.items() if level > 0 and level & bit)
