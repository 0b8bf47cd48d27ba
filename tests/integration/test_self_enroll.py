"""The self-enroll bot through `$execute`: call by call, in every status, twice."""

from typing import Any

import pytest

from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.registration_status import registration_status
from shared.members.rules import guidance
from tests.integration.clinic import Clinic, Member
from tests.integration.self_service import (
    INITIALIZE_IDP,
    INITIALIZE_TFA,
    SELF_BOT,
    dosespot_writes,
    grant,
    self_enroll,
    writes,
)
from tests.quick import first, first_of_each

SIGN = "Sign the legal agreements in DoseSpot, then open ePrescribing again."
PROVE = "Complete identity proofing in DoseSpot, then open ePrescribing again."
SET_UP = "Set up two-factor authentication in DoseSpot, then open ePrescribing again."
READY = "You are ready to prescribe, including controlled substances. There is nothing left to do."


@pytest.fixture
def signed(clinic: Clinic, prescriber: Member) -> Member:
    """Somebody with DEA numbers who has enrolled themselves and signed the agreements."""
    grant(clinic, prescriber)
    self_enroll(clinic, prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.reset()
    return prescriber


def _step(clinic: Clinic, member: Member, bot: str) -> tuple[dict[str, Any], list[str]]:
    """One call: its answer, and what it wrote at DoseSpot."""
    clinic.reset()
    answer = self_enroll(clinic, member, bot)
    assert answer.status == 200
    return answer.body, dosespot_writes(clinic)


@pytest.mark.parametrize("self_bot", ["as-user", "as-itself"], indirect=True)
def test_four_calls_enable_epcs_one_stage_each(
    clinic: Clinic, self_bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    created = _step(clinic, prescriber, self_bot)
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
        assert _step(clinic, prescriber, self_bot) == ({**begun, **expected}, [initialized])
        assert registration_status(clinic.practitioner(prescriber)) == status
    clinic.prescriber_does(prescriber, "activate-tfa")
    done = {
        **begun,
        "status": "already_enrolled",
        "registrationStatus": "TFAActivatedSuccess",
        "epcsEnabled": True,
        "nextSteps": [READY],
    }
    assert _step(clinic, prescriber, self_bot) == (done, [])
    assert has_epcs_qualification(clinic.practitioner(prescriber))
    clinic.reset()
    assert self_enroll(clinic, prescriber, self_bot).body == done
    assert writes(clinic) == []


def test_without_dea_numbers_two_calls_are_enough(clinic: Clinic, self_bot: str) -> None:
    member = clinic.add_member()
    grant(clinic, member)
    created, _ = _step(clinic, member, self_bot)
    assert (created["status"], created["nextSteps"]) == ("created", [SIGN])
    clinic.prescriber_does(member, "sign-agreements")
    expected = {
        **created,
        "status": "already_enrolled",
        "registrationStatus": "RegistrationSuccess",
        "nextSteps": [guidance.NON_CONTROLLED],
    }
    assert _step(clinic, member, self_bot) == (expected, [])
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


@pytest.mark.parametrize(
    ("before", "initialized", "after"), first_of_each(STATUS_TABLE, lambda row: row[1])
)
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
    name = [{"family": "Smith-Jones", "given": ["Joan"]}]
    telecom, new = practitioner["telecom"], f"{signed.npi}@new.example"
    telecom = [{**one, "value": new} if one["system"] == "email" else one for one in telecom]
    clinic.write({**practitioner, "name": name, "telecom": telecom})
    answer, _ = _step(clinic, signed, SELF_BOT)
    assert (answer["nextSteps"], answer["epcsEnabled"]) == ([guidance.INACTIVE], False)
    clinician = clinic.clinician(signed)
    assert (clinician["email"], clinician["active"]) == (new, False)
    # Who somebody is, their own run does not change.
    assert (clinician["first_name"], clinician["last_name"]) == ("Jane", "Smith")


@pytest.mark.parametrize("status", first("RegistrationSuccess", "IDPSuccess", "TFAActivatedError"))
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
    assert sorted(clinician["dea_numbers"]) == sorted(signed.dea.values())


def test_roles_of_all_practitioner_roles_become_the_clinicians(
    clinic: Clinic, self_bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber, "PrescribingClinician", "EpcsCoordinator")
    grant(clinic, prescriber, "ReportingClinician")
    grant(clinic, prescriber, "ClinicianAdmin", active=False)
    grant(clinic, prescriber, "ProxyClinician", period={"end": "2020-12-31"})
    self_enroll(clinic, prescriber, self_bot)
    assert clinic.clinician(prescriber)["roles"] == [
        "EpcsCoordinator",
        "PrescribingClinician",
        "ReportingClinician",
    ]


def test_everything_that_a_profile_lacks_is_told_at_once(
    clinic: Clinic, self_bot: str, prescriber: Member
) -> None:
    grant(clinic, prescriber)
    practitioner = clinic.practitioner(prescriber)
    bare = {name: practitioner[name] for name in ("resourceType", "id", "active", "name")}
    clinic.write(bare)
    clinic.reset()
    answer = self_enroll(clinic, prescriber, self_bot)
    assert answer.body["errorType"] == "RecordsRefused"
    told = [part.split(": ")[0] for part in answer.error.split(": ", 1)[1].split("; ")]
    for path in ("birthDate", "identifier", "telecom", "address"):
        assert any(where.startswith(f"Practitioner.{path}") for where in told)
    assert writes(clinic) == []
