"""What DoseSpot shows of a patient, and which of its patients is surely this one."""

from contextlib import suppress
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.claim import Claim
from fhir_profiles.elements import positive_number
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.left_over import left_over
from shared.dosespot.patient_record import (
    differing_traits,
    is_same_patient,
    merged_patient_record,
    new_patient_record,
    stored_patient_record,
)
from shared.errors import BotError, RecordsDisagree
from shared.patients.rules.next_step import ANOTHER_PERSON, PATIENT, Seen
from shared.records.patient import Patient

UNKNOWN_ID = (
    "Patient.identifier: DoseSpot has no patient with this id. Correct the id, or remove it and run"
    " the bot again."
)


@dataclass(frozen=True)
class PatientLookup:
    """Looks for one patient in DoseSpot.

    Attributes:
        dosespot: acts as a clinician of the clinic.
        wanted: what the Patient says.
    """

    dosespot: DoseSpotClient
    wanted: Patient

    def found(self, claim: Claim) -> frozenset[int]:
        """Ids of DoseSpot's patients who are surely this one; the one that the claim remembers too.

        Raises:
            BotError: whatever the client raises.
        """
        found = self.dosespot.find_patients(self.wanted)
        remembered = positive_number(claim.memory.get(PATIENT, ""))
        if remembered is not None and all(one.PatientId != remembered for one in found):
            item = self.dosespot.patient(remembered)
            found = [*found, item] if item is not None else found
        return frozenset(
            one.PatientId for one in found if one.PatientId and is_same_patient(one, self.wanted)
        )

    def changeable(self, claim: Claim, patient: Resource, patient_id: int) -> Seen:
        """The record that DoseSpot has, who must be this person, and the one it should have.

        Args:
            claim: to the patient.
            patient: raw FHIR Patient, with former names too.
            patient_id: the DoseSpot id that it carries.

        Raises:
            RecordsDisagree: DoseSpot has nobody, or another person, with the id.
            BotError: whatever the client raises.
        """
        item = self.dosespot.patient(patient_id)
        if item is None:
            raise RecordsDisagree(UNKNOWN_ID)
        if differing := differing_traits(item, patient, self.wanted):
            raise RecordsDisagree(
                "Patient.identifier: DoseSpot's patient with this id has another"
                f" {', '.join(differing)}, so nothing was changed. Correct the id; if it is the"
                " same person, add the former name to Patient.name with use old, or have the birth"
                " date corrected in DoseSpot."
            )
        stored = stored_patient_record(item)
        merged = merged_patient_record(stored, new_patient_record(self.wanted))
        if merged == stored:
            return Seen(claim, stored=stored)
        return Seen(claim, stored=stored, change=merged, left=left_over("Patient", merged, stored))

    def mistaken(self, patient: Resource, created: int) -> BotError | None:
        """Why the id with which DoseSpot answered a create is surely somebody else's, if it is.

        Args:
            patient: raw FHIR Patient, with former names too.
            created: the id.
        """
        item = None
        with suppress(BotError):  # what can't be looked at proves nothing
            item = self.dosespot.patient(created)
        traits = differing_traits(item, patient, self.wanted) if item is not None else []
        sentence = ANOTHER_PERSON.format(number=created, traits=", ".join(traits))
        return RecordsDisagree(sentence) if traits else None
