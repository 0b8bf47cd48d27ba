"""Whose NPI a form says it is, for the comparison with the NPI Registry."""

from collections.abc import Iterable

from shared.prescriber_form.rules.form import PrescriberForm
from shared.prescriber_form.rules.practitioner import Kind, Registration
from shared.records.prescriber import MedicalLicense
from shared.records.registry import Holder, Placed


def holder_of_form(form: PrescriberForm, registrations: Iterable[Registration]) -> Holder:
    """Whom a form says the NPI belongs to; the paths are the form's."""
    return Holder(
        npi=Placed("details.npi", form.npi),
        first_name=Placed("fName", form.name.first),
        last_name=Placed("lName", form.name.last),
        state=Placed("mailingAddress.state", form.mailing.state),
        licenses=tuple(
            (one.path, MedicalLicense(one.number, one.state))
            for one in registrations
            if one.kind is Kind.LICENSE
        ),
    )
