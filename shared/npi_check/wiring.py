"""The NPI check, wired for a run."""

from collections.abc import Callable
from typing import TypeVar

from shared.npi_check.check import DueChecks, require_npi
from shared.nppes.client import NpiRegistry, RegistryEntries
from shared.records.prescriber import Prescriber
from shared.runtime.invocation import Invocation

T = TypeVar("T")


def npi_registry_of(run: Invocation) -> NpiRegistry:
    """The NPI Registry, which is asked once and briefly: nobody has to wait for it.

    Raises:
        Misconfigured: its URL is malformed.
    """
    entries = run.services.kept(RegistryEntries)
    return NpiRegistry(run.services.http, run.settings.npi_registry_url(), entries)


def beside_npi_check(run: Invocation, prescriber: Prescriber, look: Callable[[], T]) -> T:
    """What `look` returns; if the project wants that, the NPI is looked up in the meantime.

    Raises:
        RecordsRefused: the NPI is not a person's, or not active.
        Misconfigured: a setting is malformed.
    """
    if not run.settings.checks_npi_at_enrollment():
        return look()

    def check() -> None:
        run.log.findings(require_npi(npi_registry_of(run), prescriber))

    return run.together(check, look)[1]


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
