"""The three steps in which somebody prescribes, as HTML: choose a pharmacy, add, review.

Values in, HTML out; `path` is where the visit's page is.
"""

from collections.abc import Mapping, Sequence

from deploy.sandbox.dosespot.prescribing import cards, catalogs, order_form
from deploy.sandbox.dosespot.prescribing.drugs import CatalogDrug
from deploy.sandbox.dosespot.prescribing.pharmacies import CatalogPharmacy
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.words import standing
from deploy.sandbox.markup import Html, fill, joined


def choose_pharmacy(
    path: str, name: str, found: Sequence[CatalogPharmacy], chosen: CatalogPharmacy | None
) -> Html:
    """Step 1: the search for a pharmacy, and what it found; the chosen one is marked."""
    results: object = fill("<p>No pharmacy has “{name}” in its name.</p>", name=name)
    if found:
        results = _pharmacy_choice(path, found, chosen)
    elif not name:
        results = ""
    search = _search(f"{path}/pharmacy", _STORE, name)
    return joined([Html("<p>Step 1 of 3</p>"), search, results, _back(path)])


_STORE, _MEDICATION, _BACK = "Pharmacy name", "Medication name", "Back to the patient"


def _search(action: str, label: str, name: str) -> Html:
    return fill(
        """<form method="get" action="{action}" role="search">
<p><label for="name">{label}</label>
<input id="name" name="name" type="search" value="{name}"></p>
<button type="submit" class="second">Search</button>
</form>""",
        action=action,
        label=label,
        name=name,
    )


def _pharmacy_choice(
    path: str, found: Sequence[CatalogPharmacy], chosen: CatalogPharmacy | None
) -> Html:
    return fill(
        """<form method="post" action="{path}/choose-pharmacy">
<fieldset><legend>Pharmacy</legend>
{choices}
</fieldset>
<button type="submit">Next</button>
</form>""",
        path=path,
        choices=joined(
            fill(
                """<label><input type="radio" name="pharmacy-id" value="{id}" required{checked}>
{name}, {address}</label>""",
                id=store.id,
                checked=Html(" checked") if store == chosen else "",
                name=store.name,
                address=store.whole_address,
            )
            for store in found
        ),
    )


def choose_drug(
    path: str, name: str, found: Sequence[CatalogDrug], pending: Sequence[PrescriptionSheet]
) -> Html:
    """Step 2: the search for a medication, what it found, and what is to be prescribed already."""
    results: object = ""
    if 0 < len(name) < catalogs.SHORTEST_NAME:
        results = Html("<p>Enter at least three letters.</p>")
    elif name and not found:
        results = fill("<p>No medication has “{name}” in its name.</p>", name=name)
    elif found:
        results = _drug_choice(path, found)
    search = _search(f"{path}/drug", _MEDICATION, name)
    items = _items(path, pending)
    return joined([Html("<p>Step 2 of 3</p>"), search, results, items, _back(path)])


def _back(path: str) -> Html:
    return fill('<div class="row">{way}</div>', way=cards.way(path, _BACK, "second"))


def _drug_choice(path: str, found: Sequence[CatalogDrug]) -> Html:
    return fill(
        """<form method="get" action="{path}/details">
<p>Choose a medication:</p>
<div class="row">{choices}</div>
</form>""",
        path=path,
        choices=joined(
            fill(
                """<button type="submit" class="second" name="drug" value="{id}">{name}</button>
""",
                id=drug.id,
                name=f"{drug.display_name} {drug.strength}",
            )
            for drug in found
        ),
    )


def _items(path: str, pending: Sequence[PrescriptionSheet]) -> Html:
    if not pending:
        return Html()
    return fill(
        """<section aria-labelledby="items">
<h2 id="items">Items to prescribe</h2>
<ul class="cards">{items}</ul>
{next}
</section>""",
        items=joined(fill("<li>{told}</li>", told=cards.told(sheet)) for sheet in pending),
        next=cards.way(f"{path}/review", "Next"),
    )


def details(
    path: str, drug: CatalogDrug, pharmacy: CatalogPharmacy | None, given: Mapping[str, str]
) -> Html:
    """The form for one medication, with what was entered before."""
    return fill(
        """<h2>{drug}</h2>
<p>Pharmacy: {pharmacy}</p>
<form method="post" action="{path}/add-prescription">
<input type="hidden" name="drug" value="{id}">
<p><label for="directions">Directions</label>
<textarea id="directions" name="directions" rows="3" maxlength="{longest}"
required>{directions}</textarea></p>
{fields}
<p><label for="notes">Pharmacy notes (optional)</label>
<textarea id="notes" name="notes" rows="2" maxlength="{most}">{notes}</textarea></p>
<p><label><input type="checkbox" name="no-substitutions"{checked}> No substitutions</label></p>
<button type="submit">Create medication</button>
</form>
{cancel}""",
        drug=f"{drug.display_name} {drug.strength}",
        pharmacy="none" if pharmacy is None else f"{pharmacy.name}, {pharmacy.whole_address}",
        path=path,
        id=drug.id,
        longest=order_form.LONGEST_DIRECTIONS,
        most=order_form.LONGEST_NOTES,
        directions=given.get("directions", ""),
        notes=given.get("notes", ""),
        checked=Html(" checked") if "no-substitutions" in given else "",
        fields=_detail_fields(drug, given),
        cancel=cards.way(f"{path}/drug", "Cancel", "second"),
    )


def _detail_fields(drug: CatalogDrug, given: Mapping[str, str]) -> Html:
    fields = {
        "quantity": (f"Quantity ({drug.form.lower()}s)", "text", "required"),
        "refills": ("Refills", "text", ""),
        "days-supply": ("Days of supply (optional)", "text", ""),
        "effective-date": ("Effective date (optional)", "date", ""),
    }
    return joined(
        fill(
            """<p><label for="{name}">{label}</label>
<input id="{name}" name="{name}" type="{kind}" value="{value}" {required}></p>
""",
            name=name,
            label=label,
            kind=kind,
            required=Html(required),
            value=given.get(name, "0" if name == "refills" else ""),
        )
        for name, (label, kind, required) in fields.items()
    )


def review(path: str, pending: Sequence[PrescriptionSheet], *, signs: bool, by_token: bool) -> Html:
    """Step 3: everything that is pending, and what can be done with it."""
    if not pending:
        nothing = Html("<p>Step 3 of 3</p><p>There is nothing to prescribe.</p>")
        return joined([nothing, _back(path)])
    return fill(
        """<p>Step 3 of 3</p>
<form method="post" action="{path}/send" autocomplete="off">
<div class="wide" tabindex="0" role="region" aria-label="Prescriptions">
<table>
<caption>Select prescriptions to approve them</caption>
<thead><tr><th scope="col">Select</th><th scope="col">Details</th><th scope="col">Quantity</th>
<th scope="col">Pharmacy</th><th scope="col">Entered by</th><th scope="col">Date</th>
<th scope="col">Status</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</div>
{codes}
<div class="row">
<button type="submit">Approve &amp; send</button>
<button type="submit" class="second" formaction="{path}/print" formnovalidate>Print prescription
</button>
<button type="submit" class="second" formaction="{path}/discard" formnovalidate>Discard</button>
</div>
</form>
<div class="row">{more}{save}</div>""",
        path=path,
        rows=joined(_row(sheet) for sheet in pending),
        codes=cards.codes("", by_token=by_token) if signs else "",
        more=cards.way(f"{path}/drug", "Add another medication", "second"),
        save=cards.way(path, "Save as pending prescription", "second"),
    )


def _row(sheet: PrescriptionSheet) -> Html:
    return fill(
        """<tr><td><input type="checkbox" name="prescription-{id}" checked
aria-labelledby="drug-{id}"></td>
<td><span id="drug-{id}">{drug}</span>: {directions}</td><td>{amount}</td><td>{pharmacy}</td>
<td>{user}</td><td>{date}</td><td>{standing}</td></tr>
""",
        id=sheet.id,
        drug=cards.drug_name(sheet),
        directions=sheet.record["Directions"],
        amount=cards.amount(sheet),
        pharmacy=cards.pharmacy_name(sheet),
        user=sheet.log[0].user,
        date=str(sheet.record["WrittenDate"])[:10],
        standing=standing(sheet),
    )
