"""The NPI check beside an enrollment; what it needs is imported only where a project wants it."""

from collections.abc import Callable
from typing import TypeVar

from shared.records.prescriber import Prescriber
from shared.runtime.invocation import Invocation

T = TypeVar("T")


def beside_npi_check(run: Invocation, prescriber: Prescriber, look: Callable[[], T]) -> T:
    """What `look` returns; if the project wants that, the NPI is looked up in the meantime.

    Raises:
        RecordsRefused: the NPI is not a person's, or not active.
        Misconfigured: a setting is malformed.
    """
    if not run.settings.checks_npi_at_enrollment():
        return look()
    from shared.npi_check.check import require_npi  # noqa: PLC0415 - seldom needed
    from shared.npi_check.wiring import npi_registry_of  # noqa: PLC0415

    def check() -> None:
        run.log.findings(require_npi(npi_registry_of(run), prescriber))

    return run.together(check, look)[1]
