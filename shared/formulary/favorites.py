"""Adding a clinic's favorite: once in DoseSpot, whatever fails, and then on the FHIR server.

DoseSpot can't be asked to add a favorite only if there is none, and can't delete one. So a run
looks first; only the run that holds the claim to that favorite adds it, after it has looked again;
and a claim whose run got no answer is left to end by itself, by when DoseSpot's list shows what was
added. The MedicationKnowledge comes last: where that fails, the next run finds the favorite.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Claim
from fhir_profiles.elements import positive_number
from fhir_profiles.favorite import favorite_medication
from fhir_profiles.systems import DOSESPOT_FAVORITE
from shared.audit.trail import Trail
from shared.claims.rules.steps import digest, sendable_s
from shared.claims.turns import Turn, Turns
from shared.dosespot.catalog_wire import DrugItem, drug_of
from shared.dosespot.favorites import LONGEST_TITLE, FavoriteItem, FavoriteRecord
from shared.errors import BotError, LookUpFirst, Misconfigured, RecordsRefused
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.fhir.search import by_identifier
from shared.formulary.rules.favorite import FavoriteWish, favorite_key
from shared.records.findings import Finding

FAVORITE = "favorite"
"""The name in a claim's memory of the favorite's id."""
UNSPECIFIED_UNIT = 19
"""DoseSpot's "Unspecified" among its dispense units, for a drug that names none."""
LOOKS = 4
UNKNOWN_DRUG = Finding(
    "code.coding", "DoseSpot has no drug with this id; choose the drug from the search"
)
OBSOLETE_DRUG = Finding("code.coding", "this drug is obsolete; choose another one from the search")
NOT_ALLOWED = (
    "The bot may not create MedicationKnowledge resources, by which pages find favorites. Set"
    f" {CLIENT}; `prescriber-bots register` does that."
)
IN_PROGRESS = "Another run is adding this favorite. Try again in a minute."
UNANSWERED = (
    "DoseSpot did not say whether it added the favorite, and does not list it yet. Try again in a"
    " minute: the bot looks whether it is there before it adds it."
)


class FavoritesPort(Protocol):
    """What DoseSpot is asked; `FavoritesClient` is one."""

    @property
    def clinic_id(self) -> int:
        """DoseSpot's number of the clinic."""
        ...

    def drug(self, drug_id: int) -> DrugItem | None:
        """A drug; None if there is none with that id."""
        ...

    def favorites(self) -> list[FavoriteItem]:
        """Every favorite of the clinic."""
        ...

    def add_favorite(self, record: FavoriteRecord, send_within_s: float) -> int:
        """Adds a favorite and returns its id."""
        ...


@dataclass(frozen=True)
class Favorites:
    """The use case.

    Attributes:
        fhir: may create MedicationKnowledge.
        turns: give a run the claim to a favorite.
        dosespot: acts as a clinician of the clinic.
        trail: keeps what was changed.
    """

    fhir: FhirClient
    turns: Turns
    dosespot: FavoritesPort
    trail: Trail

    def add(self, wish: FavoriteWish) -> Resource:
        """The MedicationKnowledge of the favorite, which is added where there is none like it.

        Raises:
            RecordsRefused: DoseSpot has no such drug, or it is obsolete.
            EnrollmentInProgress: another run is adding the same.
            LookUpFirst: DoseSpot did not say whether it added it.
            BotError: whatever the clients raise.
        """
        item = self._drug(wish)
        number = self._number(wish, item)
        resource = favorite_medication(drug_of(item), number, wish.directions)
        query = by_identifier(DOSESPOT_FAVORITE, [str(number)], "code")
        with denied_as(Misconfigured(NOT_ALLOWED)):
            return self.fhir.create_if_none(resource, query)[0]

    def _number(self, wish: FavoriteWish, drug: DrugItem) -> int:
        """DoseSpot's id of the favorite, which is there then, and accounted for."""
        listed = self._listed(wish)
        turn = self.turns.take(
            f"favorite.{self.dosespot.clinic_id}.{digest(wish.key)}",
            "add-favorite",
            str(wish.drug_id),
            IN_PROGRESS,
            is_done=lambda claim: listed is not None and claim.announced is None,
        )
        if turn is None:
            return listed or 0
        known = self._known(wish, turn)
        number = known if known is not None else self._sent(wish, drug, turn.claim)
        self._account_for(turn, number, is_new=known is None)
        self.turns.claims.write(turn.claim.settled(**{FAVORITE: str(number)}))
        return number

    def _drug(self, wish: FavoriteWish) -> DrugItem:
        item = self.dosespot.drug(wish.drug_id)
        problem = UNKNOWN_DRUG if item is None else OBSOLETE_DRUG if item.IsObsolete else None
        if item is None or problem is not None:
            raise RecordsRefused(f"{problem}.", findings=[problem] if problem else [])
        # What DoseSpot leaves out of its answer was asked for by this id.
        return item.model_copy(update={"DispensableDrugId": wish.drug_id})

    def _listed(self, wish: FavoriteWish) -> int | None:
        """The favorite that DoseSpot lists; the oldest, where somebody added several."""
        same = [
            item.ClinicFavoritePrescriptionId
            for item in self.dosespot.favorites()
            if not (item.IsSupply or item.IsCompound)
            and favorite_key(item.DispensableDrugId, item.Directions) == wish.key
            and (item.ClinicFavoritePrescriptionId or 0) > 0
        ]
        return min((one for one in same if one is not None), default=None)

    def _known(self, wish: FavoriteWish, turn: Turn) -> int | None:
        """The favorite, seen under the claim: listed, or added so lately that it need not be."""
        try:
            listed = self._listed(wish)
        except BotError:
            self._give_back(turn.given_back())
            raise
        if listed is not None:
            return listed
        lately = timedelta(seconds=self.turns.timing.maybe_begun_s)
        is_new = turn.before.written + lately > self.turns.now()
        return positive_number(turn.claim.memory.get(FAVORITE, "")) if is_new else None

    def _sent(self, wish: FavoriteWish, drug: DrugItem, claim: Claim) -> int:
        within_s = sendable_s(claim, self.turns.now(), self.turns.timing)
        try:
            return self.dosespot.add_favorite(_record(wish, drug), within_s)
        except LookUpFirst:
            return self._seen_again(wish)
        except BotError:
            self._give_back(claim.settled())
            raise

    def _seen_again(self, wish: FavoriteWish) -> int:
        """The favorite whose adding got no answer; its claim stays where it does not show."""
        for look in range(LOOKS):
            with suppress(BotError):
                listed = self._listed(wish)
                if listed is not None:
                    return listed
            if not self.turns.wait(self.turns.timing.pause_s(look)):
                break
        raise LookUpFirst(UNANSWERED)

    def _account_for(self, turn: Turn, number: int, *, is_new: bool) -> None:
        key = f"{AuditAction.FAVORITE_ADDED.value}.{self.dosespot.clinic_id}.{number}"
        detail = f"DoseSpot favorite {number}"
        if is_new:
            self.trail.did(AuditAction.FAVORITE_ADDED, detail, key=key)
        elif turn.left_open is not None:
            who = turn.left_open.who
            self.trail.found(AuditAction.FAVORITE_ADDED, detail, key=key, who=who)
        try:
            self.trail.save()
        except BotError:
            self._give_back(turn.claim.given_back())  # the claim tells the next run of it
            raise

    def _give_back(self, claim: Claim) -> None:
        with suppress(BotError):  # the claim ends by itself
            self.turns.claims.write(claim)


def _record(wish: FavoriteWish, drug: DrugItem) -> FavoriteRecord:
    return {
        "DispensableDrugId": wish.drug_id,
        "Title": drug_of(drug).name[:LONGEST_TITLE],
        "Directions": wish.directions,
        "Quantity": wish.quantity,
        "DispenseUnitTypeId": drug.DispenseUnitId or UNSPECIFIED_UNIT,
        "Refills": 0,
    }
