"""One stage further while DoseSpot is opened; imported only where there may be one."""

from bots.iframe.opening import CallersRecords
from shared.clinics.enrolling import EnrollingAt
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import ClinicChoice
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.advancing import AtClinic, OwnRecords, advance
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.situation import Order
from shared.fhir.batch import Batch, FoundAll
from shared.invitations.admission import admitted
from shared.npi_check.beside import beside_npi_check
from shared.runtime.invocation import Invocation


def one_stage_further(
    invocation: Invocation, records: CallersRecords, choice: ClinicChoice, clinic: MeantClinic
) -> Outcome:
    """Takes the caller one stage further, if there is one; raises as `advance` does.

    Args:
        invocation: the run.
        records: the caller's.
        choice: what was asked to know the clinic.
        clinic: the clinic.
    """
    admin = invocation.settings.clinician_admin()
    dosespot = invocation.dosespot(acting_as=admin, clinic=clinic.number)
    at_clinic = EnrollingAt(invocation, invocation.requester, choice, clinic, admin)
    memberships = _memberships(invocation, dosespot)
    return admitted(
        invocation,
        dosespot.clinic_id,
        memberships,
        lambda: advance(
            invocation,
            dosespot,
            OwnRecords(records.practitioner, records.roles, memberships),
            lambda named: Order(roles=named, self_service=True),
            lambda prescriber, look: beside_npi_check(invocation, prescriber, look),
            AtClinic(clinic.has_role, at_clinic.prepare_own),
        ),
    )


def _memberships(invocation: Invocation, dosespot: DoseSpotClient) -> FoundAll:
    """The caller's memberships; DoseSpot's token is there then too."""
    batch = Batch(invocation.privileged_fhir)
    memberships = batch.memberships_of(invocation.requester)
    if dosespot.is_signed_in:
        batch.send()
    else:
        invocation.together(dosespot.sign_in_early, batch.send)
    return memberships
