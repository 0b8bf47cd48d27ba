"""A clinic as DoseSpot shows it, in the spelling of one that is registered."""

from shared.clinics.rules.details import ClinicDetails
from shared.dosespot.clinic_wire import ClinicItem
from shared.dosespot.clinician_record import same_number
from shared.records.prescriber import StreetAddress


def details_shown(item: ClinicItem) -> ClinicDetails:
    """The clinic; what DoseSpot leaves out is an empty text."""
    return ClinicDetails(
        name=_text(item.ClinicName),
        long_name=_text(item.ClinicNameLongForm),
        address=StreetAddress(
            _text(item.Address1),
            _text(item.Address2),
            _text(item.City),
            _text(item.State).upper(),
            _text(item.ZipCode),
        ),
        phone=same_number(item.PrimaryPhone) or "",
        fax=same_number(item.PrimaryFax) or "",
    )


def _text(value: str | None) -> str:
    return " ".join((value or "").split())
