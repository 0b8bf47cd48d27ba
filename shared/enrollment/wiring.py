"""The enrollment of one prescriber, wired for a run."""

from collections.abc import Sequence

from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.access.rules.grants import Counts, anywhere
from shared.billing.wiring import billing_of
from shared.claims.store import ClaimStore
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.dosespot_network import DoseSpotNetwork
from shared.enrollment.enroll import Enrollment
from shared.enrollment.fhir_members import FhirMembers
from shared.runtime.invocation import Invocation


def enrollment_of(
    run: Invocation,
    dosespot: DoseSpotClient,
    practitioner: str,
    practitioner_roles: Sequence[Resource] = (),
    counts: Counts = anywhere,
) -> Enrollment:
    """The use case.

    Args:
        run: the run.
        dosespot: acts as a Clinician Admin.
        practitioner: reference of the prescriber.
        practitioner_roles: the prescriber's; only self-service needs them.
        counts: whether a PractitionerRole is about the clinic of `dosespot`.
    """
    fhir = run.privileged_fhir
    members = FhirMembers(
        fhir=fhir,
        claims=ClaimStore(fhir),
        clinic_id=dosespot.clinic_id,
        today=Today(run.now()),
        practitioner=practitioner,
        practitioner_roles=practitioner_roles,
        counts=counts,
    )
    return Enrollment(
        members=members,
        network=DoseSpotNetwork(dosespot, run.together),
        trail=run.trail,
        together=run.together,
        now=run.now,
        wait=run.wait,
        timing=run.timing,
        before_status=billing_of(run, dosespot.clinic_id),
    )
