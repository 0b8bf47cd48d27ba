"""Letting a patient prefer a pharmacy: in DoseSpot, then on the Patient.

The order is such that FHIR never says what DoseSpot does not know: first the Organization, which
says nothing of the patient; then DoseSpot, by which prescriptions go; then the Patient, who is
given what DoseSpot lists by then. A run that fails between them leaves DoseSpot ahead, and the same
call again makes up for it: DoseSpot is asked first, and told only what it does not list.

One run at a time changes a patient's pharmacies, so that two that set different primary ones at
once leave the same one on both sides.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Claim
from fhir_profiles.elements import positive_number
from fhir_profiles.pharmacy import Pharmacy
from fhir_profiles.preferred_pharmacy import with_preferred_pharmacy
from fhir_profiles.systems import DOSESPOT_PHARMACY
from shared.audit.trail import Trail
from shared.claims.rules.steps import sendable_s
from shared.claims.turns import Turn, Turns
from shared.dosespot.catalog_wire import PharmacyItem, pharmacy_of
from shared.dosespot.patient_pharmacies import Chosen
from shared.dosespot.patient_record import require_same_person, required_patient_id
from shared.dosespot.wire import PatientItem
from shared.errors import BotError, LookUpFirst, Misconfigured, RecordsRefused
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.fhir.search import by_identifier

UNKNOWN_PHARMACY = (
    "pharmacy: DoseSpot has no pharmacy with this id. Choose the pharmacy from the search."
)
NOT_ALLOWED = (
    "The bot may not create Organizations, which stand for pharmacies. Set"
    f" {CLIENT}; `prescriber-bots register` does that."
)
IN_PROGRESS = "Another run is changing this patient's pharmacies. Try again in a minute."
UNANSWERED = (
    "DoseSpot did not say whether it added the pharmacy, and does not list it yet. Try again in a"
    " minute: the bot looks whether it is there before it adds it."
)
ANOTHER_DEFAULT = (
    "DoseSpot has another default pharmacy for this patient, who keeps it. Name the patient in"
    " patientIds to replace it."
)
LOOKS = 3


class PatientsPort(Protocol):
    """What DoseSpot is asked about patients; `DoseSpotClient` is one."""

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record; None if DoseSpot has none with that id."""
        ...


class PharmaciesPort(Protocol):
    """What DoseSpot is asked; `PatientPharmaciesClient` is one."""

    @property
    def clinic_id(self) -> int:
        """DoseSpot's number of the clinic."""
        ...

    def pharmacy(self, pharmacy_id: int) -> PharmacyItem | None:
        """A pharmacy; None if there is none with that id."""
        ...

    def patient_pharmacies(self, patient_id: int) -> Chosen:
        """The pharmacies that the patient uses."""
        ...

    def add_pharmacy(
        self, patient_id: int, pharmacy_id: int, *, primary: bool, send_within_s: float
    ) -> None:
        """Adds a pharmacy to those that the patient uses."""
        ...


@dataclass(frozen=True)
class PharmacyChoice:
    """What somebody wants of a patient's pharmacies.

    Attributes:
        pharmacy_id: DoseSpot's id of the pharmacy.
        primary: whether it becomes the primary one.
        spares_default: whether a patient keeps the default pharmacy that they have in DoseSpot.
    """

    pharmacy_id: int
    primary: bool
    spares_default: bool = False

    def is_in(self, chosen: Chosen) -> bool:
        """Whether DoseSpot has it already."""
        return self.pharmacy_id in chosen and (chosen[self.pharmacy_id] or not self.primary)

    def is_default_in(self, chosen: Chosen) -> bool:
        """Whether it is the default; as it was asked for, where DoseSpot does not say."""
        return chosen.get(self.pharmacy_id, self.primary)


@dataclass(frozen=True)
class Preferred:
    """The pharmacy as it is stored, and whether anything of the patient's changed."""

    organization: Resource
    changed: bool


@dataclass(frozen=True)
class PreferredPharmacies:
    """The use case.

    Attributes:
        fhir: may read and write the Patient.
        directory: may search for and create Organizations.
        turns: give a run the claim to a patient's pharmacies.
        patients: DoseSpot's patients.
        dosespot: acts as a clinician of the clinic.
        trail: keeps what was changed.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """

    fhir: FhirClient
    directory: FhirClient
    turns: Turns
    patients: PatientsPort
    dosespot: PharmaciesPort
    trail: Trail
    assigners: Sequence[str] = ()

    def pharmacy(self, pharmacy_id: int) -> Pharmacy:
        """A pharmacy that DoseSpot has.

        Raises:
            RecordsRefused: it has none with that id.
            BotError: whatever the client raises.
        """
        item = self.dosespot.pharmacy(pharmacy_id)
        if item is None:
            raise RecordsRefused(UNKNOWN_PHARMACY)
        return pharmacy_of(item, pharmacy_id)

    def chosen(self, patient: Resource, choice: PharmacyChoice) -> tuple[int, Chosen]:
        """DoseSpot's id of the patient, who is this person, and the pharmacies they use.

        Raises:
            RecordsRefused: the Patient carries no id, or has a default pharmacy that is spared.
            RecordsDisagree: DoseSpot has nobody with the id, or somebody else.
            BotError: whatever the client raises.
        """
        number = required_patient_id(patient, self.assigners)
        require_same_person(self.patients.patient(number), patient)
        chosen = self.dosespot.patient_pharmacies(number)
        others = [one for one, default in chosen.items() if default and one != choice.pharmacy_id]
        if choice.spares_default and others:
            raise RecordsRefused(ANOTHER_DEFAULT)
        return number, chosen

    def prefer(self, patient: Resource, pharmacy: Pharmacy, choice: PharmacyChoice) -> Preferred:
        """Lets the patient prefer a pharmacy.

        Args:
            patient: raw FHIR Patient, as it was read.
            pharmacy: the pharmacy with the id of the choice.
            choice: what is wanted.

        Raises:
            RecordsRefused, RecordsDisagree: as `chosen` does.
            EnrollmentInProgress: another run is changing the same patient's pharmacies.
            EditConflict: several Organizations carry the pharmacy's id, or others kept changing
                the Patient.
            LookUpFirst: DoseSpot, or the FHIR server, did not say whether it did it.
            BotError: whatever the clients raise.
        """
        number, chosen = self.chosen(patient, choice)
        organization = self._stored(pharmacy)
        reference = f"Organization/{organization['id']}"

        def preferring(found: Resource, chosen: Chosen) -> Resource:
            is_default = choice.is_default_in(chosen)
            return with_preferred_pharmacy(found, reference, primary=is_default)

        if choice.is_in(chosen) and preferring(patient, chosen) == patient:
            return Preferred(organization, changed=False)
        key = f"pharmacy.{self.dosespot.clinic_id}.{number}"
        turn = self.turns.take(key, "prefer", str(choice.pharmacy_id), IN_PROGRESS)
        if turn is None:
            raise AssertionError("a claim says nothing of what is done")
        self.trail.subject = f"Patient/{patient['id']}"
        told = self._told(turn, number, choice)
        self._save_trail(turn)
        try:
            self.fhir.apply(patient, lambda found: preferring(found, told))
        except BotError:
            self._settle(turn.claim.settled())
            raise
        self._settle(turn.claim.settled())
        return Preferred(organization, changed=True)

    def _stored(self, pharmacy: Pharmacy) -> Resource:
        query = by_identifier(DOSESPOT_PHARMACY, [str(pharmacy.dosespot_id)])
        with denied_as(Misconfigured(NOT_ALLOWED)):
            return self.directory.create_if_none(pharmacy.organization(), query)[0]

    def _told(self, turn: Turn, number: int, choice: PharmacyChoice) -> Chosen:
        """The patient's pharmacies, once DoseSpot lists the chosen one as it should be."""
        try:
            chosen = self.dosespot.patient_pharmacies(number)
        except BotError:
            self._settle(turn.given_back())
            raise
        self._account_for(turn, number, chosen)
        if choice.is_in(chosen):
            return chosen
        within_s = sendable_s(turn.claim, self.turns.now(), self.turns.timing)
        try:
            self.dosespot.add_pharmacy(
                number, choice.pharmacy_id, primary=choice.primary, send_within_s=within_s
            )
        except LookUpFirst:
            chosen = self._seen_again(number, choice)
        except BotError:
            self._settle(turn.given_back())
            raise
        else:
            chosen = self._listed(number, choice)
        key = _event_key(number, self.trail.run)
        self.trail.did(AuditAction.PHARMACY_SET, _detail(choice.pharmacy_id), key=key)
        return chosen

    def _save_trail(self, turn: Turn) -> None:
        """Writes what was done; where that fails, the claim tells the next run of it."""
        try:
            self.trail.save()
        except BotError:
            self._settle(turn.claim.given_back())
            raise

    def _account_for(self, turn: Turn, number: int, chosen: Chosen) -> None:
        """Keeps what a run did that died before it could."""
        left_open = turn.left_open
        pharmacy_id = positive_number(left_open.subject) if left_open else None
        if left_open is not None and pharmacy_id in chosen:
            key, detail = _event_key(number, left_open.run), _detail(pharmacy_id)
            self.trail.found(AuditAction.PHARMACY_SET, detail, key=key, who=left_open.who)

    def _listed(self, number: int, choice: PharmacyChoice) -> Chosen:
        """What DoseSpot lists after it said that it did it; that counts where it can't be asked."""
        with suppress(BotError):
            chosen = self.dosespot.patient_pharmacies(number)
            if choice.is_in(chosen):
                return chosen
        return {choice.pharmacy_id: choice.primary}

    def _seen_again(self, number: int, choice: PharmacyChoice) -> Chosen:
        """What DoseSpot lists after a lost answer; the claim stays where that shows nothing."""
        for look in range(LOOKS):
            with suppress(BotError):
                chosen = self.dosespot.patient_pharmacies(number)
                if choice.is_in(chosen):
                    return chosen
            if not self.turns.wait(self.turns.timing.pause_s(look)):
                break
        raise LookUpFirst(UNANSWERED)

    def _settle(self, claim: Claim) -> None:
        with suppress(BotError):  # the claim ends by itself
            self.turns.claims.write(claim)


def _event_key(number: int, run: str) -> str:
    return f"{AuditAction.PHARMACY_SET.value}.{number}.{run}"


def _detail(pharmacy_id: int | None) -> str:
    return f"DoseSpot pharmacy {pharmacy_id}"
