"""One stage further for the caller: what all bots do that enroll whoever calls.

Imported only where there may be a stage, because enrolling takes long to load.
"""

from collections.abc import Sequence

from bots.callers_enrollment import CallersEnrollment, CallersRecords
from shared.clinics.enrolling import EnrollingAt
from shared.clinics.rules.meant import MeantClinic
from shared.dosespot.codes import TfaType
from shared.enrollment.advancing import AtClinic, OwnRecords, advance
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.situation import Order
from shared.errors import BotError
from shared.fhir.batch import Batch, FoundAll
from shared.invitations.admission import admitted
from shared.npi_check.beside import beside_npi_check
from shared.records.prescriber import MedicalLicense
from shared.runtime.invocation import Invocation


def one_stage_further(
    enrollment: CallersEnrollment,
    records: CallersRecords,
    memberships: FoundAll,
    licenses: Sequence[MedicalLicense] = (),
    tfa_type: TfaType | None = None,
) -> Outcome:
    """Takes the caller one stage further, if there is one; raises as `admitted` and `advance` do.

    Args:
        enrollment: the caller's enrollment at a clinic.
        records: the caller's.
        memberships: the caller's, seen by who may read them.
        licenses: to add to those that DoseSpot has.
        tfa_type: the second factor that the caller wants; None for the last choice.
    """
    invocation, clinic = enrollment.invocation, enrollment.clinic
    admin = invocation.settings.clinician_admin()
    dosespot = invocation.dosespot(acting_as=admin, clinic=clinic.number)
    at_clinic = EnrollingAt(invocation, invocation.requester, enrollment.choice, clinic, admin)
    return admitted(
        invocation,
        dosespot.clinic_id,
        memberships,
        lambda: advance(
            invocation,
            dosespot,
            OwnRecords(records.practitioner, records.roles, memberships),
            lambda named: Order(
                roles=named, licenses=tuple(licenses), tfa_type=tfa_type, self_service=True
            ),
            lambda prescriber, look: beside_npi_check(invocation, prescriber, look),
            AtClinic(clinic.has_role, at_clinic.prepare_own),
        ),
    )


def at_an_opening(enrollment: CallersEnrollment, records: CallersRecords | BotError) -> Outcome:
    """The same where the caller opens DoseSpot, and so wants nothing but to be enrolled.

    Args:
        enrollment: the caller's enrollment at a clinic.
        records: the caller's, or why they could not be read, which is raised.
    """
    if isinstance(records, BotError):
        raise records
    memberships = _memberships(enrollment.invocation, enrollment.clinic)
    return one_stage_further(enrollment, records, memberships)


def _memberships(invocation: Invocation, clinic: MeantClinic) -> FoundAll:
    """The caller's memberships; DoseSpot's token is there then too."""
    admin = invocation.settings.clinician_admin()
    dosespot = invocation.dosespot(acting_as=admin, clinic=clinic.number)
    batch = Batch(invocation.privileged_fhir)
    memberships = batch.memberships_of(invocation.requester)
    if dosespot.is_signed_in:
        batch.send()
    else:
        invocation.together(dosespot.sign_in_early, batch.send)
    return memberships
