"""A patient's prescriptions, brought from DoseSpot into the chart; nothing goes the other way.

What is read: the prescriptions that were written in a span of days, and whatever is in the chart
already without having come to its end, however old. DoseSpot's answers are worked on page by page,
so a long list needs no more memory than a short one.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir_profiles import Resource
from shared.prescriptions.ahead import grouped, objects
from shared.prescriptions.ports import Synced, SyncPorts
from shared.prescriptions.prescription_run import BROUGHT_AT_ONCE, PrescriptionRun


@dataclass(frozen=True)
class PrescriptionSync:
    """The use case.

    Attributes:
        ports: what it works with.
    """

    ports: SyncPorts

    def run(self, patient: Resource, first: date, last: date) -> Synced:
        """Brings the prescriptions of some days into the chart, and what is open there in line.

        Args:
            patient: raw FHIR Patient.
            first: of the days, at the patient's place.
            last: the same; not before `first`.

        Raises:
            RecordsRefused: the Patient has no DoseSpot id.
            RecordsDisagree: the Patient's DoseSpot id is another person's.
            BotError: the list could not be read to its end, or nothing could be brought in line.
        """
        run = PrescriptionRun(self.ports, patient)
        pages, requests = run.pages(first, last), run.requests()
        run.look()
        for some in grouped(pages, BROUGHT_AT_ONCE):
            run.bring(run.read(some))
        for some in run.open_still():
            run.bring(run.read(some))
        run.follow(requests)
        return run.ended()

    def one(self, patient: Resource, prescription_id: int) -> Synced:
        """Brings one prescription in line; raises as `run` does."""
        run = PrescriptionRun(self.ports, patient)
        run.look(prescription_id)
        run.bring(run.read(run.read_again([prescription_id])))
        return run.ended()

    def requests(self, patient: Resource) -> Synced:
        """Opens and closes the Tasks for what pharmacies ask about a patient; see `run`."""
        run = PrescriptionRun(self.ports, patient)
        requests = run.requests()
        run.look()
        run.follow(requests)
        return run.ended()

    def raw(self, patient: Resource, first: date, last: date) -> list[Any]:
        """What DoseSpot has of some days, as it is, but for entries that are no objects; raises as
        `run` does and writes nothing."""
        run = PrescriptionRun(self.ports, patient)
        pages = run.pages(first, last)
        run.require_patient()
        return objects(pages)
