"""Why a run can't do what it was asked, as errors with sentences: pure functions over a situation.

A refusal names the fields that differ between two records, never their values.
"""

from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import CREATED_FOR, Act, Order, Situation, snapshot, stage_of
from shared.enrollment.rules.stages import Snapshot, Stage, standing
from shared.errors import (
    BotError,
    EnrollmentInProgress,
    LookUpFirst,
    Misconfigured,
    NotAuthorized,
    RecordsDisagree,
    StageRefused,
    TryAgain,
)
from shared.members.rules.another_person import UNKNOWN_ID, another_person, paths_of
from shared.members.rules.recorded_status import as_dosespot_says
from shared.records.identity import Identity, differences, in_words, missing
from shared.timing import Timing

NOT_KEPT = (
    "Practitioner.extension: the FHIR server did not keep the registration status that the bot"
    " wrote. Check that the AccessPolicy of the bot's credential lets it change Practitioner, and"
    " set the project secrets MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET."
)
ASK_ADMINISTRATOR = (
    "DoseSpot already knows a clinician with your NPI, and you can't link yourself to a clinician"
    " who was there before you enrolled. Ask an administrator to run"
    " dosespot-enroll-prescriber-bot for you."
)
NOT_GRANTED = (
    "You are not authorized for DoseSpot yet: no administrator added the role code of your"
    " PractitionerRole, or none put it into effect. Ask an administrator to remove the DoseSpot"
    " role code from the PractitionerRole, save it, add the code again, and save it again."
)
CREATE_UNANSWERED = (
    "DoseSpot was asked to create the clinician but did not confirm it, and its lookup"
    " does not show the clinician yet. The clinician may exist. Run the bot again in a minute: it"
    " checks before it writes."
)
BEGIN_UNANSWERED = (
    "DoseSpot was asked to initialize the stage but did not confirm it. Run the bot again"
    " in a minute: it checks before it writes."
)
MOST_CHANGES = 2
CHANGE_UNANSWERED = (
    "DoseSpot was asked to change the clinician but did not confirm it. Run the bot again"
    " in a minute: it checks before it writes."
)


def trouble_with(s: Situation, order: Order, timing: Timing) -> BotError | None:
    """Why the run can't do what it was asked, as far as it has looked; None if it can continue."""
    return (
        s.trouble
        or mistaken_identity(s)
        or _not_to_be_linked(s, order)
        or _not_to_be_created(s, order, timing)
        or _stages_refused(s, order, timing)
        or _unanswered(s)
        or _not_kept(s)
    )


def mistaken_identity(s: Situation) -> BotError | None:
    """Why the clinician is not, or not surely, the prescriber of the records."""
    if s.records is not None and s.records.conflict is not None:
        return s.records.conflict
    if s.shown is None:
        return None
    if s.clinician is None:
        return RecordsDisagree(UNKNOWN_ID) if s.subject.clinician_id is not None else None
    mine, theirs = s.subject.identity, s.shown.identity
    if s.created == s.clinician.id and not s.is_linked:
        return answered_for_another(mine, theirs, s.clinician.id)
    return another_person(mine, theirs) if s.is_linked else _not_surely_the_same(mine, theirs)


def answered_for_another(
    mine: Identity, theirs: Identity, dosespot_id: int
) -> RecordsDisagree | None:
    """Why a clinician with whose id DoseSpot answered a create is somebody else; None if nothing
    says so.

    Args:
        mine: the prescriber's identity, as the Practitioner says it.
        theirs: the clinician's, as far as DoseSpot shows it.
        dosespot_id: the id that DoseSpot answered with.
    """
    differing = differences(mine, theirs)
    if not differing:
        return None
    return RecordsDisagree(
        "ProjectMembership.identifier: DoseSpot answered that it created the clinician with the id"
        f" {dosespot_id}, who has another {in_words(differing)} than the Practitioner, so nobody"
        " was linked. Have DoseSpot support check which clinician was created, then run the bot"
        " again: it checks before it writes."
    )


def _not_surely_the_same(mine: Identity, theirs: Identity) -> BotError | None:
    differing, unknown = differences(mine, theirs), missing(mine, theirs)
    if differing:
        return RecordsDisagree(
            f"{paths_of(differing)}: DoseSpot's lookup by NPI finds a clinician who has"
            f" another {in_words(differing)}, so nobody was linked and nothing was changed. Check"
            " that the NPI is this person's. If DoseSpot's record is wrong, have DoseSpot support"
            " correct it."
        )
    if unknown:
        return RecordsDisagree(
            "Practitioner.identifier: DoseSpot knows a clinician with this NPI but does not show"
            f" the {in_words(unknown)}, so nobody was linked and nothing was changed. Have DoseSpot"
            " support check who it is, then add the clinician's id to"
            " ProjectMembership.identifier."
        )
    return None


def was_requested_here(s: Situation) -> bool:
    """Whether this very membership's claim says that DoseSpot was asked to create the clinician."""
    announced, member = s.claim.announced, s.subject.member
    requested = (
        announced is not None and announced.act == Act.CREATE and announced.subject == member
    )
    return s.refused is None and (requested or s.claim.memory.get(CREATED_FOR) == member)


def own_create_open(s: Situation) -> bool:
    """Whether this run asked for the clinician and got no confirmation."""
    return s.opened == Act.CREATE


def in_progress(s: Situation, timing: Timing) -> BotError:
    """Another run holds the claim for longer than this one has time."""
    left_s = s.claim.others_time(s.run, s.now, timing.claim).total_seconds()
    return EnrollmentInProgress(
        f"Another run is enrolling this prescriber. Try again in {max(1, round(left_s))} seconds."
    )


def unanswered(act: str) -> LookUpFirst:
    """DoseSpot did not say whether an act took effect."""
    if stage_of(act) is not None:
        return LookUpFirst(BEGIN_UNANSWERED)
    return LookUpFirst(CREATE_UNANSWERED if act == Act.CREATE else CHANGE_UNANSWERED)


def ends_with(s: Situation, error: BotError) -> BotError:
    """What a run ends with that came to an error: an act that is open says more than that nothing
    was changed by the call that failed after it."""
    open_act = None if came_true(s) else s.opened
    return unanswered(open_act) if open_act and isinstance(error, TryAgain) else error


def came_true(s: Situation) -> bool:
    """Whether DoseSpot shows that the act took effect that it did not confirm."""
    if s.opened is None:
        return True
    stage = stage_of(s.opened)
    if stage is not None:
        return s.clinician is not None and not stage.opens_at(s.clinician.status)
    if s.opened == Act.CREATE:
        return s.clinician is not None
    return s.shown is not None and s.shown.change is None


def stage_refusals(taken: Snapshot, wanted: frozenset[Stage]) -> tuple[Refusal, ...]:
    """Why wanted stages can't be taken, each reason once; none where all can or have been."""
    standings = (standing(stage, taken) for stage in Stage if stage in wanted)
    refusals = [found for found in standings if isinstance(found, Refusal)]
    if taken.clinician is None and not taken.active:
        refusals.append(Refusal.INACTIVE)
    return tuple(dict.fromkeys(refusals))


def _not_to_be_linked(s: Situation, order: Order) -> BotError | None:
    found = s.clinician is not None and not s.is_linked and s.created is None
    if not (found and order.self_service) or own_create_open(s):
        return None
    if s.trusted is not False and was_requested_here(s):
        return None
    return RecordsDisagree(ASK_ADMINISTRATOR)


def _not_to_be_created(s: Situation, order: Order, timing: Timing) -> BotError | None:
    under_way = s.created is not None or s.opened is not None
    if s.shown is None or s.clinician is not None or under_way:
        return None
    refusals = stage_refusals(snapshot(s, timing), order.stages)
    if refusals:
        return StageRefused(*refusals)
    if s.refused is not None:
        return s.refused
    if order.self_service and s.granted is not None and not s.granted:
        return NotAuthorized(NOT_GRANTED)
    return s.records.obstacle if s.records else None


def _stages_refused(s: Situation, order: Order, timing: Timing) -> BotError | None:
    in_progress_here = s.begun is not None or stage_of(s.opened) is not None
    if not s.is_linked or in_progress_here:
        return None
    refusals = stage_refusals(snapshot(s, timing), order.stages)
    return StageRefused(*refusals) if refusals else None


def _unanswered(s: Situation) -> BotError | None:
    if s.opened is None or s.shown is None or came_true(s):
        return None
    over = s.changes >= MOST_CHANGES if s.opened == Act.CHANGE else not s.holds
    return unanswered(s.opened) if over else None


def _not_kept(s: Situation) -> BotError | None:
    """The server accepted the status but did not keep it, as if a policy protects the field."""
    if not (s.recorded and s.is_linked and s.clinician):
        return None
    before = s.subject.record
    kept = as_dosespot_says(before, s.clinician, s.now) is before
    return None if kept else Misconfigured(NOT_KEPT)
