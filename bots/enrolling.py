"""One stage further for the caller: what all bots do that enroll whoever calls.

Imported only where there may be a stage, because enrolling takes long to load.
"""

from collections.abc import Callable

from fhir_profiles.codes import ClinicianRole
from shared.clinics.enrolling import EnrollingAt
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import ClinicChoice
from shared.enrollment.advancing import AtClinic, OwnRecords, advance
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.situation import Order
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.invitations.admission import admitted
from shared.npi_check.beside import beside_npi_check
from shared.runtime.invocation import Invocation


def one_stage_further(
    invocation: Invocation,
    choice: ClinicChoice,
    clinic: MeantClinic,
    records: OwnRecords,
    order_of: Callable[[frozenset[ClinicianRole]], Order],
) -> Outcome:
    """Takes the caller one stage further, if there is one; raises as `admitted` and `advance` do.

    Args:
        invocation: the run.
        choice: what was asked to know the clinic.
        clinic: the clinic.
        records: the caller's.
        order_of: what the caller wants, with the roles that the PractitionerRoles name.
    """
    admin = invocation.settings.clinician_admin()
    dosespot = invocation.dosespot(acting_as=admin, clinic=clinic.number)
    at_clinic = EnrollingAt(invocation, invocation.requester, choice, clinic, admin)
    return admitted(
        invocation,
        dosespot.clinic_id,
        records.memberships,
        lambda: advance(
            invocation,
            dosespot,
            records,
            order_of,
            lambda prescriber, look: beside_npi_check(invocation, prescriber, look),
            AtClinic(clinic.has_role, at_clinic.prepare_own),
        ),
    )


def at_an_opening(
    invocation: Invocation,
    choice: ClinicChoice,
    clinic: MeantClinic,
    practitioner: FoundOne,
    roles: FoundAll,
) -> Outcome:
    """The same where the caller opens DoseSpot, and so wants nothing but to be enrolled.

    Args:
        invocation: the run.
        choice: what was asked to know the clinic.
        clinic: the clinic.
        practitioner: the caller's Practitioner.
        roles: the caller's PractitionerRoles.
    """
    records = OwnRecords(practitioner, roles, _memberships(invocation, clinic))
    return one_stage_further(
        invocation,
        choice,
        clinic,
        records,
        lambda named: Order(roles=named, self_service=True),
    )


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
