"""Where each stage of EPCS stands: every status, and what comes before the status."""

from dataclasses import replace
from itertools import product

import pytest

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import RegistrationStatus
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.stages import Snapshot, Stage, Standing, standing
from tests.core.situations import JANE

TABLE = """
Pending               | OPEN                | IDP_NOT_COMPLETED
RegistrationSuccess   | OPEN                | IDP_NOT_COMPLETED
RegistrationError     | REGISTRATION_FAILED | IDP_NOT_COMPLETED
IDPInitializeSuccess  | BEHIND              | IDP_NOT_COMPLETED
IDPSuccess            | BEHIND              | OPEN
IDPError              | BEHIND              | IDP_NOT_COMPLETED
TFAActivateInit       | BEHIND              | TFA_IN_PROGRESS
TFAActivatedSuccess   | BEHIND              | TFA_ACTIVATED
TFAActivatedError     | BEHIND              | OPEN
TFADeactivateInit     | BEHIND              | TFA_DEACTIVATING
TFADeactivatedSuccess | BEHIND              | ON_REQUEST
TFADeactivatedError   | BEHIND              | TFA_DEACTIVATION_FAILED
NotApplicable         | NOT_APPLICABLE      | NOT_APPLICABLE
Unknown               | UNKNOWN_STATUS      | UNKNOWN_STATUS
"""


def answer(word: str) -> Standing | Refusal:
    return Standing[word] if word in Standing.__members__ else Refusal[word]


ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
STANDINGS = {
    (RegistrationStatus(status), stage): answer(word)
    for status, *words in ROWS
    for stage, word in zip(Stage, words, strict=True)
}
OPEN = (Standing.OPEN, Standing.ON_REQUEST)


def test_the_table_leaves_no_status_out() -> None:
    assert set(STANDINGS) == set(product(RegistrationStatus, Stage))


@pytest.mark.parametrize(("status", "stage"), STANDINGS)
def test_every_status_says_where_a_stage_stands(status: RegistrationStatus, stage: Stage) -> None:
    found = standing(stage, Snapshot(True, True, replace(JANE, status=status)))
    assert found == STANDINGS[status, stage]
    assert stage.opens_at(status) is (found in OPEN)


@pytest.mark.parametrize(("status", "stage"), STANDINGS)
@pytest.mark.parametrize("locked", [None, False, True])
@pytest.mark.parametrize("unsigned", [False, True])
def test_a_lock_and_then_an_agreement_stand_in_the_way_of_an_open_stage_only(
    status: RegistrationStatus, stage: Stage, locked: bool | None, unsigned: bool
) -> None:
    jane = replace(JANE, status=status, locked=locked, agreement_pending=unsigned)
    expected = STANDINGS[status, stage]
    if expected in OPEN and locked:
        expected = Refusal.ACCOUNT_LOCKED
    elif expected in OPEN and unsigned and stage is Stage.IDP:
        expected = Refusal.PENDING_AGREEMENT
    assert standing(stage, Snapshot(True, True, jane)) == expected


@pytest.mark.parametrize("clinician", [None, JANE])
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("active", [False, True])
def test_without_a_dea_number_and_for_the_inactive_no_stage_is_taken(clinician, stage, active):
    assert standing(stage, Snapshot(False, active, clinician)) == Refusal.NO_DEA_NUMBER
    assert standing(stage, Snapshot(True, False, clinician)) == Refusal.INACTIVE


def test_before_the_clinician_exists_proofing_lies_ahead_and_a_second_factor_is_refused() -> None:
    found = [standing(stage, Snapshot(True, True, None)) for stage in Stage]
    assert found == [Standing.AHEAD, Refusal.IDP_NOT_COMPLETED]


def test_each_stage_is_one_row() -> None:
    rows = [(one.act, one.begun, one.audit, one.needs_agreements) for one in Stage]
    assert rows == [
        (
            "begin-idp",
            RegistrationStatus.IDP_INITIALIZE_SUCCESS,
            AuditAction.IDP_INITIALIZED,
            True,
        ),
        ("begin-tfa", RegistrationStatus.TFA_ACTIVATE_INIT, AuditAction.TFA_INITIALIZED, False),
    ]
