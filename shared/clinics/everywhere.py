"""Every clinic of a project, for what is done at all of them."""

from collections.abc import Callable
from typing import TypeVar

from fhir_profiles import Resource
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import project_clinics_of
from shared.dosespot.client import DoseSpotClient
from shared.runtime.invocation import Invocation

C = TypeVar("C")
E = TypeVar("E")


def at_all_clinics(
    run: Invocation,
    clinic_of: Callable[[tuple[str, ...], DoseSpotClient], C],
    all_of: Callable[[list[C], Callable[[Resource], bool]], E],
) -> E | None:
    """What a use case needs to know of the clinics of a project with several; None with one.

    Args:
        run: the run.
        clinic_of: of a further clinic, its Organizations and DoseSpot, seen by the Clinician Admin.
        all_of: of these, and of whether a PractitionerRole is about the project's own clinic.

    Raises:
        Misconfigured: a project secret is missing or malformed.
        BotError: whatever the FHIR client raises.
    """
    if not run.settings.further_clinics():
        return None
    clinics = project_clinics_of(run)
    admin = run.settings.clinician_admin()
    found: list[MeantClinic] = [clinics.numbered(one) for one in run.settings.further_clinics()]
    further = [clinic_of(one.organizations, run.dosespot(admin, one.number)) for one in found]
    return all_of(further, clinics.numbered(clinics.own).has_role)
