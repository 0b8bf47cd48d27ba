"""How things can stand in an enrollment run about Jane, as values; noon, nobody holds the claim."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.registration_status import with_registration_status
from shared.claims.rules.steps import Refuse
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.next_step import Step, next_step
from shared.enrollment.rules.situation import Order, Records, Shown, Situation
from shared.enrollment.rules.stages import Stage
from shared.errors import BotError
from shared.members.rules.clinician import Clinician
from shared.members.rules.subject import Subject, claim_key
from shared.records.identity import Identity
from shared.timing import Timing
from tests.builders import (
    CLINIC_ID,
    CLINICIAN_ID,
    MEMBERSHIP_ID,
    membership,
    practitioner,
    prescriber,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TIMING = Timing()
ME, OTHER = "run-1", "run-2"
MEMBER, STRANGER = f"ProjectMembership/{MEMBERSHIP_ID}", "ProjectMembership/9"
WHO = "Practitioner/7"
KEY = claim_key(CLINIC_ID, "1234567893")
JANE = Clinician(CLINICIAN_ID, RegistrationStatus.PENDING, agreement_pending=False)
SHE = Identity(frozenset({"1234567893"}), "1980-05-15", frozenset({"Smith"}))
PRESCRIBING = frozenset({ClinicianRole.PRESCRIBING_CLINICIAN})
STORED: Mapping[str, Any] = {"ClinicianRoleType": ["PrescribingClinician"], "LastName": "Smith"}
CHANGED: Mapping[str, Any] = {**STORED, "City": "Springfield"}
FREE = Claim(KEY)


def at(seconds: float) -> datetime:
    """The time so many seconds after noon."""
    return NOON + timedelta(seconds=seconds)


def admin(**changes: Any) -> Order:
    """The order of an administrator."""
    return Order(**{"roles": PRESCRIBING, **changes})


def by_herself(**changes: Any) -> Order:
    """The order of Jane, who opens the iFrame."""
    return Order(**{"roles": PRESCRIBING, "self_service": True, **changes})


def announced(act: str, run: str = ME, since_s: float = 0.0, subject: str = MEMBER) -> Announced:
    """What a run announced so many seconds after noon."""
    return Announced(act, run, subject, WHO, at(since_s))


def claim(
    run: str | None = ME,
    end_s: float = 45.0,
    asked: Announced | None = None,
    **memory: str,
) -> Claim:
    """A stored claim that a run holds; `created_for` in its memory is `created-for`."""
    return Claim(
        KEY,
        {"resourceType": "Basic", "id": "c1"},
        None if run is None else Holder(run, at(end_s)),
        asked,
        {name.replace("_", "-"): value for name, value in memory.items()},
    )


def mine(act: str, end_s: float = 45.0, **memory: str) -> Claim:
    """A claim of this run, which has announced that act."""
    return claim(ME, end_s, announced(act), **memory)


def dead(act: str, since_s: float = -100.0, subject: str = MEMBER, **memory: str) -> Claim:
    """The claim of a run that announced an act and died; its time is over."""
    return claim(OTHER, -1.0, announced(act, OTHER, since_s, subject), **memory)


def subject(clinician_id: int | None = None, **changes: Any) -> Subject:
    """Jane's records; a change is one of the Prescriber's."""
    record = with_registration_status(practitioner(), JANE.status.value)
    return Subject(record, membership(), prescriber(**changes), SHE, clinician_id)


def situation(found: Claim = FREE, **changes: Any) -> Situation:
    """DoseSpot knows nobody with Jane's NPI, and no membership carries an id."""
    usual = Situation(
        run=ME,
        now=NOON,
        subject=subject(),
        records=Records(found),
        shown=Shown(),
        granted=PRESCRIBING,
        rounds=1,
    )
    return replace(usual, **changes)


def shown(clinician: Clinician = JANE, identity: Identity = SHE, **changes: Any) -> Shown:
    """DoseSpot shows the clinician, whose record is as it should be."""
    return replace(Shown(clinician, identity, STORED), **changes)


def found(claim_found: Claim = FREE, identity: Identity = SHE, **changes: Any) -> Situation:
    """The lookup by NPI found somebody whom no membership carries."""
    return situation(claim_found, **{"shown": shown(identity=identity), **changes})


def linked(claim_found: Claim = FREE, clinician: Clinician = JANE, **changes: Any) -> Situation:
    """Jane's membership carries the id of the clinician; the Practitioner has the status."""
    record = with_registration_status(practitioner(), clinician.status.value)
    who = replace(subject(CLINICIAN_ID), practitioner=record)
    usual = {"subject": who, "shown": shown(clinician)}
    return situation(claim_found, **{**usual, **changes})


def at_status(status: RegistrationStatus, found_claim: Claim = FREE, **changes: Any) -> Situation:
    """Jane is linked and has come that far."""
    return linked(found_claim, replace(JANE, status=status), **changes)


def step(s: Situation, order: Order | None = None) -> Step | None:
    """What is next, for an administrator unless another order is given."""
    return next_step(s, order or admin(), TIMING)


def told(taken: Step | None) -> Any:
    """A step as a value that can be compared: an error as its type and sentence."""
    return error(taken.error) if isinstance(taken, Refuse) else taken


def error(raised: BotError) -> tuple[type[BotError], str]:
    """An error as a value that can be compared."""
    return type(raised), str(raised)


IDP, TFA = Stage.IDP, Stage.TFA
MOBILE, TOKEN = TfaType.MOBILE, TfaType.TOKEN
