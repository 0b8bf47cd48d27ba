"""Creating a clinic in DoseSpot, once, and keeping its key first of all.

DoseSpot shows a clinic's key in the answer that creates it, and never again. The key goes from
there into the project's secrets, and nowhere else.
"""

from contextlib import suppress
from dataclasses import dataclass

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Claim
from shared.audit.trail import Trail
from shared.claims.rules.steps import sendable_s
from shared.claims.store import ClaimStore
from shared.clinics.ports import Clinics, Keys
from shared.clinics.rules.registration import FORGOTTEN, NUMBER, key_lost, may_exist
from shared.dosespot.clinics import ClinicRecord, NewClinic
from shared.errors import BotError, LookUpFirst, TryAgain
from shared.timing import Clock, Timing, Waiter


@dataclass(frozen=True)
class ClinicCreation:
    """What creates a clinic, under a claim that its run holds.

    Attributes:
        claims: keeps the claim.
        keys: the project's secrets.
        dosespot: acts as a Clinician Admin of the project's own clinic.
        trail: keeps what was changed.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
    """

    claims: ClaimStore
    keys: Keys
    dosespot: Clinics
    trail: Trail
    now: Clock
    wait: Waiter
    timing: Timing

    def create(self, claim: Claim, record: ClinicRecord) -> tuple[int, Claim]:
        """Creates the clinic that is announced on the claim, and keeps its key.

        Args:
            claim: held by this run.
            record: what DoseSpot is told of the clinic.

        Returns:
            DoseSpot's number of the clinic, and the claim, which knows it.

        Raises:
            ClinicUnsettled: the clinic may exist, or its key is lost.
            BotError: whatever the clients raise; DoseSpot created nothing.
        """
        new = self._asked_for(claim, record)
        self._keep_key(claim, new)
        detail, key = created_event(new.number)
        self.trail.did(AuditAction.CLINIC_CREATED, detail, key=key)
        self.trail.begin_to_save()
        with suppress(BotError):  # the key says it too
            claim = self.claims.write(_knowing(claim, new.number))
        return new.number, claim

    def _asked_for(self, claim: Claim, record: ClinicRecord) -> NewClinic:
        try:
            self.keys.require_writable()
        except BotError:
            self._give_up(claim)
            raise
        try:
            within_s = sendable_s(claim, self.now(), self.timing)
            return self.dosespot.create_clinic(record, within_s)
        except LookUpFirst:
            with suppress(BotError):  # the claim ends by itself
                self.claims.write(claim.given_back())
            raise may_exist(claim) from None
        except BotError:
            self._give_up(claim)
            raise

    def _keep_key(self, claim: Claim, new: NewClinic) -> None:
        """Keeps the key, as often as there is time for it: nobody gets it a second time."""
        tries = 0
        while new.key:
            try:
                return self.keys.keep(new.number, new.key)
            except (TryAgain, LookUpFirst):
                if not self.wait(self.timing.pause_s(tries)):
                    break
                tries += 1
            except BotError:
                break
        with suppress(BotError):  # the error says it too
            self.claims.write(claim.given_back(**{NUMBER: str(new.number)}))
        raise key_lost(new.number)

    def _give_up(self, claim: Claim) -> None:
        """Gives the claim back where DoseSpot created nothing."""
        with suppress(BotError):  # the claim ends by itself
            self.claims.write(claim.settled(**FORGOTTEN))


def _knowing(claim: Claim, number: int) -> Claim:
    """The claim, still held, that remembers DoseSpot's number."""
    holder, announced = claim.holder, claim.announced
    if holder is None or announced is None:
        return claim
    return claim.taken(holder.run, holder.until, announced, **{NUMBER: str(number)})


def created_event(number: int) -> tuple[str, str]:
    """What the AuditEvent of a new clinic says, and its key."""
    detail = f"DoseSpot clinic {number}, its key among the project's secrets"
    return detail, f"{AuditAction.CLINIC_CREATED.value}.{number}"
