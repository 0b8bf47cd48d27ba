"""Who runs a bot as themselves, at the clinic that the call means."""

from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import look_up_clinics
from shared.dosespot.acting import ActingAt
from shared.members.caller import callers_clinician_id
from shared.runtime.invocation import Invocation


def acting_at(clinician_id: int, clinic: MeantClinic) -> ActingAt:
    """A clinician at that clinic."""
    return ActingAt(clinician_id, clinic.number, clinic.organizations)


def caller_at_clinic(run: Invocation, named: str | None) -> ActingAt:
    """The caller, who must be enrolled, at the clinic that the call means.

    Args:
        run: the run.
        named: id of the Organization that the call names, if it names one.

    Raises:
        NotAuthorized: nobody called, or the caller is not enrolled.
        InputRefused: what is named is no clinic of the project, or nothing says which it is.
        BotError: whatever `callers_clinician_id` and `look_up_clinics` raise.
    """
    caller = run.requester
    clinician_id, choice = run.together(
        lambda: callers_clinician_id(run.fhir, caller), lambda: look_up_clinics(run, caller)
    )
    return acting_at(clinician_id, choice.meant(named))
