"""The bot: an administrator sees what is billed; nothing is changed."""

from bots.billing_report import IDENTIFIER
from bots.billing_report.contract import BillingReportInput, BillingReportOutput
from fhir_profiles.today import NATIONWIDE, Today
from shared.access.authorize import require_administrator
from shared.billing.accounts import billed_periods
from shared.billing.rules.bill import Month, bill
from shared.errors import Misconfigured
from shared.fhir.batch import Batch
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation

NO_PRICE = (
    "The project bills nobody. Set the project secret BILLING_PRICE to the price of a prescriber"
    " and month, such as 39.00; from then on it is kept for how long prescribers are billed."
)


@bot(
    identifier=IDENTIFIER,
    description="Says how many prescribers each clinic has in a month, and what they cost.",
    callers="An administrator of the project.",
    run_as_user=True,
)
def billing_report(request: BillingReportInput, invocation: Invocation) -> BillingReportOutput:
    """Counts who was billed on any day of each month, by the Accounts that the bots keep.

    Raises:
        NotAuthorized: the caller is not an administrator of the project.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.privileged_fhir, invocation.requester
    batch = Batch(fhir)
    caller_found = batch.memberships_of(caller)
    batch.send()
    require_administrator(invocation.fhir, caller_found, caller)
    settings = invocation.settings.billing()
    if settings is None:
        raise Misconfigured(NO_PRICE)
    price, currency = settings
    today = Today(invocation.now()).in_state(NATIONWIDE)
    first, last = request.period(Month(today.year, today.month))
    return BillingReportOutput.of(bill(billed_periods(fhir), first, last, price), price, currency)
