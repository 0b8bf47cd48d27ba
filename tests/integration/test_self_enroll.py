"""The self-enroll bot through `$execute`: who may, call by call, in every status, twice."""

from collections.abc import Iterator
from typing import Any

import pytest

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.enrollment import guidance
from shared.workflow import self_service as sentences
from tests.integration.clinic import DEA, Answer, Clinic, Member
from tests.integration.self_service import (
    INITIALIZE_IDP,
    INITIALIZE_TFA,
    SELF_BOT,
    SERVICE_SECRETS,
    bot_as_itself,
    create,
    dosespot_writes,
    grant,
    invoke,
    practitioner_role,
    secrets,
    self_enroll,
    without_secrets,
    writes,
)

SIGN = "Sign the legal agreements in DoseSpot, then open ePrescribing again."
PROVE = "Complete identity proofing in DoseSpot, then open ePrescribing again."
SET_UP = "Set up two-factor authentication in DoseSpot, then open ePrescribing again."
READY = "You are ready to prescribe, controlled substances too. Nothing is left to do."


@pytest.fixture(params=["as-user", "as-itself"])
def bot(request: pytest.FixtureRequest, clinic: Clinic) -> Iterator[str]:
    """The bot's identifier in either set-up."""
    if request.param == "as-user":
        yield SELF_BOT
        return
    with (
        without_secrets(clinic, *SERVICE_SECRETS),
        bot_as_itself(clinic, SELF_BOT, admin=True) as identifier,
    ):
        clinic.reset()
        yield identifier


@pytest.fixture
def signed(clinic: Clinic, prescriber: Member) -> Member:
    """Somebody with DEA numbers who has enrolled themselves and signed the agreements."""
    grant(clinic, prescriber)
    self_enroll(clinic, prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.reset()
    return prescriber


def _refused(answer: Answer, kind: str, sentence: str) -> bool:
    return (answer.status, answer.body["errorType"], answer.error) == (400, kind, sentence)


def _step(clinic: Clinic, member: Member, bot: str) -> tuple[dict[str, Any], list[str]]:
    """One call: its answer, and what it wrote at DoseSpot."""
    clinic.reset()
    answer = self_enroll(clinic, member, bot)
    assert answer.status == 200
    return answer.body, dosespot_writes(clinic)


def test_four_calls_enable_epcs_one_stage_each(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    created = _step(clinic, prescriber, bot)
    begun = {
        "status": "created",
        "doseSpotClinicianId": clinic.clinician(prescriber)["id"],
        "registrationStatus": "Pending",
        "epcsEnabled": False,
        "nextSteps": [SIGN],
    }
    assert created == (begun, ["clinicians"])
    membership = clinic.read(f"ProjectMembership/{prescriber.membership_id}")
    assert clinician_ids(membership).numbers == (begun["doseSpotClinicianId"],)
    for does, initialized, status, next_step in (
        ("sign-agreements", INITIALIZE_IDP, "IDPInitializeSuccess", PROVE),
        ("pass-idp", INITIALIZE_TFA, "TFAActivateInit", SET_UP),
    ):
        clinic.prescriber_does(prescriber, does)
        expected = {"status": "advanced", "registrationStatus": status, "nextSteps": [next_step]}
        assert _step(clinic, prescriber, bot) == ({**begun, **expected}, [initialized])
        assert registration_status(clinic.practitioner(prescriber)) == status
    clinic.prescriber_does(prescriber, "activate-tfa")
    done = {
        **begun,
        "status": "already_enrolled",
        "registrationStatus": "TFAActivatedSuccess",
        "epcsEnabled": True,
        "nextSteps": [READY],
    }
    assert _step(clinic, prescriber, bot) == (done, [])
    assert has_epcs_qualification(clinic.practitioner(prescriber))
    clinic.reset()
    assert self_enroll(clinic, prescriber, bot).body == done
    assert writes(clinic) == []


def test_without_dea_numbers_two_calls_are_enough(clinic: Clinic, bot: str) -> None:
    member = clinic.add_member()
    grant(clinic, member)
    created, _ = _step(clinic, member, bot)
    assert (created["status"], created["nextSteps"]) == ("created", [SIGN])
    clinic.prescriber_does(member, "sign-agreements")
    expected = {
        **created,
        "status": "already_enrolled",
        "registrationStatus": "RegistrationSuccess",
        "nextSteps": [guidance.NON_CONTROLLED],
    }
    assert _step(clinic, member, bot) == (expected, [])
    assert not clinic.clinician(member)["epcs_requested"]


STATUS_TABLE = [
    # status in DoseSpot, what the call initializes, status after it
    ("RegistrationSuccess", INITIALIZE_IDP, "IDPInitializeSuccess"),
    ("RegistrationError", None, "RegistrationError"),
    ("IDPInitializeSuccess", None, "IDPInitializeSuccess"),
    ("IDPSuccess", INITIALIZE_TFA, "TFAActivateInit"),
    ("IDPError", None, "IDPError"),
    ("TFAActivateInit", None, "TFAActivateInit"),
    ("TFAActivatedSuccess", None, "TFAActivatedSuccess"),
    ("TFAActivatedError", INITIALIZE_TFA, "TFAActivateInit"),
    ("TFADeactivateInit", None, "TFADeactivateInit"),
    ("TFADeactivatedSuccess", None, "TFADeactivatedSuccess"),
    ("TFADeactivatedError", None, "TFADeactivatedError"),
    ("NotApplicable", None, "NotApplicable"),
    ("SomethingNew", None, "Unknown"),
]


@pytest.mark.parametrize(("before", "initialized", "after"), STATUS_TABLE)
def test_every_status_has_its_step_and_waiting_writes_nothing(
    clinic: Clinic, signed: Member, before: str, initialized: str | None, after: str
) -> None:
    clinic.set_clinician(signed, status=before)
    first, done = _step(clinic, signed, SELF_BOT)
    assert first == {
        "status": "advanced" if initialized else "already_enrolled",
        "doseSpotClinicianId": clinic.clinician(signed)["id"],
        "registrationStatus": after,
        "epcsEnabled": after == "TFAActivatedSuccess",
        "nextSteps": [guidance.GUIDANCE[guidance.Status(after)].step],
    }
    assert done == ([initialized] if initialized else [])
    assert registration_status(clinic.practitioner(signed)) == after
    clinic.reset()
    again = self_enroll(clinic, signed)
    assert again.body == {**first, "status": "already_enrolled"}
    assert writes(clinic) == []


def test_unsigned_agreements_are_waited_for(clinic: Clinic, prescriber: Member) -> None:
    grant(clinic, prescriber)
    created = self_enroll(clinic, prescriber).body
    clinic.reset()
    again = self_enroll(clinic, prescriber).body
    assert again == {**created, "status": "already_enrolled"}
    assert writes(clinic) == []


def test_a_deactivated_account_is_changed_but_not_reactivated(
    clinic: Clinic, signed: Member
) -> None:
    clinic.set_clinician(signed, active=False, status="TFAActivatedSuccess")
    practitioner = clinic.practitioner(signed)
    clinic.write({**practitioner, "name": [{"family": "Smith-Jones", "given": ["Jane"]}]})
    answer, _ = _step(clinic, signed, SELF_BOT)
    assert (answer["nextSteps"], answer["epcsEnabled"]) == ([guidance.INACTIVE], False)
    clinician = clinic.clinician(signed)
    assert (clinician["last_name"], clinician["active"]) == ("Smith-Jones", False)


@pytest.mark.parametrize("status", ["RegistrationSuccess", "IDPSuccess", "TFAActivatedError"])
@pytest.mark.parametrize(
    ("fact", "told"),
    [
        ({"locked": True}, guidance.LOCKED),
        ({"active": False}, guidance.INACTIVE),
        ({"confirmed": False}, guidance.UNCONFIRMED),
    ],
    ids=["locked", "deactivated", "unconfirmed"],
)
def test_an_account_that_may_not_be_used_is_not_taken_further(
    clinic: Clinic, signed: Member, fact: dict[str, bool], told: str, status: str
) -> None:
    clinic.set_clinician(signed, status=status, **fact)
    answer, initialized = _step(clinic, signed, SELF_BOT)
    assert (answer["nextSteps"], initialized) == ([told], [])


def test_the_asked_second_factor_and_licenses_reach_dosespot(
    clinic: Clinic, signed: Member
) -> None:
    clinic.set_clinician(signed, status="IDPSuccess")
    license_ = {"licenseNumber": "036-123456", "state": "IL"}
    self_enroll(clinic, signed, tfaType="Token", medicalLicenseNumbers=[license_])
    clinician = clinic.clinician(signed)
    assert set(clinician["tfa_type"].values()) == {"Token"}
    assert clinician["licenses"] == [{"number": "036-123456", "state": "IL"}]
    assert sorted(clinician["dea_numbers"]) == sorted(DEA.values())


def test_roles_of_all_practitioner_roles_become_the_clinicians(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber, "PrescribingClinician", "EpcsCoordinator")
    grant(clinic, prescriber, "ReportingClinician")
    grant(clinic, prescriber, "ClinicianAdmin", active=False)
    grant(clinic, prescriber, "ProxyClinician", period={"end": "2020-12-31"})
    self_enroll(clinic, prescriber, bot)
    assert clinic.clinician(prescriber)["roles"] == [
        "EpcsCoordinator",
        "PrescribingClinician",
        "ReportingClinician",
    ]


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
    clinic: Clinic, bot: str, prescriber: Member, codes: tuple[str, ...], changes: Any
) -> None:
    if changes is not None:
        grant(clinic, prescriber, *codes, **changes)
    clinic.reset()
    assert _refused(self_enroll(clinic, prescriber, bot), "NotAuthorized", sentences.NO_ROLE)
    assert writes(clinic) == []


def test_a_role_of_ones_own_making_grants_nothing(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    role = create(clinic, practitioner_role(prescriber, "ClinicianAdmin"), by=prescriber)
    clinic.reset()
    assert _refused(self_enroll(clinic, prescriber, bot), "NotAuthorized", sentences.OWN_ROLE)
    assert writes(clinic) == []
    clinic.write({**role, "availabilityExceptions": "none"})
    assert self_enroll(clinic, prescriber, bot).body["status"] == "created"


@pytest.mark.parametrize("name", ["practitionerId", "practitionerRoleTypes", "roles", "initIdp"])
def test_neither_person_nor_role_nor_stage_is_taken_from_the_input(
    clinic: Clinic, prescriber: Member, name: str
) -> None:
    other = clinic.add_member()
    grant(clinic, prescriber)
    clinic.reset()
    answer = self_enroll(clinic, prescriber, **{name: other.id})
    refused = f"The bot's input was refused. {name}: this bot has no such input; leave it out."
    assert _refused(answer, "InputRefused", refused)
    assert writes(clinic) == []


def test_a_signed_in_patient_cannot_enroll(clinic: Clinic, bot: str) -> None:
    login = f"{clinic.add_member().npi}@patients.example"
    patient = {"resourceType": "Patient", "name": [{"given": ["Maria"], "family": "Rossi"}]}
    person = clinic.sandbox.fhir.add_person(clinic.project, patient, login, "sandbox-password")
    answer = clinic.execute(bot, {}, person.token)
    assert _refused(answer, "NotAuthorized", sentences.NOT_A_PRACTITIONER)
    assert writes(clinic) == []


def test_an_expired_token_is_refused_before_and_in_the_bot(
    clinic: Clinic, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    clinic.reset()
    expired = clinic.sandbox.fhir.token_for(prescriber.membership_id, lifetime_s=-1)
    assert clinic.execute(SELF_BOT, {}, expired).status == 401
    payload = {
        "baseUrl": clinic.fhir_url,
        "requester": {"reference": f"Practitioner/{prescriber.id}"},
        "accessToken": expired,
        "input": {},
        "secrets": secrets(clinic),
    }
    answer = Answer(400, invoke(clinic, SELF_BOT, payload))
    sentence = "The FHIR server no longer accepts the access token. Sign in again."
    assert _refused(answer, "FhirDenied", sentence)
    another = {**payload, "accessToken": clinic.add_member().token}
    answer = Answer(400, invoke(clinic, SELF_BOT, another))
    assert _refused(answer, "NotAuthorized", sentences.ANOTHER_PERSON)
    assert writes(clinic) == []


@pytest.mark.parametrize("name", [*SERVICE_SECRETS, "DOSESPOT_USER_ID"])
def test_a_secret_that_is_missing_is_named(clinic: Clinic, prescriber: Member, name: str) -> None:
    grant(clinic, prescriber)
    with without_secrets(clinic, name):
        clinic.reset()
        answer = self_enroll(clinic, prescriber)
        sentence = f"Project secrets have to be mended: {name} missing. Set them in Project.secret."
        assert _refused(answer, "Misconfigured", sentence)
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
            assert _refused(answer, "Misconfigured", sentences.NO_CREDENTIAL)
        assert writes(clinic) == []
    for named in (*SERVICE_SECRETS, "Bot.runAsUser", "admin"):
        assert named in sentences.NO_CREDENTIAL


def test_everything_that_a_profile_lacks_is_told_at_once(
    clinic: Clinic, bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    practitioner = clinic.practitioner(prescriber)
    bare = {name: practitioner[name] for name in ("resourceType", "id", "active", "name")}
    clinic.write(bare)
    clinic.reset()
    answer = self_enroll(clinic, prescriber, bot)
    assert answer.body["errorType"] == "RecordsRefused"
    told = [part.split(": ")[0] for part in answer.error.split(": ", 1)[1].split("; ")]
    for path in ("birthDate", "identifier", "telecom", "address"):
        assert any(where.startswith(f"Practitioner.{path}") for where in told)
    assert writes(clinic) == []
