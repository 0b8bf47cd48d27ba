"""DoseSpot's record of a clinician, read: what they may do, and who they are."""

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.wire import ClinicianItem
from shared.members.rules.clinician import Clinician
from shared.records.identity import Identity


def clinician_of(
    item: ClinicianItem, clinician_id: int, status: RegistrationStatus, clinic_id: int
) -> Clinician:
    """What DoseSpot's answers say about a clinician at a clinic, without agreements.

    Args:
        item: the answer about the clinician.
        clinician_id: whom it was asked about; the answer may leave the id out.
        status: the registration status at the clinic.
        clinic_id: DoseSpot's number of the clinic.
    """
    epcs = [info.HasEpcs for info in item.ClinicInfo or [] if info.ClinicId == clinic_id]
    return Clinician(
        id=clinician_id,
        status=status,
        agreement_pending=False,
        active=item.Active,
        locked=item.AccountLocked,
        confirmed=item.Confirmed,
        clinic_has_epcs=epcs[0] if epcs else None,
    )


def identity_shown(item: ClinicianItem) -> Identity:
    """Who DoseSpot says that a clinician is."""
    npi, name = (item.NPINumber or "").strip(), (item.LastName or "").strip()
    return Identity(
        npis=frozenset({npi} if npi else ()),
        birth_date=(item.DateOfBirth or "").strip()[:10],
        family_names=frozenset({name} if name else ()),
    )
