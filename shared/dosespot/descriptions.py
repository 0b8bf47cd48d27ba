"""Reading DoseSpot's `ResultDescription` texts, which are meant for people.

They look like `Property: <Field> Details: <text>`, may hold several of these, and may quote what
was sent or stored. So only words that are known to be harmless are passed on.
"""

import re

from shared.dosespot.clinic_wire import ClinicItem
from shared.dosespot.reply import Result
from shared.dosespot.wire import ClinicianItem, PatientItem

MASK = "..."
NOT_AUTHORIZED = "not authorized"

# Compiled, and kept by `re`, at the first refusal: most runs meet none.
_NOT_FOUND = (
    r"(?i)not\s+(be\s+)?found|not\s+exist|no\s+(matching\s+)?(clinician|record|match)"
    r"|(can ?not|could not|can't|unable to)\s+(find|locate)"
)
_ALREADY_BEGUN = (
    r"(?i)already\s+(been\s+)?(initiali[sz]ed|initiated|started|activated|completed)"
    r"|in\s+progress"
)
_NOT_ALLOWED = r"(?i)not\s+authori[sz]ed|permission|access\s+denied"
_SIGNS = ":;,.()'\"!"
_LONGEST = 300

_FIELDS = {
    *ClinicianItem.model_fields,
    *PatientItem.model_fields,
    *ClinicItem.model_fields,
    "ClinicianRoleType",
    "ClinicianSpecialtyType",
    "Directions",
    "DispensableDrugId",
    "DispenseUnitTypeId",
    "EPCSRequested",
    "PharmacyId",
    "Quantity",
    "Refills",
    "SupervisorId",
    "TfaTypeId",
    "Title",
}
_WORDS = frozenset(
    """
    a account activate activated activation active added additional address agreement agreements all
    allergen allergens allowed already an and another any are area as at authentication be been
    before belong belongs birth box but by cannot characters check city clinic clinician clinicians
    code complete completed confirmed contain contains correct could created date dea deactivated
    default details did digit digits directions disabled dispensable dispense does doesn't drug
    drugs duplicate e-mail edit email empty enabled enrolled enrollment enter epcs error exceed
    exceeds exist existing exists expired extension factor failed favorite favorites fax field first
    following for format found from future gender given greater has have height id identification
    identifier identity idp if in inactive incorrect initialize initialized initiated invalid is it
    last least legal length less letter letters license licensed line list locked long longer match
    maximum medical medication medications middle minimum missing mobile more must nadea name needed
    needs no not npi null number numbers of office older on one only or other patient pending
    permission person pharmacies pharmacy phone please po post prefix prescriber prescribing
    prescription prescriptions primary process progress proofing property provide provided quantity
    range record refill refills registered registration request requested require required requires
    role roles same search short should sign signed small specified state states status street
    submitted suffix supervisor support supported system than that the there this title to token too
    two type unable under unique unit unknown updated use used user valid value values was weight
    when which with within year years you your zip
    """.split()
)


def says_not_found(result: Result) -> bool:
    """Whether DoseSpot reports an error that only says that there is no such record."""
    return not result.ok and bool(re.search(_NOT_FOUND, result.ResultDescription or ""))


def says_already_begun(description: str) -> bool:
    """Whether a refusal to begin something only says that it has begun, or is done."""
    return bool(re.search(_ALREADY_BEGUN, description))


def says_not_authorized(description: str) -> bool:
    """Whether the text says that the token's clinician may not do this."""
    return bool(re.search(_NOT_ALLOWED, description))


def harmless(description: str) -> str:
    """The text for an error sentence: known words and field names; a mask for anything else."""
    kept: list[str] = []
    for word in description.split():
        bare = word.strip(_SIGNS)
        known = bare.isascii() and (bare in _FIELDS or bare.lower() in _WORDS)
        if known or kept[-1:] != [MASK]:
            kept.append(word if known and word.isascii() else MASK)
    if all(word == MASK for word in kept):
        return "no reason given"
    return " ".join(kept)[:_LONGEST].rstrip(". ")
