"""The change that updates a Practitioner from DoseSpot, however often it has to be made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from shared.members.rules.clinician import Clinician
from shared.members.rules.recorded_status import as_dosespot_says

BeforeStatus = Callable[[str, Clinician], None]
"""Is told what DoseSpot says of a Practitioner, given by reference, before that is written; raises
nothing, so that the status is written in any case."""

BeforeStatusAt = Callable[[int], BeforeStatus]
"""By DoseSpot's number of a clinic."""


def nobody_waits(_practitioner: str, _clinician: Clinician) -> None:
    """A `BeforeStatus` for where nothing else follows from a status."""


def nobody_waits_at(_clinic: int) -> BeforeStatus:
    """The same at any clinic."""
    return nobody_waits


@dataclass
class StatusRecording:
    """A change for `FhirClient.edit`.

    It is made again if somebody else wrote in between: they may know more, so DoseSpot is asked
    again.

    Attributes:
        clinician: what DoseSpot said when it was last asked.
        ask_again: asks DoseSpot about the clinician of a Practitioner.
        now: the current time, aware.
        was_made: whether it was made before.
    """

    clinician: Clinician
    ask_again: Callable[[Resource], Clinician]
    now: Callable[[], datetime]
    was_made: bool = False

    def __call__(self, practitioner: Resource) -> Resource:
        """The Practitioner as DoseSpot says; raises what `ask_again` raises."""
        if self.was_made:
            self.clinician = self.ask_again(practitioner)
        self.was_made = True
        return as_dosespot_says(practitioner, self.clinician, self.now())
