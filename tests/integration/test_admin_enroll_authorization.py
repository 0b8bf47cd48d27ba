"""Who may run the enroll bot, in both set-ups: run as the calling user, or as the bot itself."""

from collections.abc import Iterator

import pytest

from bots.dispatch import FUNCTION
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, MEDPLUM_BOTS
from tests.integration.clinic import ADMIN_BOT, Answer, Clinic, Member
from tests.integration.self_service import without_secrets

pytestmark = pytest.mark.usefixtures("both_ways")

NOT_ADMINISTRATOR = "The caller is not a project administrator."
NO_IDENTIFIER = "The caller has no DoseSpot identifier."
NOT_CLINICIAN_ADMIN = "The caller's DoseSpot clinician does not have the ClinicianAdmin role."
SYSTEM = "https://dosespot.com/clinician-identifier"
BOT_AS_ITSELF = "enroll-as-itself"
BOT_WITHOUT_RIGHTS = "enroll-without-rights"


@pytest.fixture(params=[ADMIN_BOT, BOT_AS_ITSELF])
def bot(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[str]:
    """The bot's identifier in either set-up."""
    if request.param != ADMIN_BOT:
        _add_bot(clinic, request.param, admin=True)
    yield request.param
    _remove_bots(clinic)


def _add_bot(clinic: Clinic, identifier: str, *, admin: bool) -> None:
    clinic.sandbox.fhir.add_bot(
        clinic.project,
        ADMIN_BOT,
        [
            {"system": MEDPLUM_BOTS, "value": identifier},
            {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": FUNCTION},
        ],
        run_as_user=False,
        admin=admin,
    )


def _remove_bots(clinic: Clinic) -> None:
    for bot in clinic.sandbox.fhir.resources("Bot"):
        if any(one["value"] in (BOT_AS_ITSELF, BOT_WITHOUT_RIGHTS) for one in bot["identifier"]):
            clinic.delete(f"Bot/{bot['id']}")


def _run(clinic: Clinic, bot: str, caller: Member, prescriber: Member) -> Answer:
    body = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]}
    return clinic.execute(bot, body, caller.token)


def _refused(answer: Answer, *sentences: str) -> bool:
    everything = (NOT_ADMINISTRATOR, NO_IDENTIFIER, NOT_CLINICIAN_ADMIN)
    told = tuple(sentence for sentence in everything if sentence in answer.error)
    return (
        answer.status == 400 and answer.body["errorType"] == "NotAuthorized" and told == sentences
    )


def test_an_administrator_may(clinic: Clinic, bot: str, prescriber: Member) -> None:
    assert _run(clinic, bot, clinic.admin, prescriber).status == 200


def test_a_member_may_not(clinic: Clinic, bot: str, prescriber: Member) -> None:
    answer = _run(clinic, bot, clinic.add_member(), prescriber)
    assert _refused(answer, NOT_ADMINISTRATOR, NO_IDENTIFIER)
    assert clinic.writes() == []


def test_a_member_with_a_dosespot_identifier_may_not(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    member = clinic.add_member(identifiers=[{"system": SYSTEM, "value": "99999998"}])
    assert _refused(_run(clinic, bot, member, prescriber), NOT_ADMINISTRATOR)
    assert clinic.writes() == []


def test_an_administrator_without_dosespot_identifier_may_not(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    answer = _run(clinic, bot, clinic.add_member(admin=True), prescriber)
    assert _refused(answer, NO_IDENTIFIER)
    assert clinic.writes() == []


def _program(clinic: Clinic, *, admin: bool) -> Member:
    added = clinic.sandbox.fhir.add_client(clinic.project, "Enrolls many", admin)
    token = clinic.sandbox.fhir.token_for(added.membership_id)
    return Member(added.id, added.membership_id, token)


def test_a_program_that_is_an_administrator_acts_as_the_projects_clinician_admin(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    assert _run(clinic, bot, _program(clinic, admin=True), prescriber).status == 200


def test_a_program_needs_a_clinician_admin_in_the_secrets(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    with without_secrets(clinic, "DOSESPOT_USER_ID"):
        clinic.reset()
        answer = _run(clinic, bot, _program(clinic, admin=True), prescriber)
    assert (answer.status, answer.body["errorType"]) == (400, "Misconfigured")
    assert "DOSESPOT_USER_ID missing" in answer.error


def test_a_program_that_is_no_administrator_may_not(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    answer = _run(clinic, bot, _program(clinic, admin=False), prescriber)
    assert _refused(answer, NOT_ADMINISTRATOR, NO_IDENTIFIER)
    assert clinic.writes() == []


def test_an_administrator_whose_clinician_is_no_clinician_admin_may_not(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    caller = clinic.add_member(admin=True)
    clinic.enroll(caller)
    clinic.reset()
    assert _refused(_run(clinic, bot, caller, prescriber), NOT_CLINICIAN_ADMIN)
    assert clinic.writes() == []


def test_who_may_not_is_not_told_what_is_wrong_with_the_records(clinic: Clinic, bot: str) -> None:
    caller = clinic.add_member(admin=True)
    clinic.enroll(caller)
    incomplete = clinic.add_member(practitioner={"birthDate": "1980"})
    answer = _run(clinic, bot, caller, incomplete)
    assert _refused(answer, NOT_CLINICIAN_ADMIN)
    assert "birthDate" not in answer.error


def test_the_identifier_may_have_any_documented_system(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    caller = clinic.add_member(admin=True)
    clinic.enroll(caller, practitionerRoleTypes=[4])
    membership = clinic.read(f"ProjectMembership/{caller.membership_id}")
    (identifier,) = membership["identifier"]
    identifier["system"] = "https://my.staging.dosespot.com/webapi/v2/"
    clinic.write(membership)
    assert _run(clinic, bot, caller, prescriber).status == 200


def test_a_bot_that_may_not_read_memberships_says_how_to_set_it_up(
    clinic: Clinic, prescriber: Member
) -> None:
    _add_bot(clinic, BOT_WITHOUT_RIGHTS, admin=False)
    answer = _run(clinic, BOT_WITHOUT_RIGHTS, clinic.admin, prescriber)
    assert answer.body["errorType"] == "NotAuthorized"
    assert "Bot.runAsUser" in answer.error
    assert "bot's own membership" in answer.error
    assert clinic.writes() == []
    _remove_bots(clinic)
