"""Whose NPI a form says it is, for the comparison with the NPI Registry."""

from collections.abc import Iterable

from shared.prescriber_form.rules.form import PrescriberForm
from shared.prescriber_form.rules.practitioner import Registration, RegistrationKind
from shared.records.prescriber import MedicalLicense
from shared.records.registry import NpiHolder, Placed


def holder_of_form(form: PrescriberForm, registrations: Iterable[Registration]) -> NpiHolder:
    """Whom a form says the NPI belongs to; the paths are the form's."""
    return NpiHolder(
        npi=Placed("details.npi", form.npi),
        first_name=Placed("fName", form.name.first),
        last_name=Placed("lName", form.name.last),
        state=Placed("mailingAddress.state", form.mailing.state),
        licenses=tuple(
            (one.path, MedicalLicense(one.number, one.state))
            for one in registrations
            if one.kind is RegistrationKind.LICENSE
        ),
    )
