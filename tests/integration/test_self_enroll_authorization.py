"""Who may enroll themselves, as whom the self-enroll bot acts, and what it is told to lack."""

from typing import Any

import pytest

from fhir_profiles.registration_status import registration_status
from shared.access import self_service as sentences
from shared.enrollment import fhir_members as members
from shared.enrollment.rules import trouble
from shared.records.findings import INPUT_REFUSED
from tests.integration.clinic import Answer, Clinic, Member
from tests.integration.self_service import (
    SELF_BOT,
    SERVICE_SECRETS,
    bot_as_itself,
    create,
    grant,
    invoke,
    practitioner_role,
    secrets,
    self_enroll,
    signed_in_patient,
    without_secrets,
    writes,
)

pytestmark = pytest.mark.usefixtures("both_ways")


def test_the_status_is_recorded_where_the_prescriber_may_not_write_their_practitioner(
    clinic: Clinic,
) -> None:
    types = ("Bot", "Practitioner", "PractitionerRole")
    rules = [{"resourceType": name, "readonly": True} for name in types]
    policy = {"resourceType": "AccessPolicy", "resource": rules}
    member = clinic.add_member(access_policy=policy)
    grant(clinic, member)
    assert self_enroll(clinic, member).body["status"] == "created"
    practitioner = clinic.practitioner(member)
    assert registration_status(practitioner) == "Pending"
    service = secrets(clinic)["MEDPLUM_CLIENT_ID"]["valueString"]
    assert practitioner["meta"]["author"]["reference"] == f"ClientApplication/{service}"


@pytest.mark.parametrize(
    ("codes", "changes"),
    [
        ((), None),
        (("PrescribingClinician",), {"active": False}),
        (("PrescribingClinician",), {"active": None}),
        (("PrescribingClinician",), {"period": {"end": "2020-12-31"}}),
        (("PrescribingClinician",), {"period": {"start": "2999-01-01"}}),
        (("Physician",), {}),
    ],
    ids=["no role", "inactive", "active is absent", "ended", "not begun", "unknown code"],
)
def test_who_has_no_role_today_is_told_what_an_administrator_must_create(
    clinic: Clinic, self_bot: str, prescriber: Member, codes: tuple[str, ...], changes: Any
) -> None:
    if changes is not None:
        grant(clinic, prescriber, *codes, **changes)
    clinic.reset()
    assert self_enroll(clinic, prescriber, self_bot).refusal == ("NotAuthorized", sentences.NO_ROLE)
    assert writes(clinic) == []


@pytest.mark.parametrize("self_bot", ["as-user", "as-itself"], indirect=True)
def test_a_role_of_ones_own_making_grants_nothing(
    clinic: Clinic, self_bot: str, prescriber: Member
) -> None:
    role = create(clinic, practitioner_role(prescriber, "ClinicianAdmin"), by=prescriber)
    clinic.reset()
    answer = self_enroll(clinic, prescriber, self_bot)
    assert answer.refusal == ("NotAuthorized", trouble.NOT_GRANTED)
    assert writes(clinic) == []
    # To save it is not to grant it; to take the code away and to add it again is.
    role = clinic.write({**role, "availabilityExceptions": "none"})
    answer = self_enroll(clinic, prescriber, self_bot)
    assert answer.refusal == ("NotAuthorized", trouble.NOT_GRANTED)
    code = role.pop("code")
    clinic.write({**clinic.write(role), "code": code})
    assert self_enroll(clinic, prescriber, self_bot).body["status"] == "created"


@pytest.mark.parametrize("name", ["practitionerId", "practitionerRoleTypes", "roles", "initIdp"])
def test_neither_person_nor_role_nor_stage_is_taken_from_the_input(
    clinic: Clinic, prescriber: Member, name: str
) -> None:
    other = clinic.add_member()
    grant(clinic, prescriber)
    clinic.reset()
    answer = self_enroll(clinic, prescriber, **{name: other.id})
    assert answer.body["errorType"] == "InputRefused"
    sentence = answer.error.removeprefix(INPUT_REFUSED)
    assert sentence == f"{name}: this bot has no such input; remove it."
    assert writes(clinic) == []


def test_a_signed_in_patient_cannot_enroll(clinic: Clinic, self_bot: str) -> None:
    person = signed_in_patient(clinic)
    answer = clinic.execute(self_bot, {}, person.token)
    assert answer.refusal == ("NotAuthorized", sentences.NOT_A_PRACTITIONER)
    assert writes(clinic) == []


def test_an_expired_token_is_refused_before_and_in_the_bot(
    clinic: Clinic, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    clinic.reset()
    expired = clinic.sandbox.fhir.token_for(prescriber.membership_id, lifetime_s=-1)
    assert clinic.execute(SELF_BOT, {}, expired).status == 401
    payload = {
        "bot": {"reference": "Bot/1", "display": SELF_BOT},
        "baseUrl": clinic.fhir_url,
        "requester": {"reference": f"Practitioner/{prescriber.id}"},
        "accessToken": expired,
        "input": {},
        "secrets": {k: v for k, v in secrets(clinic).items() if k != "MEDPLUM_BOT_ERRORS"},
    }
    answer = Answer(400, invoke(clinic, payload))
    sentence = "The FHIR server no longer accepts the access token. Sign in again."
    assert answer.refusal == ("FhirDenied", sentence)
    another = {**payload, "accessToken": clinic.add_member().token}
    answer = Answer(400, invoke(clinic, another))
    assert answer.refusal == ("NotAuthorized", sentences.ANOTHER_PERSON)
    assert writes(clinic) == []


@pytest.mark.parametrize("name", [*SERVICE_SECRETS, "DOSESPOT_USER_ID"])
def test_a_secret_that_is_missing_is_named(clinic: Clinic, prescriber: Member, name: str) -> None:
    grant(clinic, prescriber)
    with without_secrets(clinic, name):
        clinic.reset()
        answer = self_enroll(clinic, prescriber)
        sentence = f"Project secrets must be corrected: {name} missing. Set them in Project.secret."
        assert answer.refusal == ("Misconfigured", sentence)
        assert writes(clinic) == []


def test_neither_set_up_is_told_how_to_make_one(clinic: Clinic, prescriber: Member) -> None:
    grant(clinic, prescriber)
    with (
        without_secrets(clinic, *SERVICE_SECRETS),
        bot_as_itself(clinic, SELF_BOT) as without_rights,
    ):
        clinic.reset()
        for bot in (SELF_BOT, without_rights):
            answer = self_enroll(clinic, prescriber, bot)
            assert answer.refusal == ("Misconfigured", members.NO_CREDENTIAL)
        assert writes(clinic) == []
    for named in (*SERVICE_SECRETS, "Bot.runAsUser", "admin"):
        assert named in members.NO_CREDENTIAL
