"""What DoseSpot says of a medication of the patient's, as values: read once, then told in FHIR."""

from dataclasses import dataclass, field

from fhir_profiles.drug import Drug
from shared.directory.named import NamedById
from shared.prescriptions.rules.schedule import Controlled
from shared.prescriptions.rules.states import OrderState


@dataclass(frozen=True)
class Supply:
    """How much is to be handed out, and how often.

    Attributes:
        quantity: how many of the unit; None if it is unknown, as everything here.
        unit: such as `Tablet`, "" if it is unknown.
        refills: how often it may be handed out again.
        days: for how long one supply lasts.
    """

    quantity: int | float | None = None
    unit: str = ""
    refills: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class Prescription:
    """A prescription. Empty texts mean that DoseSpot says nothing of it.

    Attributes:
        id: DoseSpot's.
        state: what its statuses come to.
        drug: what is prescribed.
        directions: for the patient, in words.
        supply: how much.
        pharmacy: where it goes; None if that is not chosen.
        prescriber: whose it is; None if DoseSpot does not say.
        notes: to the pharmacy, and to colleagues.
        may_substitute: whether the pharmacy may hand out a generic; None if that is unknown.
        is_urgent: whether it was marked so.
        controlled: how strictly the drug is controlled.
        written: when it was written, as a FHIR dateTime, as all dates here.
        effective: when it may first be dispensed.
        last_fill: when it was last dispensed.
        reference_number: by which the network knows it.
        foreign_id: that somebody gave it who wrote it through DoseSpot's API.
        replaces: reference of the MedicationRequest whose successor it is.
    """

    id: int
    state: OrderState
    drug: Drug
    directions: str = ""
    supply: Supply = field(default_factory=Supply)
    pharmacy: NamedById | None = None
    prescriber: NamedById | None = None
    notes: tuple[str, ...] = ()
    may_substitute: bool | None = None
    is_urgent: bool = False
    controlled: Controlled = field(default_factory=Controlled)
    written: str = ""
    effective: str = ""
    last_fill: str = ""
    reference_number: str = ""
    foreign_id: str = ""
    replaces: str = ""
