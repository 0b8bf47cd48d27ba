"""What waits for a prescriber, as HTML: requests of pharmacies, errors, pending prescriptions.

Values in, HTML out; `path` is where the visit's page is.
"""

from collections.abc import Sequence

from deploy.sandbox.dosespot.prescribing import cards
from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.words import spaced
from deploy.sandbox.markup import Html, fill, joined


def notifications(lists: Sequence[Html]) -> Html:
    """What waits for a prescriber, or that nothing does."""
    parts = [each for each in lists if each]
    nothing = Html("<p>There are no refill requests and no transmission errors.</p>")
    return fill(
        """<section aria-labelledby="notifications">
<h2 id="notifications">Notifications</h2>
{parts}
</section>""",
        parts=joined(parts or [nothing]),
    )


def request(
    path: str,
    asked: PharmacyRequest,
    name: str,
    choices: Sequence[PrescriptionSheet],
    *,
    signed: Html,
) -> Html:
    """A pharmacy's request, with the two ways to answer it."""
    what = "Renewal request" if asked.kind == "renewal" else "Change request"
    return fill(
        """<li><h3 id="request-{id}">{what}: {drug}</h3>
<p>For {name}, from {pharmacy}</p>
<form method="post" action="{path}/approve" autocomplete="off">
<input type="hidden" name="request-id" value="{id}">
{choices}
{signed}
<div class="row">
<button type="submit" aria-describedby="request-{id}">Approve &amp; send</button>
<button type="submit" class="second" formaction="{path}/deny" formnovalidate
aria-describedby="request-{id}">Deny</button>
</div>
</form></li>
""",
        id=asked.id,
        what=what,
        drug=cards.drug_name(choices[0]),
        name=name,
        pharmacy=cards.pharmacy_name(choices[0]),
        path=path,
        choices=_refills(choices[0]) if asked.kind == "renewal" else _choices(asked, choices),
        signed=signed,
    )


def _refills(sheet: PrescriptionSheet) -> Html:
    return fill(
        """<p><label for="refills-{id}">Refills</label>
<input id="refills-{id}" name="refills" type="text" value="{refills}"></p>""",
        id=sheet.id,
        refills=sheet.record["Refills"] or "0",
    )


def _choices(asked: PharmacyRequest, choices: Sequence[PrescriptionSheet]) -> Html:
    return fill(
        "<fieldset><legend>Prescribe instead ({kind})</legend>{choices}</fieldset>",
        kind=spaced(asked.record["RxChangeType"] or "no reason given"),
        choices=joined(
            fill(
                """<label><input type="radio" name="chosen" value="{id}" required{checked}> {drug}
</label>""",
                id=sheet.id,
                checked=Html(" checked") if sheet is choices[0] else "",
                drug=cards.drug_name(sheet),
            )
            for sheet in choices
        ),
    )


def error(path: str, sheet: PrescriptionSheet, name: str) -> Html:
    """A prescription that could not be sent, and the button that sets that aside."""
    return fill(
        """<li><h3 id="error-{id}">Not sent: {drug}</h3>
<p>For {name}. {details}</p>
<form method="post" action="{path}/set-aside">
<input type="hidden" name="prescription-id" value="{id}">
<button type="submit" class="second" aria-describedby="error-{id}">Set aside</button>
</form></li>
""",
        id=sheet.id,
        drug=cards.drug_name(sheet),
        name=name,
        details=sheet.log[-1].info or "",
        path=path,
    )


def waiting(sheet: PrescriptionSheet, name: str) -> Html:
    """A prescription that is pending; it is sent from the patient's page."""
    return fill(
        "<li><h3>Pending: {drug}</h3><p>For {name}</p></li>", drug=cards.drug_name(sheet), name=name
    )
