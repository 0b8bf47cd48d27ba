"""What DoseSpot says of the prescriber: found by the linked id, else by the NPI, and confirmed."""

from dataclasses import dataclass

from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import ClinicianRecord, stored_record
from shared.dosespot.wire import ClinicianItem
from shared.enrollment.clinician import Clinician
from shared.errors import RecordsDisagree
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
    dosespot: DoseSpotClient, subject: Subject, together: Together
) -> KnownClinician | None:
    """The prescriber in DoseSpot; None where DoseSpot does not know them.

    Raises:
        RecordsDisagree: the id on the membership, or what the NPI finds, is nobody or another
            person; such a record is never linked and never changed.
    """
    if subject.clinician_id is not None:
        return confirmed_clinician(dosespot, subject.clinician_id, subject, together)
    found = dosespot.find_clinician(subject.prescriber.npi)
    return None if found is None else confirmed_clinician(dosespot, found, subject, together)


def confirmed_clinician(
    dosespot: DoseSpotClient, clinician_id: int, subject: Subject, together: Together
) -> KnownClinician:
    """What DoseSpot says of the clinician with that id, who has to be this prescriber.

    Raises:
        RecordsDisagree: as `known_clinician`.
    """
    item, status, agreement_pending = together(
        lambda: _same_person(dosespot.clinician(clinician_id), subject),
        lambda: dosespot.registration_status(clinician_id),
        lambda: dosespot.agreement_pending(clinician_id),
    )
    epcs = [info.HasEpcs for info in item.ClinicInfo if info.ClinicId == dosespot.clinic_id]
    clinician = Clinician(
        id=clinician_id,
        status=status,
        agreement_pending=agreement_pending,
        active=item.Active,
        locked=item.AccountLocked,
        confirmed=item.Confirmed,
        clinic_has_epcs=epcs[0] if epcs else None,
    )
    return KnownClinician(clinician, stored_record(item, dosespot.clinic_id))


def _same_person(item: ClinicianItem | None, subject: Subject) -> ClinicianItem:
    linked = subject.clinician_id is not None
    if item is None:
        raise RecordsDisagree(
            "ProjectMembership.identifier: DoseSpot has no clinician with the id that stands here."
            " Correct the id, or remove it and run the bot again."
            if linked
            else "DoseSpot's look-up by NPI names a clinician whom DoseSpot does not show. Contact"
            " DoseSpot support; nothing was linked."
        )
    npi = (item.NPINumber or "").strip()
    # A linked record without an NPI contradicts nothing; a looked-up one would be a guess.
    if npi != subject.prescriber.npi and (npi or not linked):
        raise RecordsDisagree(
            "ProjectMembership.identifier: the DoseSpot clinician with this id has another NPI than"
            " the Practitioner. Correct the id, or the NPI in Practitioner.identifier."
            if linked
            else "DoseSpot's look-up by NPI names a clinician whose record does not show that NPI."
            " Contact DoseSpot support; nothing was linked."
        )
    return item
