"""Billing, wired for a run; it does nothing where the project bills nobody."""

from shared.billing.accounts import BillingAccounts
from shared.members.status_recording import BeforeStatus, BeforeStatusAt, nobody_waits_at
from shared.runtime.invocation import Invocation


def billing_of(run: Invocation, clinic: int) -> BeforeStatus:
    """What begins to bill somebody whose identity is proven.

    Args:
        run: the run.
        clinic: DoseSpot's number of the clinic.

    Raises:
        Misconfigured: the price or its currency is malformed.
    """
    return billing_at(run)(clinic)


def billing_at(run: Invocation) -> BeforeStatusAt:
    """The same by clinic."""
    if run.settings.billing() is None:
        return nobody_waits_at
    return lambda clinic: _accounts(run, clinic).begin


def end_billing(run: Invocation, clinic: int) -> None:
    """Ends the billing of those who left; the arguments and errors are those of `billing_of`."""
    if run.settings.billing() is not None:
        _accounts(run, clinic).end_of_those_who_left()


def end_billing_of(run: Invocation, clinic: int, clinician: int) -> None:
    """Ends the billing of a clinician who was taken out of a clinic.

    Args:
        run: the run.
        clinic: DoseSpot's number of the clinic.
        clinician: DoseSpot's id of the clinician.

    Raises:
        Misconfigured: the price or its currency is malformed.
    """
    if run.settings.billing() is not None:
        _accounts(run, clinic).end(clinician)


def _accounts(run: Invocation, clinic: int) -> BillingAccounts:
    return BillingAccounts(run.privileged_fhir, clinic, run.now, run.log)
