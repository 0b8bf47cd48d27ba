"""What a prescriber enters about one medication, and what is wrong with it.

Pure functions of a form's fields; an absent field is a blank one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from deploy.sandbox.dosespot.prescribing.drugs import CatalogDrug

LONGEST_DIRECTIONS, LONGEST_NOTES = 1000, 210
MOST_REFILLS, MOST_DAYS = 99, 365
_LEGAL_REFILLS = {2: 0, 3: 5, 4: 5}
"""How many refills a schedule may have: 21 CFR 1306.12 and 1306.22."""

_QUANTITY = re.compile(r"(?=.*[1-9])\d{1,6}(\.\d{1,3})?")


def problems(form: Mapping[str, str], drug: CatalogDrug, state: str) -> list[str]:
    """Everything that is wrong with a form, as sentences.

    Args:
        form: the fields.
        drug: which is prescribed.
        state: the patient's, whose schedule of the drug counts where it is stricter.
    """
    refills = _text(form, "refills") or "0"
    return [
        *_wrong_texts(form),
        *_wrong_numbers(form),
        *wrong_refills(refills, drug.schedule_in(state)),
    ]


def wrong_refills(refills: str, schedule: int) -> list[str]:
    """What is wrong with a number of refills for a drug of that schedule, 0 for none."""
    if not _is_number(refills, MOST_REFILLS):
        return [f"Enter the refills as a number from 0 to {MOST_REFILLS}."]
    legal = _LEGAL_REFILLS.get(schedule, MOST_REFILLS)
    if int(refills) <= legal:
        return []
    most = f"{legal} refills at most" if legal else "no refills"
    return [f"A drug of schedule {schedule} can have {most}."]


def values(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a `PrescriptionOrder` in a form without problems."""
    days, effective = _text(form, "days-supply"), _text(form, "effective-date")
    fields = {"EffectiveDate": f"{effective}T00:00:00+00:00"} if effective else {}
    return {
        "directions": _text(form, "directions"),
        "quantity": _text(form, "quantity"),
        "refills": str(int(_text(form, "refills") or 0)),
        "days_supply": int(days) if days else None,
        "pharmacy_notes": _text(form, "notes") or None,
        "no_substitutions": "no-substitutions" in form,
        "fields": fields,
    }


def _wrong_texts(form: Mapping[str, str]) -> Iterator[str]:
    directions = _text(form, "directions")
    if not directions:
        yield "Enter the directions."
    if len(directions) > LONGEST_DIRECTIONS:
        yield f"Directions can have {LONGEST_DIRECTIONS} characters at most."
    if len(_text(form, "notes")) > LONGEST_NOTES:
        yield f"Pharmacy notes can have {LONGEST_NOTES} characters at most."


def _wrong_numbers(form: Mapping[str, str]) -> Iterator[str]:
    if not _QUANTITY.fullmatch(_text(form, "quantity")):
        yield "Enter the quantity as a number above 0."
    if not _is_number(_text(form, "days-supply") or "0", MOST_DAYS):
        yield f"Enter the days of supply as a number from 0 to {MOST_DAYS}."
    if _text(form, "effective-date") and not _is_date(_text(form, "effective-date")):
        yield "Enter the effective date as year-month-day."


def _text(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())


def _is_number(text: str, most: int) -> bool:
    return re.fullmatch(r"[0-9]{1,3}", text) is not None and int(text) <= most


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
