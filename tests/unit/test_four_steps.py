"""Who is at which of the four steps, and who has to do what next."""

import pytest

from fhir_profiles.codes import RegistrationStatus as Status
from shared.invitations.rules.standing import InvitationStanding as Invited
from shared.members.rules.guidance import GUIDANCE, UNREGISTERED, Owner
from shared.setup_progress.rules.four_steps import (
    ENROLL,
    FIRST_STATUS,
    INVITE,
    SetupFacts,
    SetupPlace,
    SetupStep,
    current_step,
    setup_place,
)

VERIFY, READY = SetupStep.CLINICIANS_VERIFY, SetupStep.READY_TO_PRESCRIBE
TO_INVITE = SetupPlace(SetupStep.INVITE_CLINICIANS, Owner.ADMINISTRATOR, INVITE)
TO_ENROLL = SetupPlace(VERIFY, Owner.PRESCRIBER, ENROLL)


def test_who_is_neither_to_prescribe_nor_was_asked_to_is_left_out() -> None:
    assert setup_place(SetupFacts(enrolled=False, may_enroll=False)) is None


@pytest.mark.parametrize("invitation", Invited)
@pytest.mark.parametrize("may_enroll", [False, True])
def test_who_is_enrolled_at_another_clinic_needs_no_invitation(
    invitation: Invited, may_enroll: bool
) -> None:
    invited = invitation in (Invited.OPEN, Invited.ACCEPTED)
    place = setup_place(SetupFacts(False, may_enroll, invitation, elsewhere=True))
    assert place == (TO_ENROLL if may_enroll or invited else None)


@pytest.mark.parametrize("may_enroll", [False, True])
@pytest.mark.parametrize("invitation", [Invited.OPEN, Invited.ACCEPTED])
def test_who_is_invited_enrolls(invitation: Invited, may_enroll: bool) -> None:
    assert setup_place(SetupFacts(False, may_enroll, invitation)) == TO_ENROLL


@pytest.mark.parametrize(
    "invitation", [one for one in Invited if one not in (Invited.OPEN, Invited.ACCEPTED)]
)
def test_who_is_not_invited_is_invited_by_an_administrator(invitation: Invited) -> None:
    place = setup_place(SetupFacts(enrolled=False, may_enroll=True, invitation=invitation))
    assert place is not None
    assert (place.step, place.owner) == (TO_INVITE.step, TO_INVITE.owner)
    assert (place.next == INVITE) == (invitation is Invited.NONE)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (Status.PENDING, VERIFY),
        (Status.REGISTRATION_SUCCESS, VERIFY),
        (Status.REGISTRATION_ERROR, VERIFY),
        (Status.IDP_INITIALIZE_SUCCESS, VERIFY),
        (Status.IDP_ERROR, VERIFY),
        (Status.IDP_SUCCESS, READY),
        (Status.TFA_ACTIVATE_INIT, READY),
        (Status.TFA_ACTIVATED_ERROR, READY),
        (Status.TFA_DEACTIVATE_INIT, READY),
        (Status.TFA_DEACTIVATED_SUCCESS, READY),
        (Status.TFA_DEACTIVATED_ERROR, READY),
        (Status.NOT_APPLICABLE, VERIFY),
        (Status.UNKNOWN, VERIFY),
    ],
)
def test_who_is_enrolled_is_ready_once_their_identity_is_proven(
    status: Status, step: SetupStep
) -> None:
    guidance = GUIDANCE[status]
    with_dea = SetupFacts(True, True, status=status, has_dea=True)
    assert setup_place(with_dea) == SetupPlace(step, guidance.owner, f"{guidance.action}.")


@pytest.mark.parametrize("status", Status)
def test_without_a_dea_number_registration_is_all(status: Status) -> None:
    place = setup_place(SetupFacts(True, True, status=status))
    assert place is not None
    assert (place == SetupPlace(READY, Owner.NOBODY)) == (status not in UNREGISTERED)
    assert (place.step is VERIFY) == (status in UNREGISTERED)


def test_who_may_sign_controlled_substances_has_nothing_left_to_do() -> None:
    done = SetupFacts(True, True, status=Status.TFA_ACTIVATED_SUCCESS, has_dea=True, has_epcs=True)
    assert setup_place(done) == SetupPlace(READY, Owner.NOBODY, controlled=True)


def test_who_is_enrolled_without_a_status_opens_eprescribing() -> None:
    assert setup_place(SetupFacts(True, False)) == SetupPlace(
        VERIFY, Owner.PRESCRIBER, FIRST_STATUS
    )


@pytest.mark.parametrize("status", [None, Status.IDP_SUCCESS])
@pytest.mark.parametrize("may_enroll", [False, True])
def test_an_administrator_counts_only_with_a_role_or_a_status(
    may_enroll: bool, status: Status | None
) -> None:
    place = setup_place(SetupFacts(True, may_enroll, status=status, administers=True))
    counts = may_enroll or status is not None
    assert place == (setup_place(SetupFacts(True, may_enroll, status=status)) if counts else None)


def test_the_project_is_where_somebody_has_come_to() -> None:
    ready = SetupPlace(READY, Owner.NOBODY)
    assert current_step(has_workspace=False, places=[ready]) is SetupStep.CREATE_WORKSPACE
    assert current_step(has_workspace=True, places=[]) is SetupStep.INVITE_CLINICIANS
    assert current_step(has_workspace=True, places=[TO_INVITE]) is SetupStep.INVITE_CLINICIANS
    assert current_step(has_workspace=True, places=[TO_ENROLL, TO_INVITE]) is VERIFY
    assert current_step(has_workspace=True, places=[TO_ENROLL, ready]) is READY
