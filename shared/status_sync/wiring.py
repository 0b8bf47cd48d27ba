"""The status sync, wired for a run."""

from collections.abc import Callable
from dataclasses import replace

from fhir_profiles import Resource
from shared.billing.wiring import billing_at
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.limits import DoseSpotLimits
from shared.http.quota import QuotaHttp
from shared.runtime.invocation import Invocation
from shared.status_sync.scheduled_round import ScheduledRound
from shared.status_sync.sync_status import Everywhere, StatusSync

RATE_SHARE = 0.2
"""Of DoseSpot's rate limits, for a schedule, which is in no hurry."""


ClinicsOfRun = Callable[[Invocation], Everywhere | None]
"""The clinics of a project with several, each with a client of that run's."""


def status_sync_of(
    run: Invocation,
    dosespot: DoseSpotClient,
    everywhere: Everywhere | None,
    *,
    dry_run: bool = False,
) -> StatusSync:
    """The use case.

    Args:
        run: the run.
        dosespot: acts as a Clinician Admin at the project's own clinic.
        everywhere: the clinics, where the project has several.
        dry_run: whether differences are only reported.
    """
    return StatusSync(
        fhir=run.privileged_fhir,
        dosespot=dosespot,
        together=run.together,
        now=run.now,
        log=run.log,
        trail=run.trail,
        dry_run=dry_run,
        everywhere=everywhere,
        before_status_at=billing_at(run),
    )


def scheduled_round_of(
    run: Invocation,
    me: Resource,
    size: int,
    has_time: Callable[[float], bool],
    clinics: ClinicsOfRun,
) -> ScheduledRound:
    """The next part of a round, with no more calls to DoseSpot than its share.

    Args:
        run: the run.
        me: the answer of `auth/me`, which tells the project.
        size: how many memberships to a page.
        has_time: whether there is time for so many seconds more.
        clinics: the clinics, where the project has several.

    Raises:
        Misconfigured: a project secret is missing or malformed.
    """
    charges = DoseSpotLimits().share(RATE_SHARE).charges
    services = run.services
    slow = replace(run, http=QuotaHttp(run.http, charges, services.clock, services.sleep))
    dosespot = slow.dosespot(acting_as=run.settings.clinician_admin())
    sync = status_sync_of(run, dosespot, clinics(slow))
    return ScheduledRound(
        fhir=run.privileged_fhir,
        clinic_id=dosespot.clinic_id,
        compare=lambda after: sync.page(me, after, size),
        has_time=has_time,
        clock=services.clock,
        now=run.now,
        log=run.log,
    )
