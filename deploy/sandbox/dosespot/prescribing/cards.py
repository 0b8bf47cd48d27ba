"""A patient's prescriptions as cards, and other pieces of the pages on which somebody prescribes.

Values in, HTML out; `path` is where the visit's page is.
"""

from collections.abc import Sequence

from deploy.sandbox.dosespot import identity
from deploy.sandbox.dosespot.prescribing import catalogs
from deploy.sandbox.dosespot.prescribing.drugs import DISPENSE_UNITS
from deploy.sandbox.dosespot.prescribing.pharmacies import CatalogPharmacy
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.words import can_be_cancelled, standing
from deploy.sandbox.markup import Html, fill, joined

_MOST_NOTE = 500


def patient(
    path: str,
    name: str,
    pharmacy: CatalogPharmacy | None,
    sheets: Sequence[PrescriptionSheet],
    pending: int | None,
) -> Html:
    """A patient with their prescriptions, and the way to write another one.

    Args:
        path: where the visit's page is.
        name: the patient's.
        pharmacy: their default one.
        sheets: newest first.
        pending: how many the reader has entered and not sent; None if they do not prescribe.
    """
    store = "none yet" if pharmacy is None else f"{pharmacy.name}, {pharmacy.whole_address}"
    return fill(
        """<section aria-labelledby="patient">
<h2 id="patient">{name}</h2>
<p>Default pharmacy: {store}</p>
{ways}
{sheets}
</section>""",
        name=name,
        store=store,
        ways="" if pending is None else _ways(path, pending),
        sheets=_cards(path, sheets, prescribes=pending is not None),
    )


def _ways(path: str, pending: int) -> Html:
    items = f"Continue prescription ({pending} pending)"
    more = way(f"{path}/review", items, "second") if pending else ""
    return fill(
        '<div class="row">{add}{more}</div>',
        add=way(f"{path}/pharmacy", "Add prescription"),
        more=more,
    )


def way(action: str, text: str, kind: str = "") -> Html:
    """A button that leads to another page."""
    return fill(
        """<form method="get" action="{action}"><button type="submit" class="{kind}">{text}</button>
</form>""",
        action=action,
        text=text,
        kind=kind,
    )


def _cards(path: str, sheets: Sequence[PrescriptionSheet], *, prescribes: bool) -> Html:
    if not sheets:
        return Html("<p>There are no prescriptions yet.</p>")
    return fill(
        '<ul class="cards">{cards}</ul>',
        cards=joined(
            fill(
                "<li>{told}{cancel}</li>",
                told=told(sheet),
                cancel=_cancel(path, sheet) if prescribes and can_be_cancelled(sheet) else "",
            )
            for sheet in sheets
        ),
    )


def told(sheet: PrescriptionSheet) -> Html:
    """What a person reads of a prescription, below a heading."""
    return fill(
        """<h3 id="prescription-{id}">{drug}</h3>
<p><strong>{standing}</strong></p>
<p>{directions}</p>
<p>{amount}. {pharmacy}</p>""",
        id=sheet.id,
        drug=drug_name(sheet),
        standing=standing(sheet),
        directions=sheet.record["Directions"] or "",
        amount=amount(sheet),
        pharmacy=pharmacy_name(sheet),
    )


def drug_name(sheet: PrescriptionSheet) -> str:
    """The drug with its strength."""
    return f"{sheet.record['DisplayName']} {sheet.record['Strength'] or ''}"


def amount(sheet: PrescriptionSheet) -> str:
    """How much is dispensed, and how often again."""
    record = sheet.record
    unit = DISPENSE_UNITS.get(record["DispenseUnitId"], "unit").lower()
    return f"{_counted(record['Quantity'], unit)}, {_counted(record['Refills'], 'refill')}"


def _counted(number: object, what: str) -> str:
    return f"{number} {what}" if number == "1" else f"{number} {what}s"


def pharmacy_name(sheet: PrescriptionSheet) -> str:
    """Where it goes."""
    store = catalogs.pharmacy(sheet.record["PharmacyId"])
    return "No pharmacy" if store is None else store.name


def _cancel(path: str, sheet: PrescriptionSheet) -> Html:
    return fill(
        """<form method="post" action="{path}/request-cancellation">
<input type="hidden" name="prescription-id" value="{id}">
<p><label for="reason-{id}">Reason (optional)</label>
<input id="reason-{id}" name="reason" type="text" maxlength="{most}"></p>
<button type="submit" class="second" aria-describedby="prescription-{id}">Request cancellation
</button>
</form>""",
        path=path,
        id=sheet.id,
        most=_MOST_NOTE,
    )


def listed(cards: Sequence[Html]) -> Html:
    """These cards, or nothing if there are none."""
    return fill('<ul class="cards">{cards}</ul>', cards=joined(cards)) if cards else Html()


def codes(which: str, *, by_token: bool) -> Html:
    """The fields for PIN and one-time code, which sign a controlled substance.

    Args:
        which: is put after the ids, where a page has several of these.
        by_token: whether the code comes from a token, which has a serial number.
    """
    names = [
        *([("serial-number", "Token serial number")] if by_token else []),
        ("pin", "PIN"),
        ("code", "Six-digit code"),
    ]
    return fill(
        """<fieldset aria-describedby="codes-hint{which}">
<legend>To sign controlled substances</legend>
{fields}
<p id="codes-hint{which}">In this sandbox the code {code} works, and any PIN unless you have set
one.</p>
</fieldset>""",
        which=which,
        code=identity.RIGHT_CODE,
        fields=joined(
            fill(
                """<p><label for="{name}{which}">{label}</label>
<input id="{name}{which}" name="{name}" type="text" autocomplete="off" maxlength="32"></p>
""",
                name=name,
                which=which,
                label=label,
            )
            for name, label in names
        ),
    )
