"""What DoseSpot says of the prescriber: found by the linked id, else by the NPI, and confirmed."""

from dataclasses import dataclass, replace

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import ClinicianRecord, stored_record
from shared.dosespot.wire import ClinicianItem
from shared.enrollment.clinician import Clinician
from shared.workflow.same_person import with_npi
from shared.workflow.subject import Subject
from shared.workflow.together import Together


@dataclass(frozen=True)
class KnownClinician:
    """A clinician of DoseSpot who is this prescriber.

    Attributes:
        clinician: what the decision needs to know.
        stored: the record as DoseSpot has it.
    """

    clinician: Clinician
    stored: ClinicianRecord


def known_clinician(
    dosespot: DoseSpotClient, subject: Subject, together: Together, *, agreements: bool
) -> KnownClinician | None:
    """The prescriber in DoseSpot; None where DoseSpot does not know them.

    Args:
        dosespot: acts as a Clinician Admin.
        subject: the prescriber's records.
        together: runs independent calls at the same time.
        agreements: whether to ask if a legal agreement is pending; taken as none otherwise.

    Raises:
        RecordsDisagree: the id on the membership, or what the NPI finds, is nobody or another
            person; such a record is never linked and never changed.
    """
    clinician_id = subject.clinician_id
    if clinician_id is None:
        clinician_id = dosespot.find_clinician(subject.prescriber.npi)
    if clinician_id is None:
        return None
    return confirmed_clinician(dosespot, clinician_id, subject, together, agreements=agreements)


def confirmed_clinician(
    dosespot: DoseSpotClient,
    clinician_id: int,
    subject: Subject,
    together: Together,
    *,
    agreements: bool,
) -> KnownClinician:
    """What DoseSpot says of the clinician with that id, who has to be this prescriber.

    The arguments are those of `known_clinician`.

    Raises:
        RecordsDisagree: as `known_clinician`.
    """
    npi, linked = subject.prescriber.npi, subject.clinician_id is not None
    item, status, agreement_pending = together(
        lambda: with_npi(dosespot.clinician(clinician_id), npi, linked=linked),
        lambda: dosespot.registration_status(clinician_id),
        lambda: agreements and dosespot.agreement_pending(clinician_id),
    )
    seen = replace(
        clinician_of(item, clinician_id, status, dosespot.clinic_id),
        agreement_pending=agreement_pending,
    )
    return KnownClinician(seen, stored_record(item, dosespot.clinic_id))


def clinician_of(
    item: ClinicianItem, clinician_id: int, status: RegistrationStatus, clinic_id: int
) -> Clinician:
    """What DoseSpot's answers say of a clinician at a clinic; agreements are not among them."""
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
