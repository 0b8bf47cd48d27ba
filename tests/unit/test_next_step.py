"""What comes next, written out: every status times every request, and what overrides it."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.today import Today
from shared.claims.rules.steps import Announce, Refuse, record_digest
from shared.enrollment.rules.next_step import Step, next_step
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Act, Order, Records, Shown, Situation
from shared.enrollment.rules.stages import Stage
from shared.errors import StageRefused
from shared.members.rules.clinician import Clinician
from shared.members.rules.recorded_status import as_dosespot_says
from shared.members.rules.subject import Subject
from shared.records.identity import Identity, identity_of
from shared.records.practitioner import read_practitioner
from shared.timing import Timing
from tests.builders import CLINICIAN_ID, membership, practitioner

NOTHING: frozenset[Stage] = frozenset()
IDP = frozenset({Stage.IDP})
TFA = frozenset({Stage.TFA})
BOTH = IDP | TFA
REQUESTS = (NOTHING, IDP, TFA, BOTH)

SIGNED = """
status                | plain  | IDP       | TFA          | IDP and TFA
no clinician          | create | create    | IDP first    | IDP first
Pending               | keep   | start IDP | IDP first    | IDP first
RegistrationSuccess   | keep   | start IDP | IDP first    | IDP first
RegistrationError     | keep   | failed    | IDP first    | failed + IDP first
IDPInitializeSuccess  | keep   | keep      | IDP first    | IDP first
IDPSuccess            | keep   | keep      | start TFA    | start TFA
IDPError              | keep   | keep      | IDP first    | IDP first
TFAActivateInit       | keep   | keep      | in progress  | in progress
TFAActivatedSuccess   | keep   | keep      | activated    | activated
TFAActivatedError     | keep   | keep      | start TFA    | start TFA
TFADeactivateInit     | keep   | keep      | deactivating | deactivating
TFADeactivatedSuccess | keep   | keep      | start TFA    | start TFA
TFADeactivatedError   | keep   | keep      | stuck        | stuck
NotApplicable         | keep   | no role   | no role      | no role
Unknown               | keep   | unknown   | unknown      | unknown
"""

UNSIGNED = """
status                | plain  | IDP        | TFA          | IDP and TFA
Pending               | keep   | sign first | IDP first    | sign first + IDP first
RegistrationSuccess   | keep   | sign first | IDP first    | sign first + IDP first
RegistrationError     | keep   | failed     | IDP first    | failed + IDP first
IDPInitializeSuccess  | keep   | keep       | IDP first    | IDP first
IDPSuccess            | keep   | keep       | start TFA    | start TFA
IDPError              | keep   | keep       | IDP first    | IDP first
TFAActivateInit       | keep   | keep       | in progress  | in progress
TFAActivatedSuccess   | keep   | keep       | activated    | activated
TFAActivatedError     | keep   | keep       | start TFA    | start TFA
TFADeactivateInit     | keep   | keep       | deactivating | deactivating
TFADeactivatedSuccess | keep   | keep       | start TFA    | start TFA
TFADeactivatedError   | keep   | keep       | stuck        | stuck
NotApplicable         | keep   | no role    | no role      | no role
Unknown               | keep   | unknown    | unknown      | unknown
"""

STORED = {"ClinicianRoleType": ["PrescribingClinician"], "LastName": "Smith"}

ACTIONS = {
    "create": Announce(Act.CREATE),
    "update": Announce(Act.CHANGE, record_digest({**STORED, "LastName": "Jones"})),
    "keep": None,
    "start IDP": Announce(Stage.IDP.act),
    "start TFA": Announce(Stage.TFA.act),
}
REFUSALS = {
    "IDP first": Refusal.IDP_NOT_COMPLETED,
    "sign first": Refusal.PENDING_AGREEMENT,
    "failed": Refusal.REGISTRATION_FAILED,
    "in progress": Refusal.TFA_IN_PROGRESS,
    "activated": Refusal.TFA_ACTIVATED,
    "deactivating": Refusal.TFA_DEACTIVATING,
    "stuck": Refusal.TFA_DEACTIVATION_FAILED,
    "no role": Refusal.NOT_APPLICABLE,
    "unknown": Refusal.UNKNOWN_STATUS,
}

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PRESCRIBER = frozenset({ClinicianRole.PRESCRIBING_CLINICIAN})
JANE = Clinician(id=CLINICIAN_ID, status=RegistrationStatus.PENDING, agreement_pending=False)


def situation(
    clinician: Clinician | None = JANE,
    *,
    has_dea: bool = True,
    active: bool = True,
    up_to_date: bool = True,
) -> Situation:
    """Both systems have been read; nobody holds the claim; the Practitioner says what DoseSpot
    says."""
    record = (
        practitioner() if clinician is None else as_dosespot_says(practitioner(), clinician, NOW)
    )
    prescriber, _ = read_practitioner(record, Today(NOW))
    prescriber = replace(prescriber, active=active, dea=prescriber.dea if has_dea else ())
    identity = identity_of(record, Today(NOW))
    shown = Shown(
        clinician,
        identity if clinician else Identity(),
        STORED if clinician else {},
        None if up_to_date or clinician is None else {**STORED, "LastName": "Jones"},
    )
    return Situation(
        run="r1",
        now=NOW,
        subject=Subject(record, membership(), prescriber, identity, clinician and clinician.id),
        records=Records(Claim("clinician.123.1234567893")),
        shown=shown,
        granted=PRESCRIBER,
        rounds=1,
    )


def next_for(s: Situation, asked: frozenset[Stage]) -> Step | None:
    """The step of a run by an administrator."""
    return next_step(s, Order(PRESCRIBER, stages=asked), Timing())


def next_by_itself(s: Situation) -> Step | None:
    """The step of a prescriber's own run."""
    return next_step(s, Order(PRESCRIBER, self_service=True), Timing())


def refused(*refusals: Refusal) -> Refuse:
    return Refuse(StageRefused(" ".join(refusals)))


def same(one: Step | None, other: Step | None) -> bool:
    """Whether two steps are equal; errors are where they say the same."""
    if isinstance(one, Refuse) and isinstance(other, Refuse):
        return (type(one.error), str(one.error)) == (type(other.error), str(other.error))
    return one == other


def cells(table: str, *, pending: bool) -> list[tuple[str, bool, frozenset[Stage], str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
    return [
        (row[0], pending, asked, answer)
        for row in rows
        for asked, answer in zip(REQUESTS, row[1:], strict=True)
    ]


TABLE = [*cells(SIGNED, pending=False), *cells(UNSIGNED, pending=True)]


def expected(answer: str) -> Step | None:
    if answer in ACTIONS:
        return ACTIONS[answer]
    return refused(*(REFUSALS[word] for word in answer.split(" + ")))


def at(status: RegistrationStatus, **changes: bool) -> Situation:
    return situation(replace(JANE, status=status, **changes))


def named(stages: frozenset[Stage]) -> str:
    return " and ".join(stage.name for stage in Stage if stage in stages) or "plain"


@pytest.mark.parametrize(
    ("status", "pending", "asked", "answer"),
    TABLE,
    ids=[f"{s}-{'unsigned' if p else 'signed'}-{named(a)}" for s, p, a, _ in TABLE],
)
def test_every_status_has_this_answer_to_every_request(
    status: str, pending: bool, asked: frozenset[Stage], answer: str
) -> None:
    unknown = status == "no clinician"
    s = situation(None) if unknown else at(RegistrationStatus(status), agreement_pending=pending)
    assert same(next_for(s, asked), expected(answer))


@pytest.mark.parametrize("status", RegistrationStatus)
@pytest.mark.parametrize("pending", [False, True], ids=["signed", "unsigned"])
def test_run_that_advances_by_itself_begins_only_what_nobody_has_to_ask_for(
    status: RegistrationStatus, pending: bool
) -> None:
    begins = {
        ("Pending", False): "start IDP",
        ("RegistrationSuccess", False): "start IDP",
        ("IDPSuccess", False): "start TFA",
        ("IDPSuccess", True): "start TFA",
        ("TFAActivatedError", False): "start TFA",
        ("TFAActivatedError", True): "start TFA",
    }
    begun = ACTIONS[begins.get((status.value, pending), "keep")]
    assert next_by_itself(at(status, agreement_pending=pending)) == begun


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"clinician": None}, ACTIONS["create"]),
        ({"clinician": None, "has_dea": False}, ACTIONS["create"]),
        ({"clinician": None, "active": False}, refused(Refusal.INACTIVE)),
        ({"up_to_date": False}, ACTIONS["update"]),
        ({"has_dea": False}, ACTIONS["keep"]),
        ({"active": False}, ACTIONS["keep"]),
        ({"clinician": replace(JANE, locked=True)}, ACTIONS["keep"]),
        ({"clinician": replace(JANE, active=False)}, ACTIONS["keep"]),
        ({"clinician": replace(JANE, confirmed=False)}, ACTIONS["keep"]),
    ],
    ids=[
        "new",
        "new, no DEA",
        "new, inactive",
        "outdated",
        "no DEA",
        "inactive",
        "locked",
        "deactivated",
        "unconfirmed",
    ],
)
def test_run_that_advances_by_itself_refuses_only_an_inactive_new_prescriber(
    changes: dict[str, Any], answer: Step | None
) -> None:
    assert same(next_by_itself(situation(**changes)), answer)


def test_the_table_leaves_no_status_out() -> None:
    statuses = [status.value for status in RegistrationStatus]
    assert sorted({row[0] for row in TABLE if not row[1]}) == sorted([*statuses, "no clinician"])
    assert sorted({row[0] for row in TABLE if row[1]}) == sorted(statuses)


@pytest.mark.parametrize("asked", [IDP, TFA, BOTH], ids=named)
@pytest.mark.parametrize("clinician", [None, JANE], ids=["new", "known"])
def test_without_dea_number_no_stage_is_taken(
    clinician: Clinician | None, asked: frozenset[Stage]
) -> None:
    step = next_for(situation(clinician, has_dea=False), asked)
    assert same(step, refused(Refusal.NO_DEA_NUMBER))


@pytest.mark.parametrize("asked", [IDP, TFA, BOTH], ids=named)
@pytest.mark.parametrize("clinician", [None, JANE], ids=["new", "known"])
def test_for_an_inactive_prescriber_no_stage_is_taken(
    clinician: Clinician | None, asked: frozenset[Stage]
) -> None:
    step = next_for(situation(clinician, active=False), asked)
    assert same(step, refused(Refusal.INACTIVE))


def test_new_prescriber_without_dea_number_who_is_inactive_is_told_both() -> None:
    step = next_for(situation(None, has_dea=False, active=False), IDP)
    assert same(step, refused(Refusal.NO_DEA_NUMBER, Refusal.INACTIVE))


def test_plain_enrollment_needs_no_dea_number() -> None:
    assert next_for(situation(None, has_dea=False), NOTHING) == ACTIONS["create"]
    assert next_for(situation(has_dea=False, up_to_date=False), NOTHING) == ACTIONS["update"]
    assert next_for(situation(has_dea=False), NOTHING) == ACTIONS["keep"]


def test_inactive_prescriber_is_not_created_but_kept_up_to_date() -> None:
    assert same(next_for(situation(None, active=False), NOTHING), refused(Refusal.INACTIVE))
    assert next_for(situation(active=False, up_to_date=False), NOTHING) == ACTIONS["update"]
    assert next_for(situation(active=False), NOTHING) == ACTIONS["keep"]


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (RegistrationStatus.PENDING, IDP),
        (RegistrationStatus.REGISTRATION_SUCCESS, IDP),
        (RegistrationStatus.IDP_SUCCESS, TFA),
        (RegistrationStatus.IDP_SUCCESS, BOTH),
        (RegistrationStatus.TFA_ACTIVATED_ERROR, TFA),
        (RegistrationStatus.TFA_DEACTIVATED_SUCCESS, TFA),
    ],
)
def test_for_a_locked_account_no_stage_begins(
    status: RegistrationStatus, asked: frozenset[Stage]
) -> None:
    assert same(next_for(at(status, locked=True), asked), refused(Refusal.ACCOUNT_LOCKED))


def test_lock_is_told_before_the_agreement() -> None:
    s = at(RegistrationStatus.PENDING, locked=True, agreement_pending=True)
    assert same(next_for(s, IDP), refused(Refusal.ACCOUNT_LOCKED))


@pytest.mark.parametrize("status", [RegistrationStatus.IDP_SUCCESS, RegistrationStatus.IDP_ERROR])
def test_stage_that_is_behind_stays_so_for_a_locked_account(status: RegistrationStatus) -> None:
    assert next_for(at(status, locked=True), IDP) is None


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        (RegistrationStatus.PENDING, NOTHING),
        (RegistrationStatus.PENDING, IDP),
        (RegistrationStatus.IDP_SUCCESS, BOTH),
        (RegistrationStatus.UNKNOWN, NOTHING),
    ],
)
def test_record_that_is_not_up_to_date_is_changed_before_any_stage(
    status: RegistrationStatus, asked: frozenset[Stage]
) -> None:
    s = situation(replace(JANE, status=status), up_to_date=False)
    assert next_for(s, asked) == ACTIONS["update"]


def test_refused_stage_leaves_an_outdated_record_alone() -> None:
    step = next_for(situation(up_to_date=False), TFA)
    assert same(step, refused(Refusal.IDP_NOT_COMPLETED))


def test_every_situation_has_one_step_that_is_asked_for() -> None:
    flags = [True, False]
    clinicians = [
        None,
        *(
            replace(JANE, status=status, agreement_pending=pending, locked=locked)
            for status, pending, locked in product(RegistrationStatus, flags, [True, False, None])
        ),
    ]
    for has_dea, active, current, clinician, asked in product(
        flags, flags, flags, clinicians, REQUESTS
    ):
        s = situation(clinician, has_dea=has_dea, active=active, up_to_date=current)
        step = next_for(s, asked)
        if isinstance(step, Refuse):
            assert isinstance(step.error, StageRefused)
            assert asked or clinician is None
        elif step is None:
            assert clinician is not None
            assert current
        else:
            assert isinstance(step, Announce)
            possible = {stage.act for stage in asked} if current else {Act.CHANGE}
            assert step.act in (possible if clinician else {Act.CREATE})


@pytest.mark.parametrize("status", RegistrationStatus)
def test_epcs_is_enabled_by_the_last_status_alone(status: RegistrationStatus) -> None:
    enabled = status is RegistrationStatus.TFA_ACTIVATED_SUCCESS
    assert replace(JANE, status=status).epcs_enabled is enabled


def test_epcs_is_enabled_unless_one_field_contradicts_the_status() -> None:
    done = replace(JANE, status=RegistrationStatus.TFA_ACTIVATED_SUCCESS)
    states = [None, True, False]
    for active, locked, confirmed, has_epcs in product(states, repeat=4):
        clinician = replace(
            done, active=active, locked=locked, confirmed=confirmed, clinic_has_epcs=has_epcs
        )
        against = (active is False, locked is True, confirmed is False, has_epcs is False)
        assert clinician.epcs_enabled is (not any(against))
