"""The decision, written out: every status times every request, and what overrides it."""

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from fhir_profiles.codes import RegistrationStatus
from shared.enrollment.clinician import Clinician
from shared.enrollment.decide import Decision, RecordChange, Snapshot, Stage, decide, decide_advance
from shared.enrollment.refusals import Refusal

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

ACTIONS = {
    "create": Decision(record=RecordChange.CREATE),
    "update": Decision(record=RecordChange.UPDATE),
    "keep": Decision(),
    "start IDP": Decision(initialize=Stage.IDP),
    "start TFA": Decision(initialize=Stage.TFA),
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

JANE = Clinician(id=4711, status=RegistrationStatus.PENDING, agreement_pending=False)
READY = Snapshot(has_dea=True, active=True, clinician=JANE, up_to_date=True)


def cells(table: str, *, pending: bool) -> list[tuple[str, bool, frozenset[Stage], str]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()[1:]]
    return [
        (row[0], pending, asked, answer)
        for row in rows
        for asked, answer in zip(REQUESTS, row[1:], strict=True)
    ]


TABLE = [*cells(SIGNED, pending=False), *cells(UNSIGNED, pending=True)]


def decision(answer: str) -> Decision:
    if answer in ACTIONS:
        return ACTIONS[answer]
    return Decision(refusals=tuple(REFUSALS[word] for word in answer.split(" + ")))


def at(status: RegistrationStatus, **changes: bool) -> Snapshot:
    return replace(READY, clinician=replace(JANE, status=status, **changes))


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
    snapshot = (
        replace(READY, clinician=None)
        if status == "no clinician"
        else at(RegistrationStatus(status), agreement_pending=pending)
    )
    assert decide(snapshot, asked) == decision(answer)


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
    expected = ACTIONS[begins.get((status.value, pending), "keep")]
    assert decide_advance(at(status, agreement_pending=pending)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"clinician": None}, ACTIONS["create"]),
        ({"clinician": None, "has_dea": False}, ACTIONS["create"]),
        ({"clinician": None, "active": False}, Decision(refusals=(Refusal.INACTIVE,))),
        ({"up_to_date": False}, ACTIONS["update"]),
        ({"has_dea": False}, ACTIONS["keep"]),
        ({"active": False}, ACTIONS["keep"]),
        ({"clinician": replace(JANE, locked=True)}, ACTIONS["keep"]),
    ],
    ids=["new", "new, no DEA", "new, inactive", "outdated", "no DEA", "inactive", "locked"],
)
def test_run_that_advances_by_itself_refuses_only_an_inactive_new_prescriber(
    changes: dict[str, Any], expected: Decision
) -> None:
    assert decide_advance(replace(READY, **changes)) == expected


def test_the_table_leaves_no_status_out() -> None:
    statuses = [status.value for status in RegistrationStatus]
    assert sorted({row[0] for row in TABLE if not row[1]}) == sorted([*statuses, "no clinician"])
    assert sorted({row[0] for row in TABLE if row[1]}) == sorted(statuses)


@pytest.mark.parametrize("asked", [IDP, TFA, BOTH], ids=named)
@pytest.mark.parametrize("clinician", [None, JANE], ids=["new", "known"])
def test_without_dea_number_no_stage_is_taken(
    clinician: Clinician | None, asked: frozenset[Stage]
) -> None:
    snapshot = replace(READY, has_dea=False, clinician=clinician)
    assert decide(snapshot, asked) == Decision(refusals=(Refusal.NO_DEA_NUMBER,))


@pytest.mark.parametrize("asked", [IDP, TFA, BOTH], ids=named)
@pytest.mark.parametrize("clinician", [None, JANE], ids=["new", "known"])
def test_for_an_inactive_prescriber_no_stage_is_taken(
    clinician: Clinician | None, asked: frozenset[Stage]
) -> None:
    snapshot = replace(READY, active=False, clinician=clinician)
    assert decide(snapshot, asked) == Decision(refusals=(Refusal.INACTIVE,))


def test_new_prescriber_without_dea_number_who_is_inactive_is_told_both() -> None:
    snapshot = Snapshot(has_dea=False, active=False, clinician=None)
    assert decide(snapshot, IDP) == Decision(refusals=(Refusal.NO_DEA_NUMBER, Refusal.INACTIVE))


def test_plain_enrollment_needs_no_dea_number() -> None:
    snapshot = replace(READY, has_dea=False)
    assert decide(replace(snapshot, clinician=None), NOTHING) == ACTIONS["create"]
    assert decide(replace(snapshot, up_to_date=False), NOTHING) == ACTIONS["update"]
    assert decide(snapshot, NOTHING) == ACTIONS["keep"]


def test_inactive_prescriber_is_not_created_but_kept_up_to_date() -> None:
    snapshot = replace(READY, active=False)
    refused = Decision(refusals=(Refusal.INACTIVE,))
    assert decide(replace(snapshot, clinician=None), NOTHING) == refused
    assert decide(replace(snapshot, up_to_date=False), NOTHING) == ACTIONS["update"]
    assert decide(snapshot, NOTHING) == ACTIONS["keep"]


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
    assert decide(at(status, locked=True), asked) == Decision(refusals=(Refusal.ACCOUNT_LOCKED,))


def test_lock_is_told_before_the_agreement() -> None:
    snapshot = at(RegistrationStatus.PENDING, locked=True, agreement_pending=True)
    assert decide(snapshot, IDP) == Decision(refusals=(Refusal.ACCOUNT_LOCKED,))


@pytest.mark.parametrize("status", [RegistrationStatus.IDP_SUCCESS, RegistrationStatus.IDP_ERROR])
def test_stage_that_is_behind_stays_so_for_a_locked_account(status: RegistrationStatus) -> None:
    assert decide(at(status, locked=True), IDP) == Decision()


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
    snapshot = replace(at(status), up_to_date=False)
    assert decide(snapshot, asked) == ACTIONS["update"]


def test_refused_stage_leaves_an_outdated_record_alone() -> None:
    snapshot = replace(at(RegistrationStatus.PENDING), up_to_date=False)
    assert decide(snapshot, TFA) == Decision(refusals=(Refusal.IDP_NOT_COMPLETED,))


def test_every_situation_has_one_decision_that_refuses_or_acts_and_never_both() -> None:
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
        made = decide(Snapshot(has_dea, active, clinician, current), asked)
        acts = (made.record is not RecordChange.KEEP) + (made.initialize is not None)
        assert acts <= (not made.refusals)
        assert made.initialize is None or made.initialize in asked
        assert (made.record is RecordChange.CREATE) <= (clinician is None)
        assert asked or not made.refusals or clinician is None


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
