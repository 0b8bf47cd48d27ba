"""What a run that registers a clinic does next, and what it must not: pure.

DoseSpot gives a clinic's key once and lists no clinics. So what may have been created is found
again by what was kept of it, and else a person has to ask DoseSpot: no second clinic is created
blindly.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from fhir_profiles.claim import Claim
from fhir_profiles.elements import positive_number
from shared.clinics.rules.order import EXISTING, LOCATION, NONE_CREATED
from shared.errors import BotError, ClinicUnsettled, InputRefused
from shared.records.findings import Finding, refused_input

CLAIM_KEY = "register-clinic"
"""One clinic at a time is registered in a project."""
CREATE = "create-clinic"
MADE_FROM, FINGERPRINT, NAME, NUMBER = "made-from", "fingerprint", "name", "number"
"""Names in the claim's memory: what the clinic is registered from, what DoseSpot was told of it, as
a fingerprint and by its name, and DoseSpot's number once that is known."""

MAY_EXIST = (
    "DoseSpot was asked on {at} UTC to create the clinic of {what} and did not confirm it: the"
    " clinic may exist. DoseSpot does not list clinics, so ask its staff. If it exists, store its"
    " key as the project secret DOSESPOT_CLINIC_KEY_ and its number, and run the bot with that"
    f" number as {EXISTING}. If it does not, run the bot with {NONE_CREATED} true."
)
KEY_LOST = (
    "DoseSpot created the clinic {number}, but its key could not be stored, and DoseSpot shows it"
    " only once. Ask DoseSpot's staff for it, store it as the project secret"
    f" DOSESPOT_CLINIC_KEY_{{number}}, and run the bot with {EXISTING} {{number}}."
)
SEVERAL_FIT = (
    "Several clinics whose keys are stored have no Organization and are what DoseSpot was asked to"
    f" create: {{numbers}}. Ask DoseSpot's staff which it is, and give it as {EXISTING}."
)
OTHER_FIRST = (
    "An earlier run created the clinic {number} of {what}, and did not record it. Run the bot for"
    f" that one first, or with {EXISTING} {{number}}."
)
NOTHING_OPEN = "no answer of DoseSpot about a clinic was lost; leave this out"


@dataclass(frozen=True)
class Attempt:
    """A registration that was begun and is not settled.

    Attributes:
        made_from: what the clinic was to be made from.
        fingerprint: what DoseSpot was told of it.
        number: DoseSpot's number, where the run learned it.
        what: in words, what it was to be made from.
        who: reference of who asked for it.
        at: when.
    """

    made_from: str
    fingerprint: str
    number: int | None
    what: str
    who: str
    at: datetime


@dataclass(frozen=True)
class CreateClinic:
    """Create it in DoseSpot."""


@dataclass(frozen=True)
class RecordClinic:
    """Record the clinic that an earlier run created."""

    number: int
    attempt: Attempt


@dataclass(frozen=True)
class RefuseClinic:
    """End the run with an error."""

    error: BotError


RegistrationStep = CreateClinic | RecordClinic | RefuseClinic


def open_attempt(claim: Claim) -> Attempt | None:
    """What a run has announced on the claim and not settled."""
    if claim.announced is None:
        return None
    memory = claim.memory
    made_from = memory.get(MADE_FROM, "")
    return Attempt(
        made_from=made_from,
        fingerprint=memory.get(FINGERPRINT, ""),
        number=positive_number(memory.get(NUMBER, "")),
        what=in_words(made_from),
        who=claim.announced.who,
        at=claim.announced.at,
    )


def in_words(made_from: str) -> str:
    """What a clinic was made from, without its name, which may be a person's."""
    return made_from if made_from.startswith("Location/") else f"fields without {LOCATION}"


def next_registration(
    attempt: Attempt | None,
    made_from: str,
    *,
    none_created: bool,
    keys: Collection[int],
    fitting: Collection[int],
) -> RegistrationStep:
    """What to do about a clinic that is to be created.

    Args:
        attempt: the one that is not settled, if any.
        made_from: what this clinic is to be made from.
        none_created: whether a person says that no clinic came of the attempt.
        keys: numbers of the clinics whose keys are stored.
        fitting: those of them that have no Organization and are what the attempt asked for.
    """
    if attempt is None:
        return RefuseClinic(_nothing_open()) if none_created else CreateClinic()
    if attempt.number is not None and attempt.number not in keys:
        return RefuseClinic(key_lost(attempt.number))
    found = {attempt.number} if attempt.number is not None else set(fitting)
    if len(found) > 1:
        numbers = ", ".join(map(str, sorted(found)))
        return RefuseClinic(ClinicUnsettled(SEVERAL_FIT.format(numbers=numbers)))
    if not found:
        return CreateClinic() if none_created else RefuseClinic(_may_exist(attempt))
    number = found.pop()
    if attempt.made_from != made_from:
        sentence = OTHER_FIRST.format(number=number, what=attempt.what)
        return RefuseClinic(ClinicUnsettled(sentence))
    return RecordClinic(number, attempt)


def settles(attempt: Attempt | None, number: int, made_from: str, fingerprint: str) -> bool:
    """Whether a clinic that somebody says exists is the one that the attempt asked for."""
    if attempt is None:
        return False
    same_source = bool(made_from) and attempt.made_from == made_from
    return attempt.number == number or same_source or attempt.fingerprint == fingerprint


def may_exist(claim: Claim) -> ClinicUnsettled:
    """DoseSpot did not say whether it created the clinic that the claim announces."""
    attempt = open_attempt(claim)
    if attempt is None:
        raise ValueError("the claim announces nothing")
    return _may_exist(attempt)


def _may_exist(attempt: Attempt) -> ClinicUnsettled:
    at = f"{attempt.at.astimezone(UTC):%Y-%m-%d %H:%M}"
    return ClinicUnsettled(MAY_EXIST.format(at=at, what=attempt.what))


def key_lost(number: int) -> ClinicUnsettled:
    """DoseSpot created the clinic, and nobody has its key."""
    return ClinicUnsettled(KEY_LOST.format(number=number))


def memory_of(made_from: str, fingerprint: str, name: str) -> Mapping[str, str]:
    """What the claim keeps of what DoseSpot is about to be asked."""
    return {MADE_FROM: made_from, FINGERPRINT: fingerprint, NAME: name}


FORGOTTEN: Mapping[str, None] = dict.fromkeys((MADE_FROM, FINGERPRINT, NAME, NUMBER))
"""The same, once it is settled."""


def _nothing_open() -> InputRefused:
    return refused_input(Finding(NONE_CREATED, NOTHING_OPEN))
