"""The NPI check, wired for a run."""

from shared.npi_check.check import DueChecks
from shared.nppes.client import NpiRegistry, RegistryEntries
from shared.runtime.invocation import Invocation


def npi_registry_of(run: Invocation) -> NpiRegistry:
    """The NPI Registry, which is asked once and briefly: nobody has to wait for it.

    Raises:
        Misconfigured: its URL is malformed.
    """
    entries = run.services.kept(RegistryEntries)
    return NpiRegistry(run.services.http, run.settings.npi_registry_url(), entries)


def due_checks_of(run: Invocation, *, dry_run: bool) -> DueChecks:
    """The checks that were postponed."""
    return DueChecks(
        fhir=run.privileged_fhir,
        registry=npi_registry_of(run),
        now=run.now,
        trail=run.trail,
        log=run.log.warning,
        dry_run=dry_run,
    )
